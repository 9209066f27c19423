//! What a push asks a review for, and how that stands to what was before. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use candor_inventory::glean::{Definitions, Terms};
use candor_inventory::{Category, Grant, compile};
use candor_kernel::{DatumId, Day, ProductId};

use super::row::{Declared, is_link};
use super::{How, Item, grants_that_count};

/// What is known of a product when new definitions come.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// The state that they are compared with; none for a product's first.
    pub definitions: Option<&'a Definitions>,
    /// Every grant that was not withdrawn, in the order of decisions.
    pub granted: &'a [(DatumId, Grant)],
    /// What was refused and not granted since, with the request.
    pub refused: &'a HashMap<(DatumId, Terms), i64>,
    /// What the open request, whose place a new one takes, holds as reviewed elsewhere.
    pub elsewhere: &'a HashSet<(DatumId, Terms)>,
}

/// What whoever pushes wants beside the ordinary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wants {
    /// Take the reviews that definitions link for history, to be confirmed, and ask for nothing
    /// that has none.
    pub import: bool,
    /// Ask once more for what was refused.
    pub again: bool,
}

/// What a push asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asks {
    /// Every datum whose exact terms have no grant that holds.
    pub items: Vec<Item>,
    /// What stays refused, with the request that says why.
    pub refused: Vec<(DatumId, i64)>,
    /// What an import leaves out, since it has no review elsewhere.
    pub unlinked: Vec<DatumId>,
}

/// A datum that is declared no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The datum.
    pub datum: DatumId,
    /// Whether a grant held for it until now.
    pub voided: bool,
}

/// Tells what a push asks for; `category_of_ping` says how sensitive each ping is.
#[must_use]
pub fn asks(
    product: &ProductId,
    definitions: &Definitions,
    before: Before<'_>,
    wants: Wants,
    today: Day,
    category_of_ping: &dyn Fn(&str) -> Category,
) -> Asks {
    let present: BTreeMap<DatumId, Terms> = compile::data_of(product, definitions).collect();
    let counting = grants_that_count(&present, before.granted.iter().cloned());
    let earlier = Earlier::of(product, before, today);
    let mut asks = Asks::default();
    for (datum, terms) in compile::data_of(product, definitions) {
        let Some(declared) = Declared::find(product, definitions, &datum) else { continue };
        // What travels in no ping is a field of the info sections, which this server declares.
        let stays = matches!(declared, Declared::Metric(metric) if metric.pings.is_empty());
        let held = counting.get(&datum).is_some_and(|g| g.terms == terms && g.expires > today);
        if stays || held {
            continue;
        }
        let key = (datum, terms);
        if let Some(request) = before.refused.get(&key).filter(|_| !wants.again) {
            asks.refused.push((key.0, *request));
            continue;
        }
        let (how, voided) = earlier.how(&key);
        let (datum, terms) = key;
        let never_granted = matches!(how, How::New | How::Ungranted);
        let linked = declared.reviews().iter().any(|review| is_link(review));
        let how = match never_granted {
            true if wants.import && linked => How::Elsewhere,
            true if before.elsewhere.contains(&(datum.clone(), terms)) => How::Elsewhere,
            true if wants.import => {
                asks.unlinked.push(datum);
                continue;
            }
            _ => how,
        };
        let category = match declared {
            Declared::Metric(metric) => metric.category,
            Declared::Ping(name, _) => category_of_ping(name),
        };
        asks.items.push(Item { datum, terms, category, how, voided, refused: false });
    }
    asks
}

/// Tells what is declared no longer.
#[must_use]
pub fn removed(
    product: &ProductId,
    definitions: &Definitions,
    before: Before<'_>,
    today: Day,
) -> Vec<Removed> {
    let present: HashSet<DatumId> =
        compile::data_of(product, definitions).map(|(datum, _)| datum).collect();
    let earlier = Earlier::of(product, before, today);
    let gone = before.definitions.into_iter().flat_map(|then| compile::data_of(product, then));
    gone.filter(|(datum, _)| !present.contains(datum))
        .map(|(datum, terms)| {
            let voided = earlier.held(&datum, terms);
            Removed { datum, voided }
        })
        .collect()
}

/// What was declared and granted before, looked up by datum.
struct Earlier<'a> {
    then: HashMap<DatumId, Terms>,
    granted: HashMap<&'a DatumId, Vec<&'a Grant>>,
    today: Day,
}

impl<'a> Earlier<'a> {
    fn of(product: &ProductId, before: Before<'a>, today: Day) -> Self {
        let then = before.definitions.into_iter().flat_map(|then| compile::data_of(product, then));
        let mut granted = HashMap::<_, Vec<_>>::new();
        for (datum, grant) in before.granted {
            granted.entry(datum).or_default().push(grant);
        }
        Self { then: then.collect(), granted, today }
    }

    /// Tells why a datum is asked for, and whether its change ended a grant.
    fn how(&self, (datum, terms): &(DatumId, Terms)) -> (How, bool) {
        match self.then.get(datum) {
            None => (How::New, false),
            Some(then) if then != terms => (How::Changed, self.held(datum, *then)),
            Some(_) if self.grants(datum).any(|grant| grant.terms == *terms) => {
                (How::Renewal, false)
            }
            Some(_) => (How::Ungranted, false),
        }
    }

    fn held(&self, datum: &DatumId, terms: Terms) -> bool {
        self.grants(datum).any(|grant| grant.terms == terms && grant.expires > self.today)
    }

    fn grants(&self, datum: &DatumId) -> impl Iterator<Item = &'a Grant> {
        self.granted.get(datum).into_iter().flatten().copied()
    }
}

#[cfg(test)]
mod tests;

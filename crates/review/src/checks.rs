//! The checks of this slice: what no reason, no benefit and nobody stands behind must not come into
//! force, and nothing of that kind may be there.

use std::sync::{Arc, OnceLock};

use candor_inventory::declaration::Persons;
use candor_inventory::reasons::says_nothing;
use candor_inventory::{
    BoxFuture, Channel, Checks, Grant, InForce, ProductInput, Promise, Read, Verdict, compile,
};
use candor_kernel::{AppId, Day, ProductId, PromiseId, Timestamp, limits};
use candor_web::Voice;

use crate::Registry;
use crate::rules::Kind;
use crate::store;

mod categories;
mod dictionary;
mod trial;

const PROMISES: &str = include_str!("../promises.yaml");

/// The checks.
pub struct ReviewChecks {
    /// The registry that is checked: the same that reads every push.
    pub registry: Arc<Registry>,
    /// The server's pages; set when they exist.
    pub voice: Arc<OnceLock<Box<dyn Voice>>>,
}

impl Checks for ReviewChecks {
    fn promises(&self) -> Vec<Promise> {
        Promise::read(PROMISES).expect("a test of this crate reads it")
    }

    fn run<'a>(
        &'a self,
        id: &'a PromiseId,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Verdict, String>> {
        Box::pin(async move {
            match id.as_str() {
                "C01" => self.everything_has_a_reason(at).await,
                "C04" => self.somebody_answers_for_everything(at).await,
                "C13" => self.categories_are_right(at),
                "C20" => self.the_dictionary_explains().await,
                "S27" => self.everything_has_a_benefit(at),
                other => Err(format!("this part has no check for {other}")),
            }
        })
    }
}

/// Something in force: its name, why it is taken, and what people get from it.
struct Reason {
    id: String,
    why: String,
    benefit: String,
    /// How much is taken; this server's own records say it by their owner and end.
    amount: Option<String>,
}

impl ReviewChecks {
    /// C01: trial definitions without a good reason or without a reader do not come into force, and
    /// none is there.
    async fn everything_has_a_reason(&self, at: Timestamp) -> Result<Verdict, String> {
        self.good_definitions_stand(at)?;
        for (what, product) in trial::POOR_REASONS {
            if self.stands(product, at)? {
                return Ok(Verdict::broken(format!("Trial data with {what} came into force.")));
            }
        }
        if let Some(broken) = self.unread_stands(at).await? {
            return Ok(broken);
        }
        let all = self.reasons();
        let poor = all.iter().find(|reason| {
            says_nothing(&reason.why)
                || reason.amount.as_ref().is_some_and(|text| says_nothing(text))
        });
        if let Some(Reason { id, .. }) = poor {
            return Ok(Verdict::broken(format!("{id} is taken without a reason or an amount.")));
        }
        Ok(Verdict::kept(format!(
            "All {} data in force state a reason; trial data with {} were refused, and those that \
             no report read for {} days ended.",
            all.len(),
            trial::POOR_REASONS.map(|(what, _)| what).join(", with "),
            limits::UNREAD_DAYS
        )))
    }

    /// Trial data that were granted long ago must have ended where no report reads them, and must
    /// stand where one does.
    async fn unread_stands(&self, at: Timestamp) -> Result<Option<Verdict>, String> {
        let read = self.registry.read(at.day()).await.map_err(|error| error.to_string())?;
        let granted = at.day().plus(-(limits::UNREAD_DAYS as i64));
        let trial = |read: &Read| {
            let input = self.trial(trial::GOOD, granted, at)?;
            let input = input.ok_or("trial data with good reasons could not be read")?;
            Ok::<_, String>(stand(&[input], read, at))
        };
        if !trial(&Read::Everything)? {
            return Err("trial data that are read did not stay in force".to_owned());
        }
        let words = "Trial data that no report reads are still in force.";
        Ok(trial(&read)?.then(|| Verdict::broken(words)))
    }

    /// C04: three names for each collection; trial data that lack one do not come into force.
    async fn somebody_answers_for_everything(&self, at: Timestamp) -> Result<Verdict, String> {
        self.good_definitions_stand(at)?;
        for (what, product) in trial::NOBODY {
            if self.stands(product, at)? {
                return Ok(Verdict::broken(format!("Trial data with {what} came into force.")));
            }
        }
        for part in self.registry.own() {
            let Persons { design, approval, implementation } = &part.persons;
            if [design, approval, implementation].iter().any(|name| name.trim().is_empty()) {
                return Ok(Verdict::broken(format!("The part {} names not all three.", part.part)));
            }
        }
        let requests = store::requests(self.registry.database()).await;
        let requests = requests.map_err(|error| error.to_string())?;
        let in_force = self.in_force();
        let mut products = 0;
        for app in in_force.apps.values().filter(|app| stands(app)) {
            products += 1;
            let subject = app.product.as_str();
            let approved = subject.starts_with("candor")
                || requests.iter().any(|row| {
                    row.kind == Kind::Collect
                        && row.subject == subject
                        && row.decision.as_ref().is_some_and(|(who, ..)| !who.trim().is_empty())
                });
            if app.answerable.is_none() || !approved {
                return Ok(Verdict::broken(format!("Nobody answers for {subject}.")));
            }
        }
        Ok(Verdict::kept(format!(
            "{products} applications and {} parts of this server name who designed, approved and \
             built what they take; trial data without were refused.",
            self.registry.own().len()
        )))
    }

    /// S27: trial data from which nobody gets anything do not come into force, and none is there.
    fn everything_has_a_benefit(&self, at: Timestamp) -> Result<Verdict, String> {
        self.good_definitions_stand(at)?;
        if self.stands(trial::NO_BENEFIT, at)? {
            return Ok(Verdict::broken("Trial data without a benefit came into force."));
        }
        let all = self.reasons();
        if let Some(Reason { id, .. }) = all.iter().find(|one| says_nothing(&one.benefit)) {
            return Ok(Verdict::broken(format!("{id} does not say what people get from it.")));
        }
        Ok(Verdict::kept(format!(
            "All {} data in force say what people get from them; trial data without were refused.",
            all.len()
        )))
    }

    /// A check that refuses everything proves nothing.
    fn good_definitions_stand(&self, at: Timestamp) -> Result<(), String> {
        match self.stands(trial::GOOD, at)? {
            true => Ok(()),
            false => Err("trial data with good reasons did not come into force".to_owned()),
        }
    }

    /// Tells whether trial data would come into force with this file of their product, were every
    /// datum granted.
    fn stands(&self, product: &str, at: Timestamp) -> Result<bool, String> {
        let input = self.trial(product, at.day(), at)?;
        Ok(input.is_some_and(|input| stand(&[input], &Read::Everything, at)))
    }

    /// Returns trial data with this file of their product, every datum granted on that day; none
    /// where the registry refuses to read them.
    fn trial(
        &self,
        product: &str,
        granted: Day,
        at: Timestamp,
    ) -> Result<Option<ProductInput>, String> {
        let Ok(definitions) = self.registry.reads(&trial::files(product)) else { return Ok(None) };
        let id = ProductId::parse("trial").map_err(|error| error.to_string())?;
        let app = AppId::parse("trial").map_err(|error| error.to_string())?;
        let expires = at.day().plus(1);
        let grants = compile::data_of(&id, &definitions)
            .map(|(datum, terms)| (datum, Grant { terms, granted, expires }))
            .collect();
        Ok(Some(ProductInput {
            product: id,
            title: "Trial".to_owned(),
            contact: String::new(),
            apps: vec![(app, Channel::Release)],
            definitions: Arc::new(definitions),
            grants,
        }))
    }

    fn reasons(&self) -> Vec<Reason> {
        let mut all = Vec::new();
        for (name, record) in self.registry.own().iter().flat_map(|part| &part.records) {
            all.extend(record.fields.iter().map(|(field, datum)| Reason {
                id: format!("{name}.{field}"),
                why: datum.why.clone(),
                benefit: datum.benefit.clone(),
                amount: None,
            }));
        }
        let in_force = self.in_force();
        for ping in in_force.apps.values().flat_map(|app| app.pings.values()) {
            let metrics = ping.metrics.values().filter(|metric| metric.standing.is_ok());
            let metrics = metrics.map(|metric| (&metric.datum, &metric.purpose));
            let own = ping.standing.is_ok().then_some((&ping.datum, &ping.purpose));
            all.extend(own.into_iter().chain(metrics).map(|(datum, purpose)| {
                let text = |of: fn(&candor_inventory::glean::Purpose) -> &String| {
                    purpose.as_deref().map_or_else(String::new, |it| of(it).clone())
                };
                Reason {
                    id: datum.to_string(),
                    why: text(|purpose| &purpose.why),
                    benefit: text(|purpose| &purpose.benefit),
                    amount: Some(text(|purpose| &purpose.amount)),
                }
            }));
        }
        all
    }

    fn in_force(&self) -> Arc<InForce> {
        Arc::clone(&self.registry.in_force().borrow())
    }
}

/// Tells whether any of these data would be in force.
fn stand(products: &[ProductInput], read: &Read, at: Timestamp) -> bool {
    compile(products, &[], true, read, at).apps.values().any(stands)
}

fn stands(app: &candor_inventory::App) -> bool {
    let metrics = |ping: &candor_inventory::PingTerms| {
        ping.metrics.values().any(|metric| metric.standing.is_ok())
    };
    app.pings.values().any(|ping| ping.standing.is_ok() || metrics(ping))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_promises_read() {
        let promises = Promise::read(PROMISES).expect("every mutation is a fault");
        assert_eq!(promises.len(), 5);
    }
}

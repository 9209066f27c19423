//! S36: the notice tells of each datum what it is, why it is taken, and what people get from it.

use std::sync::Arc;

use candor_inventory::{Store, Verdict};

use super::{NoticeChecks, text};
use crate::rules::words::{BENEFIT, WHY, plain};

/// A datum in force, as it is declared.
struct Told {
    /// How its line in the notice ends.
    id: String,
    what: String,
    why: String,
    benefit: String,
    /// Whether its list says why for all that stand in it.
    in_list: bool,
}

impl NoticeChecks {
    /// The notice that is served is compared with the declarations of what runs here.
    pub(super) async fn purposes_are_told(&self) -> Result<Verdict, String> {
        let page = text::lines(&self.page("/notice").await?);
        let all = self.told();
        let lacking: Vec<_> = all.iter().filter(|told| !is_told(&page, told)).collect();
        if let Some(first) = lacking.first() {
            return Ok(Verdict::broken(format!(
                "The notice does not say of {} of {} data what they are, why they are taken and \
                 what people get; the first is {}.",
                lacking.len(),
                all.len(),
                first.id
            )));
        }
        Ok(Verdict::kept(format!(
            "The notice says of all {} data what they are, why they are taken, and what people get.",
            all.len()
        )))
    }

    fn told(&self) -> Vec<Told> {
        let mut all = Vec::new();
        let records = self.notices.own.iter().flat_map(|part| &part.records);
        for (name, record) in records.filter(|(_, record)| record.store != Store::Payload) {
            all.extend(record.fields.iter().map(|(field, datum)| Told {
                id: format!("{name}.{field}"),
                what: plain(&datum.what),
                why: plain(&datum.why),
                benefit: plain(&datum.benefit),
                in_list: false,
            }));
        }
        let in_force = Arc::clone(&self.notices.in_force.borrow());
        let products = in_force.apps.values();
        let products = products.filter(|app| !app.product.as_str().starts_with("candor"));
        for (name, ping) in products.flat_map(|app| &app.pings) {
            let mut tell = |id: String, what: &str, purpose: &Option<Arc<_>>, in_list| {
                let Some(purpose): &Option<Arc<candor_inventory::glean::Purpose>> = purpose else {
                    return;
                };
                let (why, benefit) = (plain(&purpose.why), plain(&purpose.benefit));
                all.push(Told { id, what: plain(what), why, benefit, in_list });
            };
            if ping.standing.is_err() {
                continue;
            }
            tell(name.to_string(), &ping.description, &ping.purpose, false);
            for (id, metric) in ping.metrics.iter().filter(|(_, metric)| metric.standing.is_ok()) {
                tell(format!("{id} in"), &metric.description, &metric.purpose, true);
            }
        }
        all
    }
}

/// Tells whether the line of a datum, or its list, says it all.
fn is_told(page: &[String], told: &Told) -> bool {
    let Told { id, what, why, benefit, in_list } = told;
    let named =
        |line: &String| line.ends_with(&format!(" {id}")) || line.contains(&format!(" {id} "));
    let places = page.iter().enumerate().filter(|(_, line)| named(line)).map(|(place, _)| place);
    let before = |place: usize, prefix: &str| {
        page[..place].iter().rev().find_map(|line| line.strip_prefix(prefix))
    };
    let said = |place: usize| match in_list {
        true => {
            before(place, WHY) == Some(&format!("{why}."))
                && before(place, BENEFIT) == Some(&format!("{benefit}."))
        }
        false => {
            let expected = format!("{WHY}{why}. What you get: {benefit}.");
            place > 0 && page[place - 1] == expected && !benefit.is_empty()
        }
    };
    let described = |place: usize| {
        let line = if *in_list { 1 } else { 2 };
        place >= line && page[place - line].starts_with(what.as_str())
    };
    let mut places = places.peekable();
    places.peek().is_some() && places.any(|place| said(place) && described(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Vec<String> {
        [
            "The day",
            "Why: To end it. What you get: It ends.",
            "technical · observed visit.day",
            "Why: To count carts.",
            "What you get from it: Paying gets easier.",
            "How often; with it: by",
            "interaction · observed shop.cart in till, door",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    fn told(id: &str, what: &str, why: &str, benefit: &str) -> Told {
        let text = str::to_owned;
        let in_list = id.ends_with(" in");
        Told { id: text(id), what: text(what), why: text(why), benefit: text(benefit), in_list }
    }

    #[test]
    fn all_three_are_read_from_the_lines_before_a_name() {
        for (told, expected) in [
            (told("visit.day", "The day", "To end it", "It ends"), true),
            (told("visit.day", "The week", "To end it", "It ends"), false),
            (told("visit.day", "The day", "To keep it", "It ends"), false),
            (told("visit.day", "The day", "To end it", ""), false),
            (told("visit.hour", "The day", "To end it", "It ends"), false),
            (told("shop.cart in", "How often", "To count carts", "Paying gets easier"), true),
            (told("shop.cart in", "How often", "To count carts", "Nothing"), false),
        ] {
            assert_eq!(is_told(&page(), &told), expected, "{} {}", told.id, told.benefit);
        }
    }
}

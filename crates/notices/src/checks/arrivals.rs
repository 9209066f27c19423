//! B12: the notice tells of each datum the way in which it arrives, as it was declared.

use std::sync::Arc;

use candor_inventory::declaration::Arrives;
use candor_inventory::{Store, Verdict};

use super::{NoticeChecks, text};
use crate::rules::words::{WAYS, way};

impl NoticeChecks {
    /// The notice that is served is compared with the declarations of what runs here.
    pub(super) async fn arrivals_are_told(&self) -> Result<Verdict, String> {
        let page = text::lines(&self.page("/notice").await?);
        if let Some((_, word, _)) = WAYS.iter().find(|(_, word, _)| !explained(&page, word)) {
            return Ok(Verdict::broken(format!(
                "The notice does not explain what \u{201c}{word}\u{201d} means."
            )));
        }
        let mut told = [0; WAYS.len()];
        for (id, arrives, always) in self.declared() {
            match told_way(&page, &id) {
                Some(word) if word == way(arrives) => told[place(arrives)] += 1,
                None if !always => {}
                told => {
                    let said = told.unwrap_or("nothing");
                    return Ok(Verdict::broken(format!(
                        "The notice says {said} of {id}; it is declared as {}.",
                        way(arrives)
                    )));
                }
            }
        }
        let counts: Vec<_> = WAYS
            .iter()
            .map(|(arrives, word, _)| format!("{} {word}", told[place(*arrives)]))
            .collect();
        Ok(Verdict::kept(format!(
            "The notice tells of each datum how it arrives, as declared: {}; and explains all four.",
            counts.join(", ")
        )))
    }

    /// Everything that may be here: its name, its way, and whether the notice always tells of it.
    /// What programs send is told where a product that is in force sends it.
    fn declared(&self) -> Vec<(String, Arrives, bool)> {
        let mut declared = Vec::new();
        for (name, record) in self.notices.own.iter().flat_map(|part| &part.records) {
            let always = record.store != Store::Payload;
            declared.extend(
                record
                    .fields
                    .iter()
                    .map(|(field, datum)| (format!("{name}.{field}"), datum.arrives, always)),
            );
        }
        let in_force = Arc::clone(&self.notices.in_force.borrow());
        let products =
            in_force.apps.values().filter(|app| !app.product.as_str().starts_with("candor"));
        let pings =
            products.flat_map(|app| app.pings.values()).filter(|ping| ping.standing.is_ok());
        let metrics = pings.flat_map(|ping| &ping.metrics).filter(|(_, one)| one.standing.is_ok());
        declared.extend(metrics.map(|(id, _)| (format!("{id} in"), Arrives::Observed, true)));
        declared
    }
}

fn place(arrives: Arrives) -> usize {
    WAYS.iter().position(|(one, ..)| *one == arrives).unwrap_or_default()
}

fn explained(page: &[String], word: &str) -> bool {
    let prefix = format!("{word}: ");
    page.iter().any(|line| line.to_lowercase().starts_with(&prefix))
}

/// Reads the way that stands before a datum's name: the words after the last dot of its line.
fn told_way(page: &[String], id: &str) -> Option<&'static str> {
    let named = |line: &&String| {
        let line = line.as_str();
        line.ends_with(&format!(" {id}")) || line.contains(&format!(" {id} "))
    };
    let ways = page.iter().filter(named).filter_map(|line| {
        let before = line.split(&format!(" {id}")).next()?;
        let (_, said) = before.rsplit_once(" · ")?;
        WAYS.iter().map(|(_, word, _)| *word).find(|word| *word == said)
    });
    let mut ways: Vec<_> = ways.collect();
    ways.dedup();
    // Two ways of one datum are as good as none.
    <[_; 1]>::try_from(ways).ok().map(|[way]| way)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_read_from_the_line_of_its_datum() {
        let page = [
            "technical · observed visit.day",
            "technical; about a person · from others visit.who",
            "technical visit.bare",
            "technical · guessed visit.odd",
            "technical · given visit.twice",
            "technical · observed visit.twice",
            "interaction · observed shop.cart in till, door",
            "given: it was given.",
        ]
        .map(str::to_owned);
        for (id, expected) in [
            ("visit.day", Some("observed")),
            ("visit.who", Some("from others")),
            ("visit.bare", None),
            ("visit.odd", None),
            ("visit.twice", None),
            ("visit.da", None),
            ("shop.cart in", Some("observed")),
        ] {
            assert_eq!(told_way(&page, id), expected, "{id}");
        }
        assert!(explained(&page, "given") && !explained(&page, "inferred"));
    }
}

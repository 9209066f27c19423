//! C13: the right category is proposed for examples, and what identifies together is rated so.

use candor_inventory::lint::{self, Options, Profile};
use candor_inventory::{Category, Verdict, proposal};
use candor_kernel::Timestamp;

use super::ReviewChecks;

/// Metrics of one ping, whether it carries the client's id, and how sensitive they are together.
const TOGETHER: [(&str, &str, bool, Category); 4] = [
    (
        "a technical log beside visited addresses",
        "crash_log: {type: string, data_sensitivity: [technical]}\n  visited: {type: url, data_sensitivity: [stored_content]}",
        false,
        Category::HighlySensitive,
    ),
    (
        "the client's id beside stored content",
        "title: {type: string, data_sensitivity: [stored_content]}",
        true,
        Category::HighlySensitive,
    ),
    (
        "a lasting number beside a precise place",
        "installation_id: {type: uuid, data_sensitivity: [technical]}\n  latitude: {type: string, data_sensitivity: [stored_content]}",
        false,
        Category::HighlySensitive,
    ),
    (
        "the client's id beside technical data",
        "starts: {type: counter, data_sensitivity: [technical]}",
        true,
        Category::Technical,
    ),
];

impl ReviewChecks {
    /// Examples get the category that the programme gives them; combinations are more than their
    /// parts; and a new identifier is told apart instead of raised.
    pub(super) fn categories_are_right(&self, at: Timestamp) -> Result<Verdict, String> {
        let mut examples = 0;
        for (expected, example) in proposal::EXAMPLES
            .iter()
            .flat_map(|(category, all)| all.iter().map(move |example| (*category, *example)))
        {
            let proposed = proposal::propose(None, "", example).map(|proposal| proposal.category);
            if proposed != Some(expected) {
                let proposed = proposed.map_or("no category", Category::words);
                return Ok(Verdict::broken(format!(
                    "{proposed} is proposed for \u{201c}{example}\u{201d}, which is {}.",
                    expected.words()
                )));
            }
            examples += 1;
        }
        for (what, metrics, client_id, expected) in TOGETHER {
            let rated = self.rated(metrics, client_id)?;
            if rated != expected {
                return Ok(Verdict::broken(format!(
                    "A ping with {what} is rated {}, which is {}.",
                    rated.words(),
                    expected.words()
                )));
            }
        }
        let id = "number: {type: uuid, data_sensitivity: [technical]}";
        let options = Options {
            profile: Profile::Candor,
            today: at.day(),
            version: None,
            allow_reserved: false,
            require_tags: false,
            granted: None,
        };
        let found = lint::lint(&files(id, false), &options);
        if !found.nits.iter().any(|nit| nit.check == "IDENTIFIER_NEW") {
            return Ok(Verdict::broken("A new identifier beside technical data is not told."));
        }
        Ok(Verdict::kept(format!(
            "All {} examples get their category, {} trial pings were rated by what they hold \
             together, and a new identifier was told.",
            examples,
            TOGETHER.len()
        )))
    }

    fn rated(&self, metrics: &str, client_id: bool) -> Result<Category, String> {
        let definitions = self.registry.reads(&files(metrics, client_id));
        let definitions = definitions.map_err(|found| format!("trial data: {found:?}"))?;
        Ok(self.registry.category_of_ping(&definitions, "trial"))
    }
}

fn files(metrics: &str, client_id: bool) -> Vec<(String, String)> {
    let rest = "description: A trial., bugs: [https://example.org/1], \
                data_reviews: [https://example.org/2], notification_emails: [ann@example.org]";
    let metrics =
        metrics.replace('}', &format!(", {rest}, expires: never, send_in_pings: [trial]}}"));
    let metrics =
        format!("$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0\nsample:\n  {metrics}\n");
    let pings = format!(
        "$schema: moz://mozilla.org/schemas/glean/pings/2-0-0\n\
         trial: {{include_client_id: {client_id}, {rest}}}\n"
    );
    vec![("metrics.yaml".to_owned(), metrics), ("pings.yaml".to_owned(), pings)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trial_definitions_read() {
        for (what, metrics, client_id, _) in TOGETHER {
            let read = candor_inventory::glean::read(&files(metrics, client_id));
            let definitions = read.unwrap_or_else(|found| panic!("{what}: {found:?}"));
            assert!(!definitions.metrics.is_empty(), "{what}");
        }
    }

    #[test]
    fn together_is_more_than_the_parts() {
        for (what, metrics, client_id, expected) in TOGETHER {
            let definitions =
                candor_inventory::glean::read(&files(metrics, client_id)).expect("whole");
            assert_eq!(lint::category_of_ping(&definitions, "trial", false), expected, "{what}");
        }
    }
}

//! S08: no page and no reply calls anything unlinkable, since nothing here has earned it yet.

use std::collections::BTreeSet;

use candor_inventory::Verdict;
use candor_web::Visit;

use super::{NoticeChecks, promises, text};
use crate::Register;

/// The word, and what means as much to a reader; small letters, also within longer words.
const LABELS: [&str; 10] = [
    "unlinkable",
    "anonym",
    "de-identif",
    "deidentif",
    "untraceable",
    "cannot be traced",
    "cannot be linked",
    "cannot be identified",
    "can't be traced",
    "impossible to identify",
];
/// Where reading starts; it goes on wherever links lead.
const STARTS: [&str; 3] = ["/", "/api/promises", "/api/reports"];
/// More pages than a server shows; the check does not run for ever.
const PAGES: usize = 2000;

/// What was read so far.
#[derive(Default)]
struct Reading {
    seen: BTreeSet<String>,
    ahead: Vec<String>,
    pages: usize,
    /// How often a label stood where a promise is quoted.
    quoted: usize,
    /// The first label that stood elsewhere: its page, and its first letters.
    found: Option<(String, String)>,
}

impl NoticeChecks {
    /// Every page that can be reached is read. What the register says is quoted there, with the
    /// word in it, and must be found; anywhere else the word is a label.
    pub(super) async fn nothing_bears_an_unearned_label(&self) -> Result<Verdict, String> {
        let quotes = quotes();
        if let Some(missed) = LABELS.iter().find(|label| !finds(label, &quotes)) {
            return Err(format!("the search did not find {} in a planted text", start(missed)));
        }
        let mut reading = Reading::default();
        for path in STARTS {
            reading.follow(path.to_owned());
        }
        while let Some(path) = reading.ahead.pop() {
            if reading.pages >= PAGES {
                return Err(format!("there are more than {PAGES} pages to read"));
            }
            let (status, body) = self.voice()?.visit(Visit::page(&path)).await?;
            // What is no text, like the archive of the source, has no reader.
            if let (200, Ok(page)) = (status, String::from_utf8(body)) {
                reading.read(path, &page, &quotes);
            }
        }
        if let Some((page, label)) = reading.found {
            return Ok(Verdict::broken(format!(
                "The page {page} bears a label that nothing here has earned; it begins with \
                 \u{201c}{label}\u{201d}."
            )));
        }
        if reading.quoted == 0 {
            return Err("the search did not find the word in the quoted register".to_owned());
        }
        Ok(Verdict::kept(format!(
            "Nothing here bears the label: {} pages and replies were read for it and {} words of its \
             kind. It was found in each planted text, and {} times where promises are quoted.",
            reading.pages,
            LABELS.len() - 1,
            reading.quoted
        )))
    }
}

impl Reading {
    /// Notes a page to read, once. Pages of single promises quote the register, which is read as a
    /// whole; versions tell what earlier notices said; what stands on the pages of single data, of
    /// which a product may have thousands, stands in their list.
    fn follow(&mut self, path: String) {
        let quotes = path.starts_with("/promises/") && path != "/promises/register";
        let earlier = path.starts_with("/notice/versions/");
        let listed = path.starts_with("/data/") && path.matches('/').count() > 2;
        let chosen = path.starts_with("/data?") && !path.starts_with("/data?after=");
        let edition = path.starts_with("/reports/") && path.matches('/').count() > 2;
        let new =
            !(quotes || earlier || listed || chosen || edition) && self.seen.insert(path.clone());
        if new {
            self.ahead.push(path);
        }
    }

    fn read(&mut self, path: String, page: &str, quotes: &[String]) {
        self.pages += 1;
        for line in text::said(page) {
            let (label, quoted) = label_in(&line, quotes);
            self.quoted += usize::from(quoted);
            if let (Some(label), None) = (label, &self.found) {
                self.found = Some((path.clone(), start(label)));
            }
        }
        for link in text::links(page) {
            self.follow(link);
        }
    }
}

/// What may be said of the label: the sentences of the register and of what checks it.
fn quotes() -> Vec<String> {
    let register = Register::read();
    let entries = register.entries().iter().cloned().flat_map(|entry| {
        [entry.sentence, entry.how, entry.mutation, entry.departs.unwrap_or_default()]
    });
    let own = promises().into_iter().flat_map(|promise| [promise.repeat, promise.mutation]);
    let quotes = entries.chain(own).map(|quote| quote.to_lowercase());
    quotes.filter(|quote| LABELS.iter().any(|label| quote.contains(label))).collect()
}

/// Returns a label that stands in a line outside of quotes, and whether one stands inside.
fn label_in(line: &str, quotes: &[String]) -> (Option<&'static str>, bool) {
    let mut left = line.to_lowercase();
    let mut quoted = false;
    for quote in quotes {
        if left.contains(quote.as_str()) {
            quoted = true;
            left = left.replace(quote.as_str(), " ");
        }
    }
    (LABELS.into_iter().find(|label| left.contains(label)), quoted)
}

/// Tells whether the search finds a label where a page could hide it from a simple one.
fn finds(label: &str, quotes: &[String]) -> bool {
    let (first, rest) = label.split_at(2);
    let hidden = format!("<p>These numbers are <b>{}</b>{rest}.</p>", first.to_uppercase());
    text::said(&hidden).iter().any(|line| label_in(line, quotes).0.is_some())
}

/// The first letters: whole, the word would be found on the page that shows the evidence.
fn start(label: &str) -> String {
    format!("{}\u{2026}", label.chars().take(4).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_wherever_a_person_reads_them() {
        let quotes = quotes();
        let found = |page: &str| {
            let mut reading = Reading::default();
            reading.read("/x".to_owned(), page, &quotes);
            reading.found.map(|(_, label)| label)
        };
        assert!(LABELS.iter().all(|label| finds(label, &quotes)));
        for (page, expected) in [
            ("<p>Your data are <em>Anonymised</em>.</p>", Some("anon\u{2026}")),
            ("<img alt=\"an unlinkable number\">", Some("unli\u{2026}")),
            ("{\"note\": \"it cannot be traced\"}", Some("cann\u{2026}")),
            ("<p class=\"anonymous\">Fine.</p>", None),
            ("<p><span class=\"id\">anonymous-info</span></p>", None),
            ("{\"ping\": \"anonymous-info\"}", None),
            ("{\"label\": \"unlinkable\"}", Some("unli\u{2026}")),
            ("<p>Noise hides each person.</p>", None),
        ] {
            assert_eq!(found(page).as_deref(), expected, "{page}");
        }
    }

    #[test]
    fn data_are_read_in_their_list() {
        let mut reading = Reading::default();
        for (path, read) in [
            ("/data", true),
            ("/data?after=shop%2Fmetric%2Fa.b", true),
            ("/data?product=shop", false),
            ("/data/shop", true),
            ("/data/shop/metric/a.b", false),
            ("/reports/people", true),
            ("/promises/S08", false),
        ] {
            let before = reading.ahead.len();
            reading.follow(path.to_owned());
            assert_eq!(reading.ahead.len() > before, read, "{path}");
        }
    }

    #[test]
    fn a_quoted_promise_is_no_label_but_what_is_added_to_it_is() {
        let quotes = quotes();
        let register = Register::read();
        let id = candor_kernel::PromiseId::parse("S08").expect("an id");
        let sentence = &register.entry(&id).expect("it is in the register").sentence;
        assert_eq!(label_in(sentence, &quotes), (None, true));
        let more = format!("{sentence} This page is unlinkable.");
        assert_eq!(label_in(&more, &quotes), (Some("unlinkable"), true));
    }
}

//! What Glean's files cannot say: why a product takes its data, what people get from it, how much
//! is taken, and who answers for it. A file beside them, `product.yaml`:
//!
//! ```yaml
//! $schema: candor/product/1-0-0
//! persons: {design: Ann, implementation: Bo}
//! default: {why: To see which parts are used., benefit: They are mended first., amount: Everybody.}
//! pings:
//!   till: {why: To count sales., benefit: Queues get shorter., amount: One till in ten.}
//! metrics:
//!   shop.cart: {why: To find abandoned carts., benefit: Paying gets easier., amount: Everybody.}
//! ```

use std::collections::BTreeMap;

use super::raw::wanted;
use super::{Definitions, Source};
use crate::reasons::says_nothing;
use crate::yaml::{Entry, Map, Node};

/// Why something is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// Which question it answers.
    pub why: String,
    /// What the user gets from it.
    pub benefit: String,
    /// From whom it is taken, and how often where that matters.
    pub amount: String,
}

impl Purpose {
    /// Returns what a review decides on: another reason or another amount is another question.
    pub(super) fn asked(&self) -> (&str, &str) {
        (&self.why, &self.amount)
    }
}

/// Who answers for what a product takes; who approved it stands in its review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answerable {
    /// Who designed it.
    pub design: String,
    /// Who built it.
    pub implementation: String,
}

/// What a product says of all its data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Product {
    /// Who answers for them.
    pub answerable: Option<Answerable>,
    /// What holds where nothing else does.
    pub default: Option<Purpose>,
    /// By ping.
    pub pings: BTreeMap<String, Purpose>,
    /// By metric, or by category for all metrics in it.
    pub metrics: BTreeMap<String, Purpose>,
}

impl Definitions {
    /// Tells each ping and metric why it is taken, once all files are read. What is said of it
    /// most closely counts: of a metric, of its category, of a ping it travels in, or of all.
    /// A reason for which nobody answers is none.
    pub(crate) fn explain(&mut self, lenient: Lenient) {
        let Product { answerable, default, pings, metrics } = &self.product;
        if answerable.is_none() && !lenient.persons {
            return;
        }
        for (name, ping) in &mut self.pings {
            ping.purpose = pings.get(name.as_str()).or(default.as_ref()).cloned();
        }
        for (id, metric) in &mut self.metrics {
            let mut names = std::iter::successors(Some(id.as_str()), |name| {
                name.rsplit_once('.').map(|(category, _)| category)
            });
            let purpose = names.find_map(|name| metrics.get(name));
            let of_ping = || metric.pings.iter().find_map(|ping| pings.get(ping.as_str()));
            metric.purpose = purpose.or_else(of_ping).or(default.as_ref()).cloned();
        }
    }
}

/// What is let pass that must not: only where a demonstration breaks a promise on purpose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lenient {
    /// Reasons that are empty or copied (C01).
    pub reasons: bool,
    /// Data for which nobody answers (C04).
    pub persons: bool,
    /// Data from which nobody gets anything (S27).
    pub benefits: bool,
}

/// Reads a product's file. Whatever is wrong is told with its line.
pub(super) fn read(
    source: &Source,
    into: &mut Product,
    lenient: Lenient,
    found: &mut Vec<(usize, String)>,
) {
    let mut texts = Texts { lenient, said: BTreeMap::new() };
    for entry in source.declared() {
        let Some(map) = entry.node.map() else {
            found.push((entry.line, format!("`{}` is no map.", entry.name)));
            continue;
        };
        match entry.name.as_str() {
            "persons" => match answerable(map) {
                Ok(answerable) => into.answerable = Some(answerable),
                Err(_) if lenient.persons => {}
                Err(says) => found.push((entry.line, format!("`persons` {says}"))),
            },
            "default" => into.default = purpose(entry, &mut texts, found),
            "pings" | "metrics" => {
                let all = if entry.name == "pings" { &mut into.pings } else { &mut into.metrics };
                for one in &map.entries {
                    let read = purpose(one, &mut texts, found);
                    all.extend(read.map(|purpose| (one.name.clone(), purpose)));
                }
            }
            other => found.push((
                entry.line,
                format!("`{other}` is not known; there are persons, default, pings and metrics."),
            )),
        }
    }
}

fn answerable(map: &Map) -> Result<Answerable, String> {
    let person = |role: &str| {
        let name = wanted(map, role, Node::text)?.trim().to_owned();
        let named = name.chars().any(char::is_alphabetic);
        named.then_some(name).ok_or_else(|| format!("name nobody for {role}; write who it was."))
    };
    Ok(Answerable { design: person("design")?, implementation: person("implementation")? })
}

/// The texts of a file, to find those that were said before.
struct Texts {
    lenient: Lenient,
    said: BTreeMap<String, String>,
}

impl Texts {
    /// Takes one text of an entry, and refuses what says nothing or was said before (C01).
    fn take(&mut self, entry: &Entry, map: &Map, key: &str) -> Result<String, String> {
        let text = match wanted(map, key, Node::text) {
            Ok(text) => text.trim().to_owned(),
            Err(_) if key == "benefit" && self.lenient.benefits => return Ok(String::new()),
            Err(says) => return Err(says),
        };
        if says_nothing(&text) && !self.lenient.reasons {
            return Err(format!(
                "has a `{key}` that says nothing; say it so that a user understands it."
            ));
        }
        let copied = self.said.insert(text.to_lowercase(), format!("{} {key}", entry.name));
        match copied.filter(|_| key != "amount" && !self.lenient.reasons) {
            Some(before) => {
                Err(format!("has a `{key}` copied from {before}; say what holds here."))
            }
            None => Ok(text),
        }
    }
}

/// Reads one purpose; all that is wrong with it comes together.
fn purpose(entry: &Entry, texts: &mut Texts, found: &mut Vec<(usize, String)>) -> Option<Purpose> {
    let Some(map) = entry.node.map() else {
        let says = format!("`{}` is no map; write why, benefit and amount.", entry.name);
        found.push((entry.line, says));
        return None;
    };
    let mut text = |key| {
        let taken = texts.take(entry, map, key);
        taken.map_err(|says| found.push((entry.line, format!("`{}` {says}", entry.name)))).ok()
    };
    let [why, benefit, amount] = ["why", "benefit", "amount"].map(&mut text);
    Some(Purpose { why: why?, benefit: benefit?, amount: amount? })
}

#[cfg(test)]
mod tests {
    use crate::glean::{self, tests::METRICS, tests::PINGS};

    const PRODUCT: &str = "\
$schema: candor/product/1-0-0
persons: {design: Ann, implementation: Bo}
default: {why: To see what is used., benefit: It is mended first., amount: Everybody.}
pings:
  till: {why: To count sales., benefit: Queues get shorter., amount: Everybody.}
metrics:
  shop.cart: {why: To find carts left behind., benefit: Paying gets easier., amount: Everybody.}
  shop.cart.paid: {why: To know what is paid., benefit: Prices stay., amount: One in ten.}
";

    fn read(product: &str) -> Result<glean::Definitions, String> {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let files = [file("m", METRICS), file("p", PINGS), file("product.yaml", product)];
        glean::read(&files)
            .map_err(|found| found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn what_is_said_most_closely_counts() {
        let definitions = read(PRODUCT).expect("whole");
        let why = |id: &str| definitions.metrics[id].purpose.as_ref().map(|it| it.why.as_str());
        assert_eq!(why("shop.cart.paid"), Some("To know what is paid."));
        assert_eq!(why("shop.cart.filled"), Some("To find carts left behind."));
        let of_ping = definitions.pings["till"].purpose.as_ref().expect("it was said");
        assert_eq!(of_ping.why, "To count sales.");
        let bare = read("$schema: candor/product/1-0-0\n").expect("it may say nothing yet");
        assert_eq!(bare.pings["till"].purpose, None);
        let nobody = PRODUCT.replace("persons: {design: Ann, implementation: Bo}\n", "");
        let nobody = read(&nobody).expect("it may be said later");
        assert_eq!(nobody.pings["till"].purpose, None, "nobody answers for it");
    }

    #[test]
    fn reasons_that_are_none_are_refused_with_their_line() {
        for (from, to, expected) in [
            ("To count sales.", "''", "product.yaml:5: `till` has a `why` that says nothing"),
            ("Queues get shorter.", "It may be useful.", "`benefit` that says nothing"),
            ("Queues get shorter.", "It is mended first.", "`benefit` copied from default benefit"),
            ("why: To count sales., ", "", "`till` lacks `why`"),
            (", amount: One in ten.", "", "`shop.cart.paid` lacks `amount`"),
            ("implementation: Bo", "implementation: ' '", "name nobody for implementation"),
            ("design: Ann, ", "", "`persons` lacks `design`"),
            ("pings:", "rings:", "`rings` is not known"),
        ] {
            assert!(PRODUCT.contains(from), "{from}");
            let found = read(&PRODUCT.replace(from, to)).expect_err(from);
            assert!(found.contains(expected), "{from} -> {to}: {found}");
        }
    }
}

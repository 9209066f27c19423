//! What became of each part of one ping, for the person who builds its sender. The filter that
//! decides for everybody writes it where it is asked to; there is no second one.

use candor_kernel::{Personal, limits, sink};

use super::Dropped;
use super::cause::{Cause, Names, cut};

/// The way of one ping, part by part.
#[derive(Default)]
pub struct Trace {
    /// Its parts, in the order they were looked at.
    pub rows: Vec<Row>,
    /// How many more parts there were than are shown.
    pub more: u64,
    /// What was wrong where, when the ping was refused whole.
    pub at: Option<String>,
}

/// One part.
pub struct Row {
    /// Where it stood: `metrics.counter.sample.app.started`.
    pub path: String,
    /// What came, cut to a line; none where it is not shown.
    pub came: Option<Personal<String>>,
    /// Whether it was kept.
    pub verdict: Verdict,
}

impl Row {
    /// Returns how many bytes its texts have.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let mend = match &self.verdict {
            Verdict::Kept => 0,
            Verdict::Dropped(_, mend) => mend.len(),
        };
        self.path.len()
            + self.came.as_ref().map_or(0, |came| came.open(sink::Operator).len())
            + mend
    }
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It stays.
    Kept,
    /// It was left out, and how to mend that.
    Dropped(Dropped, String),
}

/// A part as the filter finds it: nothing is copied before it is known that somebody looks.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The section: `metrics`, `events`, `client_info`, `ping_info`.
    pub section: &'a str,
    /// The type of a metric; empty elsewhere.
    pub kind: &'a str,
    /// The metric, event or field.
    pub id: &'a str,
    /// A label or an extra key; empty elsewhere.
    pub part: &'a str,
    /// What came, in JSON.
    pub came: &'a str,
    /// What its type wants.
    pub wants: &'static str,
}

impl Found<'_> {
    /// A part of which nothing is known yet.
    pub const NOTHING: Self =
        Found { section: "", kind: "", id: "", part: "", came: "", wants: "" };
}

impl Trace {
    /// Notes a part that stays.
    pub fn kept(&mut self, found: Found<'_>) {
        self.add(found, Verdict::Kept, true);
    }

    /// Notes a part that stays in another form, and is therefore not shown.
    pub fn kept_unseen(&mut self, found: Found<'_>) {
        self.add(found, Verdict::Kept, false);
    }

    /// Notes a part that was left out. What a person did not allow is not shown either.
    pub fn left_out(&mut self, found: Found<'_>, cause: Cause, ping: &str) {
        let names = Names { id: found.id, part: found.part, ping, wants: found.wants };
        let shown = !matches!(cause, Cause::Denied | Cause::ClientUndeclared | Cause::ClientForm);
        self.add(found, Verdict::Dropped(cause.dropped(), cause.mend(&names)), shown);
    }

    fn add(&mut self, found: Found<'_>, verdict: Verdict, shown: bool) {
        if self.rows.len() >= limits::DEBUG_ROWS {
            self.more += 1;
            return;
        }
        let mut path = found.section.to_owned();
        for step in [found.kind, found.id].into_iter().filter(|step| !step.is_empty()) {
            path.push('.');
            path.push_str(&cut(step));
        }
        if !found.part.is_empty() {
            path.push_str(&format!("[{}]", cut(found.part)));
        }
        let came = shown.then(|| Personal::new(cut(found.came)));
        self.rows.push(Row { path, came, verdict });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(id: &'a str, came: &'a str) -> Found<'a> {
        Found { section: "metrics", kind: "counter", id, part: "", came, wants: "" }
    }

    #[test]
    fn paths_are_those_of_the_payload_and_values_are_cut() {
        let mut trace = Trace::default();
        trace.kept(found("shop.cart.filled", "2"));
        let long = "x".repeat(1000);
        trace.left_out(Found { part: &long, ..found("a", &long) }, Cause::Label, "till");
        trace.left_out(found("shop.cart.mail", "\"ann\""), Cause::Denied, "till");
        let [kept, label, denied] = &trace.rows[..] else { panic!("three rows") };
        assert_eq!(kept.path, "metrics.counter.shop.cart.filled");
        assert_eq!(kept.came.as_ref().map(|c| c.open(sink::Operator).as_str()), Some("2"));
        assert!(label.path.starts_with("metrics.counter.a[xxx") && label.path.ends_with("…]"));
        assert!(label.came.as_ref().is_some_and(|came| came.open(sink::Operator).len() < 90));
        assert!(denied.came.is_none(), "what a person did not allow is not shown");
    }

    #[test]
    fn parts_beyond_the_limit_are_counted() {
        let mut trace = Trace::default();
        for _ in 0..limits::DEBUG_ROWS + 3 {
            trace.kept(found("a.b", "1"));
        }
        assert_eq!((trace.rows.len(), trace.more), (limits::DEBUG_ROWS, 3));
    }
}

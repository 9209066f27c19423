//! A product's revisions, followed from the first to the newest: each is read once.

use std::collections::BTreeMap;
use std::sync::Arc;

use candor_inventory::compare::{Change, How, Subject, compare};
use candor_inventory::glean::Definitions;
use candor_kernel::Timestamp;

use super::{Body, Told};

/// What a product's revisions tell, as far as they were followed.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// The newest revision, and when it came.
    pub(super) newest: Option<(i64, Timestamp)>,
    /// What it declares.
    pub(super) definitions: Arc<Definitions>,
    /// What happened to each datum, oldest first.
    pub(super) told: BTreeMap<Subject, Vec<Told>>,
    /// What was declared and is no longer, as it was last.
    pub(super) gone: BTreeMap<Subject, Body>,
}

impl Past {
    /// Returns the number of the newest revision that was followed; 0 before the first.
    pub(super) fn number(&self) -> i64 {
        self.newest.map_or(0, |(number, _)| number)
    }

    /// Follows the next revision; `named` is how a sentence names it.
    pub(super) fn follow(
        &mut self,
        (number, at): (i64, Timestamp),
        named: &str,
        definitions: Definitions,
    ) {
        let before = std::mem::replace(&mut self.definitions, Arc::new(definitions));
        for Change { subject, how, voids } in compare(&before, &self.definitions) {
            let known = self.told.contains_key(&subject);
            let (words, details) = match how {
                How::Added if known => (format!("Declared again, in {named}."), vec![]),
                How::Added => (format!("First declared, in {named}."), vec![]),
                How::Removed => (format!("Removed from the definitions in {named}."), vec![]),
                How::Changed(details) if voids => {
                    let words = "a grant for what it was before does not count any more";
                    (format!("Changed in {named}: {words}."), details)
                }
                How::Changed(details) => (format!("Described anew in {named}."), details),
            };
            match body(&before, &subject).filter(|_| body(&self.definitions, &subject).is_none()) {
                Some(last) => drop(self.gone.insert(subject.clone(), last)),
                None => drop(self.gone.remove(&subject)),
            }
            self.told.entry(subject).or_default().push(Told::new(at, words, details));
        }
        self.newest = Some((number, at));
    }
}

fn body(definitions: &Definitions, subject: &Subject) -> Option<Body> {
    match subject {
        Subject::Ping(name) => definitions.pings.get(name).cloned().map(Body::Ping),
        Subject::Metric(id) => definitions.metrics.get(id).cloned().map(Body::Metric),
    }
}

//! Permits: what may be written about one record.

use candor_kernel::{DatumId, Revision};

use crate::{Decision, Inputs, Outcome, Signals, Terms, decide};

/// Decides every datum of one record, and makes the permit for those that are allowed.
///
/// `revision` names the snapshot that `data` was taken from. A datum that comes twice on different
/// terms is refused if either is.
#[must_use]
pub fn permit(
    revision: Revision,
    signals: &Signals,
    data: impl IntoIterator<Item = (DatumId, Terms)>,
) -> Verdict {
    let data = data.into_iter();
    let mut allowed = Vec::with_capacity(data.size_hint().0);
    let mut refused = Vec::new();
    for (datum, terms) in data {
        let decision = decide(&Inputs { terms, signals: *signals });
        match decision.outcome {
            Outcome::Allow => allowed.push(datum),
            Outcome::Limit | Outcome::Deny => refused.push((datum, decision)),
        }
    }
    allowed.sort_unstable();
    allowed.dedup();
    for (datum, _) in &refused {
        if let Ok(place) = allowed.binary_search(datum) {
            allowed.remove(place);
        }
    }
    let permit = (!allowed.is_empty()).then_some(Permit { revision, data: allowed });
    Verdict { permit, refused }
}

/// The answer for one record.
#[derive(Debug)]
pub struct Verdict {
    /// What may be written; none when nothing may.
    pub permit: Option<Permit>,
    /// What may not, in the order asked: counted by reason, then dropped. An [`Outcome::Limit`]
    /// stands here too, since it needs [`Safety`](crate::Safety) instead of a permit.
    pub refused: Vec<(DatumId, Decision)>,
}

/// The right to write certain data of one record, as of one snapshot. The writer checks it again
/// when it commits, and uses it up.
///
/// Nothing but [`permit`] makes one:
///
/// ```compile_fail,E0451
/// use candor_kernel::Revision;
/// let forged = candor_preference::Permit { revision: Revision(1), data: Vec::new() };
/// ```
///
/// It serves one record, so it cannot be cloned:
///
/// ```compile_fail,E0599
/// fn twice(permit: candor_preference::Permit) {
///     let another = permit.clone();
/// }
/// ```
#[derive(Debug)]
#[must_use]
pub struct Permit {
    revision: Revision,
    /// Sorted, each once, never empty: a ping has some 30 data, and a search beats a hash there.
    data: Vec<DatumId>,
}

impl Permit {
    /// Tells whether the datum may be written.
    #[must_use]
    pub fn allows(&self, datum: &DatumId) -> bool {
        self.data.binary_search(datum).is_ok()
    }

    /// Returns the snapshot that the permit rests on.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        self.revision
    }

    /// Returns what may be written: sorted, each datum once, at least one.
    #[must_use]
    pub fn data(&self) -> &[DatumId] {
        &self.data
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::decision::table;
    use crate::{Choice, Dnt, Gpc, Offer, Standing, Use, Why};

    const MEASURE: Terms =
        Terms { standing: Standing::InForce, purpose: Use::Measure, offer: Offer::On };
    const SAFETY: Terms = Terms { purpose: Use::Safety, ..MEASURE };
    const REFUSED: Terms = Terms { standing: Standing::Refused, ..MEASURE };

    fn datum(name: &str) -> DatumId {
        DatumId::parse(name).expect("a test names data rightly")
    }

    fn silent(data: &[(&str, Terms)]) -> Verdict {
        let data = data.iter().map(|(name, terms)| (datum(name), *terms));
        permit(Revision(7), &Signals::default(), data)
    }

    #[test]
    fn a_permit_names_its_snapshot_and_what_was_allowed() {
        let verdict = silent(&[("c", MEASURE), ("b", REFUSED), ("a", MEASURE), ("c", MEASURE)]);
        let permit = verdict.permit.expect("two data are allowed");
        assert_eq!(permit.revision(), Revision(7));
        assert_eq!(permit.data(), [datum("a"), datum("c")]);
        assert!(permit.allows(&datum("a")) && permit.allows(&datum("c")));
        assert!(!permit.allows(&datum("b")) && !permit.allows(&datum("d")));
        assert_eq!(verdict.refused.len(), 1);
        assert_eq!(verdict.refused[0].0, datum("b"));
        assert_eq!(verdict.refused[0].1.why, Why::NotInForce);
    }

    #[test]
    fn there_is_no_permit_for_nothing() {
        assert!(silent(&[]).permit.is_none());
        assert!(silent(&[("a", REFUSED)]).permit.is_none());
    }

    #[test]
    fn what_is_limited_gets_no_permit() {
        let verdict = silent(&[("a", SAFETY)]);
        assert!(verdict.permit.is_none());
        assert_eq!(verdict.refused[0].1.outcome, Outcome::Limit);
    }

    #[test]
    fn a_datum_on_two_terms_is_refused_if_either_is() {
        for data in [[("a", MEASURE), ("a", REFUSED)], [("a", SAFETY), ("a", MEASURE)]] {
            let verdict = silent(&data);
            assert!(verdict.permit.is_none());
            assert_eq!(verdict.refused.len(), 1);
        }
    }

    /// One record: up to 40 data, with whatever terms and repeats.
    fn records() -> impl Strategy<Value = Vec<(DatumId, Terms)>> {
        let terms = select(table()).prop_map(|(inputs, _)| inputs.terms);
        vec(("[a-f]{1,2}".prop_map(|name| datum(&name)), terms), 0..40)
    }

    fn signals() -> impl Strategy<Value = Signals> {
        select(table()).prop_map(|(inputs, _)| inputs.signals)
    }

    /// Values of one header field, good and bad.
    fn field() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            Just(b"1".to_vec()),
            Just(b"0".to_vec()),
            "[01x, ]{0,4}".prop_map(String::into_bytes),
            vec(any::<u8>(), 0..4)
        ]
    }

    fn allowed(signals: &Signals, record: &[(DatumId, Terms)]) -> Vec<DatumId> {
        let verdict = permit(Revision(1), signals, record.iter().cloned());
        verdict.permit.map_or_else(Vec::new, |permit| permit.data().to_vec())
    }

    fn opens_nothing(before: &Signals, after: &Signals, record: &[(DatumId, Terms)]) -> bool {
        let before = allowed(before, record);
        allowed(after, record).iter().all(|datum| before.contains(datum))
    }

    fn read(said: Signals, dnt: &[Vec<u8>], gpc: &[Vec<u8>]) -> Signals {
        let dnt = Dnt::read(dnt.iter().map(Vec::as_slice));
        let gpc = Gpc::read(gpc.iter().map(Vec::as_slice));
        Signals { dnt, gpc, ..said }
    }

    proptest! {
        #[test]
        fn every_datum_is_either_permitted_or_refused(said in signals(), record in records()) {
            let verdict = permit(Revision(1), &said, record.iter().cloned());
            for (datum, _) in &record {
                let permitted = verdict.permit.as_ref().is_some_and(|permit| permit.allows(datum));
                let refused = verdict.refused.iter().any(|(other, _)| other == datum);
                prop_assert!(permitted != refused, "{}", datum);
            }
        }

        #[test]
        fn adding_a_no_opens_nothing(said in signals(), record in records()) {
            for after in [
                Signals { dnt: Dnt::Forbid, ..said },
                Signals { gpc: Gpc::OptOut, ..said },
                Signals { session: Choice::Off, ..said },
                Signals { category: Choice::Off, ..said },
            ] {
                prop_assert!(opens_nothing(&said, &after, &record), "{:?}", after);
            }
        }

        #[test]
        fn adding_a_header_field_opens_nothing(
            said in signals(),
            record in records(),
            // A lone `DNT: 0` is a yes; beside another field, or as Sec-GPC, nothing is.
            dnt in vec(field(), 1..3),
            gpc in vec(field(), 0..3),
            added in field(),
        ) {
            let before = read(said, &dnt, &gpc);
            let with = |fields: &[Vec<u8>]| [fields, std::slice::from_ref(&added)].concat();
            prop_assert!(opens_nothing(&before, &read(said, &with(&dnt), &gpc), &record));
            prop_assert!(opens_nothing(&before, &read(said, &dnt, &with(&gpc)), &record));
        }

        #[test]
        fn a_first_header_field_opens_nothing_unless_it_is_a_yes(
            said in signals(),
            record in records(),
            added in field(),
        ) {
            let silent = read(said, &[], &[]);
            let spoken = read(said, std::slice::from_ref(&added), &[]);
            prop_assert!(spoken.dnt == Dnt::Allow || opens_nothing(&silent, &spoken, &record));
        }
    }
}

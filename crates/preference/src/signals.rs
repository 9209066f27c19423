//! What a person says: the two request headers, their choices, an exception they granted.

use serde::{Deserialize, Serialize};

/// All that a person said which bears on one record. The default is a person who said nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Signals {
    /// The tracking preference, of the request or else of the account or device.
    pub dnt: Dnt,
    /// The opt-out signal, of the request or of the account that once sent it.
    pub gpc: Gpc,
    /// The stored choice for this service and category.
    pub category: Choice,
    /// The choice made for this session; beats the stored one.
    pub session: Choice,
    /// An exception granted to this site and recipient.
    pub exception: Exception,
}

impl Signals {
    /// Returns the choice that counts: the session's unless unset, else the category's.
    #[must_use]
    pub const fn choice(&self) -> Choice {
        match self.session {
            Choice::Unset => self.category,
            session => session,
        }
    }
}

/// The tracking preference.
///
/// W3C Tracking Preference Expression, "Expressing a Tracking Preference".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Dnt {
    /// Nothing valid was said.
    #[default]
    #[serde(rename = "unset")]
    Unset,
    /// `DNT: 1`: do not track.
    #[serde(rename = "1")]
    Forbid,
    /// `DNT: 0`: tracking is allowed. A site that does not want a general yes to count uses
    /// [`Dnt::Unset`] in its place.
    #[serde(rename = "0")]
    Allow,
}

impl Dnt {
    /// Reads the values of all `DNT` request header fields, in any order.
    ///
    /// Only the first character counts: no extension was ever defined. The standard permits one
    /// field; of several, or of a list that a proxy joined with commas, the most protective counts,
    /// and a value that says nothing protects more than a `0`.
    #[must_use]
    pub fn read<'v>(values: impl IntoIterator<Item = &'v [u8]>) -> Self {
        values
            .into_iter()
            .flat_map(members)
            .map(Self::of)
            .reduce(Self::stricter)
            .unwrap_or_default()
    }

    const fn of(value: &[u8]) -> Self {
        match value.first() {
            Some(b'1') => Self::Forbid,
            Some(b'0') => Self::Allow,
            _ => Self::Unset,
        }
    }

    const fn stricter(self, other: Self) -> Self {
        match (self, other) {
            (Self::Forbid, _) | (_, Self::Forbid) => Self::Forbid,
            (Self::Allow, Self::Allow) => Self::Allow,
            _ => Self::Unset,
        }
    }
}

/// The opt-out signal.
///
/// W3C Global Privacy Control, "The Sec-GPC Header Field for HTTP Requests".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Gpc {
    /// No signal. It is not consent either.
    #[default]
    #[serde(rename = "absent")]
    Absent,
    /// `Sec-GPC: 1`: do not sell or share.
    #[serde(rename = "1")]
    OptOut,
}

impl Gpc {
    /// Reads the values of all `Sec-GPC` request header fields, in any order; never trailers.
    ///
    /// Counts if at least one value is exactly `1`. A list that a proxy joined with commas
    /// (RFC 9110 5.3) is read as the several fields it was; taken literally the draft would ignore
    /// it, and a proxy that adds the signal a second time would hide it.
    #[must_use]
    pub fn read<'v>(values: impl IntoIterator<Item = &'v [u8]>) -> Self {
        let opt_out = values.into_iter().flat_map(members).any(|value| value == b"1");
        if opt_out { Self::OptOut } else { Self::Absent }
    }
}

/// A choice about a category of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// No choice was made.
    #[default]
    Unset,
    /// The person said no.
    Off,
    /// The person said yes.
    On,
}

/// Whether the person granted an exception.
///
/// W3C Tracking Preference Expression, "User-Granted Exceptions".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exception {
    /// None covers this site and recipient.
    #[default]
    None,
    /// One does.
    Granted,
}

/// Splits a field value into list members (RFC 9110 5.6.1): a proxy may have joined lines.
fn members(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn cases(file: &str) -> Vec<Value> {
        let file: Value = serde_json::from_str(file).expect("the vectors are JSON");
        file["cases"].as_array().expect("a list of cases").clone()
    }

    fn lines(case: &Value) -> Vec<&[u8]> {
        let lines = case["lines"].as_array().expect("a list of lines");
        lines.iter().map(|line| line.as_str().expect("a line is text").as_bytes()).collect()
    }

    #[test]
    fn dnt_is_read_as_the_vectors_say() {
        let cases = cases(include_str!("../../../tests/vectors/dnt/http/dnt_request_cases.json"));
        assert_eq!(cases.len(), 14);
        for case in cases {
            let read = serde_json::to_value(Dnt::read(lines(&case))).expect("a state is text");
            assert_eq!(read, case["state"], "{}", case["name"]);
        }
    }

    #[test]
    fn sec_gpc_is_read_as_the_vectors_say() {
        let cases =
            cases(include_str!("../../../tests/vectors/dnt/http/sec_gpc_request_cases.json"));
        assert_eq!(cases.len(), 11);
        for case in cases {
            let expected = case.get("gpc_house_rule").unwrap_or(&case["gpc"]);
            let opted_out = Gpc::read(lines(&case)) == Gpc::OptOut;
            assert_eq!(*expected, opted_out, "{}", case["name"]);
        }
    }

    #[test]
    fn of_several_dnt_values_the_most_protective_counts() {
        let check = |values: &[&str], expected: Dnt| {
            assert_eq!(Dnt::read(values.iter().map(|v| v.as_bytes())), expected, "{values:?}");
        };
        check(&["0, 1"], Dnt::Forbid);
        check(&["0", "null", "1x"], Dnt::Forbid);
        check(&["0", "null"], Dnt::Unset);
        check(&["0", ""], Dnt::Unset);
        check(&["0", "0,0"], Dnt::Allow);
    }

    #[test]
    fn the_session_beats_the_category() {
        for category in [Choice::Unset, Choice::Off, Choice::On] {
            for session in [Choice::Unset, Choice::Off, Choice::On] {
                let expected = if session == Choice::Unset { category } else { session };
                let signals = Signals { category, session, ..Signals::default() };
                assert_eq!(signals.choice(), expected);
            }
        }
    }

    proptest! {
        #[test]
        fn the_order_of_fields_says_nothing(
            mut values in proptest::collection::vec("[01x, ]{0,3}", 0..4),
        ) {
            let read = |values: &[String]| {
                let bytes = || values.iter().map(String::as_bytes);
                (Dnt::read(bytes()), Gpc::read(bytes()))
            };
            let forwards = read(&values);
            values.reverse();
            prop_assert_eq!(read(&values), forwards);
        }
    }
}

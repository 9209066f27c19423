//! JSON of strangers, read entry by entry: nothing is collected that nobody asked for, and no list
//! is taken for an object.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A key or a text: borrowed where it holds no escapes.
pub type Name<'a> = Cow<'a, str>;

/// The longest a character becomes in JSON: `\u0041`.
const ESCAPED_BYTES: usize = 6;

/// Why a walk ended early: what came is not the JSON that was wanted, or the visitor had enough.
#[derive(Debug)]
pub enum Stop<E> {
    /// The parser's own error, with line and column.
    Json(serde_json::Error),
    /// The visitor's.
    Visitor(E),
}

/// Walks the entries of an object in their order. Keys that stand twice come twice.
pub fn each<'a, E>(
    json: &'a str,
    mut visit: impl FnMut(Name<'a>, &'a RawValue) -> Result<(), E>,
) -> Result<(), Stop<E>> {
    let mut stopped = None;
    let mut reader = serde_json::Deserializer::from_str(json);
    let entries = Entries { visit: &mut visit, stopped: &mut stopped };
    let walked = reader.deserialize_map(entries).and_then(|()| reader.end());
    outcome(stopped, walked)
}

/// Walks the items of a list in their order.
pub fn items<'a, E>(
    json: &'a str,
    mut visit: impl FnMut(&'a RawValue) -> Result<(), E>,
) -> Result<(), Stop<E>> {
    let mut stopped = None;
    let mut reader = serde_json::Deserializer::from_str(json);
    let items = Items { visit: &mut visit, stopped: &mut stopped };
    let walked = reader.deserialize_seq(items).and_then(|()| reader.end());
    outcome(stopped, walked)
}

/// Takes some entries out of an object; none where it is no object or names one of them twice.
#[must_use]
pub fn pick<'a, const N: usize>(
    object: &'a RawValue,
    names: [&str; N],
) -> Option<[Option<&'a RawValue>; N]> {
    let mut picked = [None; N];
    let walked = each(object.get(), |name, value| {
        let Some(place) = names.iter().position(|wanted| *wanted == name) else { return Ok(()) };
        picked[place].replace(value).map_or(Ok(()), |_| Err(()))
    });
    walked.is_ok().then_some(picked)
}

/// Reads a text of at most so many bytes. A longer one is not even decoded.
#[must_use]
pub fn text(raw: &RawValue, bytes_max: usize) -> Option<Name<'_>> {
    if raw.get().len() > bytes_max * ESCAPED_BYTES + 2 {
        return None;
    }
    let Text(text) = serde_json::from_str(raw.get()).ok()?;
    (text.len() <= bytes_max).then_some(text)
}

/// Reads a whole number from 0 to 2^63 - 1, written as one: neither `1.0` nor `-0`.
#[must_use]
pub fn whole(raw: &RawValue) -> Option<i64> {
    let digits = raw.get();
    digits.starts_with(|c: char| c.is_ascii_digit()).then(|| digits.parse().ok())?
}

fn outcome<E>(stopped: Option<E>, walked: serde_json::Result<()>) -> Result<(), Stop<E>> {
    match stopped {
        Some(stopped) => Err(Stop::Visitor(stopped)),
        None => walked.map_err(Stop::Json),
    }
}

struct Entries<'v, F, E> {
    visit: &'v mut F,
    stopped: &'v mut Option<E>,
}

impl<'de, E, F> Visitor<'de> for Entries<'_, F, E>
where
    F: FnMut(Name<'de>, &'de RawValue) -> Result<(), E>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((Text(name), value)) = map.next_entry::<_, &RawValue>()? {
            if let Err(stop) = (self.visit)(name, value) {
                *self.stopped = Some(stop);
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

struct Items<'v, F, E> {
    visit: &'v mut F,
    stopped: &'v mut Option<E>,
}

impl<'de, E, F: FnMut(&'de RawValue) -> Result<(), E>> Visitor<'de> for Items<'_, F, E> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element::<&RawValue>()? {
            if let Err(stop) = (self.visit)(value) {
                *self.stopped = Some(stop);
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

/// A text of JSON; serde alone would copy each one.
pub(crate) struct Text<'a>(pub(crate) Name<'a>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        reader.deserialize_str(Reads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> &RawValue {
        serde_json::from_str(json).expect("the test writes JSON")
    }

    #[test]
    fn texts_are_those_that_fit_and_are_whole() {
        assert_eq!(text(raw(r#""a\u00e4b""#), 4).as_deref(), Some("aäb"));
        assert_eq!(text(raw(r#""\ud83d\ude00""#), 4).as_deref(), Some("😀"));
        for (json, bytes_max) in [
            (r#""aäb""#, 3),
            (r#""\ud800""#, 9),       // half of a pair
            (r#""\udc00\ud800""#, 9), // a pair the wrong way round
            ("1", 9),
            ("null", 9),
            (r#"["a"]"#, 9),
        ] {
            assert_eq!(text(raw(json), bytes_max), None, "{json}");
        }
        let long = format!("\"{}\"", "x".repeat(9_000_000));
        assert_eq!(text(raw(&long), 255), None);
    }

    #[test]
    fn whole_numbers_are_written_as_such() {
        for (json, number) in [("0", 0), ("7", 7), ("9223372036854775807", i64::MAX)] {
            assert_eq!(whole(raw(json)), Some(number));
        }
        for json in [
            "-0",
            "-1",
            "1.0",
            "1e3",
            "1e999",
            "1e-400",
            "9223372036854775808",
            "\"1\"",
            "true",
            "null",
            "[1]",
            "{}",
        ] {
            assert_eq!(whole(raw(json)), None, "{json}");
        }
        assert_eq!(whole(raw(&"9".repeat(1_000_000))), None);
    }

    #[test]
    fn entries_are_picked_once_and_out_of_objects_only() {
        let picked = pick(raw(r#"{"b":2,"c":3,"c":4,"\u0061":1}"#), ["a", "b", "d"]);
        let picked = picked.expect("it is an object").map(|one| one.map(RawValue::get));
        assert_eq!(picked, [Some("1"), Some("2"), None]);
        for json in ["[1,2]", "1", "null", r#"{"a":1,"\u0061":2}"#] {
            assert!(pick(raw(json), ["a", "b"]).is_none(), "{json}");
        }
    }

    #[test]
    fn a_walk_ends_where_its_visitor_has_enough() {
        let mut seen = 0;
        let walked = items("[1,2,3", |_| {
            seen += 1;
            if seen < 2 { Ok(()) } else { Err("enough") }
        });
        assert!(matches!(walked, Err(Stop::Visitor("enough"))) && seen == 2);
        for json in ["{}", "[1,]", "[1] 2", "", "1"] {
            assert!(items(json, |_| Ok::<_, ()>(())).is_err(), "{json}");
        }
        for json in ["[]", "{\"a\":1,}", "{} {}", "{1:2}", "{\"a\"}"] {
            assert!(each(json, |_, _| Ok::<_, ()>(())).is_err(), "{json}");
        }
    }
}

//! What a plain word means in YAML 1.1.

use std::borrow::Cow;

use super::Value;

/// Resolves a word: by its tag, as a text where it stood in quotes, else by what it looks like.
pub(super) fn resolve(text: Cow<'_, str>, plain: bool, tag: Option<&str>) -> Result<Value, String> {
    let tag = tag.map(|tag| tag.trim_start_matches("tag:yaml.org,2002:").trim_start_matches("!!"));
    match tag {
        None if plain && text == "=" => {
            Err("A = alone has a meaning of its own in YAML; put it in quotes.".to_owned())
        }
        None if plain => Ok(look(&text).unwrap_or_else(|| Value::Text(text.into_owned()))),
        None | Some("!" | "str") => Ok(Value::Text(text.into_owned())),
        Some(tag @ ("null" | "bool" | "int" | "float")) => {
            let fits = |value: &Value| match tag {
                "null" => matches!(value, Value::Null),
                "bool" => matches!(value, Value::Bool(_)),
                "int" => matches!(value, Value::Int(_)),
                _ => matches!(value, Value::Int(_) | Value::Float(_)),
            };
            look(&text).filter(fits).ok_or_else(|| format!("{text:?} is no {tag}."))
        }
        Some(tag) => Err(format!("The tag {tag} is not known here; leave it out.")),
    }
}

/// Says what a value is, for people.
pub(super) fn words(value: &Value) -> String {
    match value {
        Value::Null => "Nothing".to_owned(),
        Value::Bool(yes) => format!("A {yes}"),
        Value::Int(number) => format!("The number {number}"),
        Value::Float(number) => format!("The number {number}"),
        Value::Text(text) => format!("{text:?}"),
        Value::List(_) => "A list".to_owned(),
        Value::Map(_) => "A map".to_owned(),
    }
}

/// What a word is, where it is no text.
fn look(text: &str) -> Option<Value> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        _ => return number(text),
    })
}

fn number(text: &str) -> Option<Value> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        b'0'..=b'9' | b'.' => (false, text),
        _ => return None,
    };
    if let Some(whole) = whole(digits) {
        return Some(match whole.and_then(|n| i64::try_from(if negative { -n } else { n }).ok()) {
            Some(number) => Value::Int(number),
            // Beyond 64 bits only its being a number matters.
            None => Value::Float(if negative { f64::MIN } else { f64::MAX }),
        });
    }
    // A sign before a point makes a text of it, as in no later version.
    let signed_point = digits.len() < text.len() && digits.starts_with('.');
    let float = float(digits).filter(|float| !signed_point || float.is_infinite())?;
    Some(Value::Float(if negative { -float } else { float }))
}

/// A whole number: none where it is not one, none inside where it is too large.
fn whole(digits: &str) -> Option<Option<i128>> {
    let clean = |digits: &str, radix: u32| {
        let all = !digits.is_empty()
            && digits.chars().all(|c| c == '_' || c.is_digit(radix))
            && digits.contains(|c: char| c != '_');
        all.then(|| i128::from_str_radix(&digits.replace('_', ""), radix).ok())
    };
    if let Some(binary) = digits.strip_prefix("0b") {
        return clean(binary, 2);
    }
    if let Some(hexadecimal) = digits.strip_prefix("0x") {
        return clean(hexadecimal, 16);
    }
    if digits == "0" {
        return Some(Some(0));
    }
    if let Some(octal) = digits.strip_prefix('0') {
        return clean(octal, 8);
    }
    if digits.contains(':') {
        return sixties(digits);
    }
    digits.starts_with(|c: char| c.is_ascii_digit()).then(|| clean(digits, 10))?
}

/// `1:30` is ninety.
fn sixties(digits: &str) -> Option<Option<i128>> {
    let mut total: i128 = 0;
    for (place, part) in digits.split(':').enumerate() {
        let part = if place == 0 { part.replace('_', "") } else { part.to_owned() };
        let fits = !part.is_empty()
            && part.chars().all(|c| c.is_ascii_digit())
            && (place == 0 || part.len() <= 2);
        let number: i128 = if fits { part.parse().ok()? } else { return None };
        if place > 0 && number >= 60 {
            return None;
        }
        total = total.checked_mul(60)?.checked_add(number)?;
    }
    Some(Some(total))
}

/// A number with a point: an exponent needs its sign in YAML 1.1.
fn float(digits: &str) -> Option<f64> {
    match digits {
        ".inf" | ".Inf" | ".INF" => return Some(f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Some(f64::NAN),
        _ => {}
    }
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(place) => (&digits[..place], Some(&digits[place + 1..])),
        None => (digits, None),
    };
    let (before, after) = mantissa.split_once('.')?;
    let digits_only = |part: &str| part.chars().all(|c| c == '_' || c.is_ascii_digit());
    let begins = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let shaped = digits_only(before) && digits_only(after) && (begins(before) || begins(after));
    let signed = exponent.is_none_or(|exponent| {
        let number = exponent.strip_prefix(['-', '+']);
        number.is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()))
    });
    let starts = before.is_empty() || begins(before);
    (shaped && signed && starts).then(|| digits.replace('_', "").parse().ok())?
}

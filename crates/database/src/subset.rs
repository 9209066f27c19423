//! The three things of the house subset (`docs/sql.md`) that a program has to do by itself.

use crate::DatabaseError;

/// Returns the name if it can stand in SQL as a table or column without quotes.
///
/// Only names of declarations come here, never those of a request. At most 63 bytes, which is what
/// PostgreSQL keeps of a name. A reserved word passes and is refused by the engine.
pub fn identifier(name: &str) -> Result<&str, DatabaseError> {
    let letter_first = name.starts_with(|c: char| c.is_ascii_lowercase());
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if letter_first && name.len() <= 63 && name.chars().all(allowed) {
        Ok(name)
    } else {
        Err(DatabaseError::Name(name.chars().take(80).collect()))
    }
}

/// Returns the text if both engines can store it: PostgreSQL refuses U+0000, SQLite cuts there.
pub fn without_nul(text: &str) -> Result<&str, DatabaseError> {
    if text.contains('\0') { Err(DatabaseError::Nul) } else { Ok(text) }
}

/// Writes the places for the values of many rows: `($1, $2), ($3, $4)`.
///
/// One statement binds 30,000 values at most, which both engines take.
#[must_use]
pub fn places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let columns = (1..=columns).map(|column| format!("${}", row * columns + column));
        format!("({})", columns.collect::<Vec<_>>().join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_stand_in_sql() {
        let longest = "a".repeat(63);
        for name in ["job", "lease_until_us", "a1", longest.as_str()] {
            assert!(identifier(name).is_ok(), "{name}");
        }
        let long = "a".repeat(64);
        for name in ["", "1a", "_a", "Job", "a b", "a;b", "a\"", "a.b", "é", long.as_str()] {
            assert!(matches!(identifier(name), Err(DatabaseError::Name(_))), "{name}");
        }
    }

    #[test]
    fn places_are_counted_through() {
        assert_eq!(places(2, 3), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(places(1, 1), "($1)");
    }

    #[test]
    fn a_zero_character_is_refused() {
        assert!(without_nul("a\u{1}b").is_ok());
        assert!(matches!(without_nul("a\0b"), Err(DatabaseError::Nul)));
    }
}

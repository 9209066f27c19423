//! Typed ids: no bare string or number names a thing of the domain.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Says why a text is not an id: which kind was wanted and what it may hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {kind}: {rule}")]
pub struct IdError {
    kind: &'static str,
    rule: &'static str,
    text: String,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $max:literal, $rule:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Reads the id, or says what it may hold.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let allowed: fn(char) -> bool = $allowed;
                if text.is_empty() || text.len() > $max || !text.chars().all(allowed) {
                    let text = text.chars().take(80).collect();
                    return Err(IdError { kind: $kind, rule: $rule, text });
                }
                Ok(Self(Arc::from(text)))
            }

            /// Returns the id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.to_string()
            }
        }
    };
}

fn lower_dash(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

fn dotted(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-')
}

text_id!(
    /// Names one datum that may exist: `sample/metric/sample.app.started`, `candor/product.title`.
    DatumId, "a datum id", 200, "1 to 200 of a-z 0-9 . _ - /", |c| dotted(c) || c == '/'
);
text_id!(
    /// Names a product: the unit of keys, reviews and notices.
    ProductId, "a product id", 40, "1 to 40 of a-z 0-9 -", lower_dash
);
text_id!(
    /// Names a registered application, as Glean SDKs write it in the path (docs/glean.md 3.1).
    AppId, "an app id", 100, "1 to 100 of a-z 0-9 -", lower_dash
);
text_id!(
    /// Names a ping; Glean allows 30 characters.
    PingName, "a ping name", 30, "1 to 30 of a-z 0-9 -", lower_dash
);
text_id!(
    /// Names a metric as it stands in a payload: category, dot, name; Glean allows 111 characters.
    MetricId, "a metric id", 111, "1 to 111 of a-z 0-9 . _ -", dotted
);
text_id!(
    /// Names a promise of the register: `S30`.
    PromiseId, "a promise id", 3, "a letter and two digits",
    |c| c.is_ascii_uppercase() || c.is_ascii_digit()
);
text_id!(
    /// Names a report.
    ReportId, "a report id", 60, "1 to 60 of a-z 0-9 -", lower_dash
);
text_id!(
    /// Names a state of a team's repository, as its version control does.
    RepositoryRev, "a revision of a repository", 80, "1 to 80 of a-z A-Z 0-9 . _ - /",
    |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/')
);
text_id!(
    /// Names a person in a public role: who asked, who decided.
    PersonName, "a person's name", 80, "1 to 80 characters, no control characters",
    |c| !c.is_control()
);

/// Counts the compiled states of what is in force; a larger one is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Revision(pub i64);

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}", self.0)
    }
}

/// The random id that an SDK gives one ping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(pub [u8; 16]);

impl DocumentId {
    /// Reads a UUID in its hyphenated form, the only one SDKs send.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 36 {
            return None;
        }
        uuid::Uuid::try_parse(text).ok().map(|id| Self(*id.as_bytes()))
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", uuid::Uuid::from_bytes(self.0))
    }
}

/// The keyed hash that stands for one client of one product; the client's own id is never kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectKey(pub [u8; 16]);

/// The keyed hash that stands for one ping, to notice it when it comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentKey(pub [u8; 16]);

impl fmt::Display for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_refuse_what_they_may_not_hold() {
        assert!(AppId::parse("org-example-sample").is_ok());
        for text in ["", "Org-Example", "a/b", "../x", "a b", "a\u{301}"] {
            assert!(AppId::parse(text).is_err(), "{text:?}");
        }
        let error = PingName::parse(&"x".repeat(31)).expect_err("31 is one too many");
        assert!(error.to_string().ends_with("is not a ping name: 1 to 30 of a-z 0-9 -"));
    }

    #[test]
    fn document_ids_take_one_form() {
        let text = "eaee1704-2577-44e0-a672-7bf589e39be6";
        assert_eq!(DocumentId::parse(text).map(|id| id.to_string()).as_deref(), Some(text));
        assert_eq!(DocumentId::parse("eaee1704257744e0a6727bf589e39be6"), None);
        assert_eq!(DocumentId::parse("{eaee1704-2577-44e0-a672-7bf589e39b}"), None);
    }
}

//! What is no reason (C01).

/// Words that people write where they have no reason.
const EMPTY: [&str; 6] =
    ["may be useful", "might be useful", "could be useful", "just in case", "todo", "tbd"];

/// Tells whether a text gives no reason: it is empty or a word, or says that it may be useful.
#[must_use]
pub fn says_nothing(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    text.len() < 4 || EMPTY.iter().any(|empty| text.contains(empty))
}

//! Names and descriptions as words that can be compared.

/// Words in small letters and in the singular.
#[derive(Debug, Default)]
pub(super) struct Words(pub(super) Vec<String>);

/// What a description begins with that counts instead of quoting.
const COUNTS: [&str; 8] = [
    "how many",
    "number of",
    "the number of",
    "count",
    "the count of",
    "whether",
    "how often",
    "how long",
];

impl Words {
    /// Splits a name or text: at everything but letters and digits, and where a capital follows a
    /// small letter.
    pub(super) fn of(text: &str) -> Self {
        let mut words = vec![String::new()];
        let mut before = ' ';
        for letter in text.chars() {
            let begins = before.is_lowercase() && letter.is_uppercase();
            if begins || !letter.is_alphanumeric() {
                words.push(String::new());
            }
            if letter.is_alphanumeric() {
                words.last_mut().expect("it is never empty").extend(letter.to_lowercase());
            }
            before = letter;
        }
        Self(words.into_iter().filter(|word| !word.is_empty()).map(singular).collect())
    }

    /// The words of a description's first sentence, which says what the datum is. What it lists
    /// after a colon are examples, and a sentence that denies something says nothing.
    pub(super) fn of_description(text: &str) -> Self {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let end = [". ", "; "].iter().filter_map(|end| text.find(end)).min();
        let first = &text[..end.unwrap_or(text.len())];
        let first = match first.split_once(": ") {
            Some((before, examples)) if examples.contains(',') => before,
            _ => first,
        };
        let words = Self::of(first);
        let denies = |word: &String| matches!(word.as_str(), "no" | "not" | "never" | "without");
        if words.0.iter().any(denies) { Self::default() } else { words }
    }

    /// Tells whether they begin with a number of something.
    pub(super) fn begin_with_a_count(&self) -> bool {
        COUNTS.iter().any(|count| begins(&self.0, count))
    }
}

/// Tells whether words begin with a phrase.
pub(super) fn begins(words: &[String], phrase: &str) -> bool {
    let mut words = words.iter();
    phrase.split(' ').all(|part| words.next().is_some_and(|word| word == part))
}

/// Tells whether somebody's mail address stands in a text, as an example.
pub(super) fn has_mail_address(text: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric();
    text.split_whitespace().any(|word| {
        let (name, host) = word.split_once('@').unwrap_or_default();
        let (host, end) = host.split_once('.').unwrap_or_default();
        name.ends_with(letter) && host.starts_with(letter) && end.starts_with(letter)
    })
}

fn singular(word: String) -> String {
    let keeps = word.len() < 4 || word.ends_with("ss") || word.ends_with("us");
    let hisses = ["sses", "shes", "ches", "xes"].iter().any(|end| word.ends_with(end));
    let singular = word.strip_suffix(if hisses { "es" } else { "s" });
    match singular {
        Some(one) if !keeps => one.to_owned(),
        _ => word,
    }
}

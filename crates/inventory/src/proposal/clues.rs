//! Words by which a datum gives away what it is about.

use super::words::{Words, begins};
use crate::Category;

macro_rules! topics {
    ($($(#[doc = $doc:literal])+ $topic:ident = $category:ident, $words:literal,
        names: [$($name:literal),*], says: [$($phrase:literal),*];)+) => {
        /// What a datum can be about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Topic { $($(#[doc = $doc])+ $topic,)+ }

        impl Topic {
            /// Returns the category of such data.
            #[must_use]
            pub const fn category(self) -> Category {
                match self { $(Self::$topic => Category::$category,)+ }
            }

            /// Returns what it is, in words.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$topic => $words,)+ }
            }
        }

        /// What only a name says so briefly.
        const NAMES: &[(Topic, &[&str])] = &[$((Topic::$topic, &[$($name),*]),)+];
        /// What both names and descriptions say. Of phrases that begin at one word, the longest
        /// counts.
        const PHRASES: &[(Topic, &[&str])] = &[$((Topic::$topic, &[$($phrase),*]),)+];
    };
}

topics! {
    /// The program and the device it runs on.
    Machine = Technical, "data about the program or the device",
        names: ["os", "arch"],
        says: ["operating system", "processor", "version", "crash", "error", "failure", "exception",
            "update", "activation", "compatibility", "api", "memory use", "startup time",
            "connected service", "connected to the account"];
    /// What a person does with the program.
    Use = Interaction, "data about how the program is used",
        names: [],
        says: ["click", "clicked", "tap", "tapped", "scroll", "scrolled", "session length",
            "length of a session", "audio length", "how long audio", "preference", "setting",
            "synced device", "device a person has synced", "how active", "selected", "chosen",
            "journey", "opened", "user opened", "has pressed", "pressed", "interacted"];
    /// Pages and places in the net that a person visits.
    Visited = StoredContent, "an address or page that a person visits",
        names: ["url", "uri", "href", "title", "referrer", "referer", "domain", "hostname"],
        says: ["url", "uri", "web address", "page title", "title of the page", "title of a page",
            "title of the tab", "browsing history", "page visited", "site visited",
            "visited page", "visited site", "top level domain", "domain of the site", "domain of the page", "site domain",
            "page a person", "web page or story", "referring page"];
    /// What a person keeps or says to others.
    Content = StoredContent, "content that a person keeps or sends",
        names: ["filename", "file name", "file path", "note", "bookmark", "query", "search term"],
        says: ["search term", "search query", "typed text", "entered text", "free text",
            "text that the user", "text the user", "file name", "name of the file", "file path",
            "saved file", "saved note", "saved tag", "saved password", "stored password",
            "saved content", "highlighted part", "message people send", "message to",
            "chat message", "content of a message", "clipboard"];
    /// What reaches a person.
    Contact = HighlySensitive, "an address or number that reaches a person",
        names: ["email", "e mail", "mail address", "phone", "telephone", "postcode", "zip code",
            "postal address", "street"],
        says: ["email", "email address", "e mail address", "e mail", "mail address", "phone number",
            "telephone number", "mobile number", "mailing address", "postal address",
            "street address", "home address", "address the user signed in with",
            "address a person signed in with", "ip address"];
    /// Who a person is.
    Person = HighlySensitive, "who a person is, or what only they know",
        names: ["username", "user name", "first name", "last name", "full name", "real name",
            "surname", "password", "passphrase"],
        says: ["user s name", "name of the user", "name of the person", "person s name",
            "first name", "last name", "full name", "real name", "surname", "account password",
            "password of", "s password", "passphrase", "passport number", "social security number", "account name",
            "login name"];
    /// What a person pays with.
    Payment = HighlySensitive, "payment data",
        names: ["iban", "card number"],
        says: ["credit card number", "card number", "bank account", "payment data",
            "payment detail", "paid with"];
    /// Where exactly a person is.
    Location = HighlySensitive, "a precise location",
        names: ["lat", "lon", "lng", "latitude", "longitude", "gps", "coordinate"],
        says: ["latitude", "longitude", "gps", "coordinate", "precise location", "exact location",
            "wi fi access point", "bluetooth beacon", "cell tower"];
    /// A person's body and circumstances.
    Body = HighlySensitive, "a person's body, voice or circumstances",
        names: ["gender", "birthday", "birth date"],
        says: ["voice command", "voice recording", "recording of a voice", "spoken word",
            "speech to text", "text to speech", "transcript", "biometric", "face image", "gender",
            "date of birth", "year of birth", "demographic", "ethnicity", "religion", "income"];
    /// What happened to be in memory or on the screen.
    Capture = HighlySensitive, "a copy of memory or of the screen, which can hold anything",
        names: ["screenshot", "memory dump", "core dump", "minidump"],
        says: ["screenshot", "screen capture", "picture of the screen", "memory content",
            "content of memory", "memory dump", "core dump", "dom of the page", "dom data"];
}

/// Whose an identifier is, and what it is called.
const BEARERS: [&str; 16] = [
    "user",
    "client",
    "device",
    "account",
    "install",
    "installation",
    "person",
    "profile",
    "session",
    "machine",
    "visitor",
    "customer",
    "advertising",
    "hardware",
    "member",
    "subscriber",
];
const IDS: [&str; 6] = ["id", "identifier", "uid", "guid", "uuid", "hash"];
/// What stands for a person or device by itself.
const UNIQUE: [&str; 5] = ["guid", "uuid", "serial number", "mac address", "fingerprint of"];

impl Topic {
    /// Tells whether it is about the program or its use, which a mere number can be too.
    pub(super) const fn is_about_use(self) -> bool {
        matches!(self, Self::Machine | Self::Use)
    }

    /// Tells whether only words can be about it. A number of addresses is no address.
    pub(super) const fn needs_words(self) -> bool {
        !matches!(self, Self::Machine | Self::Use | Self::Location | Self::Body)
    }
}

/// Finds what a name says.
pub(super) fn in_name(words: &Words) -> Vec<(Topic, String)> {
    find(words, &[NAMES, PHRASES])
}

/// Finds what a description says.
pub(super) fn in_description(words: &Words) -> Vec<(Topic, String)> {
    find(words, &[PHRASES])
}

/// Tells whether a name is one of an identifier.
pub(super) fn names_an_id(words: &Words) -> bool {
    let last = words.0.last().map_or("", String::as_str);
    matches!(last, "uid" | "guid" | "uuid") || tells_of_an_id(words)
}

/// Tells whether words tell of an identifier of somebody or something.
pub(super) fn tells_of_an_id(words: &Words) -> bool {
    let is = |words: &[&str], word: &String| words.contains(&word.as_str());
    let has = |phrase: &str| (0..words.0.len()).any(|at| begins(&words.0[at..], phrase));
    let of_somebody = |pair: &[String]| is(&BEARERS, &pair[0]) && is(&IDS, &pair[1]);
    words.0.windows(2).any(of_somebody)
        || UNIQUE.iter().any(|phrase| has(phrase))
        || (has("unique identifier") && words.0.iter().any(|word| is(&BEARERS, word)))
}

fn find(words: &Words, tables: &[&[(Topic, &[&str])]]) -> Vec<(Topic, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.0.len() {
        let rest = &words.0[at..];
        let phrases = tables.iter().flat_map(|table| table.iter()).flat_map(|(topic, phrases)| {
            phrases.iter().filter(|phrase| begins(rest, phrase)).map(move |phrase| (topic, phrase))
        });
        match phrases.max_by_key(|(_, phrase)| phrase.len()) {
            Some((topic, phrase)) => {
                found.push((*topic, (*phrase).to_owned()));
                at += phrase.split(' ').count();
            }
            None => at += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_written_as_they_are_compared() {
        for (topic, phrases) in NAMES.iter().chain(PHRASES) {
            for phrase in *phrases {
                assert_eq!(Words::of(phrase).0.join(" "), *phrase, "{topic:?}");
            }
        }
    }
}

//! Exactly why a part of a ping was left out: the reason that is counted, and the sentence that
//! tells its sender how to mend it. To add a cause: one line in the table, and the place in the
//! filter that finds it.

use candor_kernel::limits;

use super::Dropped;

macro_rules! causes {
    ($($(#[doc = $doc:literal])+ $name:ident = $dropped:ident, $mend:literal;)+) => {
        /// Why a part was left out.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Cause {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Cause {
            /// Every cause there is.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// Returns the reason under which it is counted.
            #[must_use]
            pub const fn dropped(self) -> Dropped {
                match self { $(Self::$name => Dropped::$dropped,)+ }
            }

            const fn pattern(self) -> &'static str {
                match self { $(Self::$name => $mend,)+ }
            }
        }
    };
}

causes! {
    /// A metric or event that this ping does not declare.
    Undeclared = Undeclared, "Declare `{id}` in metrics.yaml with `send_in_pings: [{ping}]` and push the definitions.";
    /// Something that SDKs add of their own, in a category that no product can declare.
    OfSdk = Undeclared, "The SDK adds this by itself, and this server does not keep it; there is nothing to mend.";
    /// No review granted it, or it changed since.
    Unreviewed = Unreviewed, "No review has granted this as it is declared now; ask a steward to decide on the request that `candor definitions push` opened.";
    /// Nobody gave it a category.
    Unclassified = Unreviewed, "Give `{id}` a `data_sensitivity` in metrics.yaml, push the definitions and ask for the review.";
    /// Nobody said why it is taken, or nobody answers for it.
    Unexplained = Unreviewed, "Say in product.yaml why `{id}` is taken, what people get from it, how much is taken and who answers for it; push it and ask for the review.";
    /// No report has read it for too long.
    Unread = Expired, "No report reads `{id}`, so it is not taken any more; ask for a report of it, or stop sending it.";
    /// Its type cannot be checked yet.
    Unsupported = Unreviewed, "This server cannot check values of this type yet; send it as another type.";
    /// Its review or its day has ended.
    Ended = Expired, "Its review or its `expires` has ended; renew it with a later `expires` and a new review, or stop sending it.";
    /// The version until which it was declared is reached, or unknown.
    Outlived = Expired, "It was declared up to a version that this program has reached or does not tell; renew it with a later `expires` and a new review, or stop sending it.";
    /// The person's signals or choices say no, or it needs their yes.
    Denied = Denied, "The person's signal says no, or this needs the person's own yes; there is nothing to mend.";
    /// It came under the name of another type.
    OtherType = InvalidValue, "It is declared as {wants}; build the program with the definitions that were pushed.";
    /// The value is not of its type or beyond its limits.
    Value = InvalidValue, "The value does not fit: {wants}.";
    /// An event that has not the form of one.
    EventForm = InvalidValue, "An event is an object with `category`, `name`, a `timestamp` that is a whole number, and `extra` that is an object.";
    /// An event beyond those that one ping may have.
    EventsBeyond = InvalidValue, "Only the first {events} events of a ping are kept; send pings more often.";
    /// A client id that is none.
    ClientForm = InvalidValue, "A client id is a UUID.";
    /// A client id in a ping that is declared without.
    ClientUndeclared = Filtered, "This ping is declared without a client id, so it was left out. If one is needed, set `include_client_id: true` in pings.yaml and ask for the review.";
    /// A field of the info sections in a ping that is declared without them.
    InfoSection = Filtered, "This ping is declared with `include_info_sections: false`, so they are left out; there is nothing to mend.";
    /// A field of the info sections that this server does not declare.
    InfoField = Filtered, "This server never keeps this field, whatever SDKs send; there is nothing to mend.";
    /// A value that no info field has.
    InfoValue = Filtered, "The value does not fit: such a field is a text of up to 100 bytes or a whole number.";
    /// A reason that the ping does not declare.
    Reason = Filtered, "Declare this reason of `{ping}` under `reasons` in pings.yaml and push the definitions.";
    /// A label that is not in the closed list.
    Label = Filtered, "Declare the label `{part}` of `{id}` in metrics.yaml; it counts under `__other__` until then.";
    /// A label that is too long, no plain text, or one too many.
    LabelOpen = Filtered, "Labels that are not declared have up to {label} printable ASCII characters and are {labels} at most; it counts under `__other__`.";
    /// An extra key that is not declared.
    ExtraKey = Filtered, "Declare the extra key `{part}` of `{id}` in metrics.yaml and push the definitions.";
    /// An extra value that is not of its type.
    ExtraValue = Filtered, "The value does not fit: {wants}.";
}

impl Cause {
    /// Returns why a metric or event that is not declared is left out.
    #[must_use]
    pub fn of_undeclared(id: &str) -> Self {
        // docs/glean.md 2.1: the category is reserved.
        if id.starts_with("glean.") { Self::OfSdk } else { Self::Undeclared }
    }
}

/// What a sentence names.
#[derive(Debug, Clone, Copy, Default)]
pub struct Names<'a> {
    /// The metric, event or field.
    pub id: &'a str,
    /// The label or extra key.
    pub part: &'a str,
    /// The ping.
    pub ping: &'a str,
    /// What its type wants.
    pub wants: &'static str,
}

impl Cause {
    /// Returns what its sender can do about it, in a sentence or two.
    #[must_use]
    pub fn mend(self, names: &Names<'_>) -> String {
        let mut sentence = String::new();
        // One pass: what a name holds is never taken for a place of another.
        for (index, piece) in self.pattern().split(['{', '}']).enumerate() {
            match (index % 2 == 1, piece) {
                (false, words) => sentence.push_str(words),
                (true, "id") => sentence.push_str(&cut(names.id)),
                (true, "part") => sentence.push_str(&cut(names.part)),
                (true, "ping") => sentence.push_str(&cut(names.ping)),
                (true, "wants") => sentence.push_str(names.wants),
                (true, "events") => sentence.push_str(&limits::EVENTS_PER_PING.to_string()),
                (true, "label") => sentence.push_str(&limits::METRIC_LABEL_BYTES.to_string()),
                (true, "labels") => sentence.push_str(&limits::METRIC_DYNAMIC_LABELS.to_string()),
                (true, other) => unreachable!("a test fills every place, {other} too"),
            }
        }
        sentence
    }
}

/// Cuts a text of strangers to what a line can show; line breaks and other controls become blanks.
#[must_use]
pub(crate) fn cut(text: &str) -> String {
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = chars.by_ref().take(limits::DEBUG_VALUE_CHARS).collect();
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_a_sentence_that_says_what_to_do() {
        let names = Names { id: "shop.paid", part: "by", ping: "till", wants: "a counter is 1" };
        for cause in Cause::ALL {
            let sentence = cause.mend(&names);
            assert!(sentence.ends_with('.') && !sentence.contains(['{', '}']), "{sentence}");
        }
        assert_eq!(
            Cause::Undeclared.mend(&names),
            "Declare `shop.paid` in metrics.yaml with `send_in_pings: [till]` and push the definitions."
        );
    }

    #[test]
    fn names_of_strangers_are_cut_and_taken_as_they_are() {
        let long = "{ping}".repeat(100);
        let names = Names { id: &long, ping: "till", ..Names::default() };
        let sentence = Cause::Undeclared.mend(&names);
        assert!(sentence.contains("`{ping}{ping}") && sentence.contains("…`"), "{sentence}");
        assert!(sentence.len() < 250);
    }
}

//! Why a decision fell as it did, for programs and for people.

use serde::Serialize;

/// The reason of a decision. Several rules share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// No granted, unexpired review covers the datum.
    NotInForce,
    /// The service the person asked for does not work without it.
    NeededForTheService,
    /// Security and repair: short, minimised, no other use.
    PermittedUse,
    /// The person's stored or present choice is no.
    YouSaidNo,
    /// Global Privacy Control.
    OptOutSignal,
    /// The person granted an exception.
    YouGrantedAnException,
    /// `DNT: 1`, or the same preference by another way.
    DoNotTrack,
    /// The person's stored or present choice is yes.
    YouSaidYes,
    /// Nothing the person said allows it, and it is not on by default.
    NeedsYourConsent,
    /// The review turned it on until somebody says no.
    ReviewedDefault,
    /// `DNT: 0`, which opens data of low sensitivity only.
    YouAllowTracking,
}

impl Why {
    /// Every reason, in the order of the rules.
    pub const ALL: [Self; 11] = [
        Self::NotInForce,
        Self::NeededForTheService,
        Self::PermittedUse,
        Self::YouSaidNo,
        Self::OptOutSignal,
        Self::YouGrantedAnException,
        Self::DoNotTrack,
        Self::YouSaidYes,
        Self::NeedsYourConsent,
        Self::ReviewedDefault,
        Self::YouAllowTracking,
    ];

    /// Returns the stable name, for counters and replies.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::NotInForce => "not_in_force",
            Self::NeededForTheService => "needed_for_the_service",
            Self::PermittedUse => "permitted_use",
            Self::YouSaidNo => "you_said_no",
            Self::OptOutSignal => "opt_out_signal",
            Self::YouGrantedAnException => "you_granted_an_exception",
            Self::DoNotTrack => "do_not_track",
            Self::YouSaidYes => "you_said_yes",
            Self::NeedsYourConsent => "needs_your_consent",
            Self::ReviewedDefault => "reviewed_default",
            Self::YouAllowTracking => "you_allow_tracking",
        }
    }

    /// Returns one sentence for the person it is about, in English.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotInForce => "It is not collected, because no review that holds now allows it.",
            Self::NeededForTheService => "The service you asked for does not work without it.",
            Self::PermittedUse => {
                "As little of it as possible is kept for a short time, for security and repair and \
                 nothing else."
            }
            Self::YouSaidNo => "You said no to it.",
            Self::OptOutSignal => {
                "Your browser says that you opt out (Global Privacy Control), and that is honoured."
            }
            Self::YouGrantedAnException => "You granted an exception for it.",
            Self::DoNotTrack => "You asked not to be tracked, and that is honoured.",
            Self::YouSaidYes => "You said yes to it.",
            Self::NeedsYourConsent => "It needs your consent, and you have not given it.",
            Self::ReviewedDefault => "Its review turned it on by default, and you can say no.",
            Self::YouAllowTracking => {
                "Your tracking preference says that you allow data like this in general."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_reasons_are_those_of_the_rules() {
        let rules = include_str!("../../../tests/vectors/dnt/decision/rules.json");
        let rules: serde_json::Value = serde_json::from_str(rules).expect("the rules are JSON");
        let listed: BTreeSet<&str> = rules["rules"]
            .as_array()
            .expect("a list of rules")
            .iter()
            .filter_map(|rule| rule["why"].as_str())
            .collect();
        let ours: BTreeSet<&str> = Why::ALL.into_iter().map(Why::slug).collect();
        assert_eq!(ours, listed);
        assert_eq!(ours.len(), Why::ALL.len(), "two reasons share a slug");
    }

    #[test]
    fn replies_carry_the_slug() {
        for why in Why::ALL {
            assert_eq!(serde_json::to_value(why).expect("a reason is text"), why.slug());
        }
    }

    #[test]
    fn each_reason_has_one_sentence_of_its_own() {
        let sentences: BTreeSet<&str> = Why::ALL.into_iter().map(Why::sentence).collect();
        assert_eq!(sentences.len(), Why::ALL.len());
        for sentence in sentences {
            assert!(sentence.starts_with(|c: char| c.is_ascii_uppercase()), "{sentence}");
            assert_eq!(sentence.find('.'), Some(sentence.len() - 1), "{sentence}");
            assert!(!sentence.contains("  "), "{sentence}");
        }
    }
}

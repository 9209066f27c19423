//! The decision: 14 rules over eight finite inputs; the first that matches wins.

use serde::{Deserialize, Serialize};

use crate::{Choice, Dnt, Exception, Gpc, Signals, Why};

/// Decides whether a datum may be taken. Pure: the same inputs give the same decision for ever.
///
/// What is specific beats what is general, a no beats every yes of its scope, and nothing overrides
/// Global Privacy Control on sharing but what the person asked for as the service itself
/// ([`Use::Necessary`]). Both signals also switch off what a review turned on by default.
#[must_use]
pub fn decide(inputs: &Inputs) -> Decision {
    let Inputs { terms, signals } = inputs;
    let choice = signals.choice();
    let share = terms.purpose == Use::Share;
    let forbid = signals.dnt == Dnt::Forbid;
    let opt_out = signals.gpc == Gpc::OptOut;

    let (rule, outcome, why) = if terms.standing == Standing::Refused {
        (1, Outcome::Deny, Why::NotInForce)
    } else if terms.purpose == Use::Necessary {
        (2, Outcome::Allow, Why::NeededForTheService)
    } else if terms.purpose == Use::Safety {
        (3, Outcome::Limit, Why::PermittedUse)
    } else if choice == Choice::Off {
        (4, Outcome::Deny, Why::YouSaidNo)
    } else if share && opt_out {
        (5, Outcome::Deny, Why::OptOutSignal)
    } else if signals.exception == Exception::Granted {
        (6, Outcome::Allow, Why::YouGrantedAnException)
    } else if share && forbid {
        (7, Outcome::Deny, Why::DoNotTrack)
    } else if choice == Choice::On {
        (8, Outcome::Allow, Why::YouSaidYes)
    } else if share {
        (9, Outcome::Deny, Why::NeedsYourConsent)
    } else if forbid {
        (10, Outcome::Deny, Why::DoNotTrack)
    } else if opt_out {
        (11, Outcome::Deny, Why::OptOutSignal)
    } else if terms.offer == Offer::On {
        (12, Outcome::Allow, Why::ReviewedDefault)
    } else if terms.offer == Offer::Ask && signals.dnt == Dnt::Allow {
        (13, Outcome::Allow, Why::YouAllowTracking)
    } else {
        (14, Outcome::Deny, Why::NeedsYourConsent)
    };
    let tk = if share && outcome == Outcome::Allow { Tk::Consent } else { Tk::NotTracking };
    Decision { outcome, why, rule, tk }
}

/// Everything a decision looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Inputs {
    /// What the review says about the datum.
    pub terms: Terms,
    /// What the person says.
    pub signals: Signals,
}

/// What the review says about one datum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Terms {
    /// Whether it may be taken from anybody at all.
    pub standing: Standing,
    /// What it is used for.
    pub purpose: Use,
    /// What holds for a person who said nothing.
    pub offer: Offer,
}

/// Whether a datum is in force: declared, granted by a review, not expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is.
    InForce,
    /// It is not: undeclared, not granted, expired, or stopped.
    Refused,
}

/// What a datum is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// The service the person asked for needs it; also what they publish themselves.
    Necessary,
    /// Security and repair.
    Safety,
    /// Measuring for the one who runs the service.
    Measure,
    /// Given to another party.
    Share,
}

/// The review's default: what holds for a person who said nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// On until the person says no.
    On,
    /// Off until the person says yes; low sensitivity, so a general yes (`DNT: 0`) is enough.
    Ask,
    /// Off until the person says yes to exactly this: content, or highly sensitive.
    Explicit,
}

/// What was decided, why, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Decision {
    /// Whether the datum may be taken.
    pub outcome: Outcome,
    /// The reason, for the person.
    pub why: Why,
    /// The number of the rule that matched, 1 to 14, for counters.
    pub rule: u8,
    /// What an answer to this request says about tracking.
    pub tk: Tk,
}

/// Whether a datum may be taken. The greater one opens more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// No.
    Deny,
    /// Only for security and repair: short, minimised, by [`Safety`](crate::Safety), without a
    /// [`Permit`](crate::Permit).
    Limit,
    /// Yes.
    Allow,
}

/// A tracking status value (W3C Tracking Preference Expression, "Tracking Status Value").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Tk {
    /// Not tracking.
    #[serde(rename = "N")]
    NotTracking,
    /// Something was shared by prior consent.
    #[serde(rename = "C")]
    Consent,
}

/// Reads the vector table: each combination of inputs, and the decision as JSON.
#[cfg(test)]
pub(crate) fn table() -> Vec<(Inputs, serde_json::Value)> {
    fn word<T: serde::de::DeserializeOwned>(word: &str) -> T {
        serde_json::from_value(word.into()).expect("the table uses the words of the inputs")
    }
    let file = include_str!("../../../tests/vectors/dnt/decision/table.csv");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let [standing, purpose, offer, category, session, dnt, gpc, exception, result @ ..] =
            &cells[..]
        else {
            panic!("a row has eight inputs: {line}");
        };
        let terms = Terms { standing: word(standing), purpose: word(purpose), offer: word(offer) };
        let signals = Signals {
            dnt: word(dnt),
            gpc: word(gpc),
            category: word(category),
            session: word(session),
            exception: word(exception),
        };
        let [outcome, why, rule, tk] = result else { panic!("a row has four results: {line}") };
        let rule: u8 = rule.parse().expect("a rule is a number");
        let decision =
            serde_json::json!({ "outcome": outcome, "why": why, "rule": rule, "tk": tk });
        (Inputs { terms, signals }, decision)
    };
    file.lines().skip(1).map(row).collect()
}

#[cfg(test)]
mod tests;

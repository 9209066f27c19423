//! Why a ping is refused, and what its sender is told. To add a reason: one line in the table, one
//! case in the test below it, and the place in the rules that returns it.
//!
//! The status is chosen for what an SDK does with it (docs/glean.md 3.7): after 200 and 4xx it forgets
//! the ping, after 5xx it keeps it and comes again. So 4xx only where losing it is right, 5xx only
//! where it must come back; never 3xx, never 429.

macro_rules! refusals {
    ($($(#[doc = $doc:literal])+ $name:ident = $status:literal, $slug:literal, $sentence:literal;)+) => {
        /// A named refusal. Nothing of the ping is kept but the count of its reason.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Refusal {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Refusal {
            /// Every refusal there is.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// Returns the HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// Returns the stable name, for counters and replies.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)+ }
            }

            /// Returns what happened and what to do, in a sentence.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)+ }
            }
        }
    };
}

refusals! {
    /// The person's signals or choices say no.
    OptedOut = 200, "opted-out", "The person this ping is about does not want it kept; nothing was.";
    /// The ping's client asked for deletion before.
    Erased = 200, "erased", "The client this ping is about had everything of it deleted; nothing was kept.";
    /// Every metric was dropped.
    EmptyAfterFilter = 200, "empty-after-filter", "No metric of this ping is in force; nothing was kept.";
    /// The path, the encoding or the body is not a ping's.
    Malformed = 400, "malformed", "This is not a Glean ping; send gzipped JSON to /submit/APP/PING/1/UUID.";
    /// The part is stopped for longer than senders are asked to wait.
    Stopped = 403, "stopped", "A promise about this data has not held for over a week; collection has ended until it is mended.";
    /// Nobody registered the application.
    UnknownApp = 404, "unknown-app", "No such application is registered here; register it with `candor definitions push`.";
    /// The application's product declares no such ping.
    UnknownPing = 404, "unknown-ping", "This product declares no such ping; declare it and push the definitions.";
    /// The ping has no granted review, or it changed since.
    Unreviewed = 404, "unreviewed", "No review has granted this ping; ask for one with `candor definitions push`.";
    /// The ping's review has ended.
    Expired = 404, "expired", "The review of this ping has ended; ask for its renewal.";
    /// No report has read the ping for too long.
    Unread = 404, "unread", "No report reads this ping, so it is not taken any more; ask for a report with `candor report ask`.";
    /// More bytes than a ping may have, on the wire or inflated, or more entries.
    TooLarge = 413, "too-large", "The ping is larger than 1 MiB on the wire or 8 MiB inflated, or has more than 10000 fields and metrics; nothing was kept.";
    /// A promise does not hold or was not checked; senders keep what they have.
    Waiting = 503, "promise-not-held", "A promise about this data is broken or overdue; keep the ping and send it again later.";
    /// This server's own declarations were not accepted yet.
    NotAccepted = 503, "not-accepted", "The operator has not accepted this server's declarations yet; send it again later.";
    /// What is in force could not be read for too long.
    Outdated = 503, "in-force-outdated", "This server cannot tell what is in force right now; send it again later.";
    /// More is on its way from this sender, or from all, than this server takes at one time.
    Overloaded = 503, "overloaded", "Too much is arriving at one time; keep the ping and send it again later.";
    /// What allowed the ping was withdrawn before the commit; a second try finds the new state.
    Withdrawn = 503, "withdrawn", "A review changed while this ping was on its way; send it again.";
    /// Too many wait, or the store failed.
    Unavailable = 503, "unavailable", "This server cannot store the ping right now; send it again later.";
    /// The disk has no room.
    Full = 507, "disk-full", "This server's disk has no room; send it again later.";
}

/// Why a part of a ping that is otherwise kept was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// Not declared for this ping.
    Undeclared,
    /// Declared, but no review granted it.
    Unreviewed,
    /// Its review, its day or its version has ended.
    Expired,
    /// The person's signals or choices say no, or it needs their yes.
    Denied,
    /// The value is not of its type or beyond its limits.
    InvalidValue,
    /// An info field, label or extra key that is not declared.
    Filtered,
}

impl Dropped {
    /// Returns the stable name, for replies.
    #[must_use]
    pub fn slug(self) -> &'static str {
        self.counter().strip_prefix("dropped-").unwrap_or_default()
    }

    /// Returns the stable name, for counters.
    #[must_use]
    pub const fn counter(self) -> &'static str {
        match self {
            Self::Undeclared => "dropped-undeclared",
            Self::Unreviewed => "dropped-unreviewed",
            Self::Expired => "dropped-expired",
            Self::Denied => "dropped-denied",
            Self::InvalidValue => "dropped-invalid-value",
            Self::Filtered => "dropped-filtered",
        }
    }
}

#[cfg(test)]
mod tests {
    use candor_kernel::limits;

    use super::*;

    /// What an SDK does with the ping after the answer (docs/glean.md 3.7).
    fn keeps_it(status: u16) -> bool {
        status >= 500
    }

    #[test]
    fn the_table_is_whole() {
        for (i, refusal) in Refusal::ALL.iter().enumerate() {
            assert!(matches!(refusal.status(), 200 | 400 | 403 | 404 | 413 | 503 | 507));
            assert!(refusal.sentence().ends_with('.') && !refusal.slug().contains(' '));
            assert!(Refusal::ALL[..i].iter().all(|other| other.slug() != refusal.slug()));
        }
    }

    #[test]
    fn a_ping_that_is_too_large_is_told_the_limits() {
        let says = Refusal::TooLarge.sentence();
        assert!(says.contains(&limits::PING_ENTRIES.to_string()), "{says}");
        assert!(says.contains(&format!("{} MiB on the wire", limits::PING_WIRE_BYTES >> 20)));
        assert!(says.contains(&format!("{} MiB inflated", limits::PING_INFLATED_BYTES >> 20)));
    }

    #[test]
    fn only_what_must_come_back_is_asked_back() {
        use Refusal as R;
        let comes_back = [
            R::Waiting,
            R::NotAccepted,
            R::Outdated,
            R::Overloaded,
            R::Withdrawn,
            R::Unavailable,
            R::Full,
        ];
        for refusal in Refusal::ALL {
            assert_eq!(keeps_it(refusal.status()), comes_back.contains(refusal), "{refusal:?}");
        }
    }
}

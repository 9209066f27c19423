//! Three things stand outside [`decide`](crate::decide) on purpose: they must work whatever is in
//! force and whatever a person said. Each has a token of its own, so that a function which does
//! such a thing says so in its signature.
//!
//! A token holds nothing, cannot be cloned, and is made by `claim` only. Which module may claim it
//! is law in the workspace's `clippy.toml`: each `claim` is a disallowed method there, with its
//! reason, and the few callers carry `#[expect(clippy::disallowed_methods, reason = "…")]`.

/// The right to remove what is held about a person, whatever is in force.
///
/// It may delete, seal for ever and leave the declared traces of having done so (tombstone,
/// receipt). It may not add or change anything else, and may read only to find what goes.
///
/// ```
/// fn erase_subject(_: candor_preference::Erasure) {}
/// erase_subject(candor_preference::Erasure::claim());
/// ```
///
/// One claim serves one erasure:
///
/// ```compile_fail,E0382
/// fn erase_subject(_: candor_preference::Erasure) {}
/// let erasure = candor_preference::Erasure::claim();
/// erase_subject(erasure);
/// erase_subject(erasure);
/// ```
#[derive(Debug)]
#[must_use]
pub struct Erasure(());

impl Erasure {
    /// Claims the right, for one erasure. For erasure jobs and the replay of their journal only.
    pub const fn claim() -> Self {
        Self(())
    }
}

/// The right to move and remove rows that are already held: compaction, retention, restore.
///
/// It may rewrite rows in another form or place, and remove those whose time is over. It may not
/// add a datum, join what was apart, or bring back what was erased.
///
/// ```
/// fn compact_day(_: candor_preference::Maintenance) {}
/// compact_day(candor_preference::Maintenance::claim());
/// ```
///
/// Nothing but `claim` makes one:
///
/// ```compile_fail,E0423
/// let maintenance = candor_preference::Maintenance(());
/// ```
#[derive(Debug)]
#[must_use]
pub struct Maintenance(());

impl Maintenance {
    /// Claims the right, for one run. For the compactor, the sweeper and the restore only.
    pub const fn claim() -> Self {
        Self(())
    }
}

/// The right to keep what [`Outcome::Limit`](crate::Outcome::Limit) allows: security and repair.
///
/// It may keep a minimised form (a keyed hash, a count) for as short as its declaration says. It
/// may not serve any other use, and never reaches a report about people.
///
/// ```
/// fn count_try(_: candor_preference::Safety) {}
/// count_try(candor_preference::Safety::claim());
/// ```
///
/// It cannot be cloned:
///
/// ```compile_fail,E0599
/// let safety = candor_preference::Safety::claim();
/// let another = safety.clone();
/// ```
#[derive(Debug)]
#[must_use]
pub struct Safety(());

impl Safety {
    /// Claims the right, for one record. For request limits and abuse records only.
    pub const fn claim() -> Self {
        Self(())
    }
}

//! Faults: enforcements that a test or a demonstration can switch off, to see a promise break.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One enforcement that can be switched off. Each is the mutation of at least one promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The edge keeps metrics that nobody declared.
    KeepUndeclared,
    /// The sweeper removes nothing.
    SweepNothing,
    /// The page about this server leaves out its build, licence and source.
    HideBuild,
    /// A changed notice is shown without being dated and kept.
    ForgetNotices,
}

impl Fault {
    /// Every fault there is.
    pub const ALL: [Self; 4] =
        [Self::KeepUndeclared, Self::SweepNothing, Self::HideBuild, Self::ForgetNotices];

    /// Returns the name used on the command line and in the register.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeepUndeclared => "keep-undeclared",
            Self::SweepNothing => "sweep-nothing",
            Self::HideBuild => "hide-build",
            Self::ForgetNotices => "forget-notices",
        }
    }

    /// Finds a fault by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

/// The switches. A server that is not a demonstration holds [`Faults::none`], which cannot be set.
#[derive(Clone, Default)]
pub struct Faults(Option<Arc<[AtomicBool; 4]>>);

impl Faults {
    /// Returns switches that stay off for ever.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// Returns switches that can be set: for tests and demonstrations only.
    #[must_use]
    pub fn for_demonstration() -> Self {
        Self(Some(Arc::default()))
    }

    /// Tells whether the enforcement is switched off.
    #[must_use]
    pub fn on(&self, fault: Fault) -> bool {
        self.0.as_ref().is_some_and(|switches| switches[fault as usize].load(Ordering::SeqCst))
    }

    /// Sets a switch; returns false where faults cannot be set.
    #[must_use]
    pub fn set(&self, fault: Fault, on: bool) -> bool {
        let Some(switches) = &self.0 else { return false };
        switches[fault as usize].store(on, Ordering::SeqCst);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_server_has_no_faults() {
        let faults = Faults::none();
        assert!(!faults.set(Fault::KeepUndeclared, true));
        assert!(Fault::ALL.into_iter().all(|fault| !faults.on(fault)));
    }

    #[test]
    fn each_fault_has_its_own_switch_and_name() {
        for fault in Fault::ALL {
            let faults = Faults::for_demonstration();
            assert!(faults.set(fault, true));
            assert_eq!(Fault::ALL.into_iter().filter(|other| faults.on(*other)).count(), 1);
            assert!(faults.on(fault));
            assert_eq!(Fault::by_name(fault.name()), Some(fault));
        }
    }
}

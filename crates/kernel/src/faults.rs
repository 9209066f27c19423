//! Faults: enforcements that a test or a demonstration can switch off, to see a promise break.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

macro_rules! faults {
    ($($(#[doc = $about:literal])+ $fault:ident = $name:literal;)+) => {
        /// One enforcement that can be switched off. Each is the mutation of at least one promise.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Fault {
            $($(#[doc = $about])+ $fault,)+
        }

        impl Fault {
            /// Every fault there is.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$fault),+];

            /// Returns the name used on the command line and in the register.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$fault => $name,)+
                }
            }
        }
    };
}

faults! {
    /// The edge keeps metrics that nobody declared.
    KeepUndeclared = "keep-undeclared";
    /// The sweeper removes nothing.
    SweepNothing = "sweep-nothing";
    /// The page about this server leaves out its build, licence and source.
    HideBuild = "hide-build";
    /// A changed notice is shown without being dated and kept.
    ForgetNotices = "forget-notices";
    /// The page of a report labels its numbers unlinkable, which nothing here has earned.
    LabelUnlinkable = "label-unlinkable";
    /// The log line of a request holds its path with query, its user agent and its address.
    LogEverything = "log-everything";
    /// Limits against abuse let whoever objects to tracking send without end.
    SpareObjectors = "spare-objectors";
    /// The notice says of everything that it was observed.
    BlurArrivals = "blur-arrivals";
    /// The edge takes pings of people whose browser says that they do not want to be tracked.
    IgnoreSignals = "ignore-signals";
    /// The edge does not read `Sec-GPC`.
    IgnoreGpc = "ignore-gpc";
    /// The edge believes the channel that a ping claims, not the one its application has.
    BelieveChannel = "believe-channel";
    /// The edge leaves addresses in a request, and they are kept with the ping.
    KeepAddress = "keep-address";
    /// Definitions whose reasons are empty or copied are read.
    PassPoorReasons = "pass-poor-reasons";
    /// What no report reads stays in force.
    KeepUnread = "keep-unread";
    /// What nobody answers for comes into force.
    NeedNobody = "need-nobody";
    /// What nobody gets anything from comes into force.
    SkipBenefits = "skip-benefits";
    /// The notice does not say what people get from their data.
    MuteBenefits = "mute-benefits";
    /// A ping is rated by the most sensitive datum in it alone.
    RateParts = "rate-parts";
    /// The data dictionary is not written anew when something comes into force.
    FreezeDictionary = "freeze-dictionary";
    /// Records may hold columns that are marked as not personal beside personal ones.
    MixColumns = "mix-columns";
    /// Whoever fetches an edition is shown a cell with too few people.
    ShowSmallCells = "show-small-cells";
    /// Editions are made without a threshold.
    SkipThreshold = "skip-threshold";
    /// Editions are made without noise.
    SkipNoise = "skip-noise";
    /// The public list of looks at single pings shows the pings.
    ShowPings = "show-pings";
    /// Pings stay after the last day on which reports need them.
    KeepPings = "keep-pings";
}

impl Fault {
    /// Finds a fault by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

/// The switches. A server that is not a demonstration holds [`Faults::none`], which cannot be set.
#[derive(Clone, Default)]
pub struct Faults(Option<Arc<[AtomicBool; Fault::ALL.len()]>>);

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

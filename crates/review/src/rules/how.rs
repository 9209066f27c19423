//! Why a datum is asked for.

use serde::{Deserialize, Serialize};

macro_rules! hows {
    ($($(#[doc = $doc:literal])+ $how:ident = $name:literal, $words:literal;)+) => {
        /// Why a datum is asked for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum How {
            $($(#[doc = $doc])+ $how,)+
        }

        impl How {
            /// Returns its name, as stored and sent.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$how => $name,)+ }
            }

            /// Finds it by its name; what an unknown build wrote is read with the widest eyes.
            #[must_use]
            pub fn by_name(name: &str) -> Self {
                match name {
                    $($name => Self::$how,)+
                    _ => Self::New,
                }
            }

            /// Returns the words for a list.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$how => $words,)+ }
            }
        }
    };
}

hows! {
    /// Nobody declared it before.
    New = "new", "new";
    /// What a grant covers is another than before.
    Changed = "changed", "changed";
    /// Its grant has ended.
    Renewal = "renewal", "its grant has ended";
    /// It was declared before, and never granted as it is.
    Ungranted = "ungranted", "declared before, never granted";
    /// It was reviewed elsewhere before, to be confirmed here.
    Elsewhere = "elsewhere", "reviewed elsewhere, to be confirmed";
}

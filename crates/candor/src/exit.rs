//! Why the program ended, as a sentence and as a number that scripts can rely on.

use std::process::ExitCode;

use candor_database::DatabaseError;
use candor_segments::LandingError;
use candor_web::serve::ServeError;

macro_rules! failures {
    ($($(#[doc = $doc:literal])+ $name:ident / $make:ident = $code:literal,)+) => {
        /// Why the program ended. Each kind has an exit code of its own; the text says what to do.
        #[derive(Debug, thiserror::Error)]
        pub enum Failure {
            $($(#[doc = $doc])+ #[error("{0}")] $name(String),)+
        }

        impl Failure {
            $($(#[doc = $doc])+ #[must_use] pub fn $make(text: impl Into<String>) -> Self {
                Self::$name(text.into())
            })+

            /// Says what it is about.
            #[must_use]
            pub fn about(self, what: &str) -> Self {
                match self { $(Self::$name(text) => Self::$name(format!("{what}: {text}")),)+ }
            }

            /// Returns the exit code.
            #[must_use]
            pub const fn code(&self) -> u8 {
                match self { $(Self::$name(_) => $code,)+ }
            }
        }

        /// The exit codes, for `--help`.
        pub const CODES: &str = concat!(
            "Exit codes:\n   0  done\n   2  the arguments are wrong\n",
            $("  ", stringify!($code), " ", $($doc,)+ "\n",)+
        );
    };
}

failures! {
    /// something else went wrong
    Other / other = 10,
    /// the configuration is wrong
    Configuration / configuration = 11,
    /// a folder or file cannot be read or written
    Folder / folder = 12,
    /// the address is taken or cannot be used
    Address / address = 13,
    /// the database does not answer
    DatabaseAway / database_away = 14,
    /// the keys folder is wrong, incomplete or open to others
    Keys / keys = 15,
    /// the database holds what nobody declared, or lacks what is declared
    Schema / schema = 16,
    /// another server uses this data folder
    Running / running = 17,
    /// the server refused what was asked
    Refused / refused = 18,
    /// a promise does not hold, or its check is overdue
    NotKept / not_kept = 19,
    /// the server cannot be reached
    Unreachable / unreachable = 20,
    /// a lint found errors
    Found / found = 21,
}

/// Writes the failure for people and returns its code.
#[must_use]
pub fn report(failure: &Failure) -> ExitCode {
    #[expect(clippy::print_stderr, reason = "the last word of the program is for people")]
    {
        eprintln!("candor: {failure}");
    }
    ExitCode::from(failure.code())
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        let text = error.to_string();
        match error {
            DatabaseError::Away { .. } => Self::DatabaseAway(text),
            DatabaseError::Unwritable { .. } => Self::Folder(text),
            DatabaseError::Unsuitable(_) => Self::Configuration(text),
            DatabaseError::Undeclared(_)
            | DatabaseError::Missing(_)
            | DatabaseError::ChangedMigration { .. } => Self::Schema(text),
            _ => Self::Other(text),
        }
    }
}

impl From<LandingError> for Failure {
    fn from(error: LandingError) -> Self {
        Self::Folder(error.to_string())
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        let text = error.to_string();
        match error {
            ServeError::Certificate { .. } => Self::Configuration(text),
            ServeError::File { .. } => Self::Folder(text),
            ServeError::Answered(_) => Self::Running(text),
            _ => Self::Address(text),
        }
    }
}

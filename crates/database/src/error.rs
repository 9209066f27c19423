//! What can go wrong with the relational store, as a caller can act on it.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use candor_inventory::Finding;

/// Says why the relational store did not do what was asked.
///
/// Its `Debug` is its sentence: what an engine adds to an error may quote a stored value.
#[derive(thiserror::Error)]
pub enum DatabaseError {
    /// The engine cannot be reached, or went away in the middle.
    #[error(
        "The database does not answer ({reason}). Check the address given with --database and that \
         the engine behind it runs and takes connections; the server goes on by itself when it is \
         back."
    )]
    Away {
        /// What the system said.
        reason: String,
    },
    /// The file of SQLite cannot be made or written.
    #[error(
        "{} cannot be written ({reason}). Check that its folder exists, that this user may write \
         there, and that the disk is not full.", path.display()
    )]
    Unwritable {
        /// The file that was asked for.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The address or the engine behind it cannot serve; the text says why and what to do.
    #[error("{0}")]
    Unsuitable(String),
    /// The schema holds what no inventory declares.
    #[error("The database holds what nobody declared:{}", lines(.0))]
    Undeclared(Vec<Finding>),
    /// An inventory declares what the schema does not hold.
    #[error("The database lacks what is declared:{}", lines(.0))]
    Missing(Vec<Finding>),
    /// A newer build has changed the schema. The database is open for reading only.
    #[error(
        "A newer version has changed this database (its history goes to {found}, this version \
         knows {known}). It is open for reading only; start the newer version to write."
    )]
    NewerSchema {
        /// The newest migration in the history that this build does not know.
        found: i64,
        /// The newest migration that this build knows.
        known: i64,
    },
    /// A migration was edited after it had been applied here.
    #[error(
        "Migration {name} is not the one that made this database. Migrations are only ever added: \
         put its old text back and write the change as a new one."
    )]
    ChangedMigration {
        /// The file's name without its ending.
        name: String,
    },
    /// Writing was asked of a database that is open for reading only.
    #[error("This database is open for reading only, because a newer version has changed it.")]
    ReadOnly,
    /// Other transactions disturbed this one each time.
    #[error("The database is too busy: {tries} tries were disturbed by others. Try again later.")]
    Conflict {
        /// How often it was tried.
        tries: usize,
        /// What disturbed the last try.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A job or lease was taken over by another process, because it was held for too long.
    #[error("{what} was taken over by another process; this work stops here.")]
    Fenced {
        /// Which job or lease.
        what: String,
    },
    /// A declared name cannot be a table or column.
    #[error(
        "{0:?} cannot name a table or column: write a-z, 0-9 and _, a letter first, 63 at most."
    )]
    Name(String),
    /// A text holds a zero character, which PostgreSQL cannot store.
    #[error("A text holds a zero character (U+0000), which cannot be stored; remove it.")]
    Nul,
    /// The engine refused a statement.
    #[error("The database refused a statement: {0}")]
    Query(#[source] sqlx::Error),
}

impl fmt::Debug for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        let away = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => true,
            sqlx::Error::Database(inner) => {
                inner.code().is_some_and(|code| code.len() == 5 && says_away(&code))
            }
            _ => false,
        };
        if away { Self::Away { reason: error.to_string() } } else { Self::Query(error) }
    }
}

/// PostgreSQL, appendix A: class 08 is a broken connection, 53300 too many of them, 57P01 to 57P03
/// a server that shuts down or starts, 25P03 a session ended for idling in a transaction.
fn says_away(sql_state: &str) -> bool {
    sql_state.starts_with("08")
        || matches!(sql_state, "53300" | "57P01" | "57P02" | "57P03" | "25P03")
}

/// Tells whether running the whole transaction again can help: another transaction was in the way.
///
/// Looks through the causes of `error`, so that a store's own error type may wrap the engine's.
pub(crate) fn disturbed(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let code = if let Some(error) = error.downcast_ref::<sqlx::Error>() {
            error.as_database_error().and_then(|inner| inner.code())
        } else if let Some(error) = error.downcast_ref::<Box<dyn sqlx::error::DatabaseError>>() {
            error.code()
        } else {
            None
        };
        if let Some(code) = code {
            return says_disturbed(&code);
        }
        cause = error.source();
    }
    false
}

/// PostgreSQL's codes have five characters: serialization failure, deadlock, lock timeout.
/// SQLite's are numbers whose low byte is 5 for BUSY and 6 for LOCKED.
fn says_disturbed(code: &str) -> bool {
    if code.len() == 5 {
        return matches!(code, "40001" | "40P01" | "55P03");
    }
    code.parse::<i32>().is_ok_and(|number| matches!(number & 0xff, 5 | 6))
}

fn lines(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("\n- {finding}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_disturbances_are_tried_again() {
        for (code, expected) in [
            ("40001", true),
            ("40P01", true),
            ("55P03", true),
            ("23505", false),
            ("57P01", false),
            ("5", true),
            ("517", true),
            ("6", true),
            ("1555", false),
            ("13", false),
        ] {
            assert_eq!(says_disturbed(code), expected, "{code}");
        }
    }

    #[test]
    fn a_broken_connection_is_away_and_a_missing_row_is_not() {
        let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert!(matches!(DatabaseError::from(sqlx::Error::Io(broken)), DatabaseError::Away { .. }));
        let timed_out = DatabaseError::from(sqlx::Error::PoolTimedOut);
        assert!(timed_out.to_string().contains("--database"), "{timed_out}");
        assert!(matches!(DatabaseError::from(sqlx::Error::RowNotFound), DatabaseError::Query(_)));
        for (code, expected) in
            [("08006", true), ("57P01", true), ("57014", false), ("40001", false)]
        {
            assert_eq!(says_away(code), expected, "{code}");
        }
    }

    #[test]
    fn the_debug_form_is_the_sentence() {
        assert_eq!(format!("{:?}", DatabaseError::ReadOnly), DatabaseError::ReadOnly.to_string());
    }
}

//! Transactions: all or nothing, one after the other as far as anybody can see.

use std::error::Error;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use candor_kernel::limits::TRANSACTION_TRIES;
use sqlx::{Any, AnyConnection, Transaction};

use crate::error::disturbed;
use crate::{Database, DatabaseError, Engine};

/// One try of a transaction may take this long; an engine that hangs must not hold its caller.
const TRY_SECONDS: u64 = 30;

/// Work in a transaction: what the closure given to [`Database::transact`] returns.
pub type Work<'t, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 't>>;

/// An open transaction; a statement runs in it with `.execute(&mut **tx)`.
///
/// `'a` is how long what the closure borrows lives. Functions take `&mut Tx<'_>`.
pub struct Tx<'a> {
    transaction: Transaction<'static, Any>,
    engine: Engine,
    borrowed: PhantomData<&'a ()>,
}

impl Tx<'_> {
    /// Returns the engine, for the few statements that have no common form.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        self.engine
    }
}

impl Deref for Tx<'_> {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.transaction
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }
}

impl Database {
    /// Runs `work` in a transaction and commits it; an error of `work` rolls everything back.
    ///
    /// Transactions behave as if they ran one after the other (`BEGIN IMMEDIATE` on SQLite,
    /// serializable on PostgreSQL). A try that another transaction disturbed is rolled back and run
    /// again, at most [`TRANSACTION_TRIES`] times: so `work` borrows what it needs, does nothing that
    /// cannot be undone, and opens no other transaction (SQLite has one connection for writing). For this to be seen, `E` keeps the engine's error among its sources
    /// (`#[from]`, `#[source]` or `transparent` all do).
    ///
    /// Errors: those of `work`; `ReadOnly`, `Conflict` when all tries were disturbed, `Away`. After
    /// `Away` it is unknown whether the transaction was committed.
    pub async fn transact<'a, T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        E: From<DatabaseError> + Error + 'static,
        F: for<'t> FnMut(&'t mut Tx<'a>) -> Work<'t, T, E>,
    {
        if self.read_only() {
            return Err(DatabaseError::ReadOnly.into());
        }
        let mut tries = 1;
        loop {
            let timeout = Duration::from_secs(TRY_SECONDS);
            let Ok(outcome) = tokio::time::timeout(timeout, self.try_once(&mut work)).await else {
                let reason = format!("a transaction was not done after {TRY_SECONDS} s");
                return Err(DatabaseError::Away { reason }.into());
            };
            let source: Box<dyn Error + Send + Sync> = match outcome {
                Err(Failure::Engine(error)) if disturbed(&error) => Box::new(error),
                Err(Failure::Work(error)) if disturbed(&error) => error.to_string().into(),
                Err(Failure::Engine(error)) => return Err(DatabaseError::from(error).into()),
                Err(Failure::Work(error)) => return Err(error),
                Ok(value) => return Ok(value),
            };
            if tries == TRANSACTION_TRIES {
                return Err(DatabaseError::Conflict { tries, source }.into());
            }
            tokio::time::sleep(pause(tries)).await;
            tries += 1;
        }
    }

    async fn try_once<'a, T, E, F>(&self, work: &mut F) -> Result<T, Failure<E>>
    where
        F: for<'t> FnMut(&'t mut Tx<'a>) -> Work<'t, T, E>,
    {
        let begin = match self.engine() {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        };
        let transaction = self.writer().begin_with(begin).await.map_err(Failure::Engine)?;
        let mut tx = Tx { transaction, engine: self.engine(), borrowed: PhantomData };
        match work(&mut tx).await {
            Ok(value) => {
                tx.transaction.commit().await.map_err(Failure::Engine)?;
                Ok(value)
            }
            Err(error) => {
                // The connection may be gone; then there is nothing left to roll back.
                let _ = tx.transaction.rollback().await;
                Err(Failure::Work(error))
            }
        }
    }
}

enum Failure<E> {
    Engine(sqlx::Error),
    Work(E),
}

/// Waits longer after each try, and not all that wait equally long.
fn pause(tries: usize) -> Duration {
    static TURN: AtomicU64 = AtomicU64::new(0);
    let turn = TURN.fetch_add(1, Ordering::Relaxed) % 4;
    Duration::from_millis((1 << tries.min(6)) * (1 + turn) / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_short() {
        for tries in 1..=TRANSACTION_TRIES {
            let pause = pause(tries).as_millis();
            assert!((1..=128).contains(&pause), "{tries}: {pause}");
        }
        assert!(pause(6) > pause(1));
    }
}

//! What tests of every part share: a clock that stands still, dice that fall the same way, and a
//! fresh database on both engines.
//!
//! It knows no slice, is a dev-dependency only, and never skips: where PostgreSQL does not answer,
//! the test fails and says how to start one.
//!
//! ```no_run
//! # async fn example() {
//! candor_testing::on_both(async |test| {
//!     let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM schema_history")
//!         .fetch_one(test.db.reader()).await.expect("it was migrated");
//!     assert!(tables > 0);
//! }).await;
//! # }
//! ```

mod chance;
mod databases;

pub use chance::{FixedClock, SeededDice};
pub use databases::{TestDatabase, on_both, on_both_empty};

//! The relational store: SQLite or PostgreSQL behind one [`Database`], with one SQL text for both.
//!
//! It opens an engine, brings its schema up to date, refuses to start when the schema holds
//! something that no `inventory.yaml` declares, removes what is over its time, and finds, exports,
//! corrects and erases what belongs to a person. `docs/sql.md` says which SQL may be written.
//!
//! It never decides what may be stored about a person (that is `candor_preference`), knows no slice
//! and makes no clock.
//!
//! ```no_run
//! use candor_database::{Database, DatabaseError};
//!
//! # async fn example() -> Result<(), DatabaseError> {
//! let db = Database::open("sqlite:/var/lib/candor/candor.db").await?;
//! let title = String::from("Sample");
//! let title = &title; // borrowed, since a disturbed transaction runs again
//! db.transact(|tx| Box::pin(async move {
//!     sqlx::query("INSERT INTO product (id, title) VALUES ($1, $2)")
//!         .bind("sample").bind(title).execute(&mut **tx).await?;
//!     Ok::<_, DatabaseError>(())
//! })).await?;
//! let products: i64 =
//!     sqlx::query_scalar("SELECT COUNT(*) FROM product").fetch_one(db.reader()).await?;
//! # let _ = products; Ok(())
//! # }
//! ```

pub mod audit;
mod error;
pub mod holder;
pub mod jobs;
pub mod lease;
mod migrate;
mod open;
mod schema;
mod subset;
mod sweep;
mod transact;

pub use error::DatabaseError;
pub use holder::{Correction, DeclaredHolder, Holder, HolderError, Value};
pub use migrate::{MIGRATIONS, Migration, services};
pub use open::{Database, Engine};
pub use subset::{identifier, places, without_nul};
pub use sweep::{Overdue, Sweeper, Swept};
pub use transact::{Tx, Work};

/// What this crate keeps in the database: jobs and leases.
pub const INVENTORY: &str = include_str!("../inventory.yaml");

#[cfg(test)]
mod tests {
    #[test]
    fn the_own_declarations_read() {
        let inventory = candor_inventory::Inventory::read(super::INVENTORY);
        assert_eq!(inventory.expect("they are whole").records.len(), 2);
    }
}

//! The store on both engines.

mod audit;
mod holder;
mod jobs;
mod lease;
mod migrate;
mod open;
mod subset;
mod sweep;
mod transact;

use candor_database::{Database, DatabaseError, Work};
use candor_inventory::Inventory;
use candor_kernel::{Day, Timestamp};

/// Noon of a day of 2026.
fn noon() -> Timestamp {
    Day::from_number(20_500).start().plus(std::time::Duration::from_secs(43_200))
}

/// Runs statements that a test needs beside the migrations.
async fn run(db: &Database, sql: &'static str) -> Result<(), DatabaseError> {
    db.transact(|tx| -> Work<'_, (), DatabaseError> {
        Box::pin(async move {
            sqlx::raw_sql(sql).execute(&mut **tx).await?;
            Ok(())
        })
    })
    .await
}

async fn number(db: &Database, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(db.reader()).await.expect("it gives one number")
}

/// What this crate declares, and tables of a part that exists in tests only.
fn declared() -> Vec<Inventory> {
    [candor_database::INVENTORY, DIARY]
        .map(|text| Inventory::read(text).expect("it is whole"))
        .to_vec()
}

/// The tables of [`DIARY`].
const DIARY_TABLES: &str = "
    CREATE TABLE diary (who CTEXT NOT NULL, day BIGINT, line CTEXT, mood DOUBLE PRECISION, ink BYTEA);
    CREATE TABLE visit (who CTEXT NOT NULL, at_us BIGINT NOT NULL);
    CREATE TABLE tally (day BIGINT NOT NULL);";

const DIARY: &str = "
part: diary
persons: {design: Ann, approval: Bo, implementation: Cy}
records:
  diary:
    store: database
    about: A line of a diary.
    owner: {person: {holder: diary, column: who}}
    retention: {days: {days: 30, by: day, unit: day}}
    fields:
      who: {what: The writer, why: To find it, benefit: It can be erased, category: interaction, arrives: given, personal: true, why_not_sealed: Compared here.}
      day: {what: The day, why: To end it, benefit: It ends, category: interaction, arrives: observed}
      line: {what: What was written, why: To show it, benefit: It can be read, category: highly_sensitive, arrives: given, personal: true, why_not_sealed: A test.}
      mood: {what: The mood, why: To sort by it, benefit: Good days are found, category: highly_sensitive, arrives: inferred}
      ink: {what: The ink, why: To colour the line, benefit: It looks as it was written, category: technical, arrives: given}
  visit:
    store: database
    about: One look at a diary.
    owner: {person: {holder: diary, column: who}}
    retention: {days: {days: 2, by: at_us, unit: micros}}
    fields:
      who: {what: The reader, why: To find it, benefit: It can be erased, category: interaction, arrives: observed, personal: true, why_not_sealed: Compared here.}
      at_us: {what: The time, why: To end it, benefit: It ends, category: interaction, arrives: observed}
  tally:
    store: database
    about: How many lines there were.
    owner: {nobody: It counts lines only.}
    retention: {until: the diary is closed}
    fields:
      day: {what: The day, why: To count by it, benefit: A count, category: technical, arrives: observed}
  absent:
    store: database
    about: A table of a service that is off.
    owner: {person: {holder: diary, column: who}}
    retention: {days: {days: 1, by: day, unit: day}}
    fields:
      who: {what: The writer, why: To find it, benefit: It can be erased, category: interaction, arrives: given, personal: true, why_not_sealed: Compared here.}
      day: {what: The day, why: To end it, benefit: It ends, category: interaction, arrives: observed}
";

//! S30: every column has an end, and data in transit is found in no file.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::{RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use candor_kernel::Fault;
use candor_tests::{World, in_both_worlds};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

#[tokio::test]
async fn s30_holds_and_says_what_was_measured() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.check_all().await;
        let (state, fact) = world.promise("S30").await;
        assert_eq!(state, "kept", "{fact}");
        assert!(fact.contains("found in no file") && fact.contains("declared fields have an end"));
        assert_eq!(world.stored().await.len(), 0, "the check removes its own ping");
    })
    .await;
}

#[tokio::test]
async fn s30_breaks_when_the_edge_keeps_what_nobody_declared() {
    breaks_and_mends(Fault::KeepUndeclared, "found in the file 2026-11-21.db").await;
}

#[tokio::test]
async fn s30_breaks_when_the_sweeper_sweeps_nothing() {
    breaks_and_mends(Fault::SweepNothing, "The table check_result holds a row").await;
}

#[tokio::test]
async fn s30_breaks_when_a_column_appears_that_nobody_declared() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        alter(world, "ALTER TABLE product ADD COLUMN nickname TEXT").await;
        world.check_all().await;
        let (state, fact) = world.promise("S30").await;
        assert_eq!(state, "broken");
        assert!(fact.contains("product.nickname"), "{fact}");
        alter(world, "ALTER TABLE product DROP COLUMN nickname").await;
        world.check_all().await;
        assert_eq!(world.promise("S30").await.0, "kept");
    })
    .await;
}

#[tokio::test]
async fn s30_breaks_when_a_file_at_rest_has_a_column_that_nobody_declared() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert_eq!(world.post_captured().await.status, 200);
        world.pass(Duration::from_secs(2 * 86_400)).await;
        world.server.tend(world.now()).await;
        let file = "data/rest/sample/sample-bundle/2026-11-21-1.parquet";
        let file = world.folder.path().join(file);
        let before = std::fs::read(&file).expect("a file at rest");
        widen(&file);
        world.check_all().await;
        let (state, fact) = world.promise("S30").await;
        assert_eq!(state, "broken", "{fact}");
        assert!(fact.contains("rest_ping.address"), "{fact}");
        assert_eq!(world.post_captured().await.status, 503);
        std::fs::write(&file, before).expect("mended");
        world.check_all().await;
        let (state, fact) = world.promise("S30").await;
        assert_eq!(state, "kept", "{fact}");
        assert!(fact.contains("columns in files of pings are declared, those at rest too"));
    })
    .await;
}

/// Writes a file at rest anew with one column more.
fn widen(path: &Path) {
    let file = File::open(path).expect("opens");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a file at rest");
    let about = reader.metadata().file_metadata().key_value_metadata().cloned();
    let batches: Vec<_> = reader.build().expect("read").map(|batch| batch.expect("read")).collect();
    let mut fields = batches[0].schema().fields().to_vec();
    fields.push(Arc::new(Field::new("address", DataType::Utf8, true)));
    let schema = Arc::new(Schema::new(fields));
    let own = |pair: &KeyValue| pair.key.starts_with("candor.");
    let about = about.map(|pairs| pairs.into_iter().filter(own).collect());
    let properties = WriterProperties::builder().set_key_value_metadata(about).build();
    let file = File::create(path).expect("opens");
    let mut writer =
        ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).expect("begins");
    for batch in batches {
        let address = StringArray::from(vec![Some("192.0.2.1"); batch.num_rows()]);
        let mut columns = batch.columns().to_vec();
        columns.push(Arc::new(address));
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns).expect("as wide");
        writer.write(&batch).expect("written");
    }
    writer.close().expect("whole");
}

/// With the fault: broken, evidence on the page, pings wait, editions pause. Without: all is well.
async fn breaks_and_mends(fault: Fault, evidence: &str) {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert_eq!(world.post_captured().await.status, 200);
        assert!(world.faults.set(fault, true));
        world.check_all().await;
        let (state, fact) = world.promise("S30").await;
        assert_eq!(state, "broken", "{fact}");
        assert!(fact.contains(evidence), "{fact}");

        let page = world.get("/notice").await.body;
        assert!(page.contains("does not hold") && page.contains(evidence));
        let reply = world.post_captured().await;
        assert_eq!((reply.status, &reply.json()["slug"]), (503, &"promise-not-held".into()));
        assert!(world.get("/reports").await.body.contains("No new numbers for now"));
        let week = Duration::from_secs(7 * 86_400 + 1);
        world.pass(week).await;
        assert_eq!(world.post_captured().await.status, 403, "nobody waits longer than a week");

        assert!(world.faults.set(fault, false));
        world.pass(Duration::from_secs(10)).await;
        assert_eq!(world.promise("S30").await.0, "kept", "mended, and checked again by itself");
        assert_eq!(world.post_captured().await.status, 200);
    })
    .await;
}

async fn alter(world: &World, sql: &'static str) {
    let altered = world.server.db.transact(|tx| {
        Box::pin(async move {
            sqlx::query(sql).execute(&mut **tx).await?;
            Ok::<_, candor_database::DatabaseError>(())
        })
    });
    altered.await.expect("altered");
}

//! Closed days at rest: moved whole, known again, erased, and gone on time; after every crash.

use super::*;
use crate::rest::Step;

const PAYLOAD: &str =
    r#"{"client_info":{"os":"Linux"},"metrics":{"counter":{"shop.cart.filled":2}}}"#;
pub(super) const CANARY: &str = r#"{"events":[{"category":"a","name":"b","timestamp":1}],"metrics":{"string":{"shop.note":"a canary of one client"}}}"#;
pub(super) const NEEDLE: &[u8] = b"a canary of one client";

pub(super) fn closed() -> Day {
    Day::from_number(9)
}

/// Three days with the same clients; client 1 leaves a canary on each.
pub(super) async fn filled() -> Store {
    let store = store();
    for (document, day, subject, payload) in [
        (1, 7, Some(1), CANARY),
        (2, 7, Some(2), PAYLOAD),
        (3, 7, None, PAYLOAD),
        (4, 8, Some(2), "{}"),
        (5, 8, Some(1), CANARY),
        (6, 9, Some(1), CANARY),
        (7, 9, Some(2), PAYLOAD),
    ] {
        store.landing.land(row(document, day, subject, payload)).await.expect("stored");
    }
    store
}

pub(super) async fn moved() -> Store {
    let store = filled().await;
    let days = store.landing.move_before(closed(), &maintenance()).await;
    assert_eq!(days, Ok(vec![Day::from_number(7), Day::from_number(8)]));
    store
}

pub(super) fn reopen(store: Store) -> Store {
    let Store { landing, state, folder } = store;
    drop(landing);
    Store { landing: open(&folder, state.subscribe()), state, folder }
}

/// Every ping, by its document: day, and payload.
pub(super) fn all(store: &Store) -> Vec<(u8, i64, String)> {
    let stored = store.landing.stored(None, 99).expect("readable");
    let mut all: Vec<_> = stored
        .iter()
        .map(|ping| {
            let payload = ping.payload.open(candor_kernel::sink::Operator).clone();
            (ping.document.0[0], ping.day.number(), payload)
        })
        .collect();
    all.sort();
    all
}

fn files(store: &Store) -> Vec<String> {
    let mut names: Vec<_> = store
        .landing
        .tables()
        .expect("readable")
        .iter()
        .map(|table| table.part.file.clone())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_day_that_moves_is_read_as_before_and_its_landing_file_is_gone() {
    let store = filled().await;
    let before = all(&store);
    let store = {
        let days = store.landing.move_before(closed(), &maintenance()).await.expect("moved");
        assert_eq!(days.len(), 2);
        store
    };
    assert_eq!(all(&store), before);
    assert_eq!(store.landing.days(), Ok(vec![closed()]), "the others are at rest");
    assert_eq!(files(&store), ["shop/till/1970-01-08-1.parquet", "shop/till/1970-01-09-1.parquet"]);
    let one = store.landing.stored(Some(&[DocumentKey([2; 16])]), 9).expect("readable");
    assert_eq!((one.len(), one[0].ids, one[0].app.as_str()), (1, 1, "shop-app"));
    assert_eq!(store.landing.move_before(closed(), &maintenance()).await, Ok(Vec::new()));
    let store = reopen(store);
    assert_eq!(all(&store), before);
}

#[tokio::test]
async fn documents_at_rest_are_known_again_and_a_late_row_joins_its_day() {
    let mut store = moved().await;
    for start in 0..2 {
        for document in 1..8 {
            let again = store.landing.land(row(document, 10, None, "{}")).await;
            assert_eq!(again, Ok(Landed::Duplicate), "{document}, start {start}");
        }
        store = reopen(store);
    }
    // As after a clock that went back.
    assert_eq!(store.landing.land(row(1, 7, None, "{}")).await, Ok(Landed::Duplicate));
    assert_eq!(store.landing.land(row(20, 7, Some(3), PAYLOAD)).await, Ok(Landed::Stored));
    let before = all(&store);
    let days = store.landing.move_before(closed(), &maintenance()).await;
    assert_eq!(days, Ok(vec![Day::from_number(7)]));
    assert_eq!(all(&store), before);
    assert!(files(&store).contains(&"shop/till/1970-01-08-2.parquet".to_owned()));
    for document in [1, 2, 3, 20] {
        let again = store.landing.land(row(document, 10, None, "{}")).await;
        assert_eq!(again, Ok(Landed::Duplicate), "{document}");
    }
}

#[tokio::test]
async fn after_a_crash_at_any_step_of_a_move_every_ping_is_there_once() {
    for step in [Step::Filled, Step::Listed, Step::Recorded, Step::Kept, Step::Emptied] {
        let store = filled().await;
        let before = all(&store);
        store.landing.rest.crash_after(step);
        let stopped = store.landing.move_before(closed(), &maintenance()).await;
        assert!(stopped.is_err(), "{step:?}");
        if matches!(step, Step::Recorded | Step::Kept | Step::Emptied) {
            assert!(store.landing.stored(None, 9).is_err(), "{step:?}: nobody reads half a move");
        }
        let store = reopen(store);
        assert_eq!(all(&store), before, "{step:?}");
        let on_disk = store.landing.rest.files.names().expect("readable").len();
        assert_eq!(on_disk, files(&store).len(), "{step:?}: what counts for nothing is gone");
        assert_eq!(store.landing.land(row(1, 10, None, "{}")).await, Ok(Landed::Duplicate));
        store.landing.move_before(closed(), &maintenance()).await.expect("moves on");
        assert_eq!(all(&store), before, "{step:?}");
        assert_eq!(store.landing.days(), Ok(vec![closed(), Day::from_number(10)]), "{step:?}");
        assert_eq!(store.landing.land(row(2, 10, None, "{}")).await, Ok(Landed::Duplicate));
    }
}

#[tokio::test]
async fn what_was_never_finished_is_removed_at_the_start() {
    let store = moved().await;
    let left = store.folder.path().join("rest/shop/till/1970-01-09-9.parquet#1");
    std::fs::write(&left, NEEDLE).expect("written");
    let store = reopen(store);
    assert!(!left.exists());
    assert_eq!(files(&store).len(), 2);
}

#[tokio::test]
async fn a_move_that_met_a_new_row_is_done_again() {
    let store = filled().await;
    let landing = &store.landing;
    let ask = async |command| {
        landing.send(command).expect("runs");
    };
    let (reply, answer) = oneshot::channel();
    ask(Command::BeginMove(Day::from_number(7), reply)).await;
    assert_eq!(answer.await.expect("answered"), Ok(true));
    let filled = crate::rest::fill::fill(
        &landing.rest,
        &landing.folder,
        Day::from_number(7),
        &Default::default(),
    );
    landing.land(row(30, 7, Some(9), PAYLOAD)).await.expect("stored");
    let before = all(&store);
    let (reply, answer) = oneshot::channel();
    ask(Command::Switch(filled.expect("written"), reply)).await;
    assert_eq!(answer.await.expect("answered"), Ok(false));
    assert_eq!((all(&store), files(&store).len()), (before.clone(), 0));
    store.landing.move_before(closed(), &maintenance()).await.expect("moved");
    assert_eq!(all(&store), before);
}

#[tokio::test]
async fn days_and_products_at_rest_end() {
    let store = moved().await;
    let removed = store.landing.remove_before(Day::from_number(8), &maintenance()).await;
    assert_eq!(removed, Ok(vec![Day::from_number(7)]));
    assert_eq!(files(&store), ["shop/till/1970-01-09-1.parquet"]);
    assert_eq!(store.landing.land(row(1, 10, None, "{}")).await, Ok(Landed::Stored));
    assert_eq!(store.landing.land(row(4, 10, None, "{}")).await, Ok(Landed::Duplicate));
    let product = ProductId::parse("shop").unwrap();
    assert_eq!(store.landing.remove_product(product, &maintenance()).await, Ok(5));
    assert_eq!((all(&store).len(), files(&store).len()), (0, 0));
    assert_eq!(store.landing.rest.files.names().expect("readable"), Vec::<String>::new());
}

#[tokio::test]
async fn a_newer_format_stops_the_start_and_nothing_is_touched() {
    let Store { landing, state, folder } = moved().await;
    drop(landing);
    let path = folder.path().join("rest").join(crate::rest::manifest::NAME);
    let manifest = rusqlite::Connection::open(path).expect("opens");
    manifest.execute("UPDATE rest_file SET format = 2 WHERE day = 7", []).expect("changed");
    drop(manifest);
    let orphan = folder.path().join("rest/shop/till/1970-01-09-9.parquet");
    std::fs::write(&orphan, b"of the newer build").expect("written");
    let Err(error) = try_open(&folder, state.subscribe()) else { panic!("it is newer") };
    assert!(error.to_string().contains("format 2 of a newer build"), "{error}");
    assert!(orphan.exists());
}

#[tokio::test]
async fn the_declared_columns_at_rest_are_the_real_ones() {
    let store = moved().await;
    let declared = candor_inventory::Inventory::read(crate::INVENTORY).expect("whole");
    let real = store.landing.schema_at_rest().expect("readable");
    let names: BTreeSet<_> = real.keys().map(String::as_str).collect();
    assert_eq!(names, ["document", "rest_file", "rest_move", "rest_ping"].into());
    for (table, columns) in real {
        let record = &declared.records[&table];
        assert_eq!(record.store, candor_inventory::Store::Rest);
        let fields: BTreeSet<_> = record.fields.keys().cloned().collect();
        assert_eq!(columns, fields, "{table}");
    }
}

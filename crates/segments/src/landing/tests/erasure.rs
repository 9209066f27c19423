//! Erasure: durable, whole, in order with what lands, and for good.

use rusqlite::Connection;

use super::*;

const CANARY: &str = r#"{"note":"a canary of one client"}"#;

pub(super) fn key(byte: u8) -> SubjectKey {
    SubjectKey([byte; 16])
}

pub(super) fn wish(document: u8, subjects: &[u8]) -> ErasureRequest {
    ErasureRequest {
        document: DocumentKey([document; 16]),
        product: ProductId::parse("shop").expect("an id"),
        day: Day::from_number(9),
        subjects: subjects.iter().map(|byte| key(*byte)).collect(),
    }
}

pub(super) fn may() -> MayErase {
    #[expect(clippy::disallowed_methods, reason = "this test plays the edge")]
    MayErase::claim()
}

fn residue(store: &Store, needle: &[u8]) -> Vec<PathBuf> {
    crate::scan::files_with(store.folder.path(), &[needle]).expect("readable")
}

#[tokio::test]
async fn a_client_leaves_no_byte_on_any_day_and_does_not_come_back() {
    let store = store();
    for (document, day) in [(1, 7), (2, 8), (3, 9)] {
        let landed = store.landing.land(row(document, day, Some(1), CANARY)).await;
        assert_eq!(landed, Ok(Landed::Stored));
    }
    store.landing.land(row(4, 9, Some(2), "{}")).await.expect("stored");
    assert_eq!(residue(&store, CANARY.as_bytes()).len(), 3, "the scan finds what is there");
    assert!(!residue(&store, &[1; 16]).is_empty());
    let state = store.landing.erase(wish(90, &[1, 77]), may()).await;
    assert_eq!(state, Ok(ErasureState::Done));
    assert_eq!(residue(&store, CANARY.as_bytes()), Vec::<PathBuf>::new());
    // Of the client itself, the tombstone is left, and nothing beside it.
    let journal = store.folder.path().join("journal");
    assert!(residue(&store, &[1; 16]).iter().all(|file| file.starts_with(&journal)));
    assert_eq!(store.landing.stored(None, 9).expect("readable").len(), 1, "another client stays");
    let late = store.landing.land(row(5, 9, Some(1), CANARY)).await;
    assert_eq!(late, Ok(Landed::Erased));
    let lines = store.landing.erasures(&[DocumentKey([90; 16])], 5).expect("readable");
    assert_eq!((lines[0].state, lines[0].pings), (ErasureState::Done, 3));
}

#[tokio::test]
async fn other_ids_of_a_client_find_its_pings_too() {
    let store = store();
    let mut without_client_id = row(1, 9, None, CANARY);
    without_client_id.secondary = vec![key(5), key(6)];
    store.landing.land(without_client_id).await.expect("stored");
    store.landing.land(row(2, 9, None, "{}")).await.expect("stored");
    let ids: Vec<u64> =
        store.landing.stored(None, 9).expect("readable").iter().map(|ping| ping.ids).collect();
    assert_eq!(ids, [0, 2], "newest first; the one without ids is marked");
    assert_eq!(store.landing.erase(wish(90, &[6]), may()).await, Ok(ErasureState::Done));
    assert_eq!(store.landing.stored(None, 9).expect("readable").len(), 1);
    assert_eq!(residue(&store, &[5; 16]), Vec::<PathBuf>::new(), "the other id went along");
}

#[tokio::test]
async fn what_was_acknowledged_before_goes_and_what_follows_is_refused() {
    let store = Arc::new(store());
    let mut senders = tokio::task::JoinSet::new();
    for document in 0..100 {
        let store = Arc::clone(&store);
        senders.spawn(async move { store.landing.land(row(document, 9, Some(1), "{}")).await });
    }
    tokio::task::yield_now().await;
    assert_eq!(store.landing.erase(wish(200, &[1]), may()).await, Ok(ErasureState::Done));
    let answers = senders.join_all().await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(Landed::Stored | Landed::Erased))));
    assert_eq!(store.landing.stored(None, 200).expect("readable").len(), 0);
}

#[tokio::test]
async fn a_reader_holds_the_erasure_up_and_nobody_reads_meanwhile() {
    let store = store();
    store.landing.land(row(1, 9, Some(1), CANARY)).await.expect("stored");
    let path = file::path(store.landing.folder(), Day::from_number(9));
    let reader = Connection::open(path).expect("opens");
    reader.execute_batch("BEGIN; SELECT COUNT(*) FROM ping;").expect("reads");
    let state = store.landing.erase(wish(90, &[1]), may()).await;
    assert_eq!(state, Ok(ErasureState::Received), "durable, not finished");
    let read = store.landing.stored(None, 9);
    assert!(matches!(read, Err(LandingError::Erasing)), "nobody sees what is about to go");
    reader.execute_batch("COMMIT").expect("ends");
    let before = Day::from_number(-90);
    store.landing.resume(before, &maintenance()).await.expect("finishes");
    assert_eq!(residue(&store, CANARY.as_bytes()), Vec::<PathBuf>::new());
    assert_eq!(store.landing.stored(None, 9).expect("readable").len(), 0);
    assert_eq!(store.landing.erasures(&[], 5).expect("readable")[0].pings, 1);
}

#[tokio::test]
async fn a_wish_that_a_crash_interrupted_is_fulfilled_at_the_next_start() {
    let Store { landing, state, folder } = store();
    landing.land(row(1, 9, Some(1), CANARY)).await.expect("stored");
    drop(landing);
    // As a crash leaves it: the wish is durable, nothing was removed.
    let mut journal = Journal::open(&folder.path().join("journal")).expect("opens");
    journal.record(&[&wish(90, &[1])]).expect("durable");
    drop(journal);
    let store = Store { landing: open(&folder, state.subscribe()), state, folder };
    assert_eq!(store.landing.stored(None, 9).expect("readable").len(), 0);
    assert_eq!(residue(&store, CANARY.as_bytes()), Vec::<PathBuf>::new());
    assert_eq!(store.landing.land(row(2, 9, Some(1), CANARY)).await, Ok(Landed::Erased));
}

#[tokio::test]
async fn tombstones_and_receipts_end() {
    let store = store();
    store.landing.erase(wish(90, &[1]), may()).await.expect("done");
    for (before, left) in [(9, 1), (10, 0)] {
        store.landing.resume(Day::from_number(before), &maintenance()).await.expect("resumed");
        assert_eq!(store.landing.erasures(&[], 5).expect("readable").len(), left);
    }
    assert_eq!(store.landing.land(row(1, 9, Some(1), "{}")).await, Ok(Landed::Stored));
}

#[tokio::test]
async fn without_the_reserve_pings_wait_and_erasure_works() {
    let store = store();
    store.landing.land(row(1, 9, Some(1), CANARY)).await.expect("stored");
    // A folder in its place: the reserve cannot be taken again.
    let reserve = store.landing.folder().join("reserve");
    std::fs::remove_file(&reserve).expect("removed");
    std::fs::create_dir(&reserve).expect("in its place");
    let resumed = store.landing.resume(Day::from_number(0), &maintenance()).await;
    assert_eq!(resumed, Err(LandingError::Full));
    assert_eq!(store.landing.land(row(2, 9, None, "{}")).await, Err(LandingError::Full));
    assert_eq!(store.landing.erase(wish(90, &[1]), may()).await, Ok(ErasureState::Done));
    assert_eq!(residue(&store, CANARY.as_bytes()), Vec::<PathBuf>::new());
    std::fs::remove_dir(&reserve).expect("removed");
    store.landing.resume(Day::from_number(0), &maintenance()).await.expect("room again");
    assert_eq!(store.landing.land(row(2, 9, None, "{}")).await, Ok(Landed::Stored));
}

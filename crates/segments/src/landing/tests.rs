use candor_inventory::{glean::MetricKind, in_force};
use candor_kernel::{
    AppId, DatumId, DocumentKey, MetricId, Personal, PingName, Revision, SubjectKey,
};
use candor_preference::{Offer, Signals, permit};

use super::*;
use crate::MetricSource;
use crate::tally::{Bounds, Measure, Question, Unit, Value};

mod again;
mod erasure;
mod import;
mod rest;
mod rest_erasure;
mod tally;

fn datum() -> DatumId {
    DatumId::parse("shop/ping/till").expect("an id")
}

fn in_force(revision: i64, stands: bool) -> Arc<InForce> {
    let data = stands.then(datum).into_iter().collect();
    Arc::new(InForce { revision: Revision(revision), data, ..InForce::nothing() })
}

fn row(document: u8, day: i64, subject: Option<u8>, payload: &str) -> Row {
    let asked = [(datum(), in_force::terms(Ok(()), Offer::On))];
    let permit = permit(Revision(1), &Signals::default(), asked).permit.expect("allowed");
    Row {
        document: DocumentKey([document; 16]),
        document_before: Vec::new(),
        product: ProductId::parse("shop").expect("an id"),
        app: AppId::parse("shop-app").expect("an id"),
        ping: PingName::parse("till").expect("a name"),
        day: Day::from_number(day),
        subject: subject.map(|byte| SubjectKey([byte; 16])),
        secondary: Vec::new(),
        payload: Personal::new(payload.to_owned()),
        permit,
    }
}

fn maintenance() -> Maintenance {
    #[expect(clippy::disallowed_methods, reason = "this test plays the sweeper")]
    Maintenance::claim()
}

struct Store {
    landing: Landing,
    state: watch::Sender<Arc<InForce>>,
    folder: tempfile::TempDir,
}

fn store() -> Store {
    let folder = tempfile::tempdir().expect("a folder");
    let (state, in_force) = watch::channel(in_force(1, true));
    let landing = open(&folder, in_force);
    Store { landing, state, folder }
}

fn open(folder: &tempfile::TempDir, in_force: watch::Receiver<Arc<InForce>>) -> Landing {
    try_open(folder, in_force).expect("opens")
}

fn try_open(
    folder: &tempfile::TempDir,
    in_force: watch::Receiver<Arc<InForce>>,
) -> Result<Landing, LandingError> {
    let [landing, journal, rest] = ["landing", "journal", "rest"].map(|n| folder.path().join(n));
    Landing::open(&landing, &journal, &rest, in_force)
}

#[tokio::test]
async fn a_row_is_kept_once_and_read_back() {
    let store = store();
    let payload = r#"{"metrics":{"counter":{"shop.cart.filled":2}}}"#;
    assert_eq!(store.landing.land(row(1, 9, Some(1), payload)).await, Ok(Landed::Stored));
    assert_eq!(store.landing.land(row(1, 9, Some(1), payload)).await, Ok(Landed::Duplicate));
    let kept = store.landing.stored(None, 10).expect("readable");
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].payload.open(candor_kernel::sink::Operator), payload);
    assert_eq!(store.landing.stored(Some(&[DocumentKey([2; 16])]), 10).expect("readable").len(), 0);
}

#[tokio::test]
async fn many_senders_share_commits_and_all_are_answered() {
    let store = Arc::new(store());
    let mut senders = tokio::task::JoinSet::new();
    for document in 0..200 {
        let store = Arc::clone(&store);
        senders.spawn(async move { store.landing.land(row(document, 9, None, "{}")).await });
    }
    let answers = senders.join_all().await;
    assert!(answers.iter().all(|answer| *answer == Ok(Landed::Stored)));
    assert_eq!(store.landing.stored(None, 1000).expect("readable").len(), 200);
}

#[tokio::test]
async fn what_was_withdrawn_on_the_way_is_not_written() {
    let store = store();
    store.state.send_replace(in_force(2, true));
    assert_eq!(store.landing.land(row(1, 9, None, "{}")).await, Ok(Landed::Stored));
    store.state.send_replace(in_force(3, false));
    assert_eq!(store.landing.land(row(2, 9, None, "{}")).await, Err(LandingError::Withdrawn));
    assert_eq!(store.landing.stored(None, 10).expect("readable").len(), 1);
}

#[tokio::test]
async fn clients_are_counted_once_a_day_and_pings_without_id_not_at_all() {
    let store = store();
    let with = r#"{"metrics":{"counter":{"shop.cart.filled":2}}}"#;
    let without = r#"{"metrics":{"counter":{"shop.cart.emptied":2}}}"#;
    for (document, day, subject, payload) in [
        (1, 9, Some(1), with),
        (2, 9, Some(1), with),
        (3, 9, Some(2), with),
        (4, 9, Some(3), without),
        (5, 9, None, with),
        (6, 8, Some(4), with),
    ] {
        store.landing.land(row(document, day, subject, payload)).await.expect("stored");
    }
    let count = |day, kind| {
        let metric = MetricId::parse("shop.cart.filled").unwrap();
        let value = Some(Value::Metric { metric, kind, label: None });
        let question = Question {
            product: ProductId::parse("shop").unwrap(),
            ping: PingName::parse("till").unwrap(),
            first: Day::from_number(day),
            last: Day::from_number(day),
            unit: Unit::Client,
            measure: Measure::Contributors { value },
            dimensions: Vec::new(),
            bounds: Bounds { cells_max: 1, value_max: 1 },
        };
        store.landing.tally(&question).expect("countable").cells[0].contributors
    };
    assert_eq!(count(9, MetricKind::Counter), 2);
    assert_eq!(count(8, MetricKind::Counter), 1);
    assert_eq!(count(7, MetricKind::Counter), 0, "a day without a segment");
    assert_eq!(count(9, MetricKind::String), 0, "another type is another metric");
}

#[tokio::test]
async fn removed_products_leave_no_byte() {
    let store = store();
    let bytes = b"a canary in a payload";
    let payload = format!("{{\"note\":\"{}\"}}", std::str::from_utf8(bytes).unwrap());
    store.landing.land(row(1, 9, None, &payload)).await.expect("stored");
    let residue = || crate::scan::files_with(store.folder.path(), &[bytes]).expect("readable");
    assert!(!residue().is_empty(), "the scan finds what is there");
    let product = ProductId::parse("shop").unwrap();
    assert_eq!(store.landing.remove_product(product, &maintenance()).await, Ok(1));
    assert_eq!(residue(), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn old_days_go_as_whole_files_and_writing_goes_on() {
    let store = store();
    for day in [7, 8, 9] {
        let document = u8::try_from(day).unwrap();
        store.landing.land(row(document, day, None, "{}")).await.expect("stored");
    }
    let removed = store.landing.remove_before(Day::from_number(9), &maintenance()).await;
    assert_eq!(removed, Ok(vec![Day::from_number(7), Day::from_number(8)]));
    let left = std::fs::read_dir(store.landing.folder()).unwrap().count();
    assert_eq!(left, 4, "one db, wal, shm, and the reserve");
    assert_eq!(store.landing.land(row(20, 8, None, "{}")).await, Ok(Landed::Stored));
}

#[tokio::test]
async fn closing_writes_what_waits_and_refuses_the_rest() {
    let store = store();
    store.landing.land(row(1, 9, None, "{}")).await.expect("stored");
    store.landing.close();
    assert_eq!(store.landing.land(row(2, 9, None, "{}")).await, Err(LandingError::Closed));
    let left: Vec<_> = std::fs::read_dir(store.landing.folder()).unwrap().collect();
    assert_eq!(left.len(), 2, "the logs are folded in: {left:?}");
    assert_eq!(store.landing.stored(None, 9).expect("readable").len(), 1);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let (_state, in_force) = watch::channel(in_force(1, true));
    let (below, journal) = (file.path().join("landing"), file.path().join("journal"));
    let Err(error) = Landing::open(&below, &journal, &below, in_force) else {
        panic!("a file is no folder");
    };
    assert!(error.to_string().contains("landing: cannot make the folder"), "{error}");
}

#[test]
fn the_declared_schema_is_the_real_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let segment = file::open(folder.path(), Day::from_number(1)).expect("opens");
    let journal = Journal::open(folder.path()).expect("opens");
    let mut real = file::schema(&segment).expect("readable");
    real.extend(file::schema(journal.connection()).expect("readable"));
    let declared = candor_inventory::Inventory::read(crate::INVENTORY).expect("whole");
    let landing = declared.records.values().filter(|r| r.store == candor_inventory::Store::Landing);
    assert_eq!(real.len(), landing.count());
    for (table, columns) in real {
        let fields: BTreeSet<_> = declared.records[&table].fields.keys().cloned().collect();
        assert_eq!(columns, fields, "{table}");
    }
}

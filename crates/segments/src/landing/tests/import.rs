use super::*;
use crate::import::{Import, ImportRow};
use crate::tally::{By, Dimension};

fn imported(subject: u8, document: u8) -> ImportRow {
    ImportRow {
        subject: SubjectKey([subject; 16]),
        document: DocumentKey([document; 16]),
        app: "shop-app".to_owned(),
        revision: 1,
        payload: format!("{{\"metrics\":{{\"counter\":{{\"shop.cart.filled\":{document}}}}}}}"),
    }
}

fn names() -> (ProductId, PingName) {
    (ProductId::parse("shop").expect("an id"), PingName::parse("till").expect("a name"))
}

#[tokio::test]
async fn imported_days_answer_as_landed_ones_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let (product, ping) = names();
    let rest = folder.path().join("rest");
    let import = Import::begin(&rest, &maintenance()).expect("a new folder");
    let day = |day, rows: &[(u8, u8)]| {
        let rows = || rows.iter().map(|(subject, document)| imported(*subject, *document));
        import.day(&product, &ping, Day::from_number(day), rows)
    };
    let days = [day(9, &[(1, 1), (1, 2), (2, 3)]), day(10, &[(2, 4)]), day(11, &[])];
    let days = days.into_iter().map(|day| day.expect("written")).collect();
    assert!(day(12, &[(2, 5), (1, 6)]).is_err(), "out of order");
    import.end(days).expect("recorded");

    let (_state, in_force) = watch::channel(in_force(1, true));
    let landing = open(&folder, in_force);
    let metric = MetricId::parse("shop.cart.filled").expect("an id");
    let value = Value::Metric { metric, kind: MetricKind::Counter, label: None };
    let question = Question {
        product,
        ping,
        first: Day::from_number(9),
        last: Day::from_number(10),
        unit: Unit::Client,
        measure: Measure::Sum(value),
        dimensions: vec![Dimension { by: By::App, values: vec!["shop-app".to_owned()] }],
        bounds: Bounds { cells_max: 1, value_max: 5 },
    };
    let cells = landing.tally(&question).expect("readable").cells;
    assert_eq!((cells[0].contributors, cells[0].sums), (2, [3 + 5, 0]), "7 are clamped to 5");
    let found = |subject| {
        let found = landing.search(&[SubjectKey([subject; 16])], &maintenance());
        found.expect("readable").into_iter().map(|(_, rows)| rows).collect::<Vec<_>>()
    };
    assert_eq!([found(1), found(2), found(3)], [[2, 0], [1, 1], [0, 0]]);
}

#[test]
fn what_a_server_uses_is_not_imported_into() {
    let store = store();
    let rest = store.folder.path().join("rest");
    assert!(Import::begin(&rest, &maintenance()).is_err());
}

#[tokio::test]
async fn a_client_is_found_on_whichever_page_it_stands() {
    // More rows than a page has, so that pages are left out.
    const CLIENTS: u32 = 45_000;
    let folder = tempfile::tempdir().expect("a folder");
    let (product, ping) = names();
    let import = Import::begin(&folder.path().join("rest"), &maintenance()).expect("a new folder");
    let key = |client: u32| {
        let mut key = [0; 16];
        key[..4].copy_from_slice(&client.to_be_bytes());
        SubjectKey(key)
    };
    // Every client twice, so that some stand on both sides of the end of a page.
    let rows = || {
        let clients = (0..CLIENTS).flat_map(|client| [client, client]);
        clients.map(|client| ImportRow { subject: key(client), ..imported(1, 1) })
    };
    let day = import.day(&product, &ping, Day::from_number(9), rows).expect("written");
    import.end(vec![day]).expect("recorded");
    let (_state, in_force) = watch::channel(in_force(1, true));
    let landing = open(&folder, in_force);
    let rows = |clients: &[u32]| {
        let keys: Vec<_> = clients.iter().map(|client| key(*client)).collect();
        landing.search(&keys, &maintenance()).expect("readable")[0].1
    };
    for client in [0, 1, 4095, 4096, 9999, 10_000, 10_001, 19_999, 20_000, CLIENTS - 1] {
        assert_eq!(rows(&[client]), 2, "{client}");
    }
    assert_eq!(rows(&[CLIENTS]), 0);
    assert_eq!(rows(&[30_000, 7, CLIENTS, 20_480]), 6);
}

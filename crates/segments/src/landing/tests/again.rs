//! Documents that come again, on any day that is kept.

use super::*;

async fn days(store: &Store, days: std::ops::Range<i64>) {
    for day in days {
        let document = u8::try_from(day).expect("small");
        store.landing.land(row(document, day, None, "{}")).await.expect("stored");
    }
}

#[tokio::test]
async fn a_document_is_known_again_on_every_day_that_is_kept() {
    let store = store();
    days(&store, 10..40).await;
    for document in 10..40 {
        let again = store.landing.land(row(document, 40, None, "{}")).await;
        assert_eq!(again, Ok(Landed::Duplicate), "{document}");
    }
    assert_eq!(store.landing.land(row(99, 40, None, "{}")).await, Ok(Landed::Stored));
    // What is no longer kept is no longer known.
    store.landing.remove_before(Day::from_number(11), &maintenance()).await.expect("removed");
    assert_eq!(store.landing.land(row(10, 40, None, "{}")).await, Ok(Landed::Stored));
}

#[tokio::test]
async fn a_start_with_filters_knows_the_same() {
    let Store { landing, state, folder } = store();
    let store = Store { landing, state, folder };
    days(&store, 10..20).await;
    let Store { landing, state, folder } = store;
    drop(landing);
    let store = Store { landing: open(&folder, state.subscribe()), state, folder };
    // Some of these are looked up before their filter is read, some after.
    for _ in 0..50 {
        for document in 10..20 {
            let again = store.landing.land(row(document, 20, None, "{}")).await;
            assert_eq!(again, Ok(Landed::Duplicate), "{document}");
        }
    }
    // A day that is written to again, as after a clock that went back, forgets its filter.
    assert_eq!(store.landing.land(row(50, 12, None, "{}")).await, Ok(Landed::Stored));
    assert_eq!(store.landing.land(row(50, 20, None, "{}")).await, Ok(Landed::Duplicate));
}

#[tokio::test]
async fn a_document_is_known_under_the_key_of_an_earlier_epoch() {
    let store = store();
    store.landing.land(row(1, 9, None, "{}")).await.expect("stored");
    let mut renamed = row(2, 10, None, "{}");
    renamed.document_before = vec![DocumentKey([1; 16])];
    assert_eq!(store.landing.land(renamed).await, Ok(Landed::Duplicate));
}

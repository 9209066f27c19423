//! Erasure at rest: hidden at once, gone after the rewrite, and a scan says so; after every crash.

use super::erasure::{key, may, wish};
use super::rest::{CANARY, NEEDLE, all, closed, filled, moved, reopen};
use super::*;
use crate::rest::Step;

fn state(store: &Store, document: u8) -> (ErasureState, u64) {
    let lines = store.landing.erasures(&[DocumentKey([document; 16])], 5).expect("readable");
    (lines[0].state, lines[0].pings)
}

#[tokio::test]
async fn a_client_is_hidden_at_once_and_gone_after_the_rewrite() {
    let store = moved().await;
    assert_eq!(
        store.landing.prove(&[NEEDLE]).expect("decoded").len(),
        2,
        "the scan finds what is there"
    );
    assert_eq!(store.landing.prove(&[&[1; 16]]).expect("decoded").len(), 2);
    assert_eq!(store.landing.erase(wish(90, &[1, 77]), may()).await, Ok(ErasureState::Hidden));
    let left: Vec<_> = all(&store).into_iter().map(|(document, ..)| document).collect();
    assert_eq!(left, [2, 3, 4, 7], "no read shows it");
    assert_eq!(store.landing.stored(Some(&[DocumentKey([1; 16])]), 9).expect("readable").len(), 0);
    assert_eq!(state(&store, 90), (ErasureState::Hidden, 1), "one in landing went at once");
    assert_eq!(store.landing.prove(&[]).expect("decoded").len(), 2, "its bytes are still there");
    assert!(store.landing.hides());
    assert_eq!(store.landing.rewrite(&maintenance()).await, Ok(2));
    assert_eq!(store.landing.prove(&[NEEDLE, &[1; 16]]), Ok(Vec::new()));
    assert_eq!(state(&store, 90), (ErasureState::Done, 3));
    assert!(!store.landing.hides());
    assert_eq!(all(&store).len(), 4, "the others stay");
    assert_eq!(store.landing.land(row(50, 10, Some(1), CANARY)).await, Ok(Landed::Erased));
    assert_eq!(store.landing.rewrite(&maintenance()).await, Ok(0), "nothing is left to do");
}

#[tokio::test]
async fn other_ids_of_a_client_find_its_pings_at_rest_too() {
    let store = store();
    let mut without_client_id = row(1, 7, None, CANARY);
    without_client_id.secondary = vec![key(5), key(6)];
    store.landing.land(without_client_id).await.expect("stored");
    store.landing.land(row(2, 9, None, "{}")).await.expect("stored");
    store.landing.move_before(closed(), &maintenance()).await.expect("moved");
    assert_eq!(store.landing.erase(wish(90, &[6]), may()).await, Ok(ErasureState::Hidden));
    assert_eq!(all(&store).len(), 1);
    assert_eq!(store.landing.rewrite(&maintenance()).await, Ok(1));
    assert_eq!(store.landing.prove(&[NEEDLE, &[5; 16]]), Ok(Vec::new()));
    assert_eq!(store.landing.rest.files.names().expect("readable").len(), 0, "an empty file goes");
    assert_eq!(state(&store, 90), (ErasureState::Done, 1));
}

#[tokio::test]
async fn after_a_crash_at_any_step_of_a_rewrite_the_client_is_hidden_and_goes() {
    for step in [Step::Rewritten, Step::Replaced, Step::Removed, Step::Proved] {
        let store = moved().await;
        store.landing.erase(wish(90, &[1]), may()).await.expect("hidden");
        let others = all(&store);
        store.landing.rest.crash_after(step);
        assert!(store.landing.rewrite(&maintenance()).await.is_err(), "{step:?}");
        assert_eq!(all(&store), others, "{step:?}: before the start");
        let store = reopen(store);
        assert_eq!(all(&store), others, "{step:?}: after the start");
        assert_ne!(state(&store, 90).0, ErasureState::Done, "{step:?}: nothing was proved");
        store.landing.rewrite(&maintenance()).await.expect("finishes");
        assert_eq!(store.landing.prove(&[NEEDLE]), Ok(Vec::new()), "{step:?}");
        assert_eq!(state(&store, 90).0, ErasureState::Done, "{step:?}");
        assert_eq!(all(&store), others, "{step:?}: at the end");
        let on_disk = store.landing.rest.files.names().expect("readable").len();
        assert_eq!(on_disk, 2, "{step:?}: what counts for nothing is gone");
    }
}

#[tokio::test]
async fn a_wish_while_its_day_moves_hides_what_was_written() {
    let store = filled().await;
    let landing = &store.landing;
    let day = Day::from_number(7);
    let (reply, answer) = oneshot::channel();
    landing.send(Command::BeginMove(day, reply)).expect("runs");
    assert_eq!(answer.await.expect("answered"), Ok(true));
    let none = crate::rest::Hidden::new();
    let filled = crate::rest::fill::fill(&landing.rest, &landing.folder, day, &none);
    assert_eq!(landing.erase(wish(90, &[1]), may()).await, Ok(ErasureState::Hidden));
    let (reply, answer) = oneshot::channel();
    landing.send(Command::Switch(filled.expect("written"), reply)).expect("runs");
    assert_eq!(answer.await.expect("answered"), Ok(true));
    let left: Vec<_> = all(&store).into_iter().map(|(document, ..)| document).collect();
    assert_eq!(left, [2, 3, 4, 7]);
    assert_eq!(landing.rewrite(&maintenance()).await, Ok(1));
    assert_eq!(landing.prove(&[NEEDLE]), Ok(Vec::new()));
}

#[tokio::test]
async fn a_copy_that_is_put_back_is_cleaned_by_the_journal() {
    let store = moved().await;
    let rest = store.folder.path().join("rest");
    let copy = store.folder.path().join("copy");
    let copied = |from: &Path, to: &Path| {
        let done = std::process::Command::new("cp").arg("-r").args([from, to]).status();
        assert!(done.expect("runs").success());
    };
    store.landing.close();
    copied(&rest, &copy);
    let store = reopen(store);
    store.landing.erase(wish(90, &[1]), may()).await.expect("hidden");
    store.landing.rewrite(&maintenance()).await.expect("done");
    let others = all(&store);
    let Store { landing, state: in_force, folder } = store;
    drop(landing);
    std::fs::remove_dir_all(&rest).expect("removed");
    copied(&copy, &rest);
    let landing = open(&folder, in_force.subscribe());
    let store = Store { landing, state: in_force, folder };
    assert_eq!(store.landing.prove(&[NEEDLE]).expect("decoded").len(), 2, "the copy holds it");
    assert_eq!(all(&store), others, "nobody sees it");
    assert_eq!(store.landing.rewrite(&maintenance()).await, Ok(2));
    assert_eq!(store.landing.prove(&[NEEDLE]), Ok(Vec::new()));
}

use std::thread;

use super::*;

const SMALL: Admits = Admits { per_minute: 5, place_bytes: 100, bytes: 250, places: 3 };

fn place(number: u128) -> Place {
    Place(number.to_be_bytes())
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn begin(limit: &SubmitLimit, number: u128, now: Duration) -> Taken {
    limit.begin(place(number), now).expect("room")
}

fn sent(limit: &SubmitLimit, number: u128, now: Duration) -> usize {
    (0..100).take_while(|_| limit.begin(place(number), now).is_ok()).count()
}

#[test]
fn a_place_has_its_pings_in_each_minute() {
    let limit = SubmitLimit::new(SMALL);
    assert_eq!(sent(&limit, 1, seconds(7)), 5);
    assert_eq!(sent(&limit, 2, seconds(7)), 5, "others are untouched");
    assert_eq!(limit.begin(place(1), seconds(66)).err(), Some(Overload::Often));
    assert_eq!(sent(&limit, 1, seconds(67)), 5, "a minute later");
}

#[test]
fn bytes_are_bounded_by_place_and_in_all_and_given_back_exactly() {
    let limit = SubmitLimit::new(SMALL);
    let (mut one, mut two) = (begin(&limit, 1, seconds(0)), begin(&limit, 1, seconds(0)));
    assert_eq!(one.more(60), Ok(()));
    assert_eq!(two.more(40), Ok(()));
    assert_eq!(two.more(1), Err(Overload::Place), "both are of one place");
    assert_eq!(limit.bytes(), 100, "what is refused is not taken");
    let mut others = [begin(&limit, 2, seconds(0)), begin(&limit, 3, seconds(0))];
    assert_eq!(others[0].more(100), Ok(()));
    assert_eq!(others[1].more(51), Err(Overload::Server));
    assert_eq!(others[1].more(50), Ok(()));
    assert_eq!(others[1].more(usize::MAX), Err(Overload::Server), "no sum overflows");
    drop(one);
    assert_eq!(limit.bytes(), 190);
    assert_eq!(two.more(60), Ok(()), "what one gave back is there for two");
    drop((two, others));
    assert_eq!(limit.bytes(), 0);
}

#[test]
fn a_place_is_forgotten_after_its_minute_unless_something_is_on_its_way() {
    let limit = SubmitLimit::new(SMALL);
    let mut slow = begin(&limit, 1, seconds(0));
    assert_eq!(slow.more(10), Ok(()));
    drop(begin(&limit, 2, seconds(10)));
    limit.forget_old(seconds(69));
    assert_eq!(limit.oldest(seconds(69)), Some(seconds(69)));
    drop(begin(&limit, 2, seconds(69)));
    limit.forget_old(seconds(130));
    assert_eq!(limit.0.state().places.len(), 1, "only what is on its way is left");
    limit.forget_old(LIFE);
    assert_eq!(limit.oldest(LIFE), None, "and that no longer than an hour");
    let again = begin(&limit, 1, LIFE);
    assert_eq!(slow.more(5), Ok(()));
    drop(slow);
    assert_eq!((limit.bytes(), limit.0.state().places[&place(1)].bytes), (0, 0));
    drop(again);
}

#[test]
fn so_many_places_are_remembered_and_no_more() {
    let limit = SubmitLimit::new(SMALL);
    let under_way: Vec<_> = (1..3).map(|number| begin(&limit, number, seconds(0))).collect();
    assert_eq!(sent(&limit, 3, seconds(0)), 5);
    drop(begin(&limit, 4, seconds(0)));
    assert_eq!(limit.0.state().places.len(), 3, "the idle one made room");
    let last = begin(&limit, 4, seconds(0));
    assert_eq!(limit.begin(place(5), seconds(0)).err(), Some(Overload::Server));
    drop((under_way, last));
    assert!(limit.begin(place(5), seconds(0)).is_ok());
}

#[test]
fn many_at_once_never_take_more_than_there_is_and_give_all_back() {
    let limit = SubmitLimit::new(Admits { per_minute: 100_000, places: 100, ..SMALL });
    let run = |number: u128| {
        let mut refused = 0;
        for size in 1..2000_usize {
            let mut taken = begin(&limit, number % 4, seconds(0));
            for _ in 0..3 {
                refused += usize::from(taken.more(size % 40).is_err());
                assert!(limit.bytes() <= SMALL.bytes);
            }
        }
        refused
    };
    let refused: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|number| scope.spawn(move || run(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    assert!(refused > 0, "they stood in each other's way");
    assert_eq!(limit.bytes(), 0);
    let state = limit.0.state();
    assert!(state.places.values().all(|sender| (sender.under_way, sender.bytes) == (0, 0)));
}

use candor_testing::SeededDice;

use super::*;
use crate::rules::Cause;
use crate::rules::trace::Found;

const HOUR: Duration = Duration::from_secs(3600);
const PATH: [&str; 4] = ["shop", "till", "1", "eaee1704-2577-44e0-a672-7bf589e39be6"];

fn at(hours: u32) -> Timestamp {
    Timestamp::from_micros(1_795_219_200_000_000).plus(HOUR * hours)
}

fn tag(text: &str) -> Tag {
    Tag::parse(text).unwrap_or_else(|| panic!("{text:?} is a tag"))
}

/// A trace with as many rows as there may be, each as long as it may be.
fn large() -> Trace {
    let mut trace = Trace::default();
    let long = "ä".repeat(1000);
    let found = Found { section: "metrics", kind: &long, id: &long, part: &long, ..Found::NOTHING };
    for _ in 0..limits::DEBUG_ROWS {
        trace.left_out(Found { came: &long, ..found }, Cause::Label, &long);
    }
    trace
}

fn add(debug: &Debug, tag: &Tag, now: Timestamp) {
    debug.add(tag, PATH, Outcome::Accepted, Trace::default(), now);
}

fn numbers(debug: &Debug, tag: &Tag, now: Timestamp) -> Vec<u64> {
    debug.look(tag, now).iter().map(|seen| seen.number).collect()
}

#[test]
fn tags_are_those_of_sdks() {
    for good in ["a", "demo", "My-Tag-1", "01234567890123456789"] {
        assert_eq!(tag(good).to_string(), good);
    }
    for bad in ["", "012345678901234567890", "a b", "a_b", "ä", "<b>", "a/b", "a\n"] {
        assert_eq!(Tag::parse(bad), None, "{bad:?}");
    }
}

#[test]
fn the_newest_pings_of_a_tag_are_shown_newest_first() {
    let (debug, ann) = (Debug::default(), tag("ann"));
    for _ in 0..limits::DEBUG_PINGS_PER_TAG + 2 {
        add(&debug, &ann, at(0));
    }
    let numbers = numbers(&debug, &ann, at(0));
    assert_eq!(numbers, (3..=22).rev().collect::<Vec<_>>());
    assert!(debug.look(&tag("bo"), at(0)).is_empty());
    let seen = &debug.look(&ann, at(0))[0];
    assert_eq!((seen.arrived, seen.outcome.slug()), (at(0), "accepted"));
    assert_eq!(
        seen.path.as_ref().map(|[app, ping, _]| (&app[..], &ping[..])),
        Some(("shop", "till"))
    );
}

#[test]
fn everything_is_gone_after_a_day() {
    let (debug, ann, dice) = (Debug::default(), tag("ann"), SeededDice::new(1));
    add(&debug, &ann, at(0));
    add(&debug, &ann, at(3));
    let path = debug.link(&ann, &dice, at(0));
    let secret = path.rsplit('/').next().expect("it has parts");
    assert_eq!(numbers(&debug, &ann, at(23)), [2, 1]);
    assert!(debug.opens(&ann, secret, at(23)));
    assert_eq!(numbers(&debug, &ann, at(24)), [2], "nothing older is read");
    assert!(!debug.opens(&ann, secret, at(24)));
    debug.forget_old(at(27));
    let held = debug.0.lock().expect("no holder of this lock panics");
    assert_eq!((held.bytes(), held.links.len()), (0, 0));
    drop(held);
    debug.forget_old(at(28));
    assert_eq!(debug.0.lock().expect("no holder of this lock panics").tags.len(), 0);
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let debug = Debug::default();
    for number in 0..70 {
        let trace = if number % 5 == 0 { large() } else { Trace::default() };
        debug.add(&tag(&format!("t{number}")), PATH, Outcome::Accepted, trace, at(0));
    }
    let held = debug.0.lock().expect("no holder of this lock panics");
    assert!(held.tags.len() <= limits::DEBUG_TAGS);
    let really: usize = held.tags.values().flat_map(|t| &t.pings).map(|seen| seen.bytes()).sum();
    assert_eq!(held.bytes(), really);
    assert!(really <= limits::DEBUG_BYTES && really > limits::DEBUG_BYTES / 2, "{really}");
}

#[test]
fn a_watched_tag_is_not_displaced_by_those_of_others() {
    let (debug, ann) = (Debug::default(), tag("ann"));
    // It holds more than any other.
    for _ in 0..2 {
        debug.add(&ann, PATH, Outcome::Accepted, large(), at(0));
    }
    assert_eq!(numbers(&debug, &ann, at(0)), [2, 1]);
    let soon = at(0).plus(WATCHED - Duration::from_secs(1));
    let flood = |now| {
        for number in 0..limits::DEBUG_TAGS {
            let other = tag(&format!("t{number}"));
            let trace = if number < 9 { large() } else { Trace::default() };
            debug.add(&other, PATH, Outcome::Accepted, trace, now);
        }
    };
    flood(soon);
    add(&debug, &ann, soon);
    assert_eq!(numbers(&debug, &ann, soon).len(), 3, "it is still there, and takes more");
    // Ten minutes after the last look it is one of many.
    flood(soon.plus(WATCHED));
    assert_eq!(numbers(&debug, &ann, soon.plus(WATCHED)), [0; 0]);
}

#[test]
fn a_flood_of_one_watched_tag_leaves_another_alone() {
    let (debug, ann, bo) = (Debug::default(), tag("ann"), tag("bo"));
    assert!(debug.look(&ann, at(0)).is_empty() && debug.look(&bo, at(0)).is_empty());
    add(&debug, &ann, at(0));
    for _ in 0..10 {
        debug.add(&bo, PATH, Outcome::Accepted, large(), at(0));
    }
    assert_eq!(numbers(&debug, &ann, at(0)), [1]);
    assert!(!debug.look(&bo, at(0)).is_empty());
}

#[test]
fn whoever_looks_is_watched_even_where_all_tags_are() {
    let debug = Debug::default();
    for number in 0..limits::DEBUG_TAGS + 5 {
        let now = at(0).plus(Duration::from_secs(number as u64));
        assert!(debug.look(&tag(&format!("t{number}")), now).is_empty());
    }
    let now = at(0).plus(Duration::from_secs(60));
    add(&debug, &tag("stranger"), now);
    add(&debug, &tag("t54"), now);
    let held = debug.0.lock().expect("no holder of this lock panics");
    assert_eq!(held.tags.len(), limits::DEBUG_TAGS);
    assert!(!held.tags.contains_key(&tag("t0")) && !held.tags.contains_key(&tag("stranger")));
    assert_eq!(held.tags[&tag("t54")].pings.len(), 1);
}

#[test]
fn of_a_ping_that_a_person_did_not_want_kept_only_that_is_known() {
    let (debug, ann) = (Debug::default(), tag("ann"));
    debug.add(&ann, PATH, Outcome::Refused(Refusal::OptedOut), large(), at(0));
    let seen = &debug.look(&ann, at(0))[0];
    assert_eq!((seen.path.is_none(), seen.trace.rows.len()), (true, 0));
}

#[test]
fn a_link_opens_its_own_tag_and_nothing_else_does() {
    let (debug, ann, dice) = (Debug::default(), tag("ann"), SeededDice::new(1));
    let path = debug.link(&ann, &dice, at(0));
    let secret = path.strip_prefix("/debug/ann/").expect("the tag stands in it").to_owned();
    assert_eq!(secret.len(), 64);
    assert!(debug.opens(&ann, &secret, at(0)));
    assert!(!debug.opens(&tag("bo"), &secret, at(0)));
    for wrong in ["", "0", &secret[..63], &format!("{secret}0"), &secret.to_uppercase()] {
        assert!(!debug.opens(&ann, wrong, at(0)), "{wrong}");
    }
    for _ in 0..limits::DEBUG_LINKS - 1 {
        let _ = debug.link(&ann, &dice, at(0));
    }
    assert!(debug.opens(&ann, &secret, at(0)));
    let _ = debug.link(&tag("bo"), &dice, at(0));
    assert!(!debug.opens(&ann, &secret, at(0)), "the oldest has ended");
}

//! Totals over everything that holds pings of a question. A client's pings lie in several places,
//! each in the order of its clients: they are read side by side, so that memory does not grow with
//! them. The keys of clients are spread evenly, so each thread takes a range of them, or, where each
//! ping counts for itself, one piece after the other.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::num::NonZero;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};

use candor_kernel::limits;

use super::columns::{Shape, TableLane};
use super::rows::{self, RowsLane};
use super::{Bounder, Question, Tally, Unit};
use crate::rest::table::Table;
use crate::rest::{Hidden, failed};
use crate::row::LandingError;
use crate::sources::{Segments, Sources};

/// One place that gives pings in the order of their units.
pub(super) trait Lane {
    /// Returns the unit whose pings are next; none at the end.
    fn key(&self) -> Option<u128>;

    /// Tells everything of that unit, and goes on to the next.
    fn tell(&mut self, bounder: &mut Bounder<'_>) -> Result<(), LandingError>;
}

/// Returns how many threads read at a time.
pub(crate) fn hands() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get).min(limits::REST_READERS)
}

/// Answers a question.
pub(crate) fn tally(sources: Sources, question: &Question) -> Result<Tally, LandingError> {
    let Sources { segments, files, hidden } = sources;
    let hidden = &*hidden;
    let tables = files.into_iter().map(|(part, file)| Table::open(part, file));
    let tables = tables.collect::<Result<Vec<_>, _>>()?;
    let shapes: Vec<_> = tables.iter().map(|table| Shape::of(table, question, hidden)).collect();
    let next = AtomicUsize::new(0);
    let (shapes, next, hands) = (&shapes, &next, segments.len());
    let work = |(hand, segments): (usize, Segments)| {
        let mut bounder = Bounder::new(question).map_err(failed)?;
        match question.unit {
            Unit::Client => {
                let range = range(hand, hands);
                clients(&segments, shapes, hidden, range, question, &mut bounder)?;
            }
            Unit::Ping => pings(&segments, hand == 0, shapes, hidden, next, &mut bounder)?,
        }
        Ok(bounder.finish())
    };
    let mut totals = Vec::new();
    std::thread::scope(|scope| {
        let threads: Vec<_> = segments
            .into_iter()
            .enumerate()
            .map(|segments| scope.spawn(move || work(segments)))
            .collect();
        totals.extend(threads.into_iter().map(|thread| {
            thread.join().unwrap_or_else(|_| Err(failed("a thread that counts ended early")))
        }));
    });
    let mut whole = Bounder::new(question).map_err(failed)?.finish();
    for tally in totals {
        whole.add(&tally?);
    }
    Ok(whole)
}

/// The keys that one of several threads reads.
fn range(hand: usize, hands: usize) -> RangeInclusive<u128> {
    let (hand, hands) = (hand as u128, hands.max(1) as u128);
    let width = u128::MAX / hands;
    let last = if hand + 1 == hands { u128::MAX } else { (hand + 1) * width - 1 };
    hand * width..=last
}

fn clients(
    segments: &Segments,
    shapes: &[Shape<'_>],
    hidden: &Hidden,
    range: RangeInclusive<u128>,
    question: &Question,
    bounder: &mut Bounder<'_>,
) -> Result<(), LandingError> {
    let mut statements = rows::statements(segments, question)?;
    let mut lanes: Vec<Box<dyn Lane + '_>> = Vec::new();
    for statement in &mut statements {
        lanes.push(Box::new(RowsLane::begin(statement, question, range.clone())?));
    }
    for shape in shapes {
        lanes.push(Box::new(TableLane::of_range(shape, hidden, range.clone())?));
    }
    let keys = lanes.iter().enumerate();
    let keys = keys.filter_map(|(at, lane)| lane.key().map(|key| Reverse((key, at))));
    let mut next: BinaryHeap<_> = keys.collect();
    let mut unit = None;
    while let Some(mut top) = next.peek_mut() {
        let Reverse((key, at)) = *top;
        if unit != Some(key) {
            bounder.unit(&key.to_be_bytes());
            unit = Some(key);
        }
        lanes[at].tell(bounder)?;
        match lanes[at].key() {
            Some(key) => *top = Reverse((key, at)),
            None => drop(PeekMut::pop(top)),
        }
    }
    Ok(())
}

fn pings(
    segments: &Segments,
    with_segments: bool,
    shapes: &[Shape<'_>],
    hidden: &Hidden,
    next: &AtomicUsize,
    bounder: &mut Bounder<'_>,
) -> Result<(), LandingError> {
    let question = bounder.question();
    if with_segments {
        for statement in &mut rows::statements(segments, question)? {
            let all = RowsLane::begin(statement, question, 0..=u128::MAX)?;
            each(all, bounder)?;
        }
    }
    let mut pieces =
        shapes.iter().flat_map(|shape| (0..shape.groups()).map(move |group| (shape, group)));
    let mut before = 0;
    loop {
        let mine = next.fetch_add(1, Ordering::SeqCst);
        let Some((shape, group)) = pieces.nth(mine - before) else { return Ok(()) };
        before = mine + 1;
        each(TableLane::of_group(shape, hidden, group)?, bounder)?;
    }
}

fn each(mut lane: impl Lane, bounder: &mut Bounder<'_>) -> Result<(), LandingError> {
    while let Some(key) = lane.key() {
        bounder.unit(&key.to_be_bytes());
        lane.tell(bounder)?;
    }
    Ok(())
}

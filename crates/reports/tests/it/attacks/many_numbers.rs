//! Many numbers about the same people: asked again, asked in other words, and more than there is.

use candor_reports::reports::ReportError;
use candor_testing::on_both;

use super::*;
use crate::house::{House, day, id};

const TIMES: usize = 1000;

fn week() -> candor_reports::rules::Span {
    Period::Week.of(day("2026-11-18"))
}

/// What fresh noise each time would give away: the mean of so many is the truth. Its error is
/// 1.36 / √n; a half is eleven of those for a thousand.
fn mean_of_fresh(times: usize, truth: u64) -> f64 {
    let shown = shown(&vec![truth; times], ALL);
    shown.iter().flatten().sum::<i64>() as f64 / times as f64
}

/// 4: averaging. However often it is asked for, an edition is the same bytes.
#[tokio::test]
async fn asking_again_gives_the_same_noise() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 137);
        house.ask("starts", "").await.expect("possible");
        let first = house.run("starts", week()).await.expect("made");
        for _ in 0..TIMES {
            let again = house.reports.edition(&id("starts"), None, week()).await.expect("readable");
            assert_eq!(again.as_ref(), Some(&first));
        }
        // A server that crashed after the commit finds what it made; its new noise is thrown away.
        let other = House::new(&fresh.db, 137);
        assert_eq!(other.run("starts", week()).await.expect("there"), first);
    })
    .await;
    assert!((mean_of_fresh(TIMES, 137) - 137.0).abs() < 0.5, "fresh noise would average out");
}

/// 5: the same question in other words. Each report has noise of its own, so the ledger counts them
/// together: two normal ones a week read a metric, then none.
#[tokio::test]
async fn the_same_question_in_other_words_has_no_more_answers() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 137);
        let mut answers = Vec::new();
        for n in 0..12 {
            let report = format!("r{n}");
            let more = match n % 3 {
                0 => format!("question: How many start it, in words of number {n}?"),
                1 => format!("dimensions: [{{by: os, values: [None-{n}]}}]"),
                _ => format!("bounds: {{value: {}}}", n + 1),
            };
            house.ask(&report, &more).await.expect("possible");
            match house.run(&report, week()).await {
                Ok(_) => answers.push(house.edition(&report, week()).await),
                Err(ReportError::OverBudget(_)) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(answers.len(), 2);
        let spent: u64 = answers.iter().map(|edition| edition.epsilon_millionths).sum();
        assert_eq!(spent, 2_000_000);
    })
    .await;
    assert!((mean_of_fresh(TIMES, 137) - 137.0).abs() < 0.5, "without a ledger it averages out");
}

/// 13: budget overrun, by a single report that asks for too much. Races are in `ledger.rs`.
#[tokio::test]
async fn a_week_that_is_spent_stays_spent() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 137);
        house.ask("all", "preset: small_group").await.expect("possible");
        house.run("all", week()).await.expect("2 of 2");
        house.ask("more", "preset: careful").await.expect("possible");
        let refused = house.run("more", week()).await;
        assert!(matches!(refused, Err(ReportError::OverBudget(_))), "{refused:?}");
        // Withdrawing the first gives nothing back: what was published stays known.
        let now = week().due();
        house.reports.withdraw(&id("all"), "No longer wanted.", now).await.expect("withdrawn");
        let refused = house.run("more", week()).await;
        assert!(matches!(refused, Err(ReportError::OverBudget(_))), "{refused:?}");
        assert_eq!(house.reports.edition(&id("more"), None, week()).await.expect("readable"), None);
    })
    .await;
    // What the ledger keeps from happening: forty more of the careful ones find the truth, each with
    // noise of scale 4. The mean's error is 0.9; without a bound there would be a thousand.
    let careful = publish(Preset::Careful, &people(), &tally(&vec![137; TIMES]), ALL);
    let sum: i64 = careful.iter().filter_map(|cell| cell.people).sum();
    let mean = sum as f64 / TIMES as f64;
    assert!((mean - 137.0).abs() < 2.0, "{mean}");
}

//! What a week may give away: refused beyond, also when many try at once.

use std::sync::Arc;

use candor_reports::reports::ReportError;
use candor_reports::rules::{Period, Span, week};
use candor_testing::on_both;
use tokio::task::JoinSet;

use crate::house::{House, day};

fn this_week() -> Span {
    Period::Week.of(day("2026-11-18"))
}

fn refused(result: &Result<candor_reports::reports::Kept, ReportError>, part: &str) -> bool {
    matches!(result, Err(ReportError::OverBudget(why)) if why.contains(part))
}

#[tokio::test]
async fn a_metric_is_asked_about_so_often_and_not_more() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 100);
        for (report, more) in
            [("a", ""), ("b", "dimensions: [{by: os, values: [Linux]}]"), ("c", "")]
        {
            house
                .ask(report, &format!("question: What is it that {report} asks?\n{more}"))
                .await
                .expect("possible");
        }
        house.run("a", this_week()).await.expect("1 of 2");
        house.run("b", this_week()).await.expect("2 of 2, other dimensions included");
        let third = house.run("c", this_week()).await;
        assert!(refused(&third, "given away 2.000 of 2.000 (ε) about app.started"), "{third:?}");
        assert_eq!(
            house.reports.edition(&crate::house::id("c"), None, this_week()).await.unwrap(),
            None
        );
        house.run("c", this_week().next()).await.expect("the next week has room");
        // A new version of a report is not a new week.
        house.ask("a", "preset: careful").await.expect("possible");
        assert!(refused(&house.run("a", this_week()).await, "app.started"));
    })
    .await;
}

#[tokio::test]
async fn seven_days_are_a_week_and_four_weeks_charge_four() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 100);
        house.ask("days", "periods: [day]").await.expect("possible");
        house.ask("more", "periods: [day]\nmeasure: {people: any}").await.expect("possible");
        house
            .ask("again", "periods: [day]\nquestion: Why count them again?")
            .await
            .expect("possible");
        for offset in 0..7 {
            let day = Period::Day.of(this_week().start.plus(offset));
            house.run("days", day).await.expect("a seventh of 1");
            house.run("again", day).await.expect("another seventh: 2 in all");
            house.run("more", day).await.expect("another group");
        }
        house
            .ask("months", "periods: [month]\nmeasure: {people: app.saved}")
            .await
            .expect("possible");
        house.run("months", Period::Month.of(day("2026-11-18"))).await.expect("made");
        let spent = house.reports.spent(week(day("2026-11-02"))).await.expect("readable");
        let of = |date: &str, group: &str| {
            let found = spent.iter().find(|one| one.week == week(day(date)) && one.group == group);
            found.map(|one| one.epsilon_millionths)
        };
        assert_eq!(of("2026-11-18", "app.started"), Some(2 * 7 * 142_858), "rounded up each time");
        for monday in ["2026-11-16", "2026-11-23", "2026-11-30", "2026-12-07"] {
            assert_eq!(of(monday, "app.saved"), Some(1_000_000), "{monday}");
        }
        assert_eq!(of("2026-11-18", ""), Some(3 * 7 * 142_858 + 1_000_000), "of the product");
        assert_eq!((of("2026-11-09", "app.saved"), of("2026-12-14", "app.saved")), (None, None));
    })
    .await;
}

#[tokio::test]
async fn a_product_has_a_bound_over_all_metrics_and_stored_content_a_smaller_one() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 100);
        for n in 0..9 {
            let more = format!("measure: {{people: app.m{n}}}");
            house.ask(&format!("m{n}"), &more).await.expect("possible");
        }
        for n in 0..8 {
            house.run(&format!("m{n}"), this_week()).await.expect("1 of 8 each");
        }
        let ninth = house.run("m8", this_week()).await;
        assert!(refused(&ninth, "8.000 of 8.000 (ε) about the product sample"), "{ninth:?}");
        for n in 0..3 {
            let more =
                format!("measure: {{people: app.notes}}\nquestion: How many keep notes, {n}?");
            house.ask(&format!("notes{n}"), &more).await.expect("possible");
        }
        let next = this_week().next();
        house.run("notes0", next).await.expect("a quarter of a half");
        house.run("notes1", next).await.expect("the other quarter");
        assert!(refused(&house.run("notes2", next).await, "0.500 of 0.500 (ε) about app.notes"));
    })
    .await;
}

#[tokio::test]
async fn an_edition_that_reads_two_metrics_charges_both_and_the_product_once() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 100);
        house.ask("steps", "measure: {funnel: [app.started, app.saved]}").await.expect("possible");
        house.run("steps", this_week()).await.expect("made");
        let spent = house.reports.spent(0).await.expect("readable");
        let lines: Vec<_> =
            spent.iter().map(|one| (one.group.as_str(), one.epsilon_millionths)).collect();
        assert_eq!(lines, [("", 1_000_000), ("app.saved", 1_000_000), ("app.started", 1_000_000)]);
    })
    .await;
}

#[tokio::test]
async fn many_at_once_spend_what_there_is_and_no_more() {
    on_both(async |fresh| {
        let house = Arc::new(House::new(&fresh.db, 100));
        for n in 0..6 {
            let more = format!("question: How many people start it, asked {n} times?");
            house.ask(&format!("r{n}"), &more).await.expect("possible");
        }
        let mut tasks = JoinSet::new();
        for n in 0..6 {
            let house = Arc::clone(&house);
            tasks.spawn(async move { house.run(&format!("r{n}"), this_week()).await });
        }
        let results = tasks.join_all().await;
        let made = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!(made, 2, "{results:?}");
        assert!(
            results.iter().all(|one| one.is_ok() || refused(one, "app.started")),
            "{results:?}"
        );
        let spent = house.reports.spent(0).await.expect("readable");
        assert_eq!(spent.iter().map(|one| one.epsilon_millionths).max(), Some(2_000_000));
    })
    .await;
}

#[tokio::test]
async fn the_same_edition_made_by_many_at_once_is_one() {
    on_both(async |fresh| {
        let house = Arc::new(House::new(&fresh.db, 100));
        house.ask("starts", "").await.expect("possible");
        let mut tasks = JoinSet::new();
        for _ in 0..6 {
            let house = Arc::clone(&house);
            tasks.spawn(async move { house.run("starts", this_week()).await.expect("made").text });
        }
        let mut texts = tasks.join_all().await;
        texts.dedup();
        assert_eq!(texts.len(), 1, "one noise, whoever drew it");
        let spent = house.reports.spent(0).await.expect("readable");
        assert_eq!(spent.iter().map(|one| one.epsilon_millionths).max(), Some(1_000_000));
    })
    .await;
}

//! Editions: made once, by a granted version, when it is time.

use candor_inventory::promise::{Part, Stop};
use candor_kernel::PromiseId;
use candor_reports::reports::ReportError;
use candor_reports::rules::Period;
use candor_testing::on_both;

use crate::house::{House, at, day, id};

#[tokio::test]
async fn an_edition_is_made_once_byte_for_byte() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 100);
        house.ask("starts", "").await.expect("possible");
        let week = Period::Week.of(day("2026-11-18"));
        let first = house.run("starts", week).await.expect("made");
        house.set_people(5000);
        for _ in 0..20 {
            assert_eq!(house.run("starts", week).await.expect("there"), first);
        }
        assert_eq!(*house.source.1.lock().unwrap(), 1, "nobody counts again");
        let edition = house.edition("starts", week).await;
        // Noise of scale 1: beyond 40 in either direction once in 10^17 runs.
        assert!(edition.cells[0].people.is_some_and(|people| people.abs_diff(100) <= 40));
        assert_eq!((edition.version, edition.request), (1, 1));
        assert_eq!(edition.made_at, "2026-11-23T03:01:00Z");
    })
    .await;
}

#[tokio::test]
async fn a_changed_question_is_the_next_version_with_its_own_review() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 100);
        let first = house.ask("starts", "").await.expect("possible");
        assert_eq!(house.ask("starts", "").await.expect("the same").version, first.version);
        let week = Period::Week.of(day("2026-11-18"));
        let old = house.run("starts", week).await.expect("made");
        let second = house.ask("starts", "preset: careful").await.expect("possible");
        assert_eq!((first.version, second.version), (1, 2));
        let terms = house.review.terms.lock().unwrap().clone();
        house.review.refused.lock().unwrap().insert(terms[2]);
        assert_eq!(house.run("starts", week).await.expect("the granted one"), old);
        house.review.refused.lock().unwrap().clear();
        let new = house.run("starts", week).await.expect("made");
        assert_eq!(new.version, 2);
        let kept =
            async |version| house.reports.edition(&id("starts"), version, week).await.unwrap();
        assert_eq!(kept(Some(1)).await, Some(old), "the old one stays");
        assert_eq!(kept(None).await, Some(new));
        let published = house.reports.published(day("2026-11-24")).await.expect("readable");
        assert_eq!(
            (published[0].report.version, published[0].versions.as_slice()),
            (2, [1, 2].as_slice())
        );
    })
    .await;
}

#[tokio::test]
async fn another_product_cannot_take_a_name() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 1);
        house.ask("starts", "").await.expect("possible");
        let taken = house.ask("starts", "product: another").await;
        assert!(matches!(taken, Err(ReportError::NameTaken)), "{taken:?}");
    })
    .await;
}

#[tokio::test]
async fn there_is_a_time_for_an_edition() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 100);
        house.ask("starts", "periods: [day, month]").await.expect("possible");
        let day_of = Period::Day.of(day("2026-11-18"));
        let run = async |span, now| house.reports.run(&id("starts"), span, now).await;
        for now in [at("2026-11-18", 23), at("2026-11-19", 2), at("2026-12-19", 12)] {
            let early_or_late = run(day_of, now).await;
            assert!(matches!(early_or_late, Err(ReportError::NotTheTime)), "{now}");
        }
        assert!(run(day_of, at("2026-12-18", 12)).await.is_ok(), "the last day of its pings");
        let week = run(Period::Week.of(day("2026-11-18")), at("2026-11-24", 12)).await;
        assert!(matches!(week, Err(ReportError::NotPossible(_))), "not in the review");
        let nothing = house.reports.run(&id("nothing"), day_of, at("2026-11-19", 12)).await;
        assert!(matches!(nothing, Err(ReportError::Unknown)));
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_report_keeps_its_editions_and_makes_none() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 100);
        house.ask("starts", "periods: [day]").await.expect("possible");
        let first = Period::Day.of(day("2026-11-18"));
        let old = house.run("starts", first).await.expect("made");
        let withdraw =
            async |note| house.reports.withdraw(&id("starts"), note, at("2026-11-19", 12)).await;
        assert!(matches!(withdraw(" ").await, Err(ReportError::NotPossible(_))));
        withdraw("It counted robots.").await.expect("withdrawn");
        withdraw("Another note.").await.expect("the first note stays");
        assert_eq!(house.run("starts", first).await.expect("there"), old);
        let next = house.run("starts", first.next()).await;
        assert!(matches!(next, Err(ReportError::Withdrawn(note)) if note == "It counted robots."));
        assert_eq!(house.reports.tick(at("2026-11-25", 12)).await.expect("done"), 0);
        let published = house.reports.published(day("2026-11-25")).await.expect("readable");
        assert!(!published[0].granted && published[0].report.withdrawn.is_some());
        // Asked for again, it is a new version.
        assert_eq!(house.ask("starts", "periods: [day]").await.expect("possible").version, 2);
        assert!(house.run("starts", first.next()).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn editions_come_by_themselves_and_what_is_wrong_is_told() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 100);
        house.ask("starts", "periods: [day, week]").await.expect("possible");
        let tick = async |now| house.reports.tick(now).await.expect("done");
        assert_eq!(tick(at("2026-11-17", 2)).await, 0);
        assert_eq!(tick(at("2026-11-17", 3)).await, 1, "the day on which it was asked for");
        assert_eq!(tick(at("2026-11-17", 4)).await, 0);
        assert_eq!(tick(at("2026-11-23", 3)).await, 7, "six days that were missed, and the week");
        let alarms = async |now| {
            let alarms = house.reports.alarms(now).await.expect("readable");
            alarms.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert!(alarms(at("2026-11-23", 12)).await.is_empty());
        // While a promise does not hold there is no edition, and after some hours that is an alarm.
        house.standing.send_modify(|standing| {
            let promise = PromiseId::parse("S08").expect("an id");
            let stop = Stop { promise, broken: true, since: at("2026-11-23", 12) };
            std::sync::Arc::make_mut(standing).stop(Part::Reports, stop);
        });
        assert_eq!(tick(at("2026-11-24", 9)).await, 0);
        let told = alarms(at("2026-11-24", 9)).await;
        assert!(
            told.len() == 1 && told[0].contains("2026-11-23 was due and is not there"),
            "{told:?}"
        );
        assert!(alarms(at("2026-11-24", 8)).await.is_empty(), "not yet overdue");
        house.standing.send_replace(std::sync::Arc::default());
        // And an edition that counted nobody is one, until its pings would be gone.
        house.set_people(0);
        assert_eq!(tick(at("2026-11-24", 10)).await, 1);
        let told = alarms(at("2026-11-24", 10)).await;
        assert!(told.len() == 1 && told[0].contains("counted nobody"), "{told:?}");
        assert_eq!(house.reports.alarms.count(candor_reports::reports::Trouble::Empty), 1);
        let later = alarms(at("2027-01-24", 10)).await;
        assert!(!later.iter().any(|alarm| alarm.contains("2026-11-23")), "{later:?}");
    })
    .await;
}

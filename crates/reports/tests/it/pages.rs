//! Pages through the router in memory: what they show, and what they must not.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use candor_inventory::promise::{Part, Stop};
use candor_kernel::{Clock, Faults, PromiseId, Timestamp};
use candor_reports::http::{ReportsState, routes};
use candor_reports::rules::{Period, Span};
use candor_testing::{FixedClock, on_both};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::house::{House, at, day};

mod feed;

/// Asks for a page.
async fn get(house: &House, now: Timestamp, path: &str) -> (StatusCode, String) {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(now));
    let state =
        ReportsState::new(&house.reports, &clock, &Faults::none(), "https://numbers.example");
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let reply = routes(state).oneshot(request).await.expect("routes answer");
    let status = reply.status();
    let body = reply.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("a text"))
}

async fn page(house: &House, now: Timestamp, path: &str) -> String {
    let (status, page) = get(house, now, path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {page}");
    page
}

fn week() -> Span {
    Period::Week.of(day("2026-11-18"))
}

/// Makes reports of nobody and of one person, and returns the pages of each with what names the
/// report taken out. None where noise alone has shown a number: once in a few hundred times.
async fn pages_of_hidden(house: &House, span: Span) -> Option<[String; 2]> {
    let by_system = "dimensions: [{by: os, values: [Linux]}]\n";
    let reports = [("a", 0, ""), ("b", 0, by_system), ("c", 1, ""), ("d", 1, by_system)];
    let named = |name: &str| format!("{name}-{}", span.start);
    let mut hidden = true;
    for (metric, (name, people, more)) in reports.into_iter().enumerate() {
        house.set_people(people);
        let more = format!("{more}measure: {{people: app.m{metric}}}\nperiods: [week, month]");
        house.ask(&named(name), &more).await.expect("possible");
        let edition = house.edition(&named(name), span).await;
        hidden &= edition.cells.iter().all(|cell| cell.people.is_none());
    }
    let mut pages = [String::new(), String::new()];
    for (metric, (name, people, _)) in reports.into_iter().enumerate().filter(|_| hidden) {
        let report = format!("/reports/{}", named(name));
        for path in [report.clone(), format!("{report}/week/{}?version=1", span.start)] {
            let page =
                page(house, span.due().plus(std::time::Duration::from_secs(3600)), &path).await;
            // Hash, terms, review and time are the edition's own; the rest must be alike.
            let own = ["<dt>Review</dt>", "<dt>SHA-256 of the document</dt>"];
            let lines = page.lines().filter(|line| !own.iter().any(|one| line.starts_with(one)));
            let said = lines.collect::<Vec<_>>().join("\n");
            let said =
                said.replace(&named(name), "NAME").replace(&format!("app.m{metric}"), "METRIC");
            pages[usize::from(people > 0)].push_str(&said);
        }
    }
    hidden.then_some(pages)
}

#[tokio::test]
async fn a_hidden_number_looks_the_same_for_none_and_few() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 0);
        let mut found = None;
        // All four weeks lie in the same four weeks.
        for span in std::iter::successors(Some(week()), |span| Some(span.next())).take(4) {
            if found.is_none() {
                found = pages_of_hidden(&house, span).await;
            }
        }
        let [none, few] = found.expect("noise shows none of ten cells");
        assert_eq!(none, few, "byte for byte");
        for part in ["too few people to tell", "is shown from about ", "weeks comes on 2026-12-14."]
        {
            assert!(none.contains(part), "{part}: {none}");
        }
        for part in ["<strong>about", "class=\"err\"", "class=\"share\"", "class=\"said\">about"] {
            assert!(!none.contains(part), "{part}: {none}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_number_has_its_error_and_earlier_ones_below() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 1240);
        house.ask("starts", "").await.expect("possible");
        let now = at("2026-11-30", 12);
        let empty = page(&house, now, "/reports/starts").await;
        assert!(empty.contains("No number yet") && empty.contains("first whole week"), "{empty}");
        house.run("starts", week()).await.expect("made");
        let newest = house.edition("starts", week().next()).await;
        let people = newest.cells[0].people.expect("many");
        let shown = page(&house, now, "/reports/starts").await;
        let said = format!("about {},{:03} ±3", people / 1000, people % 1000);
        assert!(shown.contains(&said), "{said}: {shown}");
        for part in [
            "95 of 100 cases",
            "class=\"err\"",
            "2026-11-23.csv?version=1",
            "What these numbers could give away",
            "ε = 1 ",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        let (new, old) = (shown.find(">2026-11-23</a>"), shown.find(">2026-11-16</a>"));
        assert!(new.is_some() && new < old, "{shown}");
        let list = page(&house, now, "/reports").await;
        assert!(list.contains(&said[..11]) && list.contains("/reports/feed.atom"), "{list}");
        let (missing, _) = get(&house, now, "/reports/starts/week/2026-11-09").await;
        assert_eq!(missing, StatusCode::NOT_FOUND);
        let (wrong, why) = get(&house, now, "/reports/starts/week/2026-11-17").await;
        assert!(wrong == StatusCode::BAD_REQUEST && why.contains("begins on 2026-11-16"), "{why}");
    })
    .await;
}

#[tokio::test]
async fn words_of_others_are_only_words() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 900);
        let more = "question: \"Who <script>alert(1)</script> & why?\"\n\
                    dimensions: [{by: os, values: ['\"><img src=x onerror=1>', '<b>']}]";
        house.ask("words", more).await.expect("possible");
        house.run("words", week()).await.expect("made");
        let now = at("2026-11-23", 12);
        for path in
            ["/reports", "/reports/words", "/reports/words/week/2026-11-16", "/reports/feed.atom"]
        {
            let page = page(&house, now, path).await;
            for tag in ["<script", "<img src=x", "<b>"] {
                assert!(!page.contains(tag), "{path}: {page}");
            }
            assert!(page.contains("&#60;script&#62;"), "{path}: {page}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_told_and_what_would_tell_none_from_few_is_not() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 0);
        house.ask("starts", "").await.expect("possible");
        let now = at("2026-11-23", 12);
        let late = page(&house, now, "/reports/starts").await;
        assert!(late.contains("A number is overdue"), "{late}");
        house.run("starts", week()).await.expect("made");
        let alarms = house.reports.alarms(now).await.expect("readable");
        assert_eq!(alarms.len(), 1, "the operator is told that it counted nobody");
        let empty = page(&house, now, "/reports/starts").await;
        assert!(!empty.contains("overdue") && !empty.contains("class=\"note"), "{empty}");
        house.standing.send_modify(|standing| {
            let promise = PromiseId::parse("S08").expect("an id");
            let stop = Stop { promise, broken: true, since: now };
            Arc::make_mut(standing).stop(Part::Reports, stop);
        });
        let paused = page(&house, now, "/reports/starts").await;
        assert!(paused.contains("No new numbers for now"), "{paused}");
        let id = crate::house::id("starts");
        house.reports.withdraw(&id, "It counted <robots>.", now).await.expect("done");
        for path in ["/reports/starts", "/reports/starts/week/2026-11-16"] {
            let withdrawn = page(&house, now, path).await;
            assert!(withdrawn.contains("This report was withdrawn"), "{withdrawn}");
            assert!(withdrawn.contains("It counted &#60;robots&#62;."), "{withdrawn}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_given_away_is_summed_over_all_reports() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 100);
        let now = at("2026-11-30", 12);
        let nothing = page(&house, now, "/reports/privacy").await;
        assert!(nothing.contains("Nothing so far"), "{nothing}");
        for (report, more) in
            [("a", ""), ("b", "measure: {people: app.saved}"), ("c", "measure: {people: any}")]
        {
            house.ask(report, more).await.expect("possible");
            house.run(report, week()).await.expect("made");
        }
        house.run("a", week().next()).await.expect("made");
        let page = page(&house, now, "/reports/privacy").await;
        for part in [
            "In the week from 2026-11-16",
            "ε = 3</strong>",
            "think it 96 in 100 likely",
            "about 2 weeks",
            "ε = 4 in all",
            "app.saved</dt><dd>ε = 1<",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let refused = house.ask("privacy", "").await.expect_err("it is a page").to_string();
        assert!(refused.contains("choose another name"), "{refused}");
    })
    .await;
}

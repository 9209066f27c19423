//! The dictionary tells everybody what is declared, and the allow-list what is taken of it (C20).

use candor_tests::{METRICS, in_both_worlds};

const STARTED: &str = "sample/metric/sample.app.started";

#[tokio::test]
async fn a_datum_has_a_page_before_its_review_and_after_it_was_removed() {
    in_both_worlds(async |world| {
        let state = async || {
            let reply = world.get(&format!("/api/dictionary/{STARTED}")).await;
            reply.json()["state"].as_str().map(str::to_owned)
        };
        world.accept().await;
        assert_eq!(state().await, None);
        let request = world.push(METRICS).await["request"].as_i64().expect("a request");
        assert_eq!(state().await.as_deref(), Some("waiting"));
        world.decide(request, "granted").await;
        assert_eq!(state().await.as_deref(), Some("in_force"));
        world.decide(request, "withdrawn").await;
        assert_eq!(state().await.as_deref(), Some("refused"));
        world.push(&METRICS.replace("  started:", "  begun:")).await;
        assert_eq!(state().await.as_deref(), Some("removed"));
        let page = world.get(&format!("/data/{STARTED}")).await;
        assert!(page.body.contains("Removed from the definitions in revision 2"), "{}", page.body);
    })
    .await;
}

#[tokio::test]
async fn the_allow_list_follows_every_decision_and_says_when_nothing_changed() {
    in_both_worlds(async |world| {
        let request = world.with_sample().await;
        let list = world.get("/api/allow-list/sample").await;
        let metrics =
            &list.json()["apps"]["org-example-sample"]["pings"]["sample-bundle"]["metrics"];
        assert_eq!(metrics["sample.app.started"]["type"], "counter", "{}", list.body);
        assert_eq!(metrics["sample.app.started"]["needs_yes"], false);
        let tag = list.headers["etag"].to_str().expect("text").to_owned();
        assert_eq!(tag, format!("\"r{}\"", list.json()["revision"]));
        let again = world.get("/api/allow-list/sample").await;
        assert_eq!(again.headers["etag"], tag);
        world.decide(request, "withdrawn").await;
        let list = world.get("/api/allow-list/sample").await;
        assert_ne!(list.headers["etag"], tag);
        let pings = &list.json()["apps"]["org-example-sample"]["pings"];
        assert_eq!(pings, &serde_json::json!({}), "nothing is in force");
    })
    .await;
}

#[tokio::test]
async fn every_field_of_this_server_says_what_why_and_what_people_get() {
    in_both_worlds(async |world| {
        world.accept().await;
        let mut address = "/api/dictionary?product=candor".to_owned();
        let (mut fields, mut count) = (0, 0);
        while !address.is_empty() {
            let page = world.get(&address).await.json();
            for datum in page["data"].as_array().expect("a list") {
                let name = datum["name"].as_str().expect("a name");
                let one = world.get(&format!("/api/dictionary/candor/field/{name}")).await.json();
                for key in ["what", "why", "benefit", "category", "arrives", "kept"] {
                    let said = one[key].as_str().unwrap_or_default();
                    assert!(said.len() > 3, "{name}: {key} says {said:?}");
                }
                fields += 1;
            }
            count = page["count"].as_u64().expect("a number");
            address = page["next"].as_str().unwrap_or_default().to_owned();
        }
        assert!(fields > 50 && fields == count, "{fields} of {count}");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_is_a_page_in_the_frame_or_a_problem() {
    in_both_worlds(async |world| {
        world.accept().await;
        for path in ["/data/nobody", "/data/candor/field/nothing.at_all", "/api/allow-list/nobody"]
        {
            let reply = world.get(path).await;
            assert_eq!((reply.status, reply.json()["slug"].as_str()), (404, Some("not-found")));
        }
        let page = world.get("/data").await;
        assert!(page.body.contains("<a href=\"/data\" aria-current=\"page\">Data</a>"));
        assert!(page.body.contains("this server itself") && page.status == 200);
    })
    .await;
}

//! B12: the notice tells the ways apart in which data arrive.

use candor_kernel::Fault;
use candor_tests::in_both_worlds;

#[tokio::test]
async fn b12_holds_for_what_is_kept_and_what_products_measure() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.check_all().await;
        let (state, fact) = world.promise("B12").await;
        assert_eq!(state, "kept", "{fact}");
        assert!(fact.contains("and explains all four"), "{fact}");
        let notice = world.get("/notice").await.body;
        for part in [
            "<p>Given: somebody wrote it or sent it on purpose.</p>",
            "<p>Inferred: this server made it",
            "all that products measure is observed",
            "technical · observed</span> <span class=\"id\">sample.app.started in",
            "technical · given</span> <span class=\"id\">product.title</span>",
            "technical; about a person · inferred</span> <span class=\"id\">ping.subject</span>",
        ] {
            assert!(notice.contains(part), "{part} in {notice}");
        }
    })
    .await;
}

#[tokio::test]
async fn b12_breaks_when_everything_is_said_to_be_observed() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert!(world.faults.set(Fault::BlurArrivals, true));
        world.check_all().await;
        let (state, fact) = world.promise("B12").await;
        assert_eq!(state, "broken");
        assert!(fact.contains("The notice says observed of "), "{fact}");
        assert!(fact.contains("it is declared as "), "{fact}");
        assert_eq!(world.post_captured().await.status, 503);
        assert!(world.faults.set(Fault::BlurArrivals, false));
        world.check_all().await;
        assert_eq!(world.promise("B12").await.0, "kept");
    })
    .await;
}

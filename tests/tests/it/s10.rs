//! S10: limits stop those who object where they stop everybody, and forget within an hour.

use std::time::Duration;

use candor_kernel::Fault;
use candor_tests::in_both_worlds;

#[tokio::test]
async fn s10_holds_and_both_trial_senders_were_stopped() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.check_all().await;
        let (state, fact) = world.promise("S10").await;
        assert_eq!(state, "kept", "{fact}");
        assert!(
            fact.contains("both stopped after 20 wrong tokens here and after 5 pings"),
            "{fact}"
        );
    })
    .await;
}

#[tokio::test]
async fn s10_breaks_when_limits_spare_those_who_object() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert!(world.faults.set(Fault::SpareObjectors, true));
        world.check_all().await;
        let (state, fact) = world.promise("S10").await;
        assert_eq!(state, "broken");
        assert!(fact.contains("could send 60 wrong tokens, one who does not 20"), "{fact}");
        assert_eq!(world.post_captured().await.status, 503);
        assert!(world.faults.set(Fault::SpareObjectors, false));
        world.check_all().await;
        assert_eq!(world.promise("S10").await.0, "kept");
        assert_eq!(world.post_captured().await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn s10_breaks_when_something_is_remembered_for_longer_than_an_hour() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.check_all().await;
        // The job that forgets does not run.
        world.clock.advance(Duration::from_secs(2 * 3600));
        world.check_all().await;
        let (state, fact) = world.promise("S10").await;
        assert_eq!(
            (state.as_str(), fact.as_str()),
            ("broken", "Something that a limit goes by is 120 minutes old.")
        );
        world.pass(Duration::from_secs(30)).await;
        assert_eq!(world.promise("S10").await.0, "kept");
    })
    .await;
}

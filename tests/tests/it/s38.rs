//! S38: the server names its build and licence and links the exact source.

use candor_kernel::Fault;
use candor_tests::in_both_worlds;

#[tokio::test]
async fn s38_holds_and_the_linked_source_is_there() {
    in_both_worlds(async |world| {
        let (state, fact) = world.promise("S38").await;
        assert_eq!(state, "kept", "{fact}");
        let build = candor::build::build();
        let source = world.get(&build.source).await;
        assert_eq!(source.status, 200);
        assert_eq!(source.headers["content-type"], "application/gzip");
        let page = world.get("/about").await.body;
        assert!(page.contains(&build.commit) && page.contains("MPL-2.0"));
    })
    .await;
}

#[tokio::test]
async fn s38_breaks_when_the_page_hides_its_build() {
    in_both_worlds(async |world| {
        assert!(world.faults.set(Fault::HideBuild, true));
        world.check_all().await;
        let (state, fact) = world.promise("S38").await;
        assert_eq!(
            (state.as_str(), fact.as_str()),
            ("broken", "The page about this server leaves out its version.")
        );
        assert!(world.faults.set(Fault::HideBuild, false));
        world.check_all().await;
        assert_eq!(world.promise("S38").await.0, "kept");
    })
    .await;
}

use super::*;

/// What an earlier build took and this one cannot read stops its own product, and no other.
#[tokio::test]
async fn a_product_that_reads_no_longer_waits_and_the_others_go_on() {
    on_both(async |fresh| {
        let registry = registry(&fresh.db);
        let text = metrics(&[("a", "technical")]);
        push(&registry, &text, ("Ann", 1), Wants::default()).await;
        decide(&registry, 1, (Outcome::Granted, &[]), 2).await.expect("it is open");
        let till = Registration {
            product: ProductId::parse("till").expect("an id"),
            apps: vec![(AppId::parse("org-till").expect("an id"), Channel::Release)],
            ..registration()
        };
        let (files, requester) = (files(&text), person("Ann"));
        let push = Push::of(&till, &files, &requester);
        registry.push(push, at(3)).await.expect("it is whole");
        decide(&registry, 2, (Outcome::Granted, &[]), 4).await.expect("it is open");
        assert_eq!(standing(&registry), ["a"]);

        store::tests::spoil(&fresh.db, "shop").await;
        let again = super::registry(&fresh.db);
        again.refresh(at(5)).await.expect("the others are read");
        let in_force = again.in_force().borrow().clone();
        let (shop, till) = (&in_force.apps["org-shop"], &in_force.apps["org-till"]);
        assert!(!shop.readable && shop.pings.is_empty(), "its pings wait");
        assert!(till.readable && till.pings["till"].standing.is_ok());
        // Pushed anew, it is read again, and its grant still counts.
        let other = metrics(&[("a", "technical"), ("b", "technical")]);
        super::push(&again, &other, ("Ann", 6), Wants::default()).await;
        assert_eq!(standing(&again), ["a"]);
    })
    .await;
}

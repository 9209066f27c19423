use super::*;

/// The largest product there may be: its rows go in by hundreds, and nothing is asked per datum.
#[tokio::test]
async fn the_largest_product_is_pushed_granted_and_in_force() {
    let names: Vec<_> =
        (0..candor_kernel::limits::PRODUCT_DATA - 1).map(|number| format!("m{number}")).collect();
    let counters: Vec<_> = names.iter().map(|name| (name.as_str(), "technical")).collect();
    let text = metrics(&counters);
    on_both(async |fresh| {
        let registry = registry(&fresh.db);
        let pushed = push(&registry, &text, ("Ann", 1), Wants::default()).await;
        assert_eq!((pushed.declared, pushed.asked.len()), (5000, 5000));
        decide(&registry, 1, (Outcome::Granted, &["shop/metric/shop.cart.m7"]), 2)
            .await
            .expect("it is open");
        assert_eq!(standing(&registry).len(), 4998);
        let (_, shown) = registry.request(1).await.expect("it reads").expect("it is there");
        assert_eq!(shown.iter().filter(|one| one.item.refused).count(), 1);
    })
    .await;
}

use std::sync::Arc;

use candor_inventory::compile::data_of;
use candor_inventory::{Grant, ProductInput, compile, glean};
use candor_kernel::{AppId, Day, ProductId};

use super::*;

#[test]
fn an_empty_server_says_who_and_nothing_false() {
    let operator = Operator { name: "Example Club".into(), contact: "club@example.org".into() };
    let own = Inventory::read(crate::INVENTORY).expect("whole");
    let promises = [("S30".to_owned(), "Every column ends.".to_owned())];
    let sections = sections(&promises, &[own], &InForce::nothing(), &operator, 30);
    let text = text(&sections);
    for part in [
        "# What this server promises\nEvery column ends. (S30)\n# Who else receives it\nNobody. ",
        "# How data arrive\nGiven: somebody wrote it or sent it on purpose.\nObserved: ",
        "\nFrom others: it was told by somebody other than you and your programs.\nInferred: ",
        "# Who answers for this server\nExample Club\nclub@example.org\n# What this server keeps",
        "\n## Results of promise checks, as evidence (check_result)\nKept for 400 days.\n\
         - The build that was checked: technical, observed (check_result.build). Why: ",
        "\n## Every version of every notice, as it was shown (notice_version)\n\
         Its end: The server is removed.\n",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
}

const METRICS: &str = "
$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
shop.cart:
  filled: {type: counter, description: How often., expires: never, data_sensitivity: [technical], send_in_pings: [till, door]}
  wish: {type: string, description: A wish., expires: never, data_sensitivity: [stored_content], send_in_pings: [till]}
  secret: {type: string, description: A secret., expires: never, data_sensitivity: [technical], send_in_pings: [lost]}
";
const PINGS: &str = "
$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
till: {description: The till., include_client_id: true}
door: {description: The  door., include_client_id: false, metadata: {include_info_sections: false}}
";
const PRODUCT: &str = "
$schema: candor/product/1-0-0
persons: {design: Ann, implementation: Bo}
default: {why: To see what is used., benefit: It is mended first., amount: Everybody.}
";

fn shop(channels: &[Channel]) -> String {
    let files = [("m", METRICS), ("p", PINGS), ("product", PRODUCT)]
        .map(|(name, text)| (name.to_owned(), text.to_owned()));
    let definitions = glean::read(&files).expect("whole");
    let product = ProductId::parse("shop").expect("an id");
    let expires = Day::from_number(20_000);
    let granted = data_of(&product, &definitions);
    let grants =
        granted.map(|(datum, terms)| (datum, Grant { terms, granted: expires, expires })).collect();
    let app = |(number, channel): (usize, &Channel)| {
        (AppId::parse(&format!("shop-{number}")).expect("an id"), *channel)
    };
    let product = ProductInput {
        product,
        title: "Shop".into(),
        contact: "shop@example.org".into(),
        apps: channels.iter().enumerate().map(app).collect(),
        definitions: Arc::new(definitions),
        grants,
    };
    let info = "{part: p, persons: {design: A, approval: B, implementation: C}, records: \
                {client_info: {store: payload, about: Info., owner: {of: ping}, retention: \
                {until: The row ends.}, fields: {os: {what: The system., why: To test on it., \
                benefit: It works., category: technical, arrives: observed}}}}}";
    let own = [Inventory::read(info).expect("whole")];
    let in_force = compile(
        &[product],
        &own,
        true,
        &candor_inventory::Read::Everything,
        Day::from_number(19_000).start(),
    );
    text(&sections(&[], &own, &in_force, &Operator::default(), 30))
}

#[test]
fn a_product_tells_each_datum_once_with_the_messages_that_hold_it() {
    let text = shop(&[Channel::PreRelease, Channel::PreRelease]);
    let told = text.split("# Who else").next().expect("a first part");
    let told = told.split("# What Shop collects\n").nth(1).expect("it is told");
    assert_eq!(
        told.split_once("\n## ").expect("lists").1,
        "The messages it sends\n\
         A random id of the program comes with some of them. It is turned into a number with a \
         secret key before anything is kept; the id itself is not kept.\n\
         - The door: without the id (door). Why: To see what is used. What you get: It is mended first.\n\
         - The till: with the id (till). Why: To see what is used. What you get: It is mended first.\n\
         ## What they say\n\
         Why: To see what is used.\n\
         What you get from it: It is mended first.\n\
         From whom: Everybody.\n\
         - How often: technical, observed (shop.cart.filled in door, till)\n\
         - A wish: stored content, observed (shop.cart.wish in till)\n\
         ## What they say about the program and the system it runs on\n\
         - The system: technical, observed (client_info.os). Why: To test on it. What you get: It works.\n"
    );
}

#[test]
fn released_and_test_versions_are_told_apart() {
    let text = shop(&[Channel::PreRelease, Channel::Release]);
    let (released, test) = text.split_once("# What Shop, test versions, collects").expect("both");
    assert!(released.contains("# What Shop collects"), "{text}");
    assert!(
        released.contains("A wish: stored content; only after your own yes, observed"),
        "{text}"
    );
    assert!(test.contains("A wish: stored content, observed (shop.cart.wish"), "{text}");
}

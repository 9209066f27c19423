use serde_json::json;

use super::*;

fn item() -> serde_json::Value {
    json!({
        "datum": "shop/metric/shop.cart.filled", "category": "interaction", "how": "changed",
        "voided": true, "refused": false,
        "says": ["It is rated interaction; before, technical."],
        "description": "How often\nit is filled.", "kind": "counter",
        "value": "a whole number that only grows", "pings": ["till"], "until": "until 2027-01-01",
        "people": ["ann@example.org"], "bugs": [], "reviews": ["https://example.org/r"],
        "proposed": {"category": "stored content", "because": "It sounds like it."},
    })
}

#[test]
fn a_push_says_what_it_asks_and_what_it_ended() {
    let reply = json!({
        "revision": 3, "request": 2, "superseded": 1, "declared": 9, "asked": [item()],
        "changed": [{"datum": "shop/metric/a", "how": "changed", "says": ["Described differently."], "voids": false}],
        "removed": [{"datum": "shop/metric/b", "voided": true}],
        "refused": [{"datum": "shop/metric/c", "request": 1}],
        "unlinked": ["shop/metric/d"],
        "warnings": [{"check": "RENAMED_TYPE", "datum": "shop/metric/e", "message": "Give it another name."}],
    });
    let reply: PushReply = serde_json::from_value(reply).expect("it has its form");
    insta::assert_snapshot!(pushed(&reply).join("\n"), @r"
    Revision 3: 9 data declared, 1 of them to be reviewed.
      shop/metric/shop.cart.filled (interaction): changed; its grant has ended
        It is rated interaction; before, technical.
      shop/metric/b: declared no longer; its grant has ended
      shop/metric/a: changed
        Described differently.
      shop/metric/c: stays refused by request 1; see --ask-again
      warning RENAMED_TYPE shop/metric/e: Give it another name.
    Without a linked review: 1; ask for them with a push.
    It takes the place of request 1.
    Request 2 waits for a steward: candor review show 2
    ");
    let closed = PushReply { request: None, asked: Vec::new(), ..reply };
    let last = pushed(&closed).pop().expect("a line");
    assert_eq!(last, "Nothing is asked any more; request 1 is closed.");
}

#[test]
fn a_request_says_what_a_steward_needs() {
    let row = json!({
        "request": 2, "kind": "collect", "subject": "shop", "title": "Collect 1 data of Shop",
        "requester": "Ann", "opened": "2026-11-21T12:00:00Z", "state": "granted", "revision": 3,
        "since": 1, "superseded_by": null, "steward": "Sam", "note": "It is little.",
        "expires": "2027-11-21", "items": [item()],
    });
    let row: RequestReply = serde_json::from_value(row).expect("it has its form");
    insta::assert_snapshot!(request_in_full(&row).join("\n"), @r"
       2  granted     Collect 1 data of Shop
      asked by Ann at 2026-11-21T12:00:00Z
      revision 3, compared with 1
      decided by Sam, until 2027-11-21: It is little.
      shop/metric/shop.cart.filled (interaction): changed; its grant has ended
        It is rated interaction; before, technical.
        How often it is filled.
        counter: a whole number that only grows, in till; collected until 2027-01-01
        is it not stored content? It sounds like it.
        answers for it: ann@example.org
        reviews: https://example.org/r
    ");
}

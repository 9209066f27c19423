use super::*;

#[tokio::test]
async fn a_metric_tells_everything_that_is_known_of_it() {
    with_shop(async |router| {
        let reply = json(router, "/api/dictionary/shop/metric/shop.cart.filled").await;
        insta::allow_duplicates! { insta::assert_snapshot!(reply, @r#"
        200
        {
          "amount": "Everybody.",
          "arrives": "observed",
          "benefit": "It is mended first.",
          "bugs": [
            "javascript:alert(1)",
            "https://example.org/bugs/1?a=<&b='"
          ],
          "category": "interaction",
          "category_means": "about how the program is used",
          "ends": "2027-01-01",
          "granted": {
            "request": 1,
            "steward": "Sam",
            "until": "2027-06-01"
          },
          "kept": "With its ping for 30 days at most; what remains are totals with noise.",
          "kind": "metric",
          "labels": [
            "<b>",
            "apples"
          ],
          "name": "shop.cart.filled",
          "named": {},
          "off": [
            "It is on until the person says no.",
            "Whoever sends DNT: 1 or Sec-GPC: 1 has said no: then nothing is kept.",
            "The program has a switch of its own; when it is off, what was kept is deleted."
          ],
          "people": [
            "designed by Ann",
            "built by Bo",
            "<i>@example.org"
          ],
          "pings": [
            "till"
          ],
          "product": "shop",
          "reviews": [
            "https://example.org/r 1"
          ],
          "state": "in_force",
          "story": [
            {
              "day": "2026-11-21",
              "details": [],
              "what": "First declared, in revision 1 by Robin."
            },
            {
              "day": "2026-11-21",
              "details": [],
              "what": "Robin asked to keep it (request 1)."
            },
            {
              "day": "2026-11-21",
              "details": [
                "Lean <s>enough</s>."
              ],
              "what": "Sam granted it until 2027-06-01 (request 1)."
            }
          ],
          "tags": [
            "<u>"
          ],
          "type": "labeled_counter",
          "value": "a whole number that only grows, for each of 2 fixed words; the program keeps it until it is sent",
          "what": "How often <script>alert(1)</script> a cart was filled.",
          "why": "To see what is used.",
          "why_state": null
        }
        "#) };
    })
    .await;
}

#[tokio::test]
async fn a_field_of_this_server_tells_why_and_what_people_get() {
    with_shop(async |router| {
        let reply = json(router, "/api/dictionary/candor/field/visit.who").await;
        insta::allow_duplicates! { insta::assert_snapshot!(reply, @r#"
        200
        {
          "amount": null,
          "arrives": "given",
          "benefit": "It can be erased",
          "bugs": [],
          "category": "interaction",
          "category_means": "about how the program is used",
          "ends": null,
          "granted": null,
          "kept": "Kept for 30 days.",
          "kind": "field",
          "labels": null,
          "name": "visit.who",
          "named": {},
          "off": [],
          "people": [
            "designed by Ann",
            "approved by Cy",
            "built by Bo"
          ],
          "pings": [],
          "product": "candor",
          "reviews": [],
          "state": "waiting",
          "story": [],
          "tags": [],
          "type": "field",
          "value": "One visit. It is about a person, and this server can read it: Compared by this server.",
          "what": "The visitor",
          "why": "To find it again",
          "why_state": null
        }
        "#) };
    })
    .await;
}

#[tokio::test]
async fn products_and_searches_are_json_too() {
    with_shop(async |router| {
        let product = json(router, "/api/dictionary/shop").await;
        insta::allow_duplicates! { insta::assert_snapshot!(product, @r#"
        200
        {
          "apps": {
            "org-example-shop": "release"
          },
          "contact": "shop@example.org",
          "product": "shop",
          "pushed": "2026-11-21T12:00:00Z",
          "registered": "2026-11-21T12:00:00Z",
          "revision": 1,
          "states": {
            "expired": 0,
            "in_force": 3,
            "refused": 0,
            "removed": 0,
            "waiting": 0
          },
          "title": "Shop & <em>Sons</em>"
        }
        "#) };
        let found = json(router, "/api/dictionary?q=content&state=in_force").await;
        insta::allow_duplicates! { insta::assert_snapshot!(found, @r#"
        200
        {
          "count": 1,
          "data": [
            {
              "category": "stored content",
              "ends": "2027-02-19",
              "kind": "metric",
              "name": "shop.cart.content",
              "product": "shop",
              "state": "in_force",
              "type": "text",
              "what": "Content."
            }
          ],
          "next": null
        }
        "#) };
    })
    .await;
}

#[tokio::test]
async fn the_allow_list_is_what_the_edge_takes_and_keeps_its_name() {
    with_shop(async |router| {
        let list = json(router, "/api/allow-list/shop").await;
        insta::allow_duplicates! { insta::assert_snapshot!(list, @r#"
        200
        {
          "accepted": false,
          "apps": {
            "org-example-shop": {
              "channel": "release",
              "pings": {
                "till": {
                  "client_id": true,
                  "granted_until": "2027-06-01",
                  "info_sections": true,
                  "metrics": {
                    "shop.cart.content": {
                      "granted_until": "2027-06-01",
                      "needs_yes": true,
                      "terms": "254bf77dc41ed8f25ff5da6b7eb73a0f56680135fdb299df8d19ad1220c9b53c",
                      "type": "text"
                    },
                    "shop.cart.filled": {
                      "expires": "2027-01-01",
                      "granted_until": "2027-06-01",
                      "labels": [
                        "<b>",
                        "apples"
                      ],
                      "needs_yes": false,
                      "terms": "298d4d774dc3e3b162d06f97601c3e4a7bd98ce17381001a953ae207d9f00ba1",
                      "type": "labeled_counter"
                    }
                  },
                  "reasons": [
                    "closed"
                  ],
                  "terms": "054fdd1deb325ec5ba44a93f261fd8cf01bd864536e8116107cebf4f28fb33c5"
                }
              }
            }
          },
          "info": {},
          "product": "shop",
          "revision": 2,
          "since": "2026-11-21T12:00:00Z"
        }
        "#) };
        let revision = list.split("\"revision\": ").nth(1).expect("it is named");
        let (revision, _) = revision.split_once(',').expect("another key follows");
        let ask = async |tag: String| {
            let headers = vec![("if-none-match", tag)];
            let visit = Visit { headers, ..Visit::page("/api/allow-list/shop") };
            visit.send(router.clone()).await.expect("a reply").0
        };
        assert_eq!(ask(format!("W/\"x\", \"r{revision}\"")).await, 304);
        assert_eq!(ask("\"r0\"".to_owned()).await, 200);
    })
    .await;
}

//! The feed, read as a reader reads it.

use std::collections::BTreeSet;

use super::*;

const ATOM: &str = "http://www.w3.org/2005/Atom";

/// What RFC 4287 asks of a feed and of each entry.
struct Read {
    id: String,
    updated: String,
    entries: Vec<(String, String, String)>,
}

fn read(text: &str) -> Read {
    let document = roxmltree::Document::parse(text).expect("well-formed");
    let feed = document.root_element();
    assert!(feed.has_tag_name((ATOM, "feed")), "{text}");
    let one = |of: roxmltree::Node<'_, '_>, name: &str| {
        let mut found = of.children().filter(|child| child.has_tag_name((ATOM, name)));
        let only = found.next().unwrap_or_else(|| panic!("no {name}: {text}"));
        assert!(found.next().is_none(), "{name} is there once");
        only.text().unwrap_or_default().to_owned()
    };
    let link = |of: roxmltree::Node<'_, '_>, rel: &str| {
        let mut links = of.children().filter(|child| child.has_tag_name((ATOM, "link")));
        let found = links.find(|link| link.attribute("rel") == Some(rel));
        found.and_then(|link| link.attribute("href")).map(str::to_owned).expect("a link")
    };
    let author = feed.children().find(|child| child.has_tag_name((ATOM, "author")));
    assert!(!one(author.expect("an author"), "name").is_empty());
    assert_eq!(link(feed, "self"), "https://numbers.example/reports/feed.atom");
    let entries = feed.children().filter(|child| child.has_tag_name((ATOM, "entry")));
    let entry = |entry| {
        assert!(!one(entry, "title").is_empty() && one(entry, "updated").ends_with('Z'));
        (one(entry, "id"), link(entry, "alternate"), one(entry, "summary"))
    };
    assert!(!one(feed, "title").is_empty());
    Read {
        id: one(feed, "id"),
        updated: one(feed, "updated"),
        entries: entries.map(entry).collect(),
    }
}

#[tokio::test]
async fn a_feed_has_every_new_edition_under_an_id_that_stays() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 500);
        let now = at("2026-12-01", 12);
        let feed = async || read(&page(&house, now, "/reports/feed.atom").await);
        let none = feed().await;
        assert_eq!((none.entries.len(), none.updated.as_str()), (0, "1970-01-01T00:00:00Z"));
        house
            .ask("starts", "question: \"Is it \\u0001 & <more> ]]> than that?\"")
            .await
            .expect("possible");
        house.run("starts", week()).await.expect("made");
        let first = feed().await;
        let second = {
            house.run("starts", week().next()).await.expect("made");
            feed().await
        };
        assert_eq!((first.entries.len(), second.entries.len()), (1, 2));
        assert_eq!(second.updated, "2026-11-30T03:01:00Z");
        assert_eq!(second.entries[1], first.entries[0], "the old entry is as it was");
        assert_eq!((none.id, first.id), (second.id.clone(), second.id));
        let (id, page_of, summary) = &second.entries[0];
        assert!(id.starts_with("urn:uuid:") && id.len() == 45 && id.as_bytes()[23] == b'8', "{id}");
        assert_eq!(page_of, "https://numbers.example/reports/starts/week/2026-11-23?version=1");
        assert!(summary.starts_with("about ") && summary.ends_with(" ±3 people."), "{summary}");
        let path = page_of.strip_prefix("https://numbers.example").expect("its own page");
        assert!(page(&house, now, path).await.contains("2026-11-23 to 2026-11-29"));
        let ids: BTreeSet<_> = second.entries.iter().map(|(id, ..)| id).collect();
        assert_eq!(ids.len(), 2);
        // What is not shown is told no further here.
        house.set_people(1);
        house.ask("few", "").await.expect("possible");
        // Noise shows one person once in some hundred weeks.
        for span in std::iter::successors(Some(week()), |span| Some(span.next())).take(4) {
            house.run("few", span).await.expect("made");
        }
        let few = feed().await;
        assert!(few.entries.iter().any(|(_, _, summary)| summary == "too few people to tell."));
    })
    .await;
}

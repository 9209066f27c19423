use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;

use super::*;

const METRICS: &str = r#"---
$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
shop.cart:
  filled:
    type: labeled_counter
    description: How often something was put into a cart.
    bugs: [https://example.org/1]
    data_reviews: [https://example.org/r/1, https://example.org/r/2]
    notification_emails: [till@example.org]
    expires: never
    data_sensitivity: [interaction]
    send_in_pings: [till]
    labels: [bread, fruit]
  paid:
    type: event
    description: "A cart was paid: <b>*really*</b>"
    bugs: [https://example.org/1]
    data_reviews: ["javascript:alert(1)"]
    notification_emails: [till@example.org]
    expires: 2027-01-01
    data_sensitivity: [interaction]
    extra_keys: {method: {type: string, description: Cash or card.}}
    send_in_pings: [till]
  address:
    type: string
    description: Where the goods go.
    bugs: [https://example.org/1]
    data_reviews: []
    notification_emails: [till@example.org]
    expires: never
    data_sensitivity: [highly_sensitive]
    send_in_pings: [till]
  weighed:
    type: quantity
    unit: grams
    description: What the last cart weighed.
    bugs: [https://example.org/1]
    data_reviews: [https://example.org/r/1]
    notification_emails: [till@example.org]
    expires: 2026-11-22
    data_sensitivity: [technical]
    send_in_pings: [till]
"#;
const PINGS: &str = r"---
$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
till:
  description: What happened at the till.
  include_client_id: false
  bugs: [https://example.org/1]
  data_reviews: [https://example.org/r/1]
  notification_emails: [till@example.org]
  reasons: {closed: The shop closed.}
";

fn files(metrics: &str, pings: &str) -> Vec<(String, String)> {
    [("metrics.yaml", metrics), ("pings.yaml", pings)]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .to_vec()
}

fn definitions(metrics: &str, pings: &str) -> Definitions {
    read(&files(metrics, pings), "").expect("both are whole")
}

fn notice(definitions: &Definitions) -> told::Notice {
    told::tell(
        definitions,
        About {
            product: Some("Shop".to_owned()),
            contact: Some("data@example.org".to_owned()),
            date: Day::parse("2026-11-22").expect("a day"),
            version: Some(130),
            files: vec!["metrics.yaml".to_owned(), "pings.yaml".to_owned()],
        },
    )
}

#[test]
fn a_notice_reads_well_as_markdown() {
    assert_snapshot!(markdown::write(&notice(&definitions(METRICS, PINGS))), @r#"
    # What Shop collects

    Shop may collect 3 kinds of data, most of them about how the program is used, and sends them in 1 kind of message.

    Of these, 1 can identify a person, or worse: it comes first below.

    To say no, look for a switch for usage data in the product’s settings (whether it is on at the start is not said in its definitions): with it off, the program is made to send nothing of this, and to ask once that what it sent before is deleted.

    Questions: data@example.org

    | What it is about | Called | Kinds of data |
    | --- | --- | ---: |
    | about the device or the program | technical | 0 |
    | about how the program is used | interaction | 2 |
    | about what a person stores or visits | stored content | 0 |
    | able to identify a person, or worse | highly sensitive | 1 |

    ## The messages

    The program notes these data while it is used, and sends them in messages; its makers call them pings. The **client id**, where a message carries it, is a random number that the program makes for itself when it first starts: it names nobody, but by it all that one copy of the program sends can be put together. **Device and program** are the kind and make of the device, system, language, versions, and the day on which the program was first started.

    ### Till (`till`)

    What happened at the till.

    - Sent for closed: The shop closed.
    - Kinds of data in it: 3
    - With the client id: no
    - With device and program: yes
    - Reviewed: <https://example.org/r/1>
    - Who answers: till@example.org

    ## What says most about you

    ### Able to identify a person, or worse

    - **Where the goods go** (`shop.cart.address`, highly sensitive). Value: a short text; Sent in: till; Stays on the device: until it is sent; Collected: without an end; Reviewed: no review is named; Who answers: till@example.org.

    ## Everything else

    ### Shop: cart (`shop.cart`)

    The same for all of them: Sent in: till; Stays on the device: until it is sent; Who answers: till@example.org.

    - **How often something was put into a cart** (`shop.cart.filled`, interaction). Value: a whole number that only grows, for each of 2 fixed words: bread, fruit; Collected: without an end; Reviewed: <https://example.org/r/2>.
    - **A cart was paid: \<b\>\*really\*\</b\>** (`shop.cart.paid`, interaction). Value: that something happened, and when; Collected: until 2027-01-01; Reviewed: javascript:alert(1).
      - with it method: Cash or card. (a short text)

    ## No longer collected

    ### Shop: cart (`shop.cart`)

    - **What the last cart weighed** (`shop.cart.weighed`, technical). Value: a whole number (grams); Sent in: till; Stays on the device: until it is sent; Collected: until 2026-11-22; Reviewed: <https://example.org/r/1>; Who answers: till@example.org.

    ## About this page

    It was written by a program on 2026-11-22, from the same definitions with which the product is built. It shows what the product may collect. It cannot show what is done with it later, or whether the product keeps to it. Read from metrics.yaml and pings.yaml.
    "#);
}

#[test]
fn a_page_shows_texts_of_others_and_obeys_none() {
    let page = html::write(&notice(&definitions(METRICS, PINGS))).expect("it renders");
    assert!(page.contains("A cart was paid: &#60;b&#62;*really*&#60;/b&#62;"), "{page}");
    assert!(page.contains("javascript:alert(1)"), "it is told what stands for the review");
    for piece in ["<b>", "href=\"javascript", "<script", " src=", "url(", "@import", " style="] {
        assert!(!page.contains(piece), "{piece}");
    }
    let (with, without) = (page.len(), notice(&definitions(METRICS, PINGS)));
    let said = serde_json::to_string(&without).expect("it is plain data").len();
    assert!(with - said < 60_000, "the page itself weighs {} bytes", with - said);
}

#[test]
fn the_json_has_stable_names() {
    let told = serde_json::to_value(notice(&definitions(METRICS, PINGS))).expect("plain data");
    let names = |value: &serde_json::Value| {
        let object = value.as_object().expect("an object");
        object.keys().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_snapshot!(names(&told), @"categories contact data date files messages no_longer_collected persons product summary");
    assert_snapshot!(names(&told["messages"][0]), @"client_id data description device id people purpose reasons reviews sent_when_off");
    assert_snapshot!(names(&told["data"][0]), @"category collected description extras id kept_on_device labels messages people purpose reviews type value");
    assert_eq!(told["no_longer_collected"][0]["id"], "shop.cart.weighed");
}

#[test]
fn a_notice_begins_with_what_is_to_be_known_first() {
    let summary = |metrics: &str, pings: &str| notice(&definitions(metrics, pings)).summary;
    let [collected, sensitive, switch] = &summary(METRICS, PINGS)[..] else {
        panic!("three sentences")
    };
    assert_eq!(
        collected,
        "Shop may collect 3 kinds of data, most of them about how the program is used, and sends \
         them in 1 kind of message."
    );
    assert_eq!(sensitive, "Of these, 1 can identify a person, or worse: it comes first below.");
    assert!(switch.contains("to send nothing of this, and to ask once"), "{switch}");
    let calm = METRICS.replace("highly_sensitive", "technical");
    assert!(summary(&calm, PINGS)[1].starts_with("None of them is rated as able"));
    let unrated = METRICS.replace("[highly_sensitive]", "[]");
    assert!(summary(&unrated, PINGS)[1].contains("1 is not rated by anybody yet"));
    let always = PINGS.replace("  bugs", "  metadata: {follows_collection_enabled: false}\n  bugs");
    assert!(summary(METRICS, &always)[2].contains("nothing of this, apart from till, and to ask"));
    let over = METRICS.replace("expires: never", "expires: expired").replace("2027-", "2026-");
    assert!(summary(&over, PINGS)[0].contains("of the 4 kinds of data that its definitions name"));
    let bare = summary("$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0\n", PINGS);
    assert_eq!(bare[0], "Shop declares messages, and no data that they would carry.");
    let nothing = told::tell(
        &Definitions::default(),
        About {
            product: None,
            contact: None,
            date: Day::from_number(0),
            version: None,
            files: Vec::new(),
        },
    );
    assert_eq!(
        nothing.summary,
        ["This product collects nothing: its definitions declare no data."]
    );
}

#[test]
fn what_ended_stands_apart() {
    let ended = |expires: &str| {
        let metrics = METRICS.replace("expires: 2026-11-22", &format!("expires: {expires}"));
        notice(&definitions(&metrics, PINGS)).no_longer_collected.len()
    };
    for (expires, expected) in [
        ("2026-11-21", 1),
        ("2026-11-22", 1),
        ("2026-11-23", 0),
        ("130", 1),
        ("131", 0),
        ("expired", 1),
        ("never\n    disabled: true", 1),
    ] {
        assert_eq!(ended(expires), expected, "{expires}");
    }
}

#[test]
fn changes_are_told_as_a_comment() {
    let before = definitions(METRICS, PINGS);
    let metrics = METRICS
        .replace("[bread, fruit]", "[bread, fruit, milk]")
        .replace("2027-01-01", "2028-01-01")
        .replace("  weighed:", "  priced:");
    let after = definitions(&metrics, PINGS);
    let changes = changes::tell(&before, &after);
    assert_snapshot!(changes::markdown(&changes), @r#"
    <!-- candor notice -->
    ## What changes for people

    1 new, 2 changed and 1 gone. **2 of these need a review** before they may be collected.

    ### New

    - `shop.cart.priced`: **needs a review**
      - What the last cart weighed.
      - It records a whole number (grams).
      - Rated technical: about the device or the program.
      - Sent in till; collected until 2026-11-22.

    ### Changed

    - `shop.cart.filled`: **needs a new review**
      - New among its labels: milk.
    - `shop.cart.paid`
      - It is collected longer, until 2028-01-01; before: until 2027-01-01.

    ### Gone

    - `shop.cart.weighed`
      - What the last cart weighed.
    "#);
    let told = serde_json::to_value(&changes).expect("plain data");
    assert_eq!(told["need_review"], 2);
    assert_eq!(told["changes"][0]["id"], "shop.cart.filled");
    let same = changes::markdown(&changes::tell(&before, &before));
    assert!(same.ends_with("Nothing changes for people.\n"), "{same}");
}

#[test]
fn a_long_comment_has_an_end() {
    let many = |word: &str| {
        let metric = |number: usize| {
            let long = "something is said of it ".repeat(9);
            format!(
                "  m{number}:\n    type: counter\n    description: {long}{word}\n    \
                 expires: never\n    data_sensitivity: [technical]\n"
            )
        };
        let metrics: String = (0..900).map(metric).collect();
        format!("$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0\nshop:\n{metrics}")
    };
    let [before, after] = ["here", "there"].map(|word| definitions(&many(word), PINGS));
    let comment = changes::markdown(&changes::tell(&before, &after));
    assert!(comment.len() < 65_536 && comment.contains("more; `--format json`"), "{comment}");
}

#[test]
fn markdown_shows_texts_as_they_are() {
    for (text, expected) in [
        ("plain words, and more.", "plain words, and more."),
        ("*a* _b_ `c` [d](e) <f>", "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\<f\\>"),
        ("a|b & c\\d ~e~", "a\\|b \\& c\\\\d \\~e\\~"),
        ("- a", "\\- a"),
        ("1. a 2. b", "1\\. a 2. b"),
        ("see https://a.example", "see https:\\//a.example"),
        ("www.a.example", "www\\.a.example"),
        ("ask @team, a@b.example, #1", "ask @\u{2060}team, a@b.example, \\#\u{2060}1"),
    ] {
        assert_eq!(markdown::escape(text), expected, "{text}");
    }
}

/// A folder under git that holds both files.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
    std::fs::create_dir(folder.path().join("app")).expect("the folder is ours");
    for (name, text) in files(METRICS, PINGS) {
        std::fs::write(folder.path().join("app").join(name), text).expect("the folder is ours");
    }
    std::fs::write(folder.path().join("ci.yaml"), "jobs: {}").expect("the folder is ours");
    run_git(folder.path(), &["init", "--quiet"]);
    run_git(folder.path(), &["add", "."]);
    let author = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"];
    run_git(folder.path(), &[&author[..], &["commit", "--quiet", "-m", "Both"]].concat());
    folder
}

fn run_git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git").arg("-C").arg(folder).args(arguments).status();
    assert!(status.expect("git is there").success(), "{arguments:?}");
}

#[test]
fn files_are_read_as_they_stood_at_a_revision() {
    let folder = repository();
    let (app, metrics) = (folder.path().join("app"), folder.path().join("app/metrics.yaml"));
    std::fs::write(&metrics, METRICS.replace("cart", "basket")).expect("the folder is ours");
    std::fs::write(app.join("tags.yaml"), "").expect("the folder is ours");
    for (paths, expected) in [
        (vec![folder.path().to_owned()], 2),
        (vec![app.clone()], 2),
        (vec![metrics.clone(), app.join("pings.yaml"), app.clone()], 2),
        (vec![metrics.clone()], 1),
        (vec![app.join("tags.yaml")], 0),
    ] {
        let before = since::read(&paths, "HEAD").expect("it was committed");
        assert_eq!(before.len(), expected, "{paths:?}");
        assert!(before.first().is_none_or(|(_, text)| text == METRICS), "{paths:?}");
    }
}

#[test]
fn a_revision_that_is_not_there_is_named() {
    let folder = repository();
    let alone = tempfile::tempdir().expect("the system has a folder for temporary files");
    for (path, revision, expected) in [
        (folder.path(), "main-of-others", "Git knows no revision \"main-of-others\""),
        (folder.path(), "--all", "Git knows no revision \"--all\""),
        (alone.path(), "HEAD", "Git cannot tell what stood here before: fatal: not a git"),
    ] {
        let failure = since::read(&[path.to_owned()], revision).expect_err(revision);
        assert!(failure.to_string().starts_with(expected), "{failure}");
    }
}

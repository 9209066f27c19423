//! `candor lint`, as a job in somebody's CI meets it.

use serde_json::Value;

use crate::home::{Home, SERVICES};
use crate::process::{Process, Said};
use crate::sample;

const METRICS: &str = "---
$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
page:
  hint:
    type: string
    description: The address the user signed in with, as typed.
    bugs: [https://example.org/1]
    data_reviews: [https://example.org/2]
    data_sensitivity: [technical]
    notification_emails: [ann@example.org, team@example.org]
    expires: never
";

/// A home with definitions in it.
fn home(metrics: &str) -> Home {
    let home = Home::new("");
    for folder in ["app", "empty", "app/vendor"] {
        std::fs::create_dir_all(home.path(folder)).expect("the folder is ours");
    }
    std::fs::write(home.path("app/metrics.yaml"), metrics).expect("the folder is ours");
    let other = metrics.replace("hint", "gone");
    std::fs::write(home.path("app/vendor/metrics.yaml"), other).expect("the folder is ours");
    home
}

fn run(arguments: &[&str]) -> Said {
    Process::start(arguments).finish()
}

#[test]
fn a_mail_address_in_disguise_fails_the_job_with_a_line_and_a_fix() {
    let home = home(METRICS);
    let path = home.argument("app");
    let said = run(&["lint", &path, "--date", "2026-11-21"]);
    assert!(said.out.contains("app/metrics.yaml:4: error SENSITIVITY_FLOOR page.hint"), "{said:?}");
    assert!(said.out.contains("  fix: data_sensitivity: [highly_sensitive]"), "{said:?}");
    assert!(said.out.contains("1 metric read: 1 error."), "{said:?}");
    said.failed(21, &["1 error; mend it"]);

    let said = run(&["lint", &path, "--json"]);
    assert_eq!(said.code, Some(21));
    let findings: Value = serde_json::from_str(&said.out).expect("it is JSON");
    assert_eq!(findings[0]["check"], "SENSITIVITY_FLOOR");
    assert_eq!(findings[0]["line"], 4);
}

#[test]
fn each_end_has_its_code() {
    let home = home(&METRICS.replace("[technical]", "[highly_sensitive]"));
    let (app, file) = (home.argument("app"), home.argument("app/metrics.yaml"));
    assert!(run(&["lint", &app]).fine().contains("nothing to mend"));
    for format in ["json", "sarif", "github", "gitlab"] {
        run(&["lint", &file, "--format", format]).fine();
    }
    run(&["lint", &app, "--profile", "glean", "--date", "2026-11-21"]).fine();
    let (empty, none) = (home.argument("empty"), home.argument("none.yaml"));
    run(&["lint", &empty]).failed(12, &["There are no definitions in", "$schema"]);
    run(&["lint", &none]).failed(12, &["none.yaml cannot be read"]);
    assert_eq!(run(&["lint", "--date", "tomorrow"]).code, Some(2));
    assert_eq!(run(&["lint", "--json", "--format", "sarif"]).code, Some(2));
}

#[test]
fn inventories_are_read_beside_definitions() {
    let home = home(METRICS);
    let text = "part: a\npersons: {design: A, approval: B, implementation: ''}\nrecords: {}\n";
    std::fs::write(home.path("empty/inventory.yaml"), text).expect("the folder is ours");
    let path = home.argument("empty");
    let said = run(&["lint", &path]);
    assert!(said.out.contains("inventory.yaml:1: error PERSONS_MISSING"), "{said:?}");
    said.failed(21, &["1 error"]);
    run(&["lint", &path, "--profile", "glean"]).failed(12, &["There are no definitions"]);
}

#[tokio::test]
async fn a_server_tells_what_was_granted_and_what_would_end() {
    let home = Home::new(SERVICES).accepted();
    let running = home.serve_ready().await;
    let definitions = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/glean/definitions");
    std::fs::create_dir_all(home.path("team")).expect("the folder is ours");
    let change = |from: &str, to: &str| {
        for name in ["metrics.yaml", "pings.yaml", "tags.yaml", "product.yaml"] {
            let text = std::fs::read_to_string(format!("{definitions}/{name}")).expect("a vector");
            let text = if name == "metrics.yaml" { text.replacen(from, to, 1) } else { text };
            std::fs::write(home.path(&format!("team/{name}")), text).expect("the folder is ours");
        }
    };
    let found = |check: &str| {
        let arguments = ["--server", &running.url, "--product", "sample", "--json"];
        let line = format!("lint {}", home.argument("team"));
        let said = home.ask(&line, &arguments);
        let findings: Vec<Value> = serde_json::from_str(&said.out).expect("a list");
        let of_check = findings.iter().filter(|finding| finding["check"] == check);
        of_check.map(|finding| finding["subject"].to_string()).collect::<Vec<_>>()
    };
    change("", "");
    let nobody = home.ask(
        &format!("lint {}", home.argument("team")),
        &["--server", &running.url, "--product", "sample"],
    );
    nobody.failed(18, &["sample: ", "404"]);
    sample::granted(&home);
    assert_eq!(found("REVIEW_NOT_RESOLVED"), [""; 0]);
    change("type: counter", "type: quantity\n    unit: starts");
    assert_eq!(found("RENAMED_TYPE"), ["\"sample.app.started\""]);
    change("data_sensitivity: [technical]", "data_sensitivity: [interaction]");
    assert_eq!(found("REVIEW_NOT_RESOLVED"), ["\"sample.app.started\""]);
    change("  started:", "  begun:");
    assert_eq!(found("REVIEW_NOT_RESOLVED"), ["\"sample.app.begun\""]);
    change("expires: never", "expires: 2099-01-01");
    assert_eq!(found("EXPIRES_OVER_REVIEW"), ["\"sample.app.started\""]);
    assert_eq!(running.stop().code, Some(0));
}

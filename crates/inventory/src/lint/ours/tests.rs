use std::fmt::Write;

use candor_kernel::Day;

use crate::lint::{Options, Profile, lint};

const PINGS: &str = r"$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
visit:
  description: What a person looked at, once a day.
  include_client_id: false
  bugs: [https://example.org/1]
  data_reviews: [https://example.org/2]
  notification_emails: [ann@example.org, team@example.org]
";

const METRICS: &str = r"$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
page:
  layout:
    type: string
    description: How wide the window is, in three steps.
    send_in_pings: [visit]
    bugs: [https://example.org/1]
    data_reviews: [https://example.org/2]
    data_sensitivity: [technical]
    notification_emails: [ann@example.org, team@example.org]
    expires: never
";

/// Lints the sample after replacing words in it, and tells what is found.
fn found(replaced: &[(&str, &str)]) -> String {
    let (mut metrics, mut pings) = (METRICS.to_owned(), PINGS.to_owned());
    for (from, to) in replaced {
        assert!(metrics.contains(from) || pings.contains(from), "{from}");
        metrics = metrics.replace(from, to);
        pings = pings.replace(from, to);
    }
    let options = Options {
        profile: Profile::Candor,
        today: Day::parse("2026-11-21").expect("a day"),
        version: None,
        allow_reserved: false,
        require_tags: false,
    };
    let files = [("m.yaml".to_owned(), metrics), ("p.yaml".to_owned(), pings)];
    let mut text = String::new();
    for nit in lint(&files, &options).nits {
        let (severity, at) = (nit.severity.word(), nit.at);
        write!(text, "{}:{} {severity} {} ", at.file, at.line, nit.check).expect("to memory");
        writeln!(text, "{}: {}", nit.about, nit.message).expect("to memory");
    }
    text
}

#[test]
fn good_definitions_are_left_alone() {
    assert_eq!(found(&[]), "");
}

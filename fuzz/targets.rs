//! What must hold of every parser of foreign bytes, whatever the bytes. libFuzzer looks for bytes
//! that break it; tests/tests/it/fuzz.rs replays the corpus and mutates it, on stable Rust.
//!
//! A target panics where something does not hold, and says what.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use candor_inventory::lint::{Options, Profile, Severity, lint};
use candor_inventory::{Finding, glean, yaml};
use candor_kernel::{Day, limits, sink};
use candor_preference::{Dnt, Gpc};
use candor_telemetry::debug::Tag;
use candor_telemetry::rules::body::Encoding;
use candor_telemetry::rules::{Refusal, deletion as leaving, path as paths};
use candor_web::signals;

#[path = "targets/in_force.rs"]
mod in_force;
#[path = "targets/kept.rs"]
mod kept;
#[path = "targets/ping.rs"]
mod ping;

pub use ping::{body, kept_by_everything};

/// The path of a ping: its four parts, a line each.
pub fn path(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.splitn(4, '\n');
    let [app, ping, version, document] = std::array::from_fn(|_| lines.next().unwrap_or_default());
    let wrong = paths::wrong(app, ping, version);
    assert!(wrong.ends_with('.'), "{wrong:?} says what to do");
    let Ok(read) = paths::read(app, ping, version, document) else { return };

    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    for (name, most) in [(app, 100), (ping, 30)] {
        let fits = (1..=most).contains(&name.len()) && name.chars().all(allowed);
        assert!(fits, "{name:?} is a name");
    }
    assert_eq!((read.app.as_str(), read.ping.as_str(), version), (app, ping, "1"));
    let printed = read.document.to_string();
    assert!(printed.eq_ignore_ascii_case(document), "{document:?} became {printed}");
    let hyphens: Vec<_> = printed.match_indices('-').map(|(at, _)| at).collect();
    assert_eq!((printed.len(), hyphens), (36, vec![8, 13, 18, 23]));
    assert!(wrong.starts_with("The last part"), "{wrong:?} of a path that is right so far");
    for in_force in [in_force::release(), in_force::pre_release()] {
        let known = paths::terms(&read, in_force, in_force.refreshed).is_ok();
        assert_eq!(known, app == in_force::APP && in_force::PINGS.contains(&ping));
    }
}

/// What a request says besides: one header a line, `name: value`.
pub fn headers(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        let (name, value) = line.split_at(line.iter().position(|b| *b == b':').unwrap_or(0));
        let value = value.strip_prefix(b":").unwrap_or_default().trim_ascii();
        let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value))
        else {
            continue;
        };
        // Beyond what the map holds, the listener has long refused the head.
        if headers.try_append(name, value).is_err() {
            break;
        }
    }
    said(&headers);
    let encodings: Vec<_> = headers.get_all("content-encoding").iter().collect();
    if let Ok(encoding) = Encoding::read(encodings.first().map(|value| value.as_bytes())) {
        let gzip = encodings.first().is_some_and(|value| value.as_bytes().ends_with(b"gzip"));
        assert_eq!(encoding == Encoding::Gzip, gzip, "{encodings:?}");
    }
    for value in headers.values().filter_map(|value| value.to_str().ok()) {
        if let Some(tag) = Tag::parse(value) {
            assert!(tag.to_string() == value && value.len() <= 20 && !value.contains(' '));
        }
        let _ = value.parse::<candor_web::Network>();
    }
}

/// The two signals: no other header and no other value of theirs outweighs a no.
fn said(headers: &HeaderMap) {
    let members = |name| {
        let lines = headers.get_all(name).into_iter().map(HeaderValue::as_bytes);
        lines
            .flat_map(|line| line.split(|b| *b == b',').map(<[u8]>::trim_ascii))
            .collect::<Vec<_>>()
    };
    let (dnt, gpc) = (members("dnt"), members("sec-gpc"));
    let begins = |digit| move |value: &&[u8]| value.first() == Some(&digit);
    let read = signals(headers);
    assert_eq!(read.dnt == Dnt::Forbid, dnt.iter().any(begins(b'1')), "{dnt:?}");
    let all_zero = !dnt.is_empty() && dnt.iter().all(begins(b'0'));
    assert_eq!(read.dnt == Dnt::Allow, all_zero, "{dnt:?}");
    assert_eq!(read.gpc == Gpc::OptOut, gpc.contains(&&b"1"[..]), "{gpc:?}");

    let no = read.dnt == Dnt::Forbid || read.gpc == Gpc::OptOut;
    let taken = ping::is_taken(&read);
    assert_eq!(taken.err(), no.then_some(Refusal::OptedOut), "{read:?}");
    for (name, no) in [("dnt", Dnt::Forbid), ("sec-gpc", read.dnt)] {
        let mut more = headers.clone();
        if more.try_append(name, HeaderValue::from_static("1")).is_ok() {
            let read = signals(&more);
            assert!(read.dnt == no && (name == "dnt" || read.gpc == Gpc::OptOut), "{more:?}");
        }
    }
}

const NOBODY: [&str; 4] = [
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "c0ffeec0-ffee-c0ff-eec0-ffeec0ffeec0",
    "decafdec-afde-cafd-ecaf-decafdecafde",
];

/// A deletion request: it names few, and only somebody, and only whom it says.
pub fn deletion(data: &[u8]) {
    let Ok(ids) = leaving::ids(data) else { return };
    assert!(ids.len() <= limits::ERASURE_IDS, "{} ids", ids.len());
    let text = String::from_utf8_lossy(data).to_ascii_lowercase();
    for id in ids {
        let id = id.open(sink::KeyedHash).to_string();
        assert!(!NOBODY.contains(&id.as_str()), "{id} is nobody's");
        // Escapes may write it otherwise; without any, it stands there.
        assert!(text.contains('\\') || text.contains(&id), "{id} was not asked for");
    }
}

/// Definition files as a push carries them, one behind the other with a form feed between. What
/// the linter calls right can be pushed.
pub fn definitions(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let files: Vec<_> = text
        .split('\x0c')
        .enumerate()
        .map(|(number, text)| (format!("{number}.yaml"), text.to_owned()))
        .collect();
    for (_, text) in &files {
        // Read line by line or by the parser, a text is the same.
        // As texts: what is no number differs from itself.
        if let Ok(node) = yaml::read(text) {
            let whole = yaml::read_whole(text).expect("it was read");
            assert_eq!(format!("{node:?}"), format!("{whole:?}"), "{text:?}");
        }
    }
    let read = glean::read(&files);
    for profile in [Profile::Glean, Profile::Candor] {
        let (today, version) = (Day::from_number(20_500), None);
        let options = Options {
            profile,
            today,
            version,
            allow_reserved: false,
            require_tags: false,
            granted: None,
        };
        let linted = lint(&files, &options);
        assert!(linted.nits.iter().all(|nit| !nit.message.is_empty()));
        // How much one push may hold is asked of the push alone.
        let of_files = |finding: &&Finding| finding.place != "definitions";
        let wrong = read.as_ref().err().and_then(|findings| findings.iter().find(of_files));
        let right = linted.count(Severity::Error) == 0;
        assert!(!right || wrong.is_none(), "the linter finds no error, and a push {wrong:?}");
    }
    match read {
        Ok(read) => {
            assert!(read.metrics.len() + read.pings.len() <= limits::PRODUCT_DATA);
            in_force::compiles(read);
        }
        Err(findings) => {
            assert!(!findings.is_empty(), "what is refused is refused for a reason");
            for finding in findings {
                assert!(!finding.message.is_empty() && !finding.place.is_empty());
            }
        }
    }
}

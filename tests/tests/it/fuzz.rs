//! The fuzz targets on stable Rust: the whole corpus, and some hundred changes of each file of it.
//! The same bytes each time; looking for new ones is `fuzz/run`'s.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

// What the targets stand on: their files are not of this package.
use {candor_inventory as _, candor_preference as _, candor_telemetry as _, candor_web as _};

#[path = "../../../fuzz/mutator.rs"]
#[expect(unreachable_pub, reason = "the file is shared with a library, where it is reachable")]
mod mutator;
#[path = "../../../fuzz/targets.rs"]
#[expect(unreachable_pub, reason = "the file is shared with a library, where it is reachable")]
mod targets;

use mutator::Mutator;

/// What the changes of one file come to together, so that large ones take no longer than others.
const BYTES: usize = 200_000;

/// A file of the corpus: its name, and what it holds.
type Seed = (String, Vec<u8>);

#[test]
fn bodies() {
    holds("body", &targets::body);
}

#[test]
fn paths() {
    holds("path", &targets::path);
}

#[test]
fn headers() {
    holds("headers", &targets::headers);
}

#[test]
fn deletion_requests() {
    holds("deletion", &targets::deletion);
}

#[test]
fn definitions() {
    holds("definitions", &targets::definitions);
}

/// Panics with the bytes for which a target does not hold.
fn holds(target: &str, check: &dyn Fn(&[u8])) {
    let corpus = corpus(target);
    assert!(corpus.len() > 10, "the corpus of {target} is there");
    let Some((name, bytes)) = search(&corpus, check) else { return };
    let bytes = shrink(bytes, check);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{target}"));
    fs::write(&file, &bytes).expect("the folder for what tests write can be written");
    panic!(
        "{name} makes `{target}` fail with the {} bytes {:?}. Copy {} to fuzz/corpus/{target} \
         under a name that says what it is, and mend the parser.",
        bytes.len(),
        bytes[..bytes.len().min(500)].escape_ascii().to_string(),
        file.display(),
    );
}

fn corpus(target: &str) -> Vec<Seed> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../fuzz/corpus", target].iter().collect();
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut files: Vec<Seed> = entries
        .map(|entry| {
            let entry = entry.expect("the folder can be read");
            let name = entry.file_name().into_string().expect("names are text");
            (name, fs::read(entry.path()).expect("the file can be read"))
        })
        .collect();
    files.sort();
    files
}

/// Returns the first bytes for which a check fails, and where they come from.
fn search(corpus: &[Seed], check: &dyn Fn(&[u8])) -> Option<Seed> {
    for (number, (name, bytes)) in corpus.iter().enumerate() {
        if fails(bytes, check) {
            return Some((name.clone(), bytes.clone()));
        }
        let mut mutator = Mutator::new(number as u64);
        for change in 0..changes(name, bytes) {
            let (_, other) = &corpus[(number + change) % corpus.len()];
            let changed = mutator.mutate(bytes, other);
            if fails(&changed, check) {
                return Some((format!("{name} with change {change}"), changed));
            }
        }
    }
    None
}

fn changes(name: &str, bytes: &[u8]) -> usize {
    // A bomb takes as long as hundreds of others; it is replayed only.
    if name.starts_with("bomb") { 0 } else { (BYTES / (bytes.len() + 1)).clamp(10, 100) }
}

fn fails(bytes: &[u8], check: &dyn Fn(&[u8])) -> bool {
    catch_unwind(AssertUnwindSafe(|| check(bytes))).is_err()
}

/// Leaves out pieces, halves first, while it still fails.
fn shrink(mut bytes: Vec<u8>, check: &dyn Fn(&[u8])) -> Vec<u8> {
    let mut length = bytes.len() / 2;
    while length > 0 {
        let mut at = 0;
        while at < bytes.len() {
            let end = (at + length).min(bytes.len());
            let less = [&bytes[..at], &bytes[end..]].concat();
            if fails(&less, check) {
                bytes = less;
            } else {
                at = end;
            }
        }
        length /= 2;
    }
    bytes
}

#[test]
fn what_does_not_hold_is_found_and_made_small() {
    let corpus = corpus("body");
    // Each is a step or two from the corpus, and nowhere in it.
    for planted in [&b"{\"{\""[..], b"null{", b":::"] {
        let contains = |bytes: &[u8]| bytes.windows(planted.len()).any(|part| part == planted);
        assert!(!corpus.iter().any(|(_, bytes)| contains(bytes)), "it is not there yet");
        let check = |bytes: &[u8]| assert!(!contains(bytes), "planted");
        let (_, found) = search(&corpus, &check).expect("the search finds it");
        assert_eq!(shrink(found, &check), planted);
    }
}

#[test]
fn a_filter_that_keeps_what_nobody_declared_is_found() {
    // The properties themselves can fail: what a broken filter would keep is no kept ping.
    for payload in [
        r#"{"metrics":{"counter":{"all.nowhere":1}}}"#,
        r#"{"metrics":{"counter":{"all.left_out.ended":1}}}"#,
        r#"{"metrics":{"counter":{"all.left_out.ungranted":1}}}"#,
        r#"{"metrics":{"string":{"all.left_out.secret":"x"}}}"#,
        r#"{"metrics":{"string":{"all.kinds.times":"x"}}}"#,
        r#"{"metrics":{"counter":{"all.kinds.times":2147483648}}}"#,
        r#"{"metrics":{"labeled_counter":{"all.kinds.times_by":{"ann":1}}}}"#,
        r#"{"metrics":{"rate":{"all.kinds.share":{"numerator":1,"denominator":2,"x":3}}}}"#,
        r#"{"events":[{"timestamp":1,"category":"all.events","name":"ungranted"}]}"#,
        r#"{"events":[{"timestamp":1,"category":"all.events","name":"paid","who":"Ann"}]}"#,
        r#"{"events":[{"timestamp":1,"category":"all.events","name":"paid","extra":{"who":"x"}}]}"#,
        r#"{"client_info":{"client_id":"x"}}"#,
        r#"{"client_info":{"locale":"de"}}"#,
        r#"{"ping_info":{"reason":5}}"#,
        r#"{"address":{"x":1}}"#,
    ] {
        assert!(fails(payload.as_bytes(), &targets::kept_by_everything), "{payload}");
    }
    let good = br#"{"metrics":{"counter":{"all.kinds.times":1}},"ping_info":{"reason":"closed"}}"#;
    targets::kept_by_everything(good);
}

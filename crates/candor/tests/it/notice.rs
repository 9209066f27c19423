//! `candor notice build`: a notice without a server, and without anything that a server needs.

use std::path::Path;

use crate::process::{Process, Said};

fn build(arguments: &[&str]) -> Said {
    Process::start(&[&["notice", "build", "--date", "2026-11-22"][..], arguments].concat()).finish()
}

fn definitions() -> String {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/glean/definitions");
    folder.to_str().expect("a plain path").to_owned()
}

#[test]
fn a_folder_becomes_a_page() {
    let page = build(&[&definitions(), "--title", "Sample"]).fine();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{page}");
    for words in [
        "<title>What Sample collects</title>",
        "How often the sample application was started.",
        "A sample ping without client_info and ping_info.",
        "a whole number that only grows, for each of 2 fixed words: disk, network",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[test]
fn a_notice_goes_where_it_is_wanted() {
    let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
    let file = folder.path().join("notice.json");
    let name = file.to_str().expect("a plain path");
    let said = build(&[&definitions(), "--format", "json", "--output", name]).fine();
    assert_eq!(said, "");
    let text = std::fs::read_to_string(&file).expect("it was written");
    let told: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(told["data"][0]["category"], "interaction", "{told}");
    let nowhere = folder.path().join("none/notice.json");
    let nowhere = nowhere.to_str().expect("a plain path");
    build(&[&definitions(), "--output", nowhere]).failed(12, &["cannot be written"]);
}

#[test]
fn what_cannot_be_told_has_its_exit_code() {
    let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
    let name = folder.path().to_str().expect("a plain path");
    build(&[name]).failed(12, &["There are no definitions in", "Name the files"]);
    build(&[&format!("{name}/none.yaml")]).failed(12, &["none.yaml cannot be read"]);
    let broken =
        "$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0\nshop:\n  one: {type: abacus}\n";
    std::fs::write(folder.path().join("metrics.yaml"), broken).expect("the folder is ours");
    build(&[name]).failed(21, &["metrics.yaml:3: one", "abacus", "candor lint"]);
    let words = &["written as markdown or json"];
    build(&[&definitions(), "--since", "HEAD", "--format", "html"]).failed(11, words);
}

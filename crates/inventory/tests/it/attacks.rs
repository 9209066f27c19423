//! Files that mean harm, and files that are broken: the linter says so, soon, and goes on.

use candor_inventory::glean;
use candor_inventory::lint::{Linted, Profile, Severity, lint};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::{case, options};

const HEAD: &str = "$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0\n";

fn linted(text: &str) -> Linted {
    let files = [("metrics.yaml".to_owned(), text.to_owned())];
    lint(&files, &options("", Profile::Glean))
}

/// Says the first thing that is found of a file that follows the head.
fn first(text: &str) -> (&'static str, usize) {
    let linted = linted(&format!("{HEAD}{text}"));
    let nit = linted.nits.first().unwrap_or_else(|| panic!("nothing is found of {text:.80}"));
    (nit.check, nit.at.line)
}

#[test]
fn what_is_nested_too_deep_is_no_yaml() {
    for begin in ["[", "{a: ", "- ", "? ", "a: [", "!!str [", "&a ["] {
        let text = begin.repeat(100_000);
        assert_eq!(first(&text).0, "YAML", "{begin:?}");
    }
    let stairs: String = (0..2000).map(|step| format!("{}a:\n", " ".repeat(step))).collect();
    assert_eq!(first(&stairs).0, "YAML");
}

#[test]
fn aliases_of_aliases_have_an_end() {
    let mut text = "a0: &a0 {x: 1, y: 1}\n".to_owned();
    for level in 1..40 {
        let below = level - 1;
        text.push_str(&format!("a{level}: &a{level} {{x: *a{below}, y: *a{below}}}\n"));
    }
    let (check, line) = first(&text);
    assert_eq!(check, "YAML");
    assert!(line < 25, "it ends where it is too much: {line}");
    let merges = "a: &a {x: 1}\n".to_owned() + &"b: &a {<<: [*a, *a, *a, *a]}\n".repeat(30);
    assert!(!linted(&format!("{HEAD}{merges}")).nits.is_empty());
}

#[test]
fn long_lines_and_strange_signs_are_read_or_told() {
    let long = "x".repeat(10_000_000);
    let metric = |description: &str| {
        let metrics = case::base().remove("metrics.yaml").expect("the file is there");
        linted(&metrics.replace("How often a cart was filled.", description))
    };
    let length = metric(&long);
    assert_eq!((length.metrics, metric("One\0two").nits[0].check), (1, "YAML"));
    let long = &long[..1_000_000];
    for begin in ["", "'", "\"", "# ", "? ", "*", "&", "!", "%", "[", "|"] {
        linted(&format!("{HEAD}{begin}{long}"));
        linted(&format!("{begin}{long}"));
    }
    for sign in ["\0", "\u{7}", "\u{85}", "\u{2028}", "\u{feff}", "\u{fffe}", "\r", "\t"] {
        linted(&format!("{HEAD}shop:{sign}\n  {sign}: {sign}\n{sign}"));
        linted(sign);
    }
}

#[test]
fn as_much_as_a_product_may_have_is_linted() {
    let metrics = case::base().remove("metrics.yaml").expect("the file is there");
    let (head, metric) = metrics.split_once("  filled: &metric\n").expect("it holds one metric");
    let many: String = (0..5000).map(|number| format!("  filled{number}:\n{metric}")).collect();
    let linted = linted(&format!("{head}{many}"));
    assert_eq!(linted.metrics, 5000);
}

/// What somebody might write at a wrong place.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        ":",
        ": ",
        "\n",
        "\n  ",
        "\n    ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "&metric ",
        "*metric",
        "<<: ",
        "!!int ",
        "!x ",
        "|",
        ">",
        "'",
        "\"",
        "#",
        "? ",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "\t",
        "\r",
        "\0",
        "ü",
        "🛒",
        "~",
        "yes",
        "010",
        "1:30",
        "1e3",
        ".inf",
        "9".repeat(40).leak(),
        "type: event",
        "type: object",
        "structure: {type: array}",
        "extra_keys: {a: {}}",
        "labels: []",
        "expires: 2027-02-30",
        "no_lint: [X]",
        "glean.",
        "metadata: {tags: [1]}",
    ];
    prop_oneof![3 => select(words.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_put_in_is_linted(changes in vec((any::<Index>(), 0..40_usize, piece()), 1..8)) {
        let mut files: Vec<_> = case::base().into_iter().collect();
        for (place, length, piece) in changes {
            let file = place.index(files.len());
            let text = &mut files[file].1;
            let begin = (0..=place.index(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at));
            let begin = begin.unwrap_or_default();
            let end = (begin + length..text.len()).find(|at| text.is_char_boundary(*at));
            let end = end.unwrap_or(text.len());
            text.replace_range(begin..end, &piece);
        }
        for profile in [Profile::Glean, Profile::Candor] {
            let linted = lint(&files, &options("--require-tags", profile));
            let right = linted.count(Severity::Error) == 0;
            prop_assert!(!right || glean::read(&files).is_ok(), "what is right can be pushed");
            for nit in linted.nits {
                let (_, text) = files.iter().find(|(file, _)| *file == nit.at.file).expect("a file");
                // Lines end in more ways than Rust counts.
                let breaks = text.matches(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
                prop_assert!(nit.at.line <= breaks + 2, "{nit:?}");
                prop_assert!(!nit.message.is_empty());
            }
        }
    }
}

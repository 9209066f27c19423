use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::yaml::read_whole;

/// What is read plainly must be what the parser reads; tells whether it was.
fn check(text: &str) -> bool {
    let plain = read(text);
    if let Some(plain) = &plain {
        // As texts: what is no number differs from itself.
        let whole = read_whole(text).unwrap_or_else(|error| panic!("{error:?}: {text}"));
        assert_eq!(format!("{plain:?}"), format!("{whole:?}"), "{text}");
    }
    plain.is_some()
}

#[test]
fn plain_forms_are_read() {
    for text in [
        "a: 1\n",
        "---\na: b c\n",
        "# c\n\n---\n# d\na: yes # not no\nb: 010\n",
        "a:\n  b:\n    c: ~\n  d: 1.5\ne: f\n",
        "a:\n  - b\n  - 1\n  - 'c d'\n  - \"e\"\nf: []\n",
        "a:\n- b\n- c\nd: [e, 'f, g', 2, https://example.org/1]  # h\n",
        "a: b\n  c\n\n  d\n\n\ne: f\n",
        "a:\n  - b\n    c\n  - d\n",
        "a: |\n  b\n   c\n\n  d\n\ne: f\n",
        "a: >-\n  b\n  c\n\n  d\n\n\n  e\nf: |-\n  g\n",
        "a: >\n  b # no comment\n  c: d\n# e\nf: 1\n",
        "a: b\na: c\n",
        "$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0\nä: 1\n"
            .split_once('ä')
            .map_or("", |it| it.0),
        "a: Größe über alles\n",
        "a: >\n  b \n  c\n\n  d  \n",
        "a: |-\n  b \n  c  \n",
        "a:\n  b c\n d\ne: f\n",
        "a:\n  'b'\nc:\n  [d, e]\n",
        "a: &x\n  b: 1\n  c:\n    - d\ne: *x\nf: &x\n- 1\ng: *x\n",
        "a.b/c-d: (e)\n",
    ] {
        assert!(check(text), "{text:?}");
    }
}

#[test]
fn everything_else_is_left_to_the_parser() {
    for text in [
        "",
        "a",
        "a: 1",
        "- a\n---\n- b\n",
        "a: 1\n...\n",
        "%YAML 1.1\n---\na: 1\n",
        "---\n---\na: 1\n",
        " a: 1\n",
        "a: 1\n b: 2\n",
        "a:\n  b: 1\n c: 2\n",
        "a:\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !!str 1\n",
        "? a\n: b\n",
        "<<: {a: 1}\n",
        "a: {b: 1}\n",
        "a: [b\n]\n",
        "a: [b, [c]]\n",
        "a: 'b''c'\n",
        "a: \"b\\n\"\n",
        "a: 'b\n  c'\n",
        "a: b: c\n",
        "a: b:\n",
        "a: b\n  c: d\n",
        "a: b # c\n  d\n",
        "a: b\n  # c\n  d\n",
        "a:\tb\n",
        "a: b\r\n",
        "a: |2\n   b\n",
        "a: |+\n  b\n\n",
        "a: >\n  b\n   c\n",
        "a: |\n  b \n",
        "a: |\n\n  b\n",
        "a: |\n",
        "1: a\n",
        "yes: a\n",
        "a: =\n",
        "a: -\n",
        "- - a\n",
        "- a: b\n",
        "a: b\n- c\n",
        "a: [b,]\n",
        "a: [b: c]\n",
        "a: \"b\" c\n",
        "a: @b\n",
        "a: `b\n",
        "a: b\u{85}c\n",
        "a: b\u{a0}c\n",
        "\u{feff}a: b\n",
        "a:b\n",
        "a : b\n",
        "a:\n  - b\n - c\n",
        "a: b\n\u{2028}\n",
        "a: [b]c\n",
        "a: 'b'#c\n",
        "a: #b\n  c\n",
        "a:#b\n",
        "a: [b #c\n]\n",
    ] {
        check(text);
    }
    let deep = (0..200).fold(String::new(), |text, depth| text + &" ".repeat(depth) + "a:\n");
    assert!(!check(&format!("{deep}{}a: 1\n", " ".repeat(200))));
    assert!(!check(&format!("a: [{}1]\n", "1, ".repeat(500_000))), "too many values");
}

/// Real definitions, and all our cases.
fn vectors() -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("vectors") {
            let path: PathBuf = entry.expect("a file").path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|end| end == "yaml") => {
                    texts.push(std::fs::read_to_string(path).expect("a text"));
                }
                false => {}
            }
        }
    }
    texts.sort();
    texts
}

#[test]
fn real_definitions_are_plain() {
    let texts = vectors();
    let plain = texts.iter().filter(|text| check(text)).count();
    assert!(texts.len() > 30 && plain * 10 >= texts.len() * 6, "{plain} of {}", texts.len());
    let fenix = texts.iter().max_by_key(|text| text.len()).expect("it is the largest");
    assert!(read(fenix).is_some(), "the definitions that are measured");
}

/// What makes YAML mean something else.
const SIGNS: &[&str] = &[
    "\n", " ", "  ", "- ", ": ", ":", "#", " #", "'", "\"", "[", "]", ", ", "|", ">", "|-", ">-",
    "&a ", "*a", "!", "?", "---\n", "...\n", "\t", "\\", "{", "}", "~", "<<: ", "%", "\u{85}", "é",
    "\n\n", "\n  ", "\n    ", "- - ", "\r",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Pieces of real definitions, with signs put in and lines taken out anywhere.
    #[test]
    fn mutated_definitions_are_read_the_same(
        seed in any::<prop::sample::Index>(),
        from in any::<prop::sample::Index>(),
        lines in 1_usize..40,
        changes in prop::collection::vec(
            (any::<prop::sample::Index>(), 0..SIGNS.len(), any::<bool>()), 0..4),
    ) {
        static TEXTS: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(vectors);
        let all: Vec<&str> = TEXTS[seed.index(TEXTS.len())].split_inclusive('\n').collect();
        let from = from.index(all.len());
        let mut text = all[from..(from + lines).min(all.len())].concat();
        for (at, sign, replace) in changes {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let Some(place) = places.get(at.index(places.len().max(1))).copied() else { break };
            if replace {
                text.remove(place);
            }
            text.insert_str(place, SIGNS[sign]);
        }
        check(&text);
    }

    /// Small documents of nothing but signs and words.
    #[test]
    fn made_up_documents_are_read_the_same(
        pieces in prop::collection::vec((0..SIGNS.len(), 0_usize..6), 0..14),
    ) {
        let words = ["a", "b: ", "c:\n", "1", "yes", "- d\n"];
        let text: String =
            pieces.iter().flat_map(|(sign, word)| [words[*word], SIGNS[*sign]]).collect();
        check(&text);
        check(&(text + "\n"));
    }
}

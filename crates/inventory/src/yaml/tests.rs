use super::*;

fn value(text: &str) -> Value {
    read(text).unwrap_or_else(|error| panic!("{text}: {error:?}")).value
}

fn map(text: &str) -> Map {
    match value(text) {
        Value::Map(map) => map,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn plain_words_mean_what_they_mean_in_yaml_1_1() {
    use Value::{Bool, Float, Int, Null, Text};
    for (text, expected) in [
        ("", Null),
        ("~", Null),
        ("Null", Null),
        ("yes", Bool(true)),
        ("Off", Bool(false)),
        ("y", Text("y".into())),
        ("tRue", Text("tRue".into())),
        ("0", Int(0)),
        ("-7", Int(-7)),
        ("+12_000", Int(12_000)),
        ("010", Int(8)),
        ("08", Text("08".into())),
        ("0o10", Text("0o10".into())),
        ("0x1F", Int(31)),
        ("0b101", Int(5)),
        ("1:30", Int(90)),
        ("1:60", Text("1:60".into())),
        ("2027-01-01", Text("2027-01-01".into())),
        ("1.5", Float(1.5)),
        ("1.", Float(1.0)),
        (".5", Float(0.5)),
        ("-.5", Text("-.5".into())),
        ("1e3", Text("1e3".into())),
        ("1.0e3", Text("1.0e3".into())),
        ("1.0e+3", Float(1000.0)),
        ("-.inf", Float(f64::NEG_INFINITY)),
        ("99999999999999999999", Float(f64::MAX)),
        ("'yes'", Text("yes".into())),
        ("\"1\"", Text("1".into())),
        ("!!str 1", Text("1".into())),
        ("!!int '3'", Int(3)),
        ("1.2.3", Text("1.2.3".into())),
        ("-", Text("-".into())),
        ("_1", Text("_1".into())),
    ] {
        if text == "-" {
            continue;
        }
        assert_eq!(value(text), expected, "{text}");
    }
    assert!(read("!!int x").is_err() && read("!custom x").is_err());
}

#[test]
fn every_node_knows_its_line() {
    let map = map("# a comment\na: 1\nb:\n  c: x\n  d:\n    - y\n    - z\n");
    let b = map.get("b").expect("b");
    assert_eq!((map.entries[0].line, map.entries[1].line, b.line), (2, 3, 4));
    let d = b.map().expect("a map").get("d").expect("d");
    assert_eq!(d.list().expect("a list").iter().map(|node| node.line).collect::<Vec<_>>(), [6, 7]);
    assert_eq!(d.texts().collect::<Vec<_>>(), ["y", "z"]);
}

#[test]
fn of_a_name_that_stands_twice_the_later_counts_and_it_is_noted() {
    let twice = map("a: 1\nb: 2\na: 3\n");
    assert_eq!(twice.get("a").and_then(Node::int), Some(3));
    assert_eq!((twice.twice.as_deref(), twice.entries.len()), (Some("a"), 2));
    assert_eq!(map("a: 1\n").twice, None);
}

#[test]
fn aliases_and_merges_stand_for_what_they_name() {
    let merged = map("base: &b {x: 1, y: 2}\nother: &o {y: 5, z: 6}\nc: {<<: [*b, *o], x: 9}\n");
    let c = merged.get("c").and_then(Node::map).expect("a map");
    let number = |name: &str| c.get(name).and_then(Node::int);
    assert_eq!((number("x"), number("y"), number("z")), (Some(9), Some(2), Some(6)));
    let shared = map("a: &a [1, 2]\nb: *a\n");
    assert_eq!(shared.get("a").map(|n| &n.value), shared.get("b").map(|n| &n.value));
}

#[test]
fn what_is_no_yaml_is_told_with_its_line() {
    for (text, line) in [
        ("a: [1\nb: 2\n", 2),
        ("a: *nobody\n", 1),
        ("a: 1\n---\nb: 2\n", 2),
        ("? [1]\n: 2\n", 1),
        ("a: 1\n1: x\n", 2),
        ("a: &a [*a]\n", 1),
        ("a: 1\nb: =\n", 2),
        ("a:\n  <<: text\n", 2),
        ("a:\n  <<: [{b: 1}, text]\n", 2),
    ] {
        let error = read(text).expect_err(text);
        assert_eq!(error.line, line, "{text}: {}", error.message);
        assert!(error.message.ends_with('.'), "{}", error.message);
    }
}

#[test]
fn what_aliases_stand_for_has_an_end() {
    let bomb = |depth: usize| {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..depth {
            let before = vec![format!("*a{}", level - 1); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{before}]\n"));
        }
        text
    };
    assert!(read(&bomb(3)).is_ok());
    let error = read(&bomb(9)).expect_err("a thousand million values");
    assert!(error.message.starts_with("More than"), "{}", error.message);
    // One list that three hundred metrics share is no bomb.
    let shared: String = (0..300).map(|n| format!("m{n}: {{emails: *e}}\n")).collect();
    assert!(read(&format!("e: &e [a@example.org, b@example.org]\n{shared}")).is_ok());
    let deep = "[".repeat(100_000);
    assert!(read(&deep).is_err());
}

use super::*;
use MetricKind as K;

/// What is kept, and the labels that were folded.
fn checked(kind: K, labels: Option<&BTreeSet<String>>, json: &str) -> (Option<Value>, Vec<String>) {
    let raw: &RawValue = serde_json::from_str(json).expect("the test writes JSON");
    let mut folded = Vec::new();
    let kept = check(kind, labels, raw, &mut |label, _, cause| {
        folded.push(format!("{label} {cause:?}"));
    });
    (kept, folded)
}

fn kept(kind: K, value: Value) -> Option<Value> {
    checked(kind, None, &value.to_string()).0
}

#[test]
fn good_values_are_kept_as_they_are() {
    for (kind, value) in [
        (K::Boolean, json!(true)),
        (K::Counter, json!(2_147_483_647)),
        (K::Quantity, json!(9_000_000_000_i64)),
        (K::String, json!("x".repeat(255))),
        (K::Url, json!("https://example.org/")),
        (K::Uuid, json!("e9b57833-3663-4ed2-88c9-838ee3f971ff")),
        (K::Datetime, json!("2026-11-21+00:00")),
        (K::Datetime, json!("2026-11-21T20-05:00")),
        (K::Datetime, json!("2026-11-21T20:23-00:00")),
        (K::StringList, json!(["blocker", "theme"])),
        (K::Timespan, json!({"time_unit": "millisecond", "value": 16})),
        (K::Rate, json!({"numerator": 1, "denominator": 2})),
        (K::TimingDistribution, json!({"sum": 3, "values": {"1": 1, "2": 1}})),
        (K::LabeledCounter, json!({"disk": 1, "network": 3})),
    ] {
        assert_eq!(kept(kind, value.clone()), Some(value));
    }
}

#[test]
fn bad_values_are_not_kept() {
    for (kind, value) in [
        (K::Boolean, json!(1)),
        (K::Counter, json!(-1)),
        (K::Counter, json!(2_147_483_648_i64)),
        (K::Counter, json!(1.5)),
        (K::Quantity, json!(1e300)),
        (K::String, json!("x".repeat(256))),
        (K::String, json!("a\0b")),
        (K::Text, json!("x".repeat(204_801))),
        (K::Url, json!("data:text/plain,x")),
        (K::Url, json!("DATA:text/plain,x")),
        (K::Url, json!("example.org")),
        (K::Uuid, json!("not-a-uuid")),
        (K::Datetime, json!("2026-13-21+00:00")),
        (K::Datetime, json!("2026-11-21 at noon, Ann")),
        (K::Datetime, json!("20ää-11-21")),
        (K::StringList, json!(vec!["x"; 101])),
        (K::StringList, json!([1])),
        (K::Timespan, json!({"time_unit": "fortnight", "value": 1})),
        (K::Rate, json!({"numerator": 1})),
        (K::CustomDistribution, json!({"sum": 3, "values": {"a": 1}})),
        (K::CustomDistribution, json!({"sum": 3, "values": {"1": -1}})),
        (K::LabeledCounter, json!({"disk": "x"})),
        (K::LabeledCounter, json!([1])),
        (K::Object, json!({})),
        (K::DualLabeledCounter, json!({"a": {"b": 1}})),
        (K::Event, json!([])),
    ] {
        assert_eq!(kept(kind, value.clone()), None, "{kind:?} {value}");
    }
}

#[test]
fn what_a_distribution_carries_besides_is_left_out() {
    let given = json!({"sum": 3, "values": {"01": 1}, "note": "Ann was here"});
    assert_eq!(kept(K::MemoryDistribution, given), Some(json!({"sum": 3, "values": {"1": 1}})));
}

#[test]
fn labels_that_are_not_declared_become_other() {
    let declared = BTreeSet::from(["disk".to_owned()]);
    let given = r#"{"disk": 1, "Ann": 2, "Bo": 3}"#;
    let (kept, folded) = checked(K::LabeledCounter, Some(&declared), given);
    assert_eq!(kept, Some(json!({"__other__": 5, "disk": 1})));
    assert_eq!(folded, ["Ann Label", "Bo Label"]);
    let given = r#"{"disk": true, "Ann": false, "Bo": true}"#;
    let (kept, _) = checked(K::LabeledBoolean, Some(&declared), given);
    assert_eq!(kept, Some(json!({"__other__": false, "disk": true})));
}

#[test]
fn open_labels_end_at_sixteen_and_at_ascii() {
    let given: Map<_, _> = (0..40).map(|n| (format!("l{n:02}"), json!(1))).collect();
    let (kept, folded) = checked(K::LabeledCounter, None, &Value::Object(given).to_string());
    let kept = kept.expect("well formed");
    assert_eq!(kept.as_object().expect("a map").len(), 17);
    assert_eq!((kept["__other__"].clone(), folded.len()), (json!(24), 24));
    for given in [r#"{"ä": 1, "__other__": 1}"#, r#"{"__other__": 1, "ä": 1}"#] {
        let (kept, folded) = checked(K::LabeledCounter, None, given);
        assert_eq!(kept, Some(json!({"__other__": 2})), "{given}");
        assert_eq!(folded, ["ä LabelOpen"]);
    }
}

#[test]
fn hostile_numbers_are_no_values() {
    for number in ["1e999", "-0", "-0.0", "9223372036854775808", "1e-400", "0.0", "1E2", "-1"] {
        for (kind, json) in [
            (K::Counter, number.to_owned()),
            (K::Quantity, number.to_owned()),
            (K::Timespan, format!(r#"{{"time_unit":"day","value":{number}}}"#)),
            (K::Rate, format!(r#"{{"numerator":{number},"denominator":1}}"#)),
            (K::MemoryDistribution, format!(r#"{{"sum":{number},"values":{{}}}}"#)),
            (K::MemoryDistribution, format!(r#"{{"sum":1,"values":{{"1":{number}}}}}"#)),
            (K::LabeledCounter, format!(r#"{{"a":{number}}}"#)),
        ] {
            assert_eq!(checked(kind, None, &json).0, None, "{kind:?} {json}");
        }
    }
}

#[test]
fn lists_are_no_objects_and_no_key_stands_twice() {
    for (kind, json) in [
        (K::Timespan, r#"["day",1]"#),
        (K::Rate, "[1,2]"),
        (K::CustomDistribution, r#"[1,{"1":1}]"#),
        (K::LabeledCounter, "[1]"),
        (K::Rate, r#"{"numerator":1,"denominator":2,"numerator":3}"#),
        (K::CustomDistribution, r#"{"sum":1,"values":{"1":1,"01":2}}"#),
        (K::LabeledCounter, r#"{"a":1,"\u0061":2}"#),
        (K::LabeledCounter, r#"{"ä":1,"ä":2}"#),
    ] {
        assert_eq!(checked(kind, None, json).0, None, "{kind:?} {json}");
    }
}

#[test]
fn hostile_texts_are_no_values() {
    for json in [r#""\ud800""#, r#""\u0000""#, r#""\udfff\ud800""#] {
        assert_eq!(checked(K::String, None, json).0, None, "{json}");
        assert_eq!(checked(K::StringList, None, &format!("[{json}]")).0, None, "{json}");
        assert_eq!(checked(K::LabeledString, None, &format!(r#"{{"a":{json}}}"#)).0, None);
    }
    // What takes six bytes each in JSON is one each when counted.
    let escaped = format!("\"{}\"", "\\u0041".repeat(255));
    assert_eq!(checked(K::String, None, &escaped).0, Some(json!("A".repeat(255))));
}

#[test]
fn floods_within_one_value_are_no_value() {
    let many = |number: usize| {
        let all: Vec<_> = (0..number).map(|n| format!("\"{n}\":1")).collect();
        format!("{{{}}}", all.join(","))
    };
    let distribution = |number| format!(r#"{{"sum":1,"values":{}}}"#, many(number));
    let kept = |kind, json: &str| checked(kind, None, json).0.is_some();
    assert!(kept(K::CustomDistribution, &distribution(limits::METRIC_BUCKETS)));
    assert!(!kept(K::CustomDistribution, &distribution(limits::METRIC_BUCKETS + 1)));
    assert!(kept(K::LabeledCounter, &many(limits::METRIC_LABELS)));
    assert!(!kept(K::LabeledCounter, &many(limits::METRIC_LABELS + 1)));
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    assert!(!kept(K::StringList, &deep), "and no stack is used up");
}

#[test]
fn what_a_type_wants_names_its_limits() {
    for (kind, limit) in [
        (K::Counter, i32::MAX as usize),
        (K::String, limits::METRIC_STRING_BYTES),
        (K::StringList, limits::METRIC_LIST_ITEM_BYTES),
        (K::StringList, limits::METRIC_LIST_ITEMS),
        (K::Text, limits::METRIC_TEXT_BYTES),
        (K::Url, limits::METRIC_URL_BYTES),
        (K::CustomDistribution, limits::METRIC_BUCKETS),
        (K::LabeledString, limits::METRIC_STRING_BYTES),
    ] {
        assert!(wants(kind).contains(&limit.to_string()), "{kind:?}");
    }
}

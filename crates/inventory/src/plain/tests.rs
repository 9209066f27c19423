use super::*;
use crate::glean::read;

fn metric(body: &str) -> Metric {
    let text = format!(
        "$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0\nshop:\n  one:\n    \
         description: One.\n    expires: never\n    {body}\n"
    );
    let definitions = read(&[("m.yaml".to_owned(), text)]).expect("it reads");
    definitions.metrics.into_values().next().expect("one metric")
}

#[test]
fn values_are_said_in_plain_words() {
    for (body, expected) in [
        ("type: boolean", "yes or no"),
        ("type: counter", "a whole number that only grows"),
        ("type: quantity\n    unit: open tabs", "a whole number (open tabs)"),
        ("type: datetime\n    time_unit: day", "a date and time, to the day"),
        (
            "type: timing_distribution\n    time_unit: second",
            "how long something took, counted in ranges",
        ),
        ("type: labeled_string\n    labels: [a]", "a short text, for one fixed word"),
        (
            "type: labeled_counter\n    labels: [a, b]",
            "a whole number that only grows, for each of 2 fixed words",
        ),
        ("type: labeled_boolean", "yes or no, for each of several words that the program chooses"),
        ("type: dual_labeled_counter", "whole numbers that only grow, for pairs of words"),
    ] {
        assert_eq!(value(&metric(body)), expected, "{body}");
    }
}

#[test]
fn words_are_joined() {
    for (words, expected) in
        [(&[][..], ""), (&["a"], "a"), (&["a", "b"], "a and b"), (&["a", "b", "c"], "a, b and c")]
    {
        assert_eq!(list(words), expected);
    }
}

#[test]
fn texts_of_several_lines_become_one() {
    assert_eq!(one_line("  How often\n  a cart\twas filled. "), "How often a cart was filled.");
}

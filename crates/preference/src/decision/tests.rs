//! The whole table, and every property of `rules.json` over all inputs.

use std::collections::HashSet;

use super::*;

fn every_input() -> impl Iterator<Item = Inputs> {
    table().into_iter().map(|(inputs, _)| inputs)
}

fn outcome(inputs: &Inputs) -> Outcome {
    decide(inputs).outcome
}

fn with(inputs: &Inputs, change: impl FnOnce(&mut Signals)) -> Inputs {
    let mut changed = *inputs;
    change(&mut changed.signals);
    changed
}

#[test]
fn the_table_holds_every_combination() {
    assert_eq!(every_input().count(), 2592);
    assert_eq!(every_input().collect::<HashSet<_>>().len(), 2592);
}

#[test]
fn every_row_of_the_table_is_decided_as_it_says() {
    for (inputs, expected) in table() {
        let decision = serde_json::to_value(decide(&inputs)).expect("a decision is JSON");
        assert_eq!(decision, expected, "{inputs:?}");
    }
}

#[test]
fn each_rule_has_the_outcome_and_reason_of_the_rules_file() {
    let file = include_str!("../../../../tests/vectors/dnt/decision/rules.json");
    let file: serde_json::Value = serde_json::from_str(file).expect("the rules are JSON");
    let rules = file["rules"].as_array().expect("a list of rules");
    let mut matched = HashSet::new();
    for inputs in every_input() {
        let decision = decide(&inputs);
        let rule = &rules[usize::from(decision.rule) - 1];
        assert_eq!(rule["n"], decision.rule);
        assert_eq!(rule["why"], decision.why.slug(), "rule {}", decision.rule);
        let outcome = serde_json::to_value(decision.outcome).expect("an outcome is text");
        assert_eq!(rule["then"], outcome, "rule {}", decision.rule);
        matched.insert(decision.rule);
    }
    assert_eq!(matched.len(), rules.len(), "a rule never matches");
}

#[test]
fn a_no_never_opens_anything() {
    for inputs in every_input() {
        let mut noes = vec![
            with(&inputs, |signals| signals.dnt = Dnt::Forbid),
            with(&inputs, |signals| signals.gpc = Gpc::OptOut),
        ];
        if inputs.signals.session == Choice::Unset {
            noes.push(with(&inputs, |signals| signals.session = Choice::Off));
            if inputs.signals.category == Choice::Unset {
                noes.push(with(&inputs, |signals| signals.category = Choice::Off));
            }
        }
        for no in noes {
            assert!(outcome(&no) <= outcome(&inputs), "{inputs:?} then {no:?}");
        }
    }
}

#[test]
fn what_is_refused_is_denied_and_signals_leave_necessary_and_safety_alone() {
    for inputs in every_input() {
        let expected = match (inputs.terms.standing, inputs.terms.purpose) {
            (Standing::Refused, _) => Outcome::Deny,
            (_, Use::Necessary) => Outcome::Allow,
            (_, Use::Safety) => Outcome::Limit,
            (_, Use::Measure | Use::Share) => continue,
        };
        assert_eq!(outcome(&inputs), expected, "{inputs:?}");
    }
}

#[test]
fn sharing_needs_a_yes_and_no_opt_out() {
    for inputs in every_input().filter(|inputs| inputs.terms.purpose == Use::Share) {
        let Inputs { signals, .. } = inputs;
        let yes = signals.exception == Exception::Granted
            || signals.choice() == Choice::On && signals.dnt != Dnt::Forbid;
        if outcome(&inputs) == Outcome::Allow {
            assert!(yes && signals.gpc == Gpc::Absent, "{inputs:?}");
        }
    }
}

#[test]
fn a_general_yes_opens_only_low_sensitivity_measuring() {
    for inputs in every_input().filter(|inputs| inputs.signals.dnt == Dnt::Unset) {
        let Inputs { terms, signals } = inputs;
        let opened = terms.standing == Standing::InForce
            && terms.purpose == Use::Measure
            && terms.offer == Offer::Ask
            && signals.gpc == Gpc::Absent
            && signals.choice() == Choice::Unset
            && signals.exception == Exception::None;
        let yes = with(&inputs, |signals| signals.dnt = Dnt::Allow);
        assert_eq!(outcome(&yes) != outcome(&inputs), opened, "{inputs:?}");
    }
}

#[test]
fn explicit_measuring_needs_a_yes_to_exactly_this() {
    for inputs in every_input() {
        let Inputs { terms, signals } = inputs;
        if terms.purpose == Use::Measure
            && terms.offer == Offer::Explicit
            && outcome(&inputs) == Outcome::Allow
        {
            let exception = signals.exception == Exception::Granted;
            assert!(exception || signals.choice() == Choice::On, "{inputs:?}");
        }
    }
}

#[test]
fn the_session_beats_the_category_in_both_directions() {
    for inputs in every_input().filter(|inputs| inputs.signals.session != Choice::Unset) {
        for category in [Choice::Unset, Choice::Off, Choice::On] {
            let other = with(&inputs, |signals| signals.category = category);
            assert_eq!(decide(&other), decide(&inputs), "{inputs:?}");
        }
    }
}

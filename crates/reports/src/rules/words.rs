//! A plan in a sentence, for the steward who decides about it: everything that is granted.

use super::Plan;
use super::spec::{Counted, DimensionSpec, MeasureSpec, ValueSpec};

/// Values of a list that are named; of more their number is.
const NAMED: usize = 12;

/// Says what a version of a report asks.
#[must_use]
pub fn asks(plan: &Plan, version: u32) -> String {
    let spec = &plan.spec;
    let periods: Vec<_> = spec.periods.iter().map(|period| period.words()).collect();
    let mut said = format!("{} Version {version}: {}", spec.question.trim(), counts(&spec.measure));
    for dimension in &spec.dimensions {
        said.push_str(&format!(", by {}", list(dimension)));
    }
    if spec.bounds.cells > 1 {
        said.push_str(&format!(", each in up to {} cells", spec.bounds.cells));
    }
    if let Some(value) = spec.bounds.value {
        said.push_str(&format!(", each adding at most {value} to a cell"));
    }
    let (epsilon, people) = (plan.preset.epsilon_milli(), plan.preset.people_min());
    said.push_str(&format!(
        "; for each {}; preset {}: ε = {}.{:03} of a client's week, nothing below about {people}.",
        periods.join(", "),
        plan.preset.words(),
        epsilon / 1000,
        epsilon % 1000
    ));
    said
}

/// Says what is counted.
#[must_use]
pub fn counts(measure: &MeasureSpec) -> String {
    match measure {
        MeasureSpec::People(Counted::Any) => "people who send the ping".to_owned(),
        MeasureSpec::People(Counted::Value(of)) => format!("people with {}", value(of)),
        MeasureSpec::Pings(Counted::Any) => "pings that name nobody".to_owned(),
        MeasureSpec::Pings(Counted::Value(of)) => {
            format!("pings that name nobody, with {}", value(of))
        }
        MeasureSpec::Sum(of) => format!("the total of {}", value(of)),
        MeasureSpec::Funnel(steps) => {
            let steps: Vec<_> = steps.iter().map(value).collect();
            format!("people who reached {}", steps.join(", then "))
        }
        MeasureSpec::Distribution(spread) => {
            let edges: Vec<_> = spread.edges.iter().map(u64::to_string).collect();
            format!("{} in buckets from {}", value(&spread.of), named(&edges))
        }
        MeasureSpec::Ratio(parts) => {
            format!("{} as a part of {}", value(&parts.part), value(&parts.whole))
        }
    }
}

fn value(ValueSpec { metric, label }: &ValueSpec) -> String {
    match label {
        None => metric.to_string(),
        Some(label) => format!("{metric} ({label})"),
    }
}

fn list(DimensionSpec { by, values }: &DimensionSpec) -> String {
    format!("{by} ({}, other)", named(values))
}

fn named(values: &[String]) -> String {
    let first = values.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match values.len().checked_sub(NAMED) {
        None | Some(0) => first,
        Some(more) => format!("{first} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Spec;
    use crate::rules::plan::tests::some_plan;

    #[test]
    fn a_steward_reads_everything_that_is_granted() {
        let mut plan = some_plan();
        let more = "dimensions: [{by: os, values: [Linux, Windows]}]\nperiods: [day, month]\n\
                    bounds: {cells: 2, value: 5}";
        let text = format!("{}\n{more}", crate::rules::plan::tests::SPEC);
        plan.spec = Spec::read(&text).expect("a spec");
        assert_eq!(
            asks(&plan, 3),
            "How many people start it? Version 3: people with app.started, by os (Linux, Windows, \
             other), each in up to 2 cells, each adding at most 5 to a cell; for each day, four \
             weeks; preset normal: ε = 1.000 of a client's week, nothing below about 20."
        );
        for (measure, part) in [
            ("{people: any}", "people who send the ping"),
            ("{pings: any}", "pings that name nobody"),
            ("{sum: {metric: a.b, label: c}}", "the total of a.b (c)"),
            ("{funnel: [a.b, a.c]}", "people who reached a.b, then a.c"),
            ("{distribution: {of: a.b, edges: [1, 2]}}", "a.b in buckets from 1, 2"),
            ("{ratio: {part: a.b, whole: a.c}}", "a.b as a part of a.c"),
        ] {
            let text = text.replace("{people: app.started}", measure);
            plan.spec = Spec::read(&text).expect(measure);
            let said = asks(&plan, 1);
            assert!(said.contains(part), "{said}");
        }
        let many: Vec<_> = (0..15).map(|n| n.to_string()).collect();
        assert!(named(&many).ends_with("10, 11 and 3 more"));
    }
}

//! A ping's payload, divided into columns and put together again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use candor_inventory::glean::MetricKind;
use candor_kernel::limits;
use serde_json::{Map, Value as Json};

use super::column::{Form, Name, SECTIONS, base, has_parts};

/// A value in a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Flag(bool),
    Whole(i64),
    Word(String),
    Json(Json),
}

/// Which columns the pings of a file have.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Their names, in order.
    pub(super) columns: Vec<String>,
    /// What stays in the rest although its kind has columns, by what its columns would begin with.
    pub(super) left: Vec<String>,
    at: HashMap<String, usize>,
}

/// What values there are, before any is written.
#[derive(Default)]
pub(super) struct Survey {
    /// The columns that each metric or field would have.
    found: BTreeMap<String, BTreeSet<String>>,
    /// What has a value that no column could hold.
    misfits: BTreeSet<String>,
}

impl Survey {
    /// Looks at one payload.
    pub(super) fn look(&mut self, payload: &str) {
        let Ok(root) = serde_json::from_str::<Map<String, Json>>(payload) else { return };
        for section in SECTIONS {
            for (field, value) in root.get(section).and_then(Json::as_object).into_iter().flatten()
            {
                let base = base(section, field);
                self.note(base.clone(), value.is_string().then(|| vec![base]));
            }
        }
        for (kind, values) in root.get("metrics").and_then(Json::as_object).into_iter().flatten() {
            for (metric, value) in values.as_object().into_iter().flatten() {
                let columns = cells(kind, metric, value);
                let columns = columns.map(|all| all.into_iter().map(|(name, _)| name).collect());
                self.note(base(kind, metric), columns);
            }
        }
        for (name, _) in events(&root) {
            self.note(name.clone(), Some(vec![name]));
        }
    }

    /// Decides on the columns. Of what would make too many, the widest stays in the rest.
    pub(super) fn plan(self) -> Plan {
        let Self { found, misfits } = self;
        let mut fits: Vec<_> =
            found.into_iter().filter(|(base, _)| !misfits.contains(base)).collect();
        fits.sort_by_key(|(_, columns)| columns.len());
        let mut plan = Plan { left: misfits.into_iter().collect(), ..Plan::default() };
        for (base, columns) in fits {
            if plan.columns.len() + columns.len() > limits::REST_COLUMNS {
                plan.left.push(base);
            } else {
                plan.columns.extend(columns);
            }
        }
        plan.columns.sort_unstable();
        plan.at = plan.columns.iter().cloned().zip(0..).collect();
        plan
    }

    fn note(&mut self, base: String, columns: Option<Vec<String>>) {
        match columns {
            Some(columns) => self.found.entry(base).or_default().extend(columns),
            None => drop(self.misfits.insert(base)),
        }
    }
}

impl Plan {
    /// Divides a payload. Returns a cell for each column and the JSON of what has none.
    pub(super) fn divide(&self, payload: &str) -> (Vec<Option<Cell>>, Option<String>) {
        let mut row = vec![None; self.columns.len()];
        let Ok(mut root) = serde_json::from_str::<Map<String, Json>>(payload) else {
            return (row, Some(payload.to_owned()));
        };
        for (name, times) in events(&root) {
            if let Some(at) = self.at.get(&name) {
                row[*at] = Some(Cell::Whole(times));
            }
        }
        for section in SECTIONS {
            empty(&mut root, section, |field, value| {
                let Some(at) = self.at.get(&base(section, field)) else { return false };
                let Json::String(text) = value else { return false };
                row[*at] = Some(Cell::Word(std::mem::take(text)));
                true
            });
        }
        empty(&mut root, "metrics", |kind, values| {
            let Json::Object(values) = values else { return false };
            let before = values.len();
            values.retain(|metric, value| !self.take(kind, metric, value, &mut row));
            before > 0 && values.is_empty()
        });
        let rest = (!root.is_empty()).then(|| Json::Object(root).to_string());
        (row, rest)
    }

    fn take(&self, kind: &str, metric: &str, value: &Json, row: &mut [Option<Cell>]) -> bool {
        let Some(cells) = cells(kind, metric, value).filter(|cells| !cells.is_empty()) else {
            return false;
        };
        if !cells.iter().all(|(name, _)| self.at.contains_key(name)) {
            return false;
        }
        for (name, cell) in cells {
            row[self.at[&name]] = Some(cell);
        }
        true
    }
}

/// Puts a payload together again.
pub(super) fn join<'n>(
    rest: Option<&str>,
    cells: impl Iterator<Item = (Name<'n>, Cell)>,
) -> String {
    let mut root = match rest.map(serde_json::from_str::<Map<String, Json>>) {
        // What was no object had no columns.
        Some(Err(_)) => return rest.unwrap_or_default().to_owned(),
        Some(Ok(root)) => root,
        None => Map::new(),
    };
    for (name, cell) in cells {
        match name {
            Name::Info { section, field } => {
                object(&mut root, section).insert(field.to_owned(), json(cell));
            }
            // Its events are in the rest.
            Name::Metric(MetricKind::Event, ..) => {}
            Name::Metric(kind, metric, part) => {
                let values = object(object(&mut root, "metrics"), kind.slug());
                match part {
                    None => drop(values.insert(metric.to_owned(), json(cell))),
                    Some(unit) if kind == MetricKind::Timespan => {
                        let span = object(values, metric);
                        span.insert("value".to_owned(), json(cell));
                        span.insert("time_unit".to_owned(), unit.into());
                    }
                    Some(part) => drop(object(values, metric).insert(part.to_owned(), json(cell))),
                }
            }
        }
    }
    Json::Object(root).to_string()
}

/// Returns the cells of one metric; none where its value fits no column.
fn cells(kind: &str, metric: &str, value: &Json) -> Option<Vec<(String, Cell)>> {
    let base = base(kind, metric);
    let kind = MetricKind::by_slug(kind).filter(|kind| *kind != MetricKind::Event)?;
    if metric.contains('/') {
        return None;
    }
    let form = Form::of(kind);
    if !has_parts(kind) {
        return Some(vec![(base, cell(form, value)?)]);
    }
    let parts = value.as_object()?;
    let named = |part: &str| format!("{base}/{part}");
    if kind == MetricKind::Timespan {
        let unit = parts.get("time_unit")?.as_str().filter(|_| parts.len() == 2)?;
        return Some(vec![(named(unit), cell(form, parts.get("value")?)?)]);
    }
    let sides = ["numerator", "denominator"];
    if kind == MetricKind::Rate
        && !(parts.len() == 2 && sides.iter().all(|side| parts.contains_key(*side)))
    {
        return None;
    }
    parts.iter().map(|(part, value)| Some((named(part), cell(form, value)?))).collect()
}

fn cell(form: Form, value: &Json) -> Option<Cell> {
    match form {
        Form::Flag => value.as_bool().map(Cell::Flag),
        Form::Whole => value.as_i64().map(Cell::Whole),
        Form::Word => value.as_str().map(|text| Cell::Word(text.to_owned())),
        Form::Json => Some(Cell::Json(value.clone())),
    }
}

fn json(cell: Cell) -> Json {
    match cell {
        Cell::Flag(flag) => flag.into(),
        Cell::Whole(number) => number.into(),
        Cell::Word(text) => text.into(),
        Cell::Json(value) => value,
    }
}

/// How often each event happened, by the name of its column.
fn events(root: &Map<String, Json>) -> BTreeMap<String, i64> {
    let mut times = BTreeMap::new();
    for event in root.get("events").and_then(Json::as_array).into_iter().flatten() {
        let text = |key| event.get(key).and_then(Json::as_str);
        if let (Some(category), Some(name)) = (text("category"), text("name")) {
            let column = base(MetricKind::Event.slug(), &format!("{category}.{name}"));
            *times.entry(column).or_insert(0) += 1;
        }
    }
    times
}

/// Lets values of an object be taken out; takes the object out where nothing is left by that.
fn empty(root: &mut Map<String, Json>, key: &str, mut taken: impl FnMut(&str, &mut Json) -> bool) {
    let Some(Json::Object(values)) = root.get_mut(key) else { return };
    let before = values.len();
    values.retain(|name, value| !taken(name, value));
    if before > 0 && values.is_empty() {
        root.remove(key);
    }
}

fn object<'m>(root: &'m mut Map<String, Json>, key: &str) -> &'m mut Map<String, Json> {
    let entry = root.entry(key).or_insert_with(|| Json::Object(Map::new()));
    if !entry.is_object() {
        *entry = Json::Object(Map::new());
    }
    entry.as_object_mut().expect("it was just made one")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(payloads: &[&str]) -> Plan {
        let mut survey = Survey::default();
        payloads.iter().for_each(|payload| survey.look(payload));
        let plan = survey.plan();
        for payload in payloads {
            let (row, rest) = plan.divide(payload);
            let cells = plan.columns.iter().zip(row);
            let cells = cells.filter_map(|(name, cell)| Some((Name::parse(name)?, cell?)));
            assert_eq!(join(rest.as_deref(), cells), *payload);
        }
        plan
    }

    #[test]
    fn every_payload_is_put_together_again() {
        let plan = there_and_back(&[
            "{}",
            "no json",
            "[1]",
            r#"{"client_info":{},"metrics":{"counter":{}}}"#,
            r#"{"client_info":{"experiments":{"a":1},"os":"Linux"},"ping_info":{"reason":"x","seq":3}}"#,
            r#"{"events":[{"category":"shop","name":"opened","timestamp":1},{"category":"shop","name":"opened","timestamp":2}],"metrics":{"boolean":{"a.b":true}}}"#,
            r#"{"metrics":{"counter":{"a.b":3},"labeled_counter":{"a.c":{"x/y":1,"z":2},"a.d":{}},"rate":{"a.r":{"denominator":4,"numerator":1}},"string":{"a.s":"text"},"string_list":{"a.l":["x"]},"timespan":{"a.t":{"time_unit":"second","value":9}},"timing_distribution":{"a.h":{"sum":3,"values":{"1":3}}}}}"#,
        ]);
        assert_eq!(
            plan.columns,
            [
                "boolean:a.b",
                "client_info:os",
                "counter:a.b",
                "event:shop.opened",
                "labeled_counter:a.c/x/y",
                "labeled_counter:a.c/z",
                "ping_info:reason",
                "rate:a.r/denominator",
                "rate:a.r/numerator",
                "string:a.s",
                "string_list:a.l",
                "timespan:a.t/second",
                "timing_distribution:a.h",
            ]
        );
        assert_eq!(plan.left, ["client_info:experiments", "ping_info:seq"]);
    }

    #[test]
    fn what_fits_no_column_stays_in_the_rest_as_a_whole() {
        let plan = there_and_back(&[
            r#"{"metrics":{"counter":{"a.b":3,"a.c":1}}}"#,
            r#"{"metrics":{"counter":{"a.b":"three"}}}"#,
            r#"{"metrics":{"counter":{"a/d":1},"number":{"a.e":1},"rate":{"a.r":{"numerator":1}}}}"#,
        ]);
        assert_eq!(plan.columns, ["counter:a.c"]);
        assert_eq!(plan.left, ["counter:a.b", "counter:a/d", "number:a.e", "rate:a.r"]);
    }

    #[test]
    fn too_many_labels_stay_in_the_rest() {
        let labels: Vec<String> =
            (0..limits::REST_COLUMNS).map(|label| format!("\"l{label:05}\":1")).collect();
        let wide = format!(
            "{{\"metrics\":{{\"counter\":{{\"a.b\":1}},\"labeled_counter\":{{\"a.w\":{{{}}}}}}}}}",
            labels.join(",")
        );
        let plan = there_and_back(&[&wide]);
        assert_eq!(
            (plan.columns.len(), plan.left.as_slice()),
            (1, &["labeled_counter:a.w".to_owned()][..])
        );
    }
}

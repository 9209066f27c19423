//! Editions as pictures: a table whose rows are told in words and drawn beside them. Nothing here
//! knows more than an edition says, so a cell that is not shown looks the same for none and few.

use std::collections::BTreeSet;

use candor_kernel::Timestamp;

use super::told::{Told, grouped, people, tell};
use crate::rules::edition::EditionCell;
use crate::rules::spec::MeasureSpec;
use crate::rules::{Bar, Edition, Period, Plan, Span, bars};

/// Rows of a picture; the rest is in the edition's JSON and CSV.
const ROWS: usize = 100;

/// One edition with many cells, or many with one each.
pub(super) struct Figure {
    /// How long its periods are.
    pub(super) heading: &'static str,
    /// What it shows, over which time.
    pub(super) title: String,
    /// What names the rows.
    pub(super) by: String,
    /// Its rows.
    pub(super) rows: Vec<Row>,
    /// Cells that have no row here.
    pub(super) left_out: usize,
    /// What the marks and shares mean, in sentences.
    pub(super) meaning: Vec<String>,
    /// What would help where something is not shown.
    pub(super) help: Vec<Help>,
    /// The newest edition in it.
    pub(super) links: Links,
    /// Earlier editions, newest first; none where each has a row.
    pub(super) earlier: Vec<Links>,
}

/// One row.
pub(super) struct Row {
    /// What it is about.
    pub(super) name: String,
    /// The page of its edition, where each row is one.
    pub(super) page: Option<String>,
    /// Its number in words.
    pub(super) told: Told,
    /// Its share, in words.
    pub(super) share: Option<String>,
    /// Its picture.
    pub(super) bar: Bar,
}

/// A way to a number where there are too few to tell.
pub(super) struct Help {
    /// What helps.
    pub(super) said: String,
    /// Where it is, if it is there.
    pub(super) page: Option<String>,
}

/// Where an edition is.
#[derive(Clone)]
pub(super) struct Links {
    /// Over which time it is.
    pub(super) time: String,
    /// Its page.
    pub(super) page: String,
    /// Its document.
    pub(super) json: String,
    /// Its cells.
    pub(super) csv: String,
}

/// What is known of a report beside the edition that is shown.
pub(super) struct Around<'a> {
    /// What its version asks.
    pub(super) plan: &'a Plan,
    /// True while new editions come.
    pub(super) granted: bool,
    /// Periods of which there are editions.
    pub(super) made: &'a BTreeSet<Span>,
    /// The time.
    pub(super) now: Timestamp,
}

impl Links {
    pub(super) fn of(edition: &Edition, span: Span) -> Self {
        let Edition { report, version, .. } = edition;
        let place = format!("/reports/{report}/{}/{}", span.period.name(), span.start);
        Self {
            time: format!("{span} (UTC)"),
            page: format!("{place}?version={version}"),
            json: format!("/api{place}?version={version}"),
            csv: format!("/api{place}.csv?version={version}"),
        }
    }
}

impl Figure {
    /// Draws the cells of one edition.
    pub(super) fn of(edition: &Edition, span: Span, around: Option<&Around<'_>>) -> Self {
        let cells = &edition.cells[..edition.cells.len().min(ROWS)];
        let (told, drawn) = told((0..cells.len()).map(|cell| tell(edition, cell)));
        let mut rows = Vec::with_capacity(cells.len());
        let parts = told.into_iter().zip(drawn).zip(shares(edition));
        for (EditionCell { at, .. }, ((told, bar), share)) in cells.iter().zip(parts) {
            let name = if at.is_empty() { "all together".to_owned() } else { at.join(" · ") };
            rows.push(Row { name, page: None, told, share, bar });
        }
        let axes: Vec<_> = edition.axes.iter().map(|axis| axis.name.as_str()).collect();
        Self {
            heading: heading(span.period),
            title: format!("{span} (UTC), {}", counted(edition)),
            by: if axes.is_empty() { "who".to_owned() } else { axes.join(" · ") },
            meaning: meaning(edition, rows.iter().any(|row| row.share.is_some())),
            help: help(edition, span, rows.iter().any(|row| row.told.number.is_none()), around),
            left_out: edition.cells.len() - cells.len(),
            rows,
            links: Links::of(edition, span),
            earlier: Vec::new(),
        }
    }

    /// Draws editions of one number each, newest first; none where there is no edition.
    pub(super) fn over_time(editions: &[(Edition, Span)], around: &Around<'_>) -> Option<Self> {
        let (newest, span) = editions.first()?;
        let shown = editions.get(..ROWS).unwrap_or(editions);
        let (told, drawn) = told(shown.iter().map(|(edition, _)| tell(edition, 0)));
        let mut rows = Vec::with_capacity(shown.len());
        for ((edition, span), (told, bar)) in shown.iter().zip(told.into_iter().zip(drawn)) {
            let (name, page) = (span.start.to_string(), Some(Links::of(edition, *span).page));
            rows.push(Row { name, page, told, share: None, bar });
        }
        Some(Self {
            heading: heading(span.period),
            title: format!("Newest first (UTC), {}", counted(newest)),
            by: if span.period == Period::Day { "day" } else { "from" }.to_owned(),
            meaning: meaning(newest, false),
            help: help(
                newest,
                *span,
                rows.iter().any(|row| row.told.number.is_none()),
                Some(around),
            ),
            left_out: editions.len() - rows.len(),
            rows,
            links: Links::of(newest, *span),
            earlier: Vec::new(),
        })
    }
}

const fn heading(period: Period) -> &'static str {
    match period {
        Period::Day => "By day",
        Period::Week => "By week",
        Period::Month => "By four weeks",
    }
}

/// Says what the numbers of a picture count.
fn counted(edition: &Edition) -> &'static str {
    match (&edition.measure, edition.error_95.value) {
        (MeasureSpec::Ratio(_), _) => "rates",
        (MeasureSpec::Distribution(_), Some(_)) => "samples",
        (_, Some(_)) => "totals",
        _ => people(edition),
    }
}

/// Tells rows and draws them.
fn told(rows: impl Iterator<Item = Told>) -> (Vec<Told>, Vec<Bar>) {
    let told: Vec<Told> = rows.collect();
    let drawn = bars(&told.iter().map(|told| told.point).collect::<Vec<_>>());
    (told, drawn)
}

/// Shares of what is shown, cell by cell: of the first step of a funnel, of the other buckets at the
/// same place, else of all cells. None where fewer than two numbers of a group are shown.
fn shares(edition: &Edition) -> Vec<Option<String>> {
    let last = edition.axes.last().map_or(1, |axis| axis.values.len()).max(1);
    let group = match edition.measure {
        MeasureSpec::Ratio(_) => return vec![None; edition.cells.len()],
        MeasureSpec::Funnel(_) | MeasureSpec::Distribution(_) => last,
        _ => edition.cells.len().max(1),
    };
    let mut shares = Vec::with_capacity(edition.cells.len());
    for cells in edition.cells.chunks(group) {
        let number = |cell: &EditionCell| cell.value.or(cell.people);
        let shown: Vec<i128> = cells.iter().filter_map(number).map(i128::from).collect();
        let whole = match edition.measure {
            MeasureSpec::Funnel(_) => cells.first().and_then(number).map_or(0, i128::from),
            _ => shown.iter().sum(),
        };
        let enough = shown.len() > 1 && whole > 0;
        // Noise can make a later step larger than the first; nobody came from elsewhere.
        let share = |number: i64| percent(i128::from(number).min(whole), whole);
        shares.extend(cells.iter().map(|cell| number(cell).filter(|_| enough).map(share)));
    }
    shares
}

fn percent(part: i128, whole: i128) -> String {
    match (part * 100 + whole / 2) / whole {
        0 if part > 0 => "under 1 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

fn meaning(edition: &Edition, has_shares: bool) -> Vec<String> {
    let ratio = matches!(edition.measure, MeasureSpec::Ratio(_));
    let mark = match ratio {
        true => "at least 95 of 100 cases; the noise of both totals is in it",
        false => "95 of 100 cases; ± says the same in numbers",
    };
    let mut said = vec![format!(
        "The thin mark on each bar is the range in which the number without noise lies in {mark}."
    )];
    if has_shares {
        said.push(match edition.measure {
            MeasureSpec::Funnel(_) => "Shares are of those who reached the first step.".to_owned(),
            _ => "Shares are of the numbers that are shown here, not of everybody.".to_owned(),
        });
    }
    said.extend(middle(edition));
    said
}

/// The middle of a spread without further lists.
fn middle(edition: &Edition) -> Option<String> {
    if edition.axes.len() != 1 {
        return None;
    }
    let (half, most) = (edition.percentile(0, 50)?, edition.percentile(0, 90)?);
    Some(format!(
        "The middle of what is shown lies in \u{201c}{half}\u{201d}; nine of ten lie in \u{201c}{most}\u{201d} or before."
    ))
}

/// What would help: numbers that everybody knows, and other periods of the plan. Nothing depends on
/// a number that is not shown.
fn help(edition: &Edition, span: Span, hidden: bool, around: Option<&Around<'_>>) -> Vec<Help> {
    if !hidden {
        return Vec::new();
    }
    let steps = edition.steps.iter().map(|step| step.threshold);
    let least = steps.clone().min().unwrap_or(edition.threshold);
    let most = steps.max().unwrap_or(edition.threshold);
    let unit = people(edition);
    let from = match least == most {
        true => grouped(least),
        false => format!("{} to {}, by step,", grouped(least), grouped(most)),
    };
    let said = format!(
        "A hollow bar is too few {unit} to tell, drawn the same for none and for few. A number is \
         shown from about {from} {unit} on, the noise included."
    );
    let mut help = vec![Help { said, page: None }];
    let Some(Around { plan, granted, made, now }) = around else { return help };
    for period in plan.spec.periods.iter().filter(|period| **period > span.period) {
        let longer = period.of(span.start);
        let words = period.words();
        if made.contains(&longer) {
            let said = format!("The figure for the {words}, {longer}, is there.");
            help.push(Help { said, page: Some(Links::of(edition, longer).page) });
        } else if *granted && longer.due() > *now {
            let day = longer.due().day();
            help.push(Help {
                said: format!("The figure for the {words} comes on {day}."),
                page: None,
            });
        }
    }
    help
}

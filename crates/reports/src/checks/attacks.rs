//! B18 and S08: invented editions, made like every other, are attacked.
//!
//! The numbers of people are such that chance breaks a check less than once in a hundred million
//! runs.

use candor_inventory::Verdict;
use candor_kernel::{Day, PingName, ProductId, Timestamp};
use candor_segments::tally::{Bounds, Cell, Measure, Question, Tally, Unit};

use super::{ReportChecks, words};
use crate::reports::released;
use crate::rules::{Budget, Period, Preset};
use crate::store;

/// Enough people to be shown whatever the noise.
const MANY: u64 = 200;
/// Cells of many people beside the one of a single person.
const CELLS: usize = 64;
/// How often is guessed.
const GUESSES: usize = 4000;
/// With noise for ε = 1 nobody is right more often than in 73.2 of 100 cases; the rest is chance.
const RIGHT_PERCENT_MAX: usize = 79;

impl ReportChecks {
    /// B18: a person who stands alone is not shown, many are shown with noise, and what each kept
    /// edition may give away was entered in the ledger with it.
    pub(super) async fn nobody_stands_alone(&self) -> Result<Verdict, String> {
        if let Some(wrong) = self.one_among_many()? {
            return Ok(Verdict::broken(wrong));
        }
        let (editions, unmeasured) = store::measured(&self.reports.db).await.map_err(words)?;
        if unmeasured > 0 {
            return Ok(Verdict::broken(format!(
                "Of {editions} editions {unmeasured} were kept without an entry in the ledger."
            )));
        }
        Ok(Verdict::kept(format!(
            "In trial editions of two presets a cell of one person was not shown, and {CELLS} cells \
             of {MANY} people were, with noise. All {editions} editions stand in the ledger of what \
             they may give away."
        )))
    }

    /// S08, the half about attacks: a person alone in a cell, a person who joins between two
    /// editions, and asking again to see the noise anew.
    pub(super) async fn attacks_fail(&self, at: Timestamp) -> Result<Verdict, String> {
        if let Some(wrong) = self.one_among_many()? {
            return Ok(Verdict::broken(wrong));
        }
        let before = self.people(Preset::Normal, &vec![MANY; GUESSES])?;
        let joins = |guess: usize| guess.is_multiple_of(2);
        let after: Vec<u64> = (0..GUESSES).map(|guess| MANY + u64::from(joins(guess))).collect();
        let after = self.people(Preset::Normal, &after)?;
        let guesses = before.iter().zip(&after).map(|(before, after)| after > before);
        let right = guesses.enumerate().filter(|(guess, joined)| *joined == joins(*guess)).count();
        if right * 100 > GUESSES * RIGHT_PERCENT_MAX {
            return Ok(Verdict::broken(format!(
                "Who joined between two trial editions was guessed right {right} times of {GUESSES}; \
                 noise allows {RIGHT_PERCENT_MAX} of 100."
            )));
        }
        let mut again = 0;
        let published = self.reports.published(at.day()).await.map_err(words)?;
        for one in published.iter().filter(|one| one.granted) {
            let (id, version) = (&one.report.plan.spec.report, one.report.version);
            let newest = store::editions(&self.reports.db, id, version, 1).await.map_err(words)?;
            for kept in newest {
                let anew = self.reports.run(id, kept.span, at).await.map_err(words)?;
                if anew != kept {
                    let span = kept.span;
                    return Ok(Verdict::broken(format!(
                        "The edition of {id} for {span} has other noise when it is asked for again."
                    )));
                }
                again += 1;
            }
        }
        Ok(Verdict::kept(format!(
            "Three attacks told of nobody: a trial person alone in a cell was not shown, one who \
             joined between two trial editions was guessed right {right} times of {GUESSES}, and \
             {again} editions asked for again were the same."
        )))
    }

    /// The attack on a small cell. Returns what it found, in a sentence.
    fn one_among_many(&self) -> Result<Option<String>, String> {
        for preset in [Preset::SmallGroup, Preset::Normal] {
            let mut people = vec![MANY; CELLS];
            people.push(1);
            let shown = self.people(preset, &people)?;
            let (Some(alone), many) = (shown.last(), &shown[..CELLS]) else { continue };
            if many.iter().any(Option::is_none) {
                return Err(format!("a trial cell of {MANY} people was not shown"));
            }
            if alone.is_some() {
                let preset = preset.words();
                return Ok(Some(format!(
                    "A trial edition ({preset}) shows a cell in which one person stands alone."
                )));
            }
            if many.iter().all(|people| *people == i64::try_from(MANY).ok()) {
                let preset = preset.words();
                return Ok(Some(format!("A trial edition ({preset}) was made without noise.")));
            }
        }
        Ok(None)
    }

    /// Makes a trial edition of cells with so many people each; returns what it shows of them.
    fn people(&self, preset: Preset, people: &[u64]) -> Result<Vec<Option<i64>>, String> {
        let question = question()?;
        let cell = |people: &u64| Cell { contributors: *people, sums: [0; 2] };
        let tally = Tally { cells: people.iter().map(cell).collect() };
        let budget = Budget::of(preset, 1, Period::Week, &question, people.len());
        let shown = released(&self.reports.faults, &question, &budget, &tally).map_err(words)?;
        Ok(shown.into_iter().map(|cell| cell.people).collect())
    }
}

fn question() -> Result<Question, String> {
    Ok(Question {
        product: ProductId::parse("trial").map_err(words)?,
        ping: PingName::parse("trial").map_err(words)?,
        first: Day::from_number(0),
        last: Day::from_number(6),
        unit: Unit::Client,
        measure: Measure::Contributors { value: None },
        dimensions: Vec::new(),
        bounds: Bounds { cells_max: 1, value_max: 1 },
    })
}

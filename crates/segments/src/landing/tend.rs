//! What is done beside the work, a bit at a time: closed days move to files, and files are written
//! anew without the clients that asked for deletion.

use std::path::Path;
use std::sync::Arc;

use candor_kernel::Day;
use candor_preference::Maintenance;
use tokio::sync::oneshot;

use super::Landing;
use crate::documents;
use crate::journal::Journal;
use crate::rest::table::Table;
use crate::rest::{Hidden, Rest, Step, clean, failed, fill, prove};
use crate::row::{ErasureState, LandingError};
use crate::writer::{Command, Reply, explain};

impl Landing {
    /// Moves the days before `day` from landing to files at rest. Returns the days that moved; one
    /// that is written to meanwhile, or held up by an erasure, moves the next time.
    pub async fn move_before(&self, day: Day, _: &Maintenance) -> Result<Vec<Day>, LandingError> {
        let _one = self.tending.lock().await;
        let mut moved = Vec::new();
        for day in self.days()?.into_iter().filter(|closed| *closed < day) {
            if !self.ask(|reply| Command::BeginMove(day, reply)).await? {
                continue;
            }
            let (rest, folder) = (Arc::clone(&self.rest), self.folder.clone());
            let journal = self.journal.clone();
            let fill = move || fill::fill(&rest, &folder, day, &erased(&journal)?);
            let filled = aside(fill).await?;
            if self.ask(|reply| Command::Switch(filled, reply)).await? {
                moved.push(day);
            }
        }
        Ok(moved)
    }

    /// Tells whether files may hold rows of clients that asked for deletion.
    #[must_use]
    pub fn hides(&self) -> bool {
        !self.rest.hidden().is_empty()
    }

    /// Writes the files that hold rows of hidden clients anew without them, then decodes every file
    /// and looks for what should be gone. Only what is not found is done. Returns how many files
    /// were written anew.
    pub async fn rewrite(&self, _: &Maintenance) -> Result<usize, LandingError> {
        let _one = self.tending.lock().await;
        // In this order: whoever is hidden after the wishes were read is not among them.
        let journal = Journal::open(&self.journal).map_err(|error| explain(&error))?;
        let wishes = journal.that_are(ErasureState::Hidden).map_err(|error| explain(&error))?;
        let wishes: Vec<_> = wishes.into_iter().map(|wish| wish.document).collect();
        let wish_of = Arc::new(journal.tombstones().map_err(|error| explain(&error))?);
        drop(journal);
        let hidden = self.rest.hidden();
        if hidden.is_empty() && wishes.is_empty() {
            return Ok(0);
        }
        let mut rewritten = 0;
        for table in self.tables()? {
            self.rest.going()?;
            let (rest, hidden, wish_of) =
                (Arc::clone(&self.rest), Arc::clone(&hidden), Arc::clone(&wish_of));
            let cleaned = aside(move || clean::clean(&rest, &table, &hidden, &wish_of)).await?;
            if let Some(cleaned) = cleaned
                && self.ask(|reply| Command::Replace(cleaned, reply)).await?
            {
                rewritten += 1;
            }
        }
        let found = {
            let (rest, tables) = (Arc::clone(&self.rest), self.tables()?);
            let hidden = Arc::clone(&hidden);
            aside(move || found_in(&rest, &tables, &hidden, &[])).await?
        };
        if !found.is_empty() {
            return Err(failed(format!("erased clients are still in {}", found.join(", "))));
        }
        self.rest.after(Step::Proved)?;
        self.ask(|reply| Command::Proved(wishes, hidden, reply)).await?;
        Ok(rewritten)
    }

    /// Decodes every column of every file at rest. Returns the names of those that hold any of the
    /// bytes, or a row of a client that asked for deletion.
    pub fn prove(&self, needles: &[&[u8]]) -> Result<Vec<String>, LandingError> {
        found_in(&self.rest, &self.tables()?, &erased(&self.journal)?, needles)
    }

    /// Names what is there of days before `day`: on the disk, in landing and at rest, and in the
    /// manifest. Looks at names only.
    pub fn kept_before(&self, day: Day) -> Result<Vec<String>, LandingError> {
        let landed = self.days()?.into_iter().map(|day| format!("{day}.db"));
        let listed = documents::days(&self.folder).map_err(failed)?;
        let listed = listed.into_iter().map(|day| format!("{day}.documents"));
        let mut names: Vec<String> = landed.chain(listed).collect();
        names.extend(self.rest.files.names().map_err(failed)?);
        names.retain(|name| day_of(name).is_some_and(|of| of < day));
        let counted = self.rest.manifest()?.all().map_err(|error| explain(&error))?;
        let counted = counted.into_iter().filter(|part| part.day < day);
        names.extend(counted.map(|part| format!("{} in the manifest", part.file)));
        Ok(names)
    }

    /// Opens all files that count now.
    pub(crate) fn tables(&self) -> Result<Vec<Table>, LandingError> {
        let opened = self.reading(|rest: &Rest, manifest| {
            rest.open_parts(manifest.all().map_err(|error| explain(&error))?)
        })?;
        opened.into_iter().map(|(part, file)| Table::open(part, file)).collect()
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, LandingError> {
        let (reply, answer) = oneshot::channel();
        self.send(command(reply))?;
        answer.await.unwrap_or(Err(LandingError::Closed))
    }
}

/// Returns the day that a file's name begins with.
fn day_of(name: &str) -> Option<Day> {
    let name = name.rsplit('/').next().unwrap_or_default();
    name.get(..10).and_then(Day::parse)
}

/// Returns every client that asked for deletion.
fn erased(journal: &Path) -> Result<Hidden, LandingError> {
    let journal = Journal::open(journal).map_err(|error| explain(&error))?;
    let tombstones = journal.tombstones().map_err(|error| explain(&error))?;
    Ok(tombstones.into_keys().collect())
}

fn found_in(
    rest: &Rest,
    tables: &[Table],
    hidden: &Hidden,
    needles: &[&[u8]],
) -> Result<Vec<String>, LandingError> {
    let mut found = Vec::new();
    for table in tables {
        rest.going()?;
        if prove::holds(table, hidden, needles)? {
            found.push(table.part.file.clone());
        }
    }
    Ok(found)
}

/// Does what takes long on a thread of its own.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LandingError> + Send + 'static,
) -> Result<T, LandingError> {
    tokio::task::spawn_blocking(work).await.map_err(failed)?
}

//! Closed days at rest: what was written beside the writer takes its place here, in the queue's
//! order. Nothing of it takes longer than a commit and some names of files.

use std::collections::BTreeSet;
use std::sync::Arc;

use candor_kernel::{Day, DocumentKey, ProductId};

use super::{Writer, explain};
use crate::rest::clean::Cleaned;
use crate::rest::fill::Filled;
use crate::rest::{Hidden, Step, failed};
use crate::row::{ErasureState, LandingError};
use crate::{documents, file};

impl Writer {
    /// Finishes what a crash left: days that were recorded move on, other files go. All clients that
    /// ever asked for deletion are hidden: a copy that was put back may hold them.
    pub(super) fn settle(&mut self) -> Result<(), LandingError> {
        self.finish_moves()?;
        self.rest.remove_orphans(&self.manifest)?;
        documents::remove_unplaced(&self.folder).map_err(failed)?;
        for day in documents::days(&self.folder).map_err(failed)? {
            let listed = documents::open(&self.folder, day).map_err(|e| explain(&e))?;
            self.kept.extend(listed.map(|listed| (day, listed)));
        }
        let at_rest = !self.manifest.all().map_err(|e| explain(&e))?.is_empty();
        let open =
            !self.journal.that_are(ErasureState::Hidden).map_err(|e| explain(&e))?.is_empty();
        if at_rest || open {
            let erased = self.journal.tombstones().map_err(|e| explain(&e))?;
            self.rest.hide(erased.into_keys());
        }
        Ok(())
    }

    /// Lets a day be written to files beside the work; false where it cannot be now.
    pub(super) fn begin_move(&mut self, day: Day) -> bool {
        let begins = self.days.contains(&day) && !self.is_erasing();
        self.moving = begins.then_some(day);
        begins
    }

    /// Switches a day to its files; false where it was written to meanwhile.
    pub(super) fn switch(&mut self, filled: &Filled) -> Result<bool, LandingError> {
        let Filled { day, parts } = filled;
        if self.moving.take() != Some(*day) || self.is_erasing() {
            for part in parts {
                self.rest.files.remove(&part.file).map_err(failed)?;
            }
            documents::remove_unplaced(&self.folder).map_err(failed)?;
            return Ok(false);
        }
        let rest = Arc::clone(&self.rest);
        let _switch = rest.switch.write().expect("no holder of this lock panics");
        self.manifest.record(*day, parts).map_err(|e| explain(&e))?;
        rest.after(Step::Recorded)?;
        self.finish_move(*day)?;
        Ok(true)
    }

    /// Finishes what a full disk or a crash interrupted between two steps. Nobody reads meanwhile.
    pub(super) fn finish_moves(&mut self) -> Result<(), LandingError> {
        for day in self.manifest.moving().map_err(|e| explain(&e))? {
            self.finish_move(day)?;
        }
        Ok(())
    }

    fn finish_move(&mut self, day: Day) -> Result<(), LandingError> {
        self.kept.remove(&day);
        documents::place(&self.folder, day).map_err(failed)?;
        self.rest.after(Step::Kept)?;
        self.remove_segment(day).map_err(failed)?;
        self.rest.after(Step::Emptied)?;
        self.manifest.moved(day).map_err(|e| explain(&e))?;
        let listed = documents::open(&self.folder, day).map_err(|e| explain(&e))?;
        self.kept.extend(listed.map(|listed| (day, listed)));
        Ok(())
    }

    /// Puts a file without erased clients in another's place; false where that one is gone.
    pub(super) fn replace(&mut self, cleaned: &Cleaned) -> Result<bool, LandingError> {
        let Cleaned { old, new, removed } = cleaned;
        let rest = Arc::clone(&self.rest);
        let _switch = rest.switch.write().expect("no holder of this lock panics");
        if !self.manifest.replace(old, new.as_ref()).map_err(|e| explain(&e))? {
            if let Some(new) = new {
                rest.files.remove(&new.file).map_err(failed)?;
            }
            return Ok(false);
        }
        rest.after(Step::Replaced)?;
        rest.files.remove(old).map_err(failed)?;
        rest.after(Step::Removed)?;
        let removed: Vec<_> = removed.iter().map(|(wish, pings)| (*wish, *pings, None)).collect();
        self.journal.progress(&removed).map_err(|e| explain(&e))?;
        Ok(true)
    }

    /// Ends wishes of which a scan found nothing.
    pub(super) fn proved(
        &mut self,
        wishes: &[DocumentKey],
        gone: &Hidden,
    ) -> Result<(), LandingError> {
        let done: Vec<_> = wishes.iter().map(|wish| (*wish, 0, Some(ErasureState::Done))).collect();
        self.journal.progress(&done).map_err(|e| explain(&e))?;
        self.rest.forget(gone);
        Ok(())
    }

    /// Removes the files of a product. Returns how many pings went.
    pub(super) fn remove_product_at_rest(
        &mut self,
        product: &ProductId,
    ) -> Result<u64, LandingError> {
        let gone = self.manifest.forget_product(product.as_str()).map_err(|e| explain(&e))?;
        self.remove_files(&gone)
    }

    /// Removes the files of all days before `day`, and the lists of their documents. Returns the
    /// days that had any.
    pub(super) fn remove_before_at_rest(
        &mut self,
        day: Day,
    ) -> Result<BTreeSet<Day>, LandingError> {
        let gone = self.manifest.forget_before(day).map_err(|e| explain(&e))?;
        self.remove_files(&gone)?;
        let old: BTreeSet<Day> = self.kept.range(..day).map(|(day, _)| *day).collect();
        for day in &old {
            self.kept.remove(day);
            self.seen.forget(*day);
            documents::remove_day(&self.folder, *day).map_err(|e| explain(&e))?;
        }
        Ok(old)
    }

    /// What is not removed now counts for nothing, and goes at the next start.
    fn remove_files(&self, gone: &[(String, u64)]) -> Result<u64, LandingError> {
        for (file, _) in gone {
            self.rest.files.remove(file).map_err(failed)?;
        }
        Ok(gone.iter().map(|(_, pings)| pings).sum())
    }

    /// Removes the landing file of a day.
    pub(super) fn remove_segment(&mut self, day: Day) -> std::io::Result<()> {
        self.open.remove(&day);
        let path = file::path(&self.folder, day);
        for suffix in ["db-wal", "db-shm", "db"] {
            match std::fs::remove_file(path.with_extension(suffix)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        self.days.remove(&day);
        Ok(())
    }
}

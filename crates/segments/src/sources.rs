//! What a read looks at, opened at one moment: landing segments and files at rest. A day that moves
//! meanwhile is read where it was.

use std::fs::File;
use std::ops::RangeInclusive;
use std::sync::Arc;

use candor_kernel::Day;
use rusqlite::Connection;

use crate::file;
use crate::landing::Landing;
use crate::rest::manifest::Part;
use crate::rest::{Hidden, failed};
use crate::row::LandingError;
use crate::writer::explain;

/// The segments of days that have one, newest first.
pub(crate) type Segments = Vec<(Day, Connection)>;

/// Everything that holds pings of some days.
pub(crate) struct Sources {
    /// The segments, opened once for each thread that reads them.
    pub(crate) segments: Vec<Segments>,
    /// The files at rest, newest day first.
    pub(crate) files: Vec<(Part, File)>,
    /// The clients whose rows in files nobody may see.
    pub(crate) hidden: Arc<Hidden>,
}

impl Landing {
    /// Opens what holds pings of the days, of one product and kind where they are named, for as many
    /// threads.
    pub(crate) fn sources(
        &self,
        kind: Option<(&str, &str)>,
        days: RangeInclusive<Day>,
        hands: usize,
    ) -> Result<Sources, LandingError> {
        self.reading(|rest, manifest| {
            let parts = manifest.parts(kind, days.clone()).map_err(|error| explain(&error))?;
            let open = |_| self.segments(&days);
            let segments = (0..hands.max(1)).map(open).collect::<Result<_, _>>()?;
            Ok(Sources { segments, files: rest.open_parts(parts)?, hidden: rest.hidden() })
        })
    }

    fn segments(&self, days: &RangeInclusive<Day>) -> Result<Segments, LandingError> {
        let mut segments = Vec::new();
        for day in self.days()?.into_iter().rev().filter(|day| days.contains(day)) {
            if let Some(segment) = file::open_to_read(self.folder(), day).map_err(failed)? {
                // Opens the log too: from here on the segment may go, and is read to its end.
                segment.execute_batch("BEGIN; SELECT 1 FROM ping LIMIT 1;").map_err(failed)?;
                segments.push((day, segment));
            }
        }
        Ok(segments)
    }
}

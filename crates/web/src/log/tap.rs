//! Hears what is logged, for the check of S09: while somebody listens, and no longer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// So many lines are kept for one listener; one is enough to break a promise.
const LINES: usize = 64;

/// Stands beside the log's writer. It keeps nothing but the lines that a listener asked for.
#[derive(Clone, Default)]
pub struct LogTap(Arc<Mutex<Vec<Weak<Ear>>>>);

/// One who listens for certain words, until it is dropped.
pub struct Hearing(Arc<Ear>);

struct Ear {
    words: Vec<String>,
    lines: Mutex<Vec<String>>,
}

impl LogTap {
    /// Begins to listen for lines with any of these words.
    #[must_use]
    pub fn listen(&self, words: Vec<String>) -> Hearing {
        let ear = Arc::new(Ear { words, lines: Mutex::default() });
        lock(&self.0).push(Arc::downgrade(&ear));
        Hearing(ear)
    }

    /// Takes what the log writes, as it is written.
    pub fn hear(&self, written: &[u8]) {
        let mut ears = lock(&self.0);
        if ears.is_empty() {
            return;
        }
        ears.retain(|ear| ear.strong_count() > 0);
        let text = String::from_utf8_lossy(written);
        for ear in ears.iter().filter_map(Weak::upgrade) {
            let lines =
                text.lines().filter(|line| ear.words.iter().any(|word| line.contains(word)));
            let mut kept = lock(&ear.lines);
            let room = LINES.saturating_sub(kept.len());
            kept.extend(lines.take(room).map(str::to_owned));
        }
    }
}

impl Hearing {
    /// Returns the lines heard so far that held one of the words.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        lock(&self.0.lines).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listened_for_is_kept_and_only_meanwhile() {
        let tap = LogTap::default();
        tap.hear(b"one wren\n");
        let hearing = tap.listen(vec!["wren".into(), "owl".into()]);
        let other = tap.listen(vec!["crow".into()]);
        tap.hear(b"two wrens\nthree finches\nfour owls \xff\n");
        assert_eq!(hearing.lines(), ["two wrens", "four owls \u{fffd}"]);
        assert_eq!(other.lines(), [""; 0]);
        for _ in 0..2 * LINES {
            tap.hear(b"a wren\n");
        }
        assert_eq!(hearing.lines().len(), LINES);
        drop((hearing, other));
        tap.hear(b"five wrens\n");
        assert_eq!(lock(&tap.0).len(), 0, "nobody listens any more");
    }
}

//! Invented pings: 200,000 clients, four weeks, 120 labels. The same every time.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use candor_kernel::{Day, DocumentKey, PingName, ProductId, SubjectKey};
use candor_preference::Maintenance;
use candor_segments::import::{Import, ImportRow};

/// How many clients there are, however many pings.
pub(super) const CLIENTS: u64 = 200_000;
/// Raw pings are kept for thirty days, and no edition is about more than these.
pub(super) const DAYS: i64 = 28;
/// The first of them.
const FIRST: i64 = 20_720;
pub(super) const LABELS: u64 = 120;
pub(super) const VERSIONS: u64 = 20;
pub(super) const SYSTEMS: [&str; 4] = ["Linux", "Windows", "Darwin", "Android"];
/// The last is on no list of a question.
pub(super) const CHANNELS: [&str; 4] = ["release", "beta", "nightly", "default"];

/// Names the product and the kind of ping.
pub(super) fn names() -> Result<(ProductId, PingName)> {
    let names = ProductId::parse("shop").ok().zip(PingName::parse("till").ok());
    names.context("these are names")
}

/// Returns a day of the four weeks, counted from 0.
pub(super) fn day(number: i64) -> Day {
    Day::from_number(FIRST + number)
}

/// Returns the name of a version, oldest first.
pub(super) fn version(number: u64) -> String {
    format!("{}.0", 120 + number)
}

/// Returns the name of a label.
pub(super) fn label(number: u64) -> String {
    format!("l{number:03}")
}

/// Returns the keys of all clients, in order.
pub(super) fn subjects() -> Vec<SubjectKey> {
    let mut keys: Vec<_> = (0..CLIENTS).map(|client| SubjectKey(key(client, 1))).collect();
    keys.sort_unstable_by_key(|key| key.0);
    keys
}

/// Writes about as many pings into a new folder; returns how many.
pub(super) fn write(folder: &Path, pings: u64) -> Result<u64> {
    #[expect(clippy::disallowed_methods, reason = "a measurement fills a folder of its own")]
    let import = Import::begin(folder, &Maintenance::claim())?;
    let (product, ping) = names()?;
    let (subjects, written) = (subjects(), Mutex::new(Vec::new()));
    let (next, count) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let fill = || -> Result<()> {
        loop {
            let number = i64::try_from(next.fetch_add(1, Ordering::SeqCst))?;
            if number >= DAYS {
                return Ok(());
            }
            let rows = || rows(&subjects, number.unsigned_abs(), pings);
            let filled = import.day(&product, &ping, day(number), rows)?;
            count.fetch_add(rows().count(), Ordering::SeqCst);
            written.lock().expect("no holder of this lock panics").push(filled);
        }
    };
    let threads = std::thread::available_parallelism()?.get();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(fill)).collect();
        let ended = threads.into_iter().map(|thread| thread.join());
        ended.map(|result| result.expect("no thread panics")).collect::<Result<Vec<()>>>()
    })?;
    import.end(written.into_inner().expect("no holder of this lock panicked"))?;
    Ok(u64::try_from(count.into_inner())?)
}

/// The pings of a day, in the order of their clients.
fn rows(subjects: &[SubjectKey], day: u64, pings: u64) -> impl Iterator<Item = ImportRow> {
    let thousandths = pings * 1000 / (CLIENTS * DAYS.unsigned_abs());
    (0..).zip(subjects).flat_map(move |(client, subject)| {
        let more = mix(client ^ day << 32) % 1000 < thousandths % 1000;
        let times = thousandths / 1000 + u64::from(more);
        (0..times).map(move |time| row(*subject, client, day, time))
    })
}

fn row(subject: SubjectKey, client: u64, day: u64, time: u64) -> ImportRow {
    let ping = mix(client << 20 ^ day << 10 ^ time);
    let payload = payload(client, day, ping);
    let document = DocumentKey(key(ping, 2));
    ImportRow { subject, document, app: "shop-app".to_owned(), revision: 1, payload }
}

fn payload(client: u64, day: u64, ping: u64) -> String {
    let person = Chance(client);
    let chance = Chance(ping);
    let system = SYSTEMS[[0, 1, 1, 1, 1, 2, 3, 3][person.below(1, 8)]];
    // One ping of a hundred comes from another channel, as when somebody tries something out.
    let at = if chance.below(2, 100) == 0 { ping } else { client };
    let channel = CHANNELS[[0, 0, 0, 0, 0, 1, 1, 2, 3, 0][Chance(at).below(3, 10)]];
    // Half the clients never update, four in ten do once, one in ten every week.
    let updates = match person.below(4, 10) {
        0..5 => 0,
        5..9 => u64::from(day >= 14),
        _ => day / 7,
    };
    let version = version(person.below(5, 17) as u64 + updates);
    // Nine of ten clients use a few things only.
    let use_of = match person.below(6, 10) {
        0 => ping,
        _ => client ^ (chance.below(7, 8) as u64) << 40,
    };
    let label = label(Chance(use_of).below(8, LABELS) as u64);
    let times = if chance.below(9, 1000) == 0 { 500 } else { chance.below(10, 5) + 1 };
    let viewed = match chance.below(11, 4) {
        0 => format!(
            "\"counter\":{{\"shop.page.viewed\":{}}},",
            chance.below(12, 200) >> chance.below(13, 8)
        ),
        _ => String::new(),
    };
    format!(
        "{{\"client_info\":{{\"app_channel\":\"{channel}\",\"app_display_version\":\"{version}\",\
         \"os\":\"{system}\"}},\"metrics\":{{{viewed}\"labeled_counter\":{{\"shop.feature.used\":\
         {{\"{label}\":{times}}}}}}}}}"
    )
}

/// Numbers that look like chance and are the same every time.
#[derive(Clone, Copy)]
struct Chance(u64);

impl Chance {
    fn below(self, which: u64, limit: u64) -> usize {
        usize::try_from(mix(self.0 ^ mix(which)) % limit).expect("it is below a small limit")
    }
}

fn key(number: u64, which: u64) -> [u8; 16] {
    let high = mix(number ^ mix(which));
    let mut key = [0; 16];
    key[..8].copy_from_slice(&high.to_be_bytes());
    key[8..].copy_from_slice(&mix(high).to_be_bytes());
    key
}

/// Mixes the bits of a number (splitmix64).
const fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ number >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ number >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ number >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pings_come_in_the_order_of_their_clients_and_are_as_many_as_asked_for() {
        let subjects = subjects();
        let rows: Vec<_> = rows(&subjects, 3, 2_800_000).collect();
        assert!(rows.is_sorted_by_key(|row| row.subject.0));
        assert!((99_000..=101_000).contains(&rows.len()), "{}", rows.len());
    }
}

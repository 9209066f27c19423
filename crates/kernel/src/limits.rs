//! Every limit of the product, in one table. `docs/limits.md` is generated from it.

/// One limit: what is counted, how much of it, and why there is an end.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Dotted name, as documented.
    pub name: &'static str,
    /// The largest value that is still accepted.
    pub value: u64,
    /// What is counted.
    pub unit: &'static str,
    /// What happens beyond it, and why it stands.
    pub why: &'static str,
}

macro_rules! limits {
    ($($(#[doc = $why:literal])+ $const:ident : $name:literal = $value:expr, $unit:literal;)+) => {
        $($(#[doc = $why])+ pub const $const: usize = $value;)+
        /// All limits, in the order of the page.
        pub const ALL: &[Limit] = &[
            $(Limit { name: $name, value: $value as u64, unit: $unit, why: concat!($($why),+) },)+
        ];
    };
}

limits! {
    /// A longer ping is answered 413: no SDK sends one.
    PING_WIRE_BYTES: "ping.wire" = 1 << 20, "bytes";
    /// What still comes of a ping that is refused is read and dropped up to here, so that its sender
    /// sees the answer; then the connection is cut.
    PING_PASSED_BY_BYTES: "ping.passed_by" = 8 << 20, "bytes";
    /// A ping that inflates further is answered 413: it is a bomb.
    PING_INFLATED_BYTES: "ping.inflated" = 8 << 20, "bytes";
    /// Info fields, types of metrics and metrics of one ping; with more it is answered 413.
    PING_ENTRIES: "ping.entries" = 10_000, "entries";
    /// Pings beyond wait at the sender with 503: memory must not grow.
    LANDING_QUEUE: "landing.queue" = 2048, "pings";
    /// Pings that share one commit.
    LANDING_GROUP: "landing.group" = 1024, "pings";
    /// The writer waits this long for others to share a commit, and again while more come.
    LANDING_LINGER_MICROS: "landing.linger" = 500, "microseconds";
    /// The writer waits at most this often before it commits.
    LANDING_LINGERS: "landing.lingers" = 8, "times";
    /// Inflated bytes of pings on their way to the writer; beyond, 503.
    LANDING_QUEUE_BYTES: "landing.queue_bytes" = 16 << 20, "bytes";
    /// Pings of closed days that a filter in memory knows; of more, each day is looked up on the
    /// disk: slower, and as right.
    DUPLICATE_FILTER_DOCUMENTS: "landing.duplicate_filter" = 30_000_000, "pings";
    /// Room on the disk that is kept back for erasure; without it, pings are answered 507.
    DISK_RESERVE_BYTES: "landing.reserve" = 16 << 20, "bytes";
    /// Rows of one group of a file at rest; a reader holds a few groups at a time.
    REST_GROUP_ROWS: "rest.group_rows" = 250_000, "pings";
    /// Memory of a group while it is written; a group of wide pings ends earlier.
    REST_GROUP_BYTES: "rest.group_bytes" = 64 << 20, "bytes";
    /// Rows that are read or written at a time.
    REST_BATCH_ROWS: "rest.batch_rows" = 4096, "pings";
    /// Columns of values in one file at rest; what would make more stays together as JSON.
    REST_COLUMNS: "rest.columns" = 1000, "columns";
    /// Threads that answer one question; never more than the machine has cores.
    REST_READERS: "rest.readers" = 4, "threads";
    /// Files at rest are written anew without erased clients at most this often.
    REST_REWRITE_MINUTES: "rest.rewrite" = 60, "minutes";
    /// After this, what an erased client sends is no longer known as such, and its receipt goes.
    TOMBSTONE_DAYS: "erasure.tombstone" = 90, "days";
    /// Ids in one deletion request; more are not looked at.
    ERASURE_IDS: "erasure.ids" = 16, "ids";
    /// Ids beside the client id by which a ping can be found for deletion.
    SECONDARY_IDS: "ping.secondary_ids" = 8, "ids";
    /// A string metric longer than this is dropped.
    METRIC_STRING_BYTES: "metric.string" = 255, "bytes";
    /// A text metric longer than this is dropped.
    METRIC_TEXT_BYTES: "metric.text" = 204_800, "bytes";
    /// A url metric longer than this is dropped.
    METRIC_URL_BYTES: "metric.url" = 8192, "bytes";
    /// Items of a string list; a longer list is dropped.
    METRIC_LIST_ITEMS: "metric.list" = 100, "items";
    /// An item of a string list that is longer makes the list invalid.
    METRIC_LIST_ITEM_BYTES: "metric.list_item" = 100, "bytes";
    /// A longer label is counted under `__other__`.
    METRIC_LABEL_BYTES: "metric.label" = 111, "bytes";
    /// Labels of one metric that were not declared one by one.
    METRIC_DYNAMIC_LABELS: "metric.dynamic_labels" = 16, "labels";
    /// Labels of one metric, kept or not; with more it is dropped.
    METRIC_LABELS: "metric.labels" = 4200, "labels";
    /// Buckets of one distribution; with more it is dropped.
    METRIC_BUCKETS: "metric.buckets" = 1024, "buckets";
    /// Extra keys of one event.
    EVENT_EXTRA_KEYS: "event.extra_keys" = 50, "keys";
    /// An extra value longer than this is dropped.
    EVENT_EXTRA_BYTES: "event.extra_value" = 500, "bytes";
    /// Events of one ping; later ones are dropped.
    EVENTS_PER_PING: "event.per_ping" = 500, "events";
    /// Parts of one ping that the debug view tells of; the rest is counted.
    DEBUG_ROWS: "debug.rows" = 300, "parts";
    /// The debug view shows a longer value cut.
    DEBUG_VALUE_CHARS: "debug.value" = 80, "characters";
    /// Pings of one tag in the debug view; the oldest goes.
    DEBUG_PINGS_PER_TAG: "debug.pings" = 20, "pings";
    /// Tags in the debug view; the oldest that nobody watches goes.
    DEBUG_TAGS: "debug.tags" = 50, "tags";
    /// What the debug view holds in memory together; the oldest that nobody watches goes.
    DEBUG_BYTES: "debug.bytes" = 4 << 20, "bytes";
    /// Everything in the debug view is gone after this, its links as well.
    DEBUG_HOURS: "debug.life" = 24, "hours";
    /// A tag that was looked at within this time is watched: pings of others do not displace it.
    DEBUG_WATCHED_SECONDS: "debug.watched" = 600, "seconds";
    /// Links to the debug view that open at one time; the oldest ends.
    DEBUG_LINKS: "debug.links" = 50, "links";
    /// The reason for a look at single pings.
    RAW_READ_REASON_CHARS: "raw_read.reason" = 200, "characters";
    /// Looks at single pings that their page lists, newest first.
    RAW_READS_LISTED: "raw_read.listed" = 1000, "looks";
    /// A body of the administration interface.
    ADMIN_BODY_BYTES: "admin.body" = 8 << 20, "bytes";
    /// Definition files of one push.
    PUSH_FILES: "push.files" = 64, "files";
    /// Definition files of one push together; earlier states are kept, too.
    PUSH_BYTES: "push.bytes" = 6 << 20, "bytes";
    /// The name of a definition file.
    PUSH_NAME_BYTES: "push.name" = 200, "bytes";
    /// Values in one definition file, counting what its aliases stand for.
    YAML_NODES: "definitions.values" = 500_000, "values";
    /// Data points of one product.
    PRODUCT_DATA: "product.data" = 5000, "data points";
    /// After this long without a report that reads it, something granted is not taken any more.
    UNREAD_DAYS: "review.unread" = 90, "days";
    /// A longer part of a search in the dictionary is answered 400.
    DICTIONARY_QUERY_CHARS: "dictionary.query" = 200, "characters";
    /// Data on one page of the dictionary; more are on the next.
    DICTIONARY_PAGE: "dictionary.page" = 50, "data points";
    /// Cells of one edition; a report with more is refused: each is computed, noised and kept.
    REPORT_CELLS: "report.cells" = 100_000, "cells";
    /// Closed lists by which a report tells cells apart; more would leave a few people in each.
    REPORT_DIMENSIONS: "report.dimensions" = 3, "dimensions";
    /// Editions of a report in its list; each has an address of its own.
    REPORT_LISTED_EDITIONS: "report.listed_editions" = 100, "editions";
    /// Editions in the feed, newest first; earlier ones are on the pages of their reports.
    REPORT_FEED_ENTRIES: "report.feed_entries" = 50, "entries";
    /// Steps of a funnel.
    REPORT_STEPS: "report.steps" = 5, "steps";
    /// Days of one edition: four weeks. Longer ones would outlive the pings they count.
    REPORT_DAYS: "report.days" = 28, "days";
    /// Cells in which one client may stand; the noise grows with it.
    REPORT_CELLS_OF_CLIENT: "report.cells_of_client" = 100, "cells";
    /// What one client may add to one cell; the noise grows with it.
    REPORT_VALUE_OF_CLIENT: "report.value_of_client" = 1_000_000_000, "units of the value";
    /// A request's head must have arrived within this time.
    HTTP_HEAD_SECONDS: "http.head" = 10, "seconds";
    /// A longer head is answered 431.
    HTTP_HEAD_BYTES: "http.head_bytes" = 8 << 10, "bytes";
    /// Bytes of bodies on one HTTP/2 connection that wait to be read.
    HTTP_WINDOW_BYTES: "http.window" = 65_535, "bytes";
    /// Requests at one time on one HTTP/2 connection.
    HTTP_STREAMS: "http.streams" = 100, "requests";
    /// A stopping server gives running requests this long.
    HTTP_FINISH_SECONDS: "http.finish" = 10, "seconds";
    /// Hops of `X-Forwarded-For` that are looked at, from the right.
    HTTP_HOPS: "http.hops" = 16, "hops";
    /// A request's body must have arrived within this time.
    HTTP_BODY_SECONDS: "http.body" = 20, "seconds";
    /// Connections at one time; more wait to be accepted.
    HTTP_CONNECTIONS: "http.connections" = 2048, "connections";
    /// Wrong tokens or owner codes from one place in 58 minutes, so that none is remembered longer
    /// than an hour; beyond, 429.
    AUTH_FAILURES_PER_HOUR: "auth.failures" = 20, "tries per hour";
    /// Places whose failed tries are remembered, in memory for an hour at most.
    AUTH_PLACES: "auth.places" = 10_000, "places";
    /// Pings from one place; beyond, 503: a school shares one address, and SDKs keep what they have.
    SUBMIT_PER_MINUTE: "submit.per_minute" = 3000, "pings per minute";
    /// Bytes of bodies on their way from one place; beyond, 503.
    SUBMIT_PLACE_BYTES: "submit.place_bytes" = 8 << 20, "bytes";
    /// Bytes of bodies on their way from everybody; beyond, 503: memory must not grow.
    SUBMIT_BYTES: "submit.bytes" = 16 << 20, "bytes";
    /// Places whose pings are counted, in memory for a minute; more at one time get 503.
    SUBMIT_PLACES: "submit.places" = 10_000, "places";
    /// A scoped token ends after this at the latest.
    TOKEN_DAYS: "token.life" = 366, "days";
    /// An engine that was not reached after this is away.
    DATABASE_CONNECT_SECONDS: "database.connect" = 5, "seconds";
    /// Rows that one transaction of the sweeper removes; writers get their turn in between.
    SWEEP_ROWS: "sweep.rows" = 1000, "rows";
    /// A job that failed this often is given up.
    JOB_TRIES: "job.tries" = 20, "tries";
    /// Tries of a transaction that another one disturbed.
    TRANSACTION_TRIES: "transaction.tries" = 8, "tries";
    /// An edge that could not refresh what is in force for this long refuses.
    IN_FORCE_AGE_SECONDS: "in_force.age" = 60, "seconds";
    /// Results of one check that are kept as evidence.
    CHECK_RESULT_DAYS: "check.results" = 400, "days";
}

/// Writes the page about limits.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# Limits\n\nGenerated from `crates/kernel/src/limits.rs` by `cargo xtask fresh`; \
         do not edit.\n\n| limit | value | unit | what happens beyond it |\n| --- | ---: | --- | --- |\n",
    );
    for limit in ALL {
        let why = limit.why.trim();
        page.push_str(&format!(
            "| `{}` | {} | {} | {why} |\n",
            limit.name, limit.value, limit.unit
        ));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_has_its_own_name_and_a_reason() {
        for (i, limit) in ALL.iter().enumerate() {
            assert!(limit.value > 0 && limit.why.trim().ends_with('.'), "{}", limit.name);
            assert!(ALL[..i].iter().all(|other| other.name != limit.name), "{}", limit.name);
        }
    }
}

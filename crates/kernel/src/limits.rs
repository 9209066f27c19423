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
    /// A ping that inflates further is answered 413: it is a bomb.
    PING_INFLATED_BYTES: "ping.inflated" = 8 << 20, "bytes";
    /// Pings beyond wait at the sender with 503: memory must not grow.
    LANDING_QUEUE: "landing.queue" = 2048, "pings";
    /// Pings that share one commit.
    LANDING_GROUP: "landing.group" = 1024, "pings";
    /// The writer waits this long for others to share a commit.
    LANDING_LINGER_MICROS: "landing.linger" = 500, "microseconds";
    /// Inflated bytes of pings on their way to the writer; beyond, 503.
    LANDING_QUEUE_BYTES: "landing.queue_bytes" = 64 << 20, "bytes";
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
    /// Extra keys of one event.
    EVENT_EXTRA_KEYS: "event.extra_keys" = 50, "keys";
    /// An extra value longer than this is dropped.
    EVENT_EXTRA_BYTES: "event.extra_value" = 500, "bytes";
    /// Events of one ping; later ones are dropped.
    EVENTS_PER_PING: "event.per_ping" = 500, "events";
    /// A body of the administration interface.
    ADMIN_BODY_BYTES: "admin.body" = 8 << 20, "bytes";
    /// Definition files of one push.
    PUSH_FILES: "push.files" = 64, "files";
    /// Data points of one product.
    PRODUCT_DATA: "product.data" = 5000, "data points";
    /// A request's head must have arrived within this time.
    HTTP_HEAD_SECONDS: "http.head" = 10, "seconds";
    /// A longer head is answered 431.
    HTTP_HEAD_BYTES: "http.head_bytes" = 32 << 10, "bytes";
    /// Requests at one time on one HTTP/2 connection.
    HTTP_STREAMS: "http.streams" = 100, "requests";
    /// A stopping server gives running requests this long.
    HTTP_FINISH_SECONDS: "http.finish" = 10, "seconds";
    /// Hops of `X-Forwarded-For` that are looked at, from the right.
    HTTP_HOPS: "http.hops" = 16, "hops";
    /// A request's body must have arrived within this time.
    HTTP_BODY_SECONDS: "http.body" = 20, "seconds";
    /// Connections at one time; more wait to be accepted.
    HTTP_CONNECTIONS: "http.connections" = 4096, "connections";
    /// Wrong tokens or owner codes from one place in an hour; beyond, 429.
    AUTH_FAILURES_PER_HOUR: "auth.failures" = 20, "tries per hour";
    /// Places whose failed tries are remembered, in memory for an hour at most.
    AUTH_PLACES: "auth.places" = 10_000, "places";
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

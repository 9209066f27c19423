//! What is in force: the snapshot that the edge and the writer ask. Compiled by [`compile`](crate::compile()),
//! handed round as `watch<Arc<InForce>>`, never changed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use candor_kernel::{
    AppId, DatumId, Day, MetricId, PingName, ProductId, Revision, Timestamp, limits,
};
use candor_preference::{Offer, Permit, Standing, Terms, Use};
use serde::{Deserialize, Serialize};

use crate::Category;
use crate::glean::{Answerable, Expires, Extra, MetricKind, Purpose, Terms as DeclaredTerms};

/// Everything that may be taken now, and why the rest may not.
#[derive(Debug, Clone)]
pub struct InForce {
    /// Grows with every change of what is in force.
    pub revision: Revision,
    /// Since when this is in force.
    pub since: Timestamp,
    /// When it was last read from the reviews; an edge whose snapshot is too old refuses.
    pub refreshed: Timestamp,
    /// True once this server's own declarations were accepted.
    pub accepted: bool,
    /// The registered applications.
    pub apps: BTreeMap<AppId, App>,
    /// The declared fields of the SDK's info sections, by section and name.
    pub info: BTreeMap<String, BTreeMap<String, DatumId>>,
    /// Every datum that stands, for the writer's second look.
    pub data: BTreeSet<DatumId>,
}

/// One registered application.
#[derive(Debug, Clone)]
pub struct App {
    /// The product it belongs to.
    pub product: ProductId,
    /// The product's name in full.
    pub title: Arc<str>,
    /// Where to ask about it.
    pub contact: Arc<str>,
    /// Who answers for what it takes; where nobody does, nothing of it stands (C04).
    pub answerable: Option<Arc<Answerable>>,
    /// False where this build cannot read what was pushed for it: its pings wait at their senders.
    pub readable: bool,
    /// The channel it was registered for; never what a client claims (C18).
    pub channel: Channel,
    /// Its pings.
    pub pings: BTreeMap<PingName, PingTerms>,
}

/// The channels that reviews tell apart; an unknown one counts as release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// What most people use.
    Release,
    /// Beta, nightly, preview, developer edition.
    PreRelease,
}

impl Channel {
    /// Reads a channel's name as products use it; what is unknown counts as release.
    #[must_use]
    pub fn by_name(name: &str) -> Self {
        match name {
            "beta" | "nightly" | "preview" | "developer" | "pre_release" => Self::PreRelease,
            _ => Self::Release,
        }
    }

    /// Returns its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::PreRelease => "pre_release",
        }
    }
}

/// Why a datum is not in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No review granted it, or it changed since.
    Unreviewed,
    /// Its review or its own declaration has ended.
    Expired,
    /// Nobody gave it a category.
    Unclassified,
    /// Its type cannot be checked yet.
    Unsupported,
    /// Nobody said why it is taken, what people get from it, or who answers for it (C01, C04).
    Unexplained,
    /// No report has read it for too long (C01).
    Unread,
}

/// What the edge must know of a ping.
#[derive(Debug, Clone)]
pub struct PingTerms {
    /// Its id in the inventory.
    pub datum: DatumId,
    /// The id of "this ping carries a client id", where it does.
    pub client_id: Option<DatumId>,
    /// What it is for, in the product's words.
    pub description: Arc<str>,
    /// Why it is sent, in the product's words; none where nobody said, and then it does not stand.
    pub purpose: Option<Arc<Purpose>>,
    /// True when it carries the info sections.
    pub info_sections: bool,
    /// The reasons it may name.
    pub reasons: BTreeSet<String>,
    /// Whether it stands.
    pub standing: Result<(), Why>,
    /// What a grant for it, as it is declared now, covers.
    pub terms: DeclaredTerms,
    /// The first day on which the grant that counts holds no longer.
    pub until: Option<Day>,
    /// Its metrics.
    pub metrics: HashMap<MetricId, MetricTerms>,
}

/// What the edge must know of a metric.
#[derive(Debug, Clone)]
pub struct MetricTerms {
    /// Its id in the inventory.
    pub datum: DatumId,
    /// Its type.
    pub kind: MetricKind,
    /// What it is, in the product's words.
    pub description: Arc<str>,
    /// Why it is taken, in the product's words.
    pub purpose: Option<Arc<Purpose>>,
    /// How much it can say about a person.
    pub category: Category,
    /// Whether it stands.
    pub standing: Result<(), Why>,
    /// What a grant for it, as it is declared now, covers.
    pub terms: DeclaredTerms,
    /// The first day on which the grant that counts holds no longer.
    pub until: Option<Day>,
    /// What the review offers: on, or only by a person's own act.
    pub offer: Offer,
    /// True for an id that the product also sends with its deletion requests.
    pub secondary_id: bool,
    /// When its own declaration ends, for versions.
    pub expires: Expires,
    /// Its closed list of labels.
    pub labels: Option<BTreeSet<String>>,
    /// An event's extra keys.
    pub extra_keys: BTreeMap<String, Extra>,
}

impl InForce {
    /// Returns a snapshot in which nothing is in force: a server before its first reading.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            revision: Revision(0),
            since: Timestamp::from_micros(i64::MIN),
            refreshed: Timestamp::from_micros(i64::MIN),
            accepted: false,
            apps: BTreeMap::new(),
            info: BTreeMap::new(),
            data: BTreeSet::new(),
        }
    }

    /// Tells whether the snapshot is young enough to act on.
    #[must_use]
    pub fn fresh(&self, now: Timestamp) -> bool {
        now.since(self.refreshed).as_secs() <= limits::IN_FORCE_AGE_SECONDS as u64
    }

    /// Tells whether everything a permit names still stands: the writer's second look at commit.
    #[must_use]
    pub fn admits(&self, permit: &Permit) -> bool {
        permit.revision() == self.revision
            || permit.data().iter().all(|datum| self.data.contains(datum))
    }
}

/// Joins a standing with the review's offer, for `decide`.
#[must_use]
pub fn terms(standing: Result<(), Why>, offer: Offer) -> Terms {
    let standing = if standing.is_ok() { Standing::InForce } else { Standing::Refused };
    Terms { standing, purpose: Use::Measure, offer }
}

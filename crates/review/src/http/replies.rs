//! What the administration interface takes and answers, as JSON.

use candor_inventory::compare::{Change, How as Changed};
use candor_kernel::{AppId, DatumId, PersonName, ProductId, RepositoryRev};
use serde::{Deserialize, Serialize};

use crate::registry::Pushed;
use crate::rules::row::Explained;
use crate::rules::{How, Outcome};
use crate::store::{RequestRow, RevisionRow};

/// A push of definitions.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// The product.
    pub product: ProductId,
    /// Its name in full.
    pub title: String,
    /// Where to ask about it.
    pub contact: String,
    /// Its applications and the channel of each: release, beta, nightly, ...
    pub apps: Vec<(AppId, String)>,
    /// Who asks.
    pub requester: PersonName,
    /// The files: name and text. Those whose name begins with `library/` are definitions of an SDK.
    pub files: Vec<(String, String)>,
    /// The state of the team's repository that they are.
    #[serde(default)]
    pub rev: Option<RepositoryRev>,
    /// Take linked reviews for history, to be confirmed; ask for nothing that has none.
    #[serde(default)]
    pub import: bool,
    /// Ask once more for what was refused.
    #[serde(default)]
    pub ask_again: bool,
}

/// What became of a push.
#[derive(Debug, Serialize, Deserialize)]
pub struct PushReply {
    /// The number of this state of the definitions.
    pub revision: i64,
    /// The request that asks for what has no grant; none when nothing is asked.
    pub request: Option<i64>,
    /// The open request whose place it took.
    pub superseded: Option<i64>,
    /// How many data are declared.
    pub declared: usize,
    /// What is asked for.
    pub asked: Vec<ItemReply>,
    /// What changed and needs no review for it.
    pub changed: Vec<ChangeReply>,
    /// What is declared no longer.
    pub removed: Vec<RemovedReply>,
    /// What stays refused.
    pub refused: Vec<RefusedReply>,
    /// What an import left out, since it has no review elsewhere.
    pub unlinked: Vec<DatumId>,
    /// What is probably not meant.
    pub warnings: Vec<WarningReply>,
}

/// One datum of a request. All texts but `category`, `how` and `proposed` are the product's.
#[derive(Debug, Serialize, Deserialize)]
pub struct ItemReply {
    /// The datum.
    pub datum: String,
    /// Its category, in words.
    pub category: String,
    /// Why it is asked.
    pub how: How,
    /// Whether what changed of it ended a grant.
    pub voided: bool,
    /// Whether it was left out when the rest was granted.
    pub refused: bool,
    /// What changed of it, in sentences.
    pub says: Vec<String>,
    /// What it is.
    pub description: String,
    /// ping, or the metric's type.
    pub kind: String,
    /// What its value is, in plain words; of a ping, whether it carries the client's id.
    pub value: String,
    /// The pings it travels in; empty for a ping.
    pub pings: Vec<String>,
    /// When its own declaration ends, in words; empty for a ping.
    pub until: String,
    /// Who is responsible.
    pub people: Vec<String>,
    /// Where its work is tracked.
    pub bugs: Vec<String>,
    /// Where its reviews are.
    pub reviews: Vec<String>,
    /// A stricter category that its words suggest, with the reason.
    pub proposed: Option<ProposedReply>,
}

/// A category that the words of a datum suggest; for a person to decide on.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProposedReply {
    /// The category, in words.
    pub category: String,
    /// What speaks for it.
    pub because: String,
}

/// A datum that changed.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChangeReply {
    /// The datum.
    pub datum: DatumId,
    /// new, changed or removed.
    pub how: String,
    /// What is another, in sentences.
    pub says: Vec<String>,
    /// Whether a grant of what it was before does not cover it.
    pub voids: bool,
}

/// A datum that is declared no longer.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemovedReply {
    /// The datum.
    pub datum: DatumId,
    /// Whether a grant held for it until now.
    pub voided: bool,
}

/// A datum that was refused and is not asked again.
#[derive(Debug, Serialize, Deserialize)]
pub struct RefusedReply {
    /// The datum.
    pub datum: DatumId,
    /// The request that says why.
    pub request: i64,
}

/// Something that is allowed and probably not meant.
#[derive(Debug, Serialize, Deserialize)]
pub struct WarningReply {
    /// The check's stable name: `RENAMED_TYPE`.
    pub check: String,
    /// What it is about.
    pub datum: DatumId,
    /// What is wrong and what to do.
    pub message: String,
}

/// One pushed state of a product's definitions.
#[derive(Debug, Serialize, Deserialize)]
pub struct RevisionReply {
    /// Its number.
    pub revision: i64,
    /// A hash of its files, in hexadecimal.
    pub hash: String,
    /// When it came, RFC 3339.
    pub pushed: String,
    /// Who pushed it.
    pub by: String,
    /// The state of the team's repository, where it was named.
    pub rev: Option<RepositoryRev>,
}

/// One pushed state with its files.
#[derive(Debug, Serialize, Deserialize)]
pub struct RevisionInFull {
    /// Which it is.
    #[serde(flatten)]
    pub revision: RevisionReply,
    /// What changed since the state before, pings first.
    pub changes: Vec<ChangeReply>,
    /// The files as they came: name and text.
    pub files: Vec<(String, String)>,
}

/// A request.
#[derive(Debug, Serialize, Deserialize)]
pub struct RequestReply {
    /// Its number.
    pub request: i64,
    /// collect, publish or built_in.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// What it asks, in a line.
    pub title: String,
    /// Who asks.
    pub requester: String,
    /// When it was opened, RFC 3339.
    pub opened: String,
    /// open, granted, refused, withdrawn or superseded.
    pub state: String,
    /// The state of the definitions that it asks about.
    pub revision: Option<i64>,
    /// The state that it is compared with.
    pub since: Option<i64>,
    /// The request that took its place.
    pub superseded_by: Option<i64>,
    /// Who decided.
    pub steward: Option<String>,
    /// Why.
    pub note: Option<String>,
    /// The first day on which a grant holds no longer.
    pub expires: Option<String>,
    /// What it asks for; empty in lists.
    pub items: Vec<ItemReply>,
}

/// A decision.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// granted, refused or withdrawn.
    pub outcome: Outcome,
    /// Who decides.
    pub steward: PersonName,
    /// Why.
    #[serde(default)]
    pub note: String,
    /// The first day on which a grant holds no longer, `yyyy-mm-dd`; a year from today if absent.
    pub expires: Option<String>,
    /// What of it is refused while the rest is granted.
    #[serde(default)]
    pub except: Vec<DatumId>,
}

/// What is in force after a decision.
#[derive(Debug, Serialize, Deserialize)]
pub struct DecideReply {
    /// The number of the state of reviews.
    pub revision: i64,
}

/// Who accepts this server's own declarations.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// Who accepts.
    pub by: PersonName,
}

/// The number of a request.
#[derive(Debug, Serialize, Deserialize)]
pub struct RequestNumber {
    /// The number.
    pub request: i64,
}

impl From<Pushed> for PushReply {
    fn from(pushed: Pushed) -> Self {
        let changed = pushed.changed.into_iter().map(|(datum, says)| {
            let how = "changed".to_owned();
            ChangeReply { datum, how, says, voids: false }
        });
        let removed = pushed.removed.into_iter();
        let refused = pushed.refused.into_iter();
        let warnings = pushed.warnings.into_iter().map(|warning| WarningReply {
            check: warning.check.to_owned(),
            datum: warning.datum,
            message: warning.message,
        });
        Self {
            revision: pushed.revision,
            request: pushed.request,
            superseded: pushed.superseded,
            declared: pushed.declared,
            asked: pushed.asked.into_iter().map(ItemReply::from).collect(),
            changed: changed.collect(),
            removed: removed
                .map(|gone| RemovedReply { datum: gone.datum, voided: gone.voided })
                .collect(),
            refused: refused.map(|(datum, request)| RefusedReply { datum, request }).collect(),
            unlinked: pushed.unlinked,
            warnings: warnings.collect(),
        }
    }
}

impl From<Explained> for ItemReply {
    fn from(explained: Explained) -> Self {
        let Explained { item, row, says } = explained;
        let proposed = row.proposed.map(|proposal| ProposedReply {
            category: proposal.category.words().to_owned(),
            because: proposal.because,
        });
        Self {
            datum: item.datum.to_string(),
            category: item.category.words().to_owned(),
            how: item.how,
            voided: item.voided,
            refused: item.refused,
            says,
            description: row.description,
            kind: row.kind,
            value: row.value,
            pings: row.pings,
            until: row.until,
            people: row.people,
            bugs: row.bugs,
            reviews: row.reviews,
            proposed,
        }
    }
}

impl From<(DatumId, Change)> for ChangeReply {
    fn from((datum, change): (DatumId, Change)) -> Self {
        let (how, says) = match change.how {
            Changed::Added => ("new", Vec::new()),
            Changed::Removed => ("removed", Vec::new()),
            Changed::Changed(says) => ("changed", says),
        };
        Self { datum, how: how.to_owned(), says, voids: change.voids }
    }
}

impl From<RevisionRow> for RevisionReply {
    fn from(row: RevisionRow) -> Self {
        Self {
            revision: row.number,
            hash: row.fingerprint.iter().map(|byte| format!("{byte:02x}")).collect(),
            pushed: row.pushed.to_string(),
            by: row.by,
            rev: row.rev,
        }
    }
}

impl From<(RequestRow, Vec<Explained>)> for RequestReply {
    fn from((row, explained): (RequestRow, Vec<Explained>)) -> Self {
        let (steward, note, expires) = match row.decision {
            Some((steward, note, day)) => (Some(steward), Some(note), Some(day.to_string())),
            None => (None, None, None),
        };
        Self {
            request: row.request,
            kind: row.kind.name().to_owned(),
            subject: row.subject,
            title: row.title,
            requester: row.requester,
            opened: row.opened.to_string(),
            state: row.state,
            revision: row.revision,
            since: row.since,
            superseded_by: row.superseded_by,
            steward,
            note,
            expires,
            items: explained.into_iter().map(ItemReply::from).collect(),
        }
    }
}

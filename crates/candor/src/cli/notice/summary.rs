//! The sentences with which a notice begins: what is collected, how much of it is sensitive, how to
//! say no.

use candor_inventory::{Category, plain};

use super::told::{Counted, Notice};
use super::view;

/// Writes them, out of everything else that the notice says.
pub(super) fn sentences(notice: &Notice) -> Vec<String> {
    let name = notice.product.as_deref().unwrap_or("This product");
    let ended = &notice.no_longer_collected;
    if notice.data.is_empty() && ended.is_empty() && notice.messages.is_empty() {
        return vec![format!("{name} collects nothing: its definitions declare no data.")];
    }
    match (notice.data.is_empty(), ended.len()) {
        (false, _) => vec![collected(name, notice), sensitive(&notice.categories), switch(notice)],
        (true, 0) => vec![
            format!("{name} declares messages, and no data that they would carry."),
            switch(notice),
        ],
        (true, ended) => vec![
            format!(
                "{name} collects nothing any more: of the {} that its definitions name, all have \
                 ended or were switched off.",
                count(ended, "kind of data", "kinds of data")
            ),
            switch(notice),
        ],
    }
}

fn collected(name: &str, notice: &Notice) -> String {
    let total = notice.data.len();
    let most = notice.categories.iter().max_by_key(|counted| counted.data);
    let most = most.filter(|most| most.data * 2 > total && most.data < total);
    let most = match most {
        Some(most) if most.category != Category::Unclassified => {
            format!(", most of them {}", most.means)
        }
        _ => String::new(),
    };
    format!(
        "{name} may collect {}{most}, and sends them in {}.",
        count(total, "kind of data", "kinds of data"),
        count(notice.messages.len(), "kind of message", "kinds of messages"),
    )
}

fn sensitive(categories: &[Counted]) -> String {
    let data = |category| {
        let counted = categories.iter().find(|counted| counted.category == category);
        counted.map_or(0, |counted| counted.data)
    };
    let told = view::SENSITIVE.map(|(category, _)| (category, data(category)));
    let parts: Vec<String> = told
        .into_iter()
        .filter(|(_, data)| *data > 0)
        .map(|told| match told {
            (Category::Unclassified, 1) => "1 is not rated by anybody yet".to_owned(),
            (Category::Unclassified, data) => format!("{data} are not rated by anybody yet"),
            (Category::StoredContent, 1) => "1 tells what a person stores or visits".to_owned(),
            (Category::StoredContent, data) => {
                format!("{data} tell what a person stores or visits")
            }
            (_, data) => format!("{data} can identify a person, or worse"),
        })
        .collect();
    match told.iter().map(|(_, data)| data).sum() {
        0 => "None of them is rated as able to identify a person, or as telling what a person \
              stores or visits."
            .to_owned(),
        1 => format!("Of these, {}: it comes first below.", parts.join("; ")),
        2.. => format!("Of these, {}: they come first below.", parts.join("; ")),
    }
}

/// What definitions can say of the switch, and what they cannot.
fn switch(notice: &Notice) -> String {
    let always: Vec<&str> =
        notice.messages.iter().filter(|it| it.sent_when_off).map(|it| it.id.as_str()).collect();
    let apart = match &always[..] {
        [] => String::new(),
        always => format!(", apart from {}", plain::list(always)),
    };
    format!(
        "To say no, look for a switch for usage data in the product’s settings (whether it is on \
         at the start is not said in its definitions): with it off, the program is made to send \
         nothing of this{apart}, and to ask once that what it sent before is deleted."
    )
}

/// Counts things.
pub(super) fn count(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

//! B13: what stands beside something personal is personal.

use candor_inventory::{Inventory, Verdict};
use candor_kernel::Fault;

use super::NoticeChecks;

/// A table that mixes both.
const TRIAL: &str = "
part: trial
persons: {design: Ann, approval: Bo, implementation: Cy}
records:
  visit:
    store: database
    about: One visit.
    owner: {person: {holder: trial, column: who}}
    retention: {days: {days: 30, by: day, unit: day}}
    fields:
      who: {what: The visitor., why: To find it again., benefit: It can be erased., category: interaction, arrives: given, personal: true, why_not_sealed: It is compared.}
      day: {what: The day., why: To end it., benefit: It ends., category: technical, arrives: observed, personal: false}
";

impl NoticeChecks {
    /// No record that exists mixes personal fields with others, and none that does is accepted.
    pub(super) fn company_is_personal(&self) -> Result<Verdict, String> {
        let (mut records, mut fields) = (0, 0);
        for (name, record) in self.own.iter().flat_map(|part| &part.records) {
            let personal = record.fields.values().filter(|field| field.personal).count();
            if personal > 0 && personal < record.fields.len() {
                return Ok(Verdict::broken(format!(
                    "The record {name} holds {} fields as not personal beside {personal} that are.",
                    record.fields.len() - personal
                )));
            }
            records += usize::from(personal > 0);
            fields += personal;
        }
        let whole = TRIAL.replace(", personal: false", "");
        if Inventory::read(&whole).is_err() {
            return Err("a trial table that mixes nothing was refused".to_owned());
        }
        let mixed = self.notices.faults.on(Fault::MixColumns);
        if Inventory::read_as(TRIAL, mixed).is_ok() {
            return Ok(Verdict::broken(
                "A trial table was accepted that marks a column as not personal beside one that is.",
            ));
        }
        Ok(Verdict::kept(format!(
            "All {fields} fields of the {records} records about people count as personal, whatever \
             they say by themselves; a trial table that mixes both was refused."
        )))
    }
}

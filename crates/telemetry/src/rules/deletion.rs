//! A deletion request: which ids it asks about (docs/glean.md 3.6). It is read more kindly than a
//! ping: what it carries beside ids is nobody's business here, and nothing of it is kept.

use candor_kernel::{DocumentId, Personal, limits};
use serde_json::value::RawValue;

use super::{Refusal, json};

/// The ping that asks for deletion.
pub const PING: &str = "deletion-request";

/// The ids that stand for nobody: none at all, and those that SDKs use while collection is off (of
/// clients and of groups of profiles). Whoever asks to delete those asks for everybody's.
const NOBODY: [u128; 4] = [
    0,
    u128::MAX,
    0xc0ff_eec0_ffee_c0ff_eec0_ffee_c0ff_eec0,
    0xdeca_fdec_afde_cafd_ecaf_deca_fdec_afde,
];

/// Tells whether an id is one client's own.
#[must_use]
pub fn names_somebody(id: DocumentId) -> bool {
    !NOBODY.contains(&u128::from_be_bytes(id.0))
}

/// Returns the client id and the other ids a request carries; none where they name nobody.
pub fn ids(body: &[u8]) -> Result<Vec<Personal<DocumentId>>, Refusal> {
    let text = std::str::from_utf8(body).map_err(|_| Refusal::Malformed)?;
    let whole: &RawValue = serde_json::from_str(text).map_err(|_| Refusal::Malformed)?;
    let [client, metrics] =
        json::pick(whole, ["client_info", "metrics"]).ok_or(Refusal::Malformed)?;
    let client = match client {
        Some(info) => json::pick(info, ["client_id"]).ok_or(Refusal::Malformed)?[0],
        None => None,
    };
    let secondary = match metrics {
        Some(metrics) => json::pick(metrics, ["uuid"]).ok_or(Refusal::Malformed)?[0],
        None => None,
    };
    if client.is_none() && secondary.is_none() {
        return Err(Refusal::Malformed);
    }
    let mut found: Vec<&RawValue> = client.into_iter().collect();
    if let Some(secondary) = secondary {
        let collected = json::each(secondary.get(), |_, id| -> Result<(), ()> {
            if found.len() < limits::ERASURE_IDS {
                found.push(id);
            }
            Ok(())
        });
        collected.map_err(|_| Refusal::Malformed)?;
    }
    let ids = found.into_iter().map(id).collect::<Option<Vec<_>>>().ok_or(Refusal::Malformed)?;
    Ok(ids.into_iter().filter(|id| names_somebody(*id)).map(Personal::new).collect())
}

fn id(raw: &RawValue) -> Option<DocumentId> {
    DocumentId::parse(&json::text(raw, 36)?)
}

#[cfg(test)]
mod tests {
    use candor_kernel::sink;

    use super::*;

    const ANN: &str = "eaee1704-2577-44e0-a672-7bf589e39be6";
    const BO: &str = "2bd40b1c-4b0d-4a0c-9b5c-0d1b1f3a3f11";

    fn read(body: &str) -> Result<Vec<String>, Refusal> {
        let ids = ids(body.as_bytes())?;
        Ok(ids.iter().map(|id| id.open(sink::KeyedHash).to_string()).collect())
    }

    #[test]
    fn requests_read_as_sdks_write_them() {
        let info = format!(r#"{{"client_id":"{ANN}","app_build":"1"}}"#);
        let only = format!(r#"{{"client_info":{info},"ping_info":{{"seq":0}}}}"#);
        assert_eq!(read(&only), Ok(vec![ANN.to_owned()]));
        let more = format!(
            r#"{{"client_info":{info},"metrics":{{"uuid":{{"a.b":"{BO}"}},"string":{{"x":"y"}}}}}}"#
        );
        assert_eq!(read(&more), Ok(vec![ANN.to_owned(), BO.to_owned()]));
        let secondary = format!(r#"{{"metrics":{{"uuid":{{"a.b":"{BO}"}}}}}}"#);
        assert_eq!(read(&secondary), Ok(vec![BO.to_owned()]));
    }

    #[test]
    fn what_names_nobody_deletes_nothing() {
        for id in [
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "c0ffeec0-ffee-c0ff-eec0-ffeec0ffeec0",
        ] {
            let body = format!(r#"{{"client_info":{{"client_id":"{id}"}}}}"#);
            assert_eq!(read(&body), Ok(Vec::new()), "{id}");
        }
    }

    #[test]
    fn what_asks_for_nothing_is_malformed() {
        let twice = format!(r#"{{"client_info":{{"client_id":"{ANN}","client_id":"{BO}"}}}}"#);
        for body in [
            "{}",
            "[]",
            "",
            r#"{"client_info":{}}"#,
            r#"{"client_info":[]}"#,
            r#"{"client_info":{"client_id":"everybody"}}"#,
            r#"{"client_info":{"client_id":null}}"#,
            r#"{"metrics":{"uuid":["x"]}}"#,
            &twice,
        ] {
            assert_eq!(read(body), Err(Refusal::Malformed), "{body}");
        }
    }

    #[test]
    fn a_flood_of_ids_is_cut() {
        let many: Vec<String> = (1..100)
            .map(|n| format!(r#""a.b{n}":"{n:08x}-2577-44e0-a672-7bf589e39be6""#))
            .collect();
        let body = format!(r#"{{"metrics":{{"uuid":{{{}}}}}}}"#, many.join(","));
        assert_eq!(read(&body).map(|ids| ids.len()), Ok(limits::ERASURE_IDS));
    }
}

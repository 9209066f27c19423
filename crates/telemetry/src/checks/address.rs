//! The part of H12 and H13 about addresses: none is kept, in any form.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use candor_inventory::Verdict;
use sha2::{Digest, Sha256};

use super::{Sent, TelemetryChecks, declared};

impl TelemetryChecks {
    /// A ping comes from an invented address, which a proxy's header names too. The ping is found,
    /// the address is not: not as text, not as bytes, not as a plain hash.
    pub(super) async fn no_address_stays(&self) -> Result<Verdict, String> {
        let mut forms = 0;
        for address in [self.address_v4(), self.address_v6()] {
            let canary = self.canary();
            let headers = vec![("x-forwarded-for", address.to_string())];
            let sent = Sent { headers, address: Some(address), ..Sent::new(declared(&canary)) };
            let outcome = self.send(sent).await?;
            if outcome != "accepted" || self.files_with(&[canary.as_bytes()]).await?.is_none() {
                return Err(format!("the ping from the invented address was {outcome}"));
            }
            let shapes = shapes(address);
            forms += shapes.len();
            let needles: Vec<&[u8]> = shapes.iter().map(Vec::as_slice).collect();
            if let Some(file) = self.files_with(&needles).await? {
                return Ok(Verdict::broken(format!(
                    "A ping was sent from an invented address, and {file} holds that address."
                )));
            }
        }
        Ok(Verdict::kept(format!(
            "Pings from two invented addresses were kept; the addresses, in {forms} forms, were found \
             in no file."
        )))
    }

    /// From a block for documentation, so that it is nobody's.
    fn address_v4(&self) -> IpAddr {
        let [a, ..] = self.bytes();
        IpAddr::V4(Ipv4Addr::new(203, 0, 113, a))
    }

    fn address_v6(&self) -> IpAddr {
        let mut bytes = self.bytes();
        bytes[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
        IpAddr::V6(Ipv6Addr::from(bytes))
    }
}

/// The forms in which an address could lie in a file. Four bytes would be found by chance.
fn shapes(address: IpAddr) -> Vec<Vec<u8>> {
    let text = address.to_string();
    let hash = Sha256::digest(text.as_bytes());
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut shapes = vec![text.into_bytes(), hash.to_vec(), hex.into_bytes()];
    if let IpAddr::V6(address) = address {
        let octets = address.octets();
        let plain: String = octets.iter().map(|byte| format!("{byte:02x}")).collect();
        shapes.extend([octets.to_vec(), octets[..8].to_vec(), plain.into_bytes()]);
    }
    shapes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_looked_for_in_every_form() {
        assert_eq!(shapes("203.0.113.7".parse().expect("an address")).len(), 3);
        let v6 = shapes("2001:db8:1:2:3:4:5:6".parse().expect("an address"));
        assert_eq!(v6[0], b"2001:db8:1:2:3:4:5:6");
        assert_eq!(v6[4], [0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2]);
        assert_eq!(v6[5], b"20010db8000100020003000400050006");
    }
}

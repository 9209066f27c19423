//! A network of addresses, as `trusted_proxies` lists them.

use std::net::IpAddr;
use std::str::FromStr;

/// An address and how many of its leading bits count. An IPv4 network does not contain IPv6
/// addresses, nor the other way round, save that an IPv4-mapped one is an IPv4 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// Says why a text is not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// It is no address, or the number after the slash does not fit it.
    #[error("{0:?} is not a network: write one like 10.0.0.0/8, fd00::/8 or a single address.")]
    Form(String),
    /// Bits beyond the prefix are set: probably not what was meant.
    #[error("{text:?} sets bits beyond its first {bits}: write the network's first address.")]
    Beyond {
        /// What was written.
        text: String,
        /// The bits that count.
        bits: u8,
    },
}

impl Network {
    /// Tells whether an address lies in this network.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4()
            && aligned(address) & mask(self.bits) == aligned(self.address)
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let wrong = || NetworkError::Form(text.chars().take(80).collect());
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        if address != address.to_canonical() {
            return Err(wrong());
        }
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => most,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| wrong())?
            }
            Some(_) => return Err(wrong()),
        };
        if bits > most {
            return Err(wrong());
        }
        if aligned(address) & !mask(bits) != 0 {
            return Err(NetworkError::Beyond { text: text.to_owned(), bits });
        }
        Ok(Self { address, bits })
    }
}

/// Puts the bits of an address at the front of 128.
fn aligned(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn mask(bits: u8) -> u128 {
    !u128::MAX.checked_shr(u32::from(bits)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_what_shares_its_bits() {
        let check = |network: &str, address: &str, expected: bool| {
            let network: Network = network.parse().expect("a network");
            let address = address.parse().expect("an address");
            assert_eq!(network.contains(address), expected, "{network:?} {address}");
        };
        check("10.0.0.0/8", "10.255.0.1", true);
        check("10.0.0.0/8", "11.0.0.0", false);
        check("192.0.2.7", "192.0.2.7", true);
        check("192.0.2.7", "192.0.2.6", false);
        check("0.0.0.0/0", "203.0.113.9", true);
        check("0.0.0.0/0", "2001:db8::1", false);
        check("::/0", "2001:db8::1", true);
        check("::/0", "203.0.113.9", false);
        check("10.0.0.0/8", "::ffff:10.1.2.3", true);
        check("::/0", "::ffff:10.1.2.3", false);
        check("2001:db8:1::/48", "2001:db8:1:ffff::1", true);
        check("2001:db8:1::/48", "2001:db8:2::1", false);
        check("::1", "::1", true);
        check("192.0.2.128/25", "192.0.2.127", false);
        check("192.0.2.128/25", "192.0.2.255", true);
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "/8",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "10.0.0/8",
            "::/129",
            "[::1]",
            "10.0.0.0/8/8",
            "localhost",
            "10.0.0.0/256",
            "::ffff:10.0.0.0/104",
            " 10.0.0.0/8",
        ] {
            assert!(matches!(text.parse::<Network>(), Err(NetworkError::Form(_))), "{text:?}");
        }
        for text in ["10.0.0.1/8", "2001:db8::1/64", "10.0.0.1/0"] {
            let error = text.parse::<Network>().expect_err("bits beyond");
            assert!(matches!(error, NetworkError::Beyond { .. }), "{text:?}");
        }
    }
}

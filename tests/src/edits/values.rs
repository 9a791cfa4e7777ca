//! Neighbours of addresses and ports.

use std::net::IpAddr;

/// An address or prefix whose last bit that counts is another one; `text` may be `10.0.0.0/8` or `10.0.0.1`.
pub fn bit(text: &str) -> Option<String> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
        None => (text, None),
    };
    let tail = length.map(|length| format!("/{length}")).unwrap_or_default();
    Some(match address.parse().ok()? {
        IpAddr::V4(v4) => {
            let shift = 32 - length.unwrap_or(32);
            let flipped = v4.to_bits() ^ 1u32.checked_shl(shift)?;
            format!("{}{tail}", std::net::Ipv4Addr::from_bits(flipped))
        }
        IpAddr::V6(v6) => {
            let shift = 128 - length.unwrap_or(128);
            let flipped = v6.to_bits() ^ 1u128.checked_shl(shift)?;
            format!("{}{tail}", std::net::Ipv6Addr::from_bits(flipped))
        }
    })
}

/// Ports with one bound moved by one: `22`, `80,443`, `8000:8010`, `8000-8010`. Each bound once, outwards and inwards by turns.
pub fn ports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    while start < bytes.len() {
        if !bytes[start].is_ascii_digit() {
            start += 1;
            continue;
        }
        let end = (start..bytes.len()).find(|at| !bytes[*at].is_ascii_digit()).unwrap_or(bytes.len());
        if let Ok(port) = text[start..end].parse::<u16>() {
            let other = if found.len() % 2 == 0 && port < u16::MAX { port + 1 } else { port - 1 };
            found.push(format!("{}{other}{}", &text[..start], &text[end..]));
        }
        start = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bit_that_counts_is_another_one() {
        let all = [
            ("10.0.0.1", "10.0.0.0"),
            ("10.0.0.0/24", "10.0.1.0/24"),
            ("10.0.1.0/24", "10.0.0.0/24"),
            ("10.0.0.4/32", "10.0.0.5/32"),
            ("fd00::/64", "fd00:0:0:1::/64"),
            ("fd00::a", "fd00::b"),
        ];
        for (from, to) in all {
            assert_eq!(bit(from).as_deref(), Some(to));
        }
        assert_eq!(bit("0.0.0.0/0"), None);
        assert_eq!(bit("arvc"), None);
    }

    #[test]
    fn each_bound_of_ports_moves() {
        assert_eq!(ports("22"), ["23"]);
        assert_eq!(ports("80,443"), ["81,443", "80,442"]);
        assert_eq!(ports("8000:8010"), ["8001:8010", "8000:8009"]);
        assert_eq!(ports("65535"), ["65534"]);
        assert!(ports("any").is_empty());
    }
}

//! The macros of Proxmox that are nothing but ports. One that is not here makes its rule unknown.

use crate::packet::{ICMP, ICMP6, TCP, UDP};

/// What a macro stands for: `(protocols, destination ports, type of ICMP)`, one for each plain rule.
pub type Expansion = Vec<(Vec<u8>, Vec<(u16, u16)>, Option<u8>)>;

/// A line each: the name, its protocols, its ports.
const PORTS: &str = include_str!("macros.txt");

/// What a macro stands for, if it is one of those known here.
pub fn expand(name: &str) -> Option<Expansion> {
    let name = name.to_ascii_lowercase();
    if name == "ping" {
        return Some(vec![(vec![ICMP], Vec::new(), Some(8)), (vec![ICMP6], Vec::new(), Some(128))]);
    }
    let line = PORTS.lines().find(|line| line.split(' ').next() == Some(name.as_str()))?;
    let mut fields = line.split(' ').skip(1);
    let protocols = fields.next()?.split(',').map(|protocol| if protocol == "tcp" { TCP } else { UDP }).collect();
    let range = |part: &str| match part.split_once(':') {
        None => part.parse().map(|port| (port, port)).ok(),
        Some((low, high)) => Some((low.parse().ok()?, high.parse().ok()?)),
    };
    let ports = fields.next()?.split(',').map(range).collect::<Option<Vec<_>>>()?;
    Some(vec![(protocols, ports, None)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_macro() {
        for line in PORTS.lines().filter(|line| !line.starts_with('#')) {
            let name = line.split(' ').next().expect("a name");
            assert!(expand(name).is_some_and(|parts| parts[0].0.len() + parts[0].1.len() >= 2), "{line}");
        }
        assert_eq!(expand("SSH"), Some(vec![(vec![TCP], vec![(22, 22)], None)]));
        assert_eq!(expand("Ping").map(|parts| parts.len()), Some(2));
        assert_eq!(expand("Amanda"), None);
    }
}

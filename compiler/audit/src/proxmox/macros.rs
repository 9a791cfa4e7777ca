//! The macros of Proxmox that are nothing but ports (`pve-firewall/src/PVE/Firewall.pm`, `$pve_fw_macros`). One that is not here
//! makes its rule unknown.

use crate::packet::{ICMP, ICMP6, TCP, UDP};

/// What a macro stands for: `(protocols, destination ports, type of ICMP)`, one for each plain rule.
pub type Expansion = Vec<(Vec<u8>, Vec<(u16, u16)>, Option<u8>)>;

type Entry = (&'static str, &'static [u8], &'static [(u16, u16)]);

const PORTS: &[Entry] = &[
    ("bgp", &[TCP], &[(179, 179)]),
    ("dns", &[UDP, TCP], &[(53, 53)]),
    ("ftp", &[TCP], &[(21, 21)]),
    ("git", &[TCP], &[(9418, 9418)]),
    ("http", &[TCP], &[(80, 80)]),
    ("https", &[TCP], &[(443, 443)]),
    ("imap", &[TCP], &[(143, 143)]),
    ("imaps", &[TCP], &[(993, 993)]),
    ("ldap", &[TCP], &[(389, 389)]),
    ("ldaps", &[TCP], &[(636, 636)]),
    ("mysql", &[TCP], &[(3306, 3306)]),
    ("ntp", &[UDP], &[(123, 123)]),
    ("pop3", &[TCP], &[(110, 110)]),
    ("pop3s", &[TCP], &[(995, 995)]),
    ("postgresql", &[TCP], &[(5432, 5432)]),
    ("rdp", &[TCP], &[(3389, 3389)]),
    ("smtp", &[TCP], &[(25, 25)]),
    ("smtps", &[TCP], &[(465, 465)]),
    ("ssh", &[TCP], &[(22, 22)]),
    ("submission", &[TCP], &[(587, 587)]),
    ("syslog", &[UDP, TCP], &[(514, 514)]),
    ("telnet", &[TCP], &[(23, 23)]),
    ("tftp", &[UDP], &[(69, 69)]),
    ("vnc", &[TCP], &[(5900, 5999)]),
    ("web", &[TCP], &[(80, 80), (443, 443)]),
];

/// What a macro stands for, if it is one of those known here.
pub fn expand(name: &str) -> Option<Expansion> {
    let name = name.to_ascii_lowercase();
    if name == "ping" {
        return Some(vec![(vec![ICMP], Vec::new(), Some(8)), (vec![ICMP6], Vec::new(), Some(128))]);
    }
    let (_, protocols, ports) = PORTS.iter().find(|(own, ..)| *own == name)?;
    Some(vec![(protocols.to_vec(), ports.to_vec(), None)])
}

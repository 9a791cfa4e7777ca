//! The macros of Proxmox. One that is not here is none to Proxmox, which leaves its rule out.

/// One plain rule of a macro. What it does not say, the rule that uses the macro may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Macro {
    /// Its protocol, as pve-firewall writes it, and its number.
    pub proto: (&'static str, u8),
    /// Its destination ports, or its type of ICMP, as they are written.
    pub dport: Option<&'static str>,
    /// Its source ports.
    pub sport: Option<&'static str>,
}

/// A line each: the name, a protocol, destination ports, source ports.
const LINES: &str = include_str!("macros.txt");

/// Macros that are of IPv6 alone.
const SIX: &[&str] = &["neighbordiscovery", "dhcpv6"];

/// The plain rules of a macro, if there is one of that name; case does not matter.
pub fn expand(name: &str) -> Option<Vec<Macro>> {
    let name = name.to_ascii_lowercase();
    let lines = LINES.lines().filter(|line| !line.starts_with('#'));
    let own = lines.map(|line| line.split(' ')).filter_map(|mut words| (words.next()? == name).then_some(words));
    let parts: Vec<Macro> = own
        .filter_map(|mut words| {
            let proto = words.next()?;
            let proto = (proto, super::protocol(proto)?);
            let mut field = || words.next().filter(|word| *word != "-");
            Some(Macro { proto, dport: field(), sport: field() })
        })
        .collect();
    (!parts.is_empty()).then_some(parts)
}

/// Whether a macro is of IPv6 alone.
pub fn is_v6(name: &str) -> bool {
    SIX.contains(&name.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_part_of_a_macro() {
        let lines = || LINES.lines().filter(|line| !line.starts_with('#'));
        let mut names: Vec<&str> = lines().filter_map(|line| line.split(' ').next()).collect();
        names.dedup();
        let parts: usize = names.iter().filter_map(|name| expand(name)).map(|parts| parts.len()).sum();
        assert_eq!(parts, lines().count());
        assert_eq!(expand("SSH"), Some(vec![Macro { proto: ("tcp", 6), dport: Some("22"), sport: None }]));
        assert_eq!(expand("Ping").map(|parts| parts.len()), Some(2));
        assert_eq!(expand("Frobnicate"), None);
    }
}

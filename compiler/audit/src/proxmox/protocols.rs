//! The protocols that Proxmox knows, by name and number.

/// A line each: the name, the number.
const LINES: &str = include_str!("protocols.txt");

/// The number of a protocol. pve-firewall knows those of `/etc/protocols` alone, whose names are in lower case.
pub fn protocol(text: &str) -> Option<u8> {
    let mut lines = LINES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' '));
    let (_, number) = lines.find(|(name, number)| *name == text || *number == text)?;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        assert!(
            LINES.lines().filter(|line| !line.starts_with('#')).all(|line| {
                line.split_once(' ').is_some_and(|(name, number)| protocol(name) == number.parse().ok())
            })
        );
        assert_eq!((protocol("tcp"), protocol("6"), protocol("TCP"), protocol("200")), (Some(6), Some(6), None, None));
    }
}

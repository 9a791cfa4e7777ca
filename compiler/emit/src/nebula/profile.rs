//! What the versions of Nebula know, from their sources (`slackhq/nebula`, tags v1.6.1, v1.9.3, v1.10.3, v1.11.1).

/// The keys and meanings of one line of versions, `1.9` for 1.9.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Profile {
    minor: u32,
}

impl Profile {
    /// The profile of a version that the site has checked.
    pub fn of(version: &str) -> Self {
        let minor = version.split('.').nth(1).and_then(|minor| minor.parse().ok());
        Self { minor: minor.unwrap_or(9) }
    }

    /// `firewall.default_local_cidr_any` exists, and its default is the permissive one: 1.9 only. Before, there is no such
    /// key; from 1.10 on the default is strict and the key deprecated.
    pub fn asks_for_strict_local_addresses(self) -> bool {
        self.minor == 9
    }

    /// Certificates of version 2 (several addresses, IPv6).
    pub fn knows_certificates_v2(self) -> bool {
        self.minor >= 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_the_line_of_a_version() {
        assert!(!Profile::of("1.6.1").asks_for_strict_local_addresses());
        assert!(Profile::of("1.9.3").asks_for_strict_local_addresses());
        assert!(!Profile::of("1.11.1").asks_for_strict_local_addresses());
        assert!(Profile::of("1.10.3").knows_certificates_v2() && !Profile::of("1.9.7").knows_certificates_v2());
    }
}

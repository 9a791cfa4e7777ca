//! Terraform: a resource by what it stands for. HCL takes letters, digits, `_` and `-`, and no digit or `-` in front.

use super::proxmox::hash;

/// The resource that stands for something of this name. A host's name is a DNS label, so it stays as it is; only one
/// that begins with a digit gets a `_`, with which no label begins. Anything else becomes what HCL takes, and unique.
pub fn resource(name: &str) -> String {
    if is_identifier(name) {
        return name.to_owned();
    }
    let clean: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    if clean == name { format!("_{clean}") } else { format!("_{clean}_{:08x}", hash(name)) }
}

/// The resource that stands for a part of something: `dns_net0`.
pub fn part(name: &str, part: &str) -> String {
    resource(&format!("{}_{part}", resource(name)))
}

/// Whether HCL takes it without quotes.
pub fn is_identifier(name: &str) -> bool {
    let rest = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    rest && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn labels_stay_and_digits_in_front_are_marked() {
        assert_eq!(resource("postgres-01"), "postgres-01");
        assert_eq!(resource("01-a"), "_01-a");
        assert_eq!(part("01-a", "net0"), "_01-a_net0");
    }

    #[test]
    fn names_that_look_alike_stay_apart() {
        let names: BTreeSet<String> =
            ["a b", "a\"b", "a.b", "a_b", "ä", "ö", ""].iter().map(|name| resource(name)).collect();
        assert_eq!(names.len(), 7);
    }
}

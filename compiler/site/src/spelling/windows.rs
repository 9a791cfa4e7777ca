//! Windows: a computer is known to its network and its domain by its NetBIOS name, which has 15 signs and no case. What is
//! longer is cut: by Windows when it is named, and by cloudbase-init (`netbios_host_name_compatibility`).

/// How many signs of a name count.
const LENGTH: usize = 15;

/// The name of a computer.
pub fn computer(name: &str) -> String {
    name.chars().take(LENGTH).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_computer_keeps_the_first_fifteen_signs() {
        assert_eq!(computer("accounting-files-01"), "ACCOUNTING-FILE");
        assert_eq!(computer("dc"), "DC");
    }
}

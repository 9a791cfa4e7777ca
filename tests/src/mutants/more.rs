//! Mutants that random sites have no use for: prefixes that are one bit longer or shorter, and orders that a drop decides.

use crate::edits::{Edit, Files};

/// All of a tree, by file and line.
pub fn edits(files: &Files) -> Vec<Edit> {
    let mut found = Vec::new();
    for (path, text) in files {
        let filter = path.starts_with("ansible/files/filter/") && !path.contains("fail_closed");
        if !path.ends_with(".tf") && !filter {
            continue;
        }
        let mut offset = 0;
        for (at, line) in text.split_inclusive('\n').enumerate() {
            lengths(path, at + 1, line, &mut found);
            offset += line.len();
            if path.ends_with("firewall_guests.tf") && line == "  rule {\n" {
                groups(path, at + 1, &text[offset - line.len()..], &mut found);
            }
        }
        if path.ends_with("firewall_groups.tf") {
            drops(path, text, &mut found);
        }
    }
    found
}

fn put(found: &mut Vec<Edit>, kind: &'static str, file: &str, line: usize, before: &str, after: String) {
    found.push(Edit { kind, file: file.to_owned(), line, before: before.to_owned(), after });
}

/// The first prefix of a line, one bit shorter and one bit longer, with the address that the prefix then has.
fn lengths(path: &str, number: usize, line: &str, found: &mut Vec<Edit>) {
    let word = |line: &str| line.split(['"', ' ', ',']).find(|word| word.contains('/')).map(str::to_owned);
    let bare = line.trim_start();
    let rule = bare.starts_with("source") || bare.starts_with("dest") || bare.starts_with("-A ");
    let Some(prefix) = word(line).filter(|_| rule) else { return };
    let Some((address, length)) = prefix.split_once('/') else { return };
    let (Ok(address), Ok(length)) = (address.parse::<std::net::IpAddr>(), length.parse::<u32>()) else { return };
    let most = if address.is_ipv4() { 32 } else { 128 };
    let kinds =
        [("length of a prefix, shorter", length.checked_sub(1)), ("length of a prefix, longer", Some(length + 1))];
    for (kind, other) in kinds {
        let Some(other) = other.filter(|other| (1..=most).contains(other)) else { continue };
        let kept = match address {
            std::net::IpAddr::V4(v4) => {
                std::net::Ipv4Addr::from_bits(v4.to_bits() & (!0u32 << (32 - other))).to_string()
            }
            std::net::IpAddr::V6(v6) => {
                std::net::Ipv6Addr::from_bits(v6.to_bits() & (!0u128 << (128 - other))).to_string()
            }
        };
        put(found, kind, path, number, line, line.replacen(&prefix, &format!("{kept}/{other}"), 1));
    }
}

/// Two groups of a guest that change places.
fn groups(path: &str, number: usize, text: &str, found: &mut Vec<Edit>) {
    let mut blocks = text.split_inclusive("  }\n\n");
    let (Some(first), Some(second)) = (blocks.next(), blocks.next()) else { return };
    if [first, second].iter().all(|block| block.starts_with("  rule {\n") && block.contains("security_group")) {
        put(found, "order of groups", path, number, &format!("{first}{second}"), format!("{second}{first}"));
    }
}

/// What is let through, in front of the first drop of its list, where it stood behind all of them; and the other way round.
fn drops(path: &str, text: &str, found: &mut Vec<Edit>) {
    let mut line = 1;
    for block in text.split_inclusive("\nresource ") {
        let mut rules: Vec<(usize, &str)> = Vec::new();
        let mut rest = block;
        let mut at = line;
        while let Some(start) = rest.find("  rule {\n") {
            at += rest[..start].matches('\n').count();
            let end = start + rest[start..].find("\n  }\n\n").map_or(rest.len() - start, |end| end + "\n  }\n\n".len());
            rules.push((at, &rest[start..end]));
            at += rest[start..end].matches('\n').count();
            rest = &rest[end..];
        }
        line += block.matches('\n').count();
        let drop = |rule: &(usize, &str)| rule.1.contains("\"DROP\"");
        let (Some(first), Some(last)) = (rules.iter().position(drop), rules.iter().rposition(drop)) else { continue };
        let join = |rules: &[(usize, &str)]| rules.iter().map(|rule| rule.1).collect::<String>();
        for accept in last + 1..rules.len() {
            let mut moved = rules[first..=accept].to_vec();
            moved.rotate_right(1);
            put(found, "accept in front of a drop", path, rules[first].0, &join(&rules[first..=accept]), join(&moved));
        }
        for accept in 0..first {
            let mut moved = rules[accept..=last].to_vec();
            moved.rotate_left(1);
            put(found, "accept behind a drop", path, rules[accept].0, &join(&rules[accept..=last]), join(&moved));
        }
    }
}

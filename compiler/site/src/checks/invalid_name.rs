//! A name that is no DNS label
//!
//! ## What is wrong
//!
//! The name of a host, group, cluster, service or another part of the site is not made of lower-case letters, digits and
//! hyphens, or is empty, longer than 63 bytes, or has a hyphen at an end.
//!
//! ## Why
//!
//! Names go into DNS, certificates, Terraform, Ansible and file names, each with rules of its own. A DNS label (RFC 1123,
//! 2.1) is what all of them take as it is, so a name is the same everywhere and never needs quoting.
//!
//! ## Example
//!
//! ```arv part
//!   hosts."block_storage" = { vmid = 3000; groups = [ groups.projects ]; }; # error: E0310
//! ```
//!
//! ## What to do
//!
//! Write the name with `-` in place of what is not allowed. What people should read goes into `description`.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit};
use arvc_syntax::source::Span;

use crate::model::Named;

/// A name that is no DNS label.
pub static CODE: Code = Code::new("E0310", "a name that is no DNS label", include_str!("invalid_name.rs"));

/// Whether a name is a DNS label in lower case.
pub(crate) fn is_label(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&name.len())
        && name.bytes().all(plain)
        && !name.starts_with('-')
        && !name.ends_with('-')
        // RFC 5890, 2.3.1: other labels with hyphens at places 3 and 4 are reserved.
        && (name.get(2..4) != Some("--") || name.starts_with("xn--"))
}

/// The name of `what`: "a host".
pub(crate) fn check(what: &str, name: &str, span: Span) -> Option<Diagnostic> {
    if is_label(name) {
        return None;
    }
    let message = match what.starts_with("the ") {
        true => format!("{} cannot be {what}", shown(name)),
        false => format!("{} is not a name for {what}", shown(name)),
    };
    let label = reason(name);
    let diagnostic = Diagnostic::new(&CODE, message, span, label)
        .note("a name is 1 to 63 lower-case letters, digits and hyphens, with no hyphen at its ends");
    Some(match corrected(name) {
        Some(better) => {
            let text = format!("\"{better}\"");
            diagnostic.help(format!("did you mean `{better}`?")).fix(
                format!("write `{better}`"),
                vec![Edit { span, text }],
                Applicability::MaybeIncorrect,
            )
        }
        None => diagnostic,
    })
}

/// The name of `what` in a field with the name at `key`. One that was computed elsewhere is reported at the field, and is
/// not changed where it came from.
pub(crate) fn check_field(what: &str, name: &str, key: Span, span: Span) -> Option<Diagnostic> {
    let mut problem = check(what, name, span)?;
    // Behind `key = ` there is room for nothing but a literal.
    if key.end <= span.start && span.start - key.end <= " = ".len() as u32 {
        return Some(problem);
    }
    let label = problem.labels.first_mut()?;
    label.span = key;
    problem.fixes.clear();
    Some(problem.secondary(span, "the name comes from here"))
}

/// The member `key` of a cluster. A cluster whose own name is none is reported there.
pub(crate) fn check_member(cluster: &str, key: &str, member: &Named) -> Option<Diagnostic> {
    if is_label(&member.name) || !is_label(cluster) {
        return None;
    }
    check("a member", key, member.key).or_else(|| {
        let message = format!("{} is not a name for a host", shown(&member.name));
        let label = format!("member `{key}` of `{cluster}`: {}", reason(&member.name));
        Some(Diagnostic::new(&CODE, message, member.key, label))
    })
}

/// The label that a name was probably meant to be.
pub(crate) fn corrected(name: &str) -> Option<String> {
    let mut label = String::new();
    for character in name.chars() {
        match character.to_ascii_lowercase() {
            plain @ ('a'..='z' | '0'..='9') => label.push(plain),
            '-' | '_' | '.' | ' ' | '/' | ':' if !label.ends_with('-') => label.push('-'),
            '-' | '_' | '.' | ' ' | '/' | ':' => {}
            _ => return None,
        }
    }
    let label = label.trim_matches('-').to_owned();
    is_label(&label).then_some(label)
}

/// A name as a message shows it: on one line, and not endless.
pub(crate) fn shown(name: &str) -> String {
    let short: String = name.chars().take(80).flat_map(char::escape_debug).collect();
    let dots = if name.chars().count() > 80 { "…" } else { "" };
    format!("`{short}{dots}`")
}

fn reason(name: &str) -> String {
    if name.is_empty() {
        return "it is empty".to_owned();
    }
    let bad = name.chars().find(|it| !(it.is_ascii_lowercase() || it.is_ascii_digit() || *it == '-'));
    match bad {
        Some(bad) if bad.is_ascii_uppercase() => "it has an upper-case letter".to_owned(),
        Some(bad) if bad.is_ascii_graphic() => format!("it has a `{bad}`"),
        Some(' ') => "it has a space".to_owned(),
        Some(bad) => format!("it has the character U+{:04X}", u32::from(bad)),
        None if name.len() > 63 => format!("it has {} bytes", name.len()),
        None if name.starts_with('-') || name.ends_with('-') => "it has a hyphen at an end".to_owned(),
        None => "`--` at the third place is reserved (RFC 5890)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_up_to_63_bytes_with_a_digit_first_are_names() {
        for name in ["dns", "a", "0", "3com", "postgres-01", "xn--bcher-kva", &"a".repeat(63)] {
            assert!(is_label(name), "{name}");
        }
    }

    #[test]
    fn what_another_tool_would_take_for_syntax_is_no_name() {
        let hostile =
            ["", "a/b", "a\"b", "a\nb", "${a}", "%{a}", "{{a}}", "-a", "a-", "a.b", "A", "bücher", "ab--c", ".."];
        for name in hostile {
            assert!(!is_label(name), "{name:?}");
            assert!(check("a host", name, Span::new(0, 1)).is_some());
        }
        assert!(!is_label(&"a".repeat(64)));
    }

    #[test]
    fn the_corrected_name_is_offered_where_there_is_one() {
        assert_eq!(corrected("block_storage_Server"), Some("block-storage-server".to_owned()));
        assert_eq!(corrected("_a__b_"), Some("a-b".to_owned()));
        assert_eq!(corrected("bücher"), None);
        assert_eq!(corrected("__"), None);
    }

    #[test]
    fn a_message_shows_a_hostile_name_on_one_line() {
        assert_eq!(shown("a\nb\u{202e}"), "`a\\nb\\u{202e}`");
    }
}

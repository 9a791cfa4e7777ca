//! A version of Nebula that is not known
//!
//! ## What is wrong
//!
//! `nebula.version` is not a version of 1.6, 1.9, 1.10, 1.11 or 1.12.
//!
//! ## Why
//!
//! Every version of Nebula ignores keys that it does not know, without a word: a firewall rule of a newer version means
//! something else in an older one. So a configuration is written for one known version, and no key outside it is emitted.
//!
//! ## Example
//!
//! ```arv part
//!   nebula.version = "1.7.2"; # error: E0338
//! ```
//!
//! ## What to do
//!
//! Name the version that the guests have: Debian 12 has 1.6.1, Debian 13 has 1.9.3.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;

/// A version of Nebula that is not known.
pub static CODE: Code = Code::new("E0338", "a version of Nebula that is not known", include_str!("unknown_nebula.rs"));

const MINORS: [u32; 5] = [6, 9, 10, 11, 12];

/// The minor version, if the text is a version 1 of Nebula that is known.
pub(crate) fn minor(version: &str) -> Option<u32> {
    parse(version).filter(|(major, minor, _)| *major == 1 && MINORS.contains(minor)).map(|(_, minor, _)| minor)
}

/// The version of the guests.
pub(crate) fn check(version: &str, span: Span) -> Option<Diagnostic> {
    if minor(version).is_some() {
        return None;
    }
    let message = format!("{} is no version of Nebula that is known", shown(version));
    Some(match parse(version) {
        Some((1, minor, _)) => {
            let nearest = MINORS.iter().min_by_key(|known| known.abs_diff(minor)).unwrap_or(&9);
            Diagnostic::new(&CODE, message, span, "known are 1.6, 1.9, 1.10, 1.11 and 1.12")
                .help(format!("the nearest is 1.{nearest}"))
        }
        _ => Diagnostic::new(&CODE, message, span, "a version is three numbers, such as 1.9.3"),
    })
}

fn parse(version: &str) -> Option<(u32, u32, u32)> {
    let mut parts = version.split('.').map(|part| {
        let plain = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let canonical = plain && (part == "0" || !part.starts_with('0'));
        part.parse().ok().filter(|_: &u32| canonical)
    });
    let version = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_with_a_profile_are_known() {
        for version in ["1.6.1", "1.9.3", "1.10.3", "1.11.1", "1.12.0"] {
            assert!(minor(version).is_some(), "{version}");
        }
        for version in ["1.7.2", "1.8.0", "1.13.0", "2.9.0", "1.9", "1.9.3.1", "v1.9.3", "1.09.3", "", "1.9.x"] {
            assert!(check(version, Span::new(0, 1)).is_some(), "{version}");
        }
    }

    #[test]
    fn the_nearest_known_version_is_offered() {
        let helps = check("1.13.0", Span::new(0, 1)).map(|problem| problem.helps);
        assert_eq!(helps, Some(vec!["the nearest is 1.12".to_owned()]));
    }
}

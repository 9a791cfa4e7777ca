//! Libraries: the sources that come with the compiler (the prelude, which is the schema, and `std`), and where a project
//! keeps those that come from elsewhere.
//!
//! Which libraries a project has, and whether they are what it locked, is not decided here.

use crate::query::EXPRESSION;

/// What a site is.
pub const PRELUDE: &str = include_str!("../prelude/prelude.arv");

/// The library that comes with the compiler.
pub const STANDARD: &str = "std";

/// The folder of a project that holds its libraries, each in a folder of its name.
pub const FOLDER: &str = "vendor";

/// The file of a library whose value `import` gives.
pub const ENTRY: &str = "default.arv";

include!(concat!(env!("OUT_DIR"), "/std.rs"));

/// The text of a file of `std`.
pub fn source(name: &str) -> Option<&'static str> {
    STD.binary_search_by(|(known, _)| (*known).cmp(name)).ok().map(|at| STD[at].1)
}

/// The folder of a library of the project: `vendor/acme`.
pub fn folder(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

/// The library that a source belongs to: `<std>` and `<prelude>` for the compiler's own. None: the project's own text, or that of
/// a question.
pub fn of(path: &str) -> Option<&str> {
    if path.starts_with('<') && path != EXPRESSION {
        return Some(path.split_once('/').map_or(path, |(library, _)| library));
    }
    let below = path.strip_prefix(FOLDER)?.strip_prefix('/')?;
    below.split_once('/').map(|(name, _)| name)
}

/// Whether a library of a project may have this name: a letter, then letters, digits, `-` and `_`, and none of the
/// compiler's own. It is the name of a folder on every machine, so letters are small ones.
pub fn is_name(name: &str) -> bool {
    let more = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(more) && name.len() <= 64 && name != STANDARD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_belongs_to_the_library_whose_folder_holds_it() {
        assert_eq!(of("<std>/dns.arv"), Some("<std>"));
        assert_eq!(of("<prelude>"), Some("<prelude>"));
        assert_eq!(of("vendor/acme/default.arv"), Some("acme"));
        assert_eq!(of("vendor/acme/lib/web.arv"), Some("acme"));
        for own in ["site.arv", "vendor/web.arv", "lib/vendor/acme/default.arv", "vendors/acme/default.arv"] {
            assert_eq!(of(own), None, "{own}");
        }
    }

    #[test]
    fn a_library_has_a_name_that_is_a_folder_everywhere() {
        for good in ["acme", "a", "acme-2_x"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "std", "Acme", "2acme", "a/b", "..", "a.b", ".a", "a b", "é", &"a".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}

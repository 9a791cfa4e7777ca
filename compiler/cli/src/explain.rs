//! `arvc explain`: the pages of all crates, joined.

use std::fmt::Write;

use arvc_syntax::diagnostic::{Code, nearest};

use crate::{project, source};

/// Every code of every crate, sorted.
pub fn codes() -> Vec<&'static Code> {
    let crates: [&[&Code]; 2] = [project::CODES, source::CODES];
    let mut codes: Vec<_> = crates.into_iter().flatten().copied().collect();
    codes.sort_by_key(|code| code.id);
    codes
}

/// The list of all codes with their titles.
pub fn list() -> String {
    codes().into_iter().fold(String::new(), |mut text, code| {
        let _ = writeln!(text, "{}  {}", code.id, code.title);
        text
    })
}

/// The page of a code, or of an unknown one the nearest that exists.
pub fn page(wanted: &str) -> Result<String, Option<&'static str>> {
    let codes = codes();
    let wanted = wanted.trim().trim_matches(['[', ']']);
    match codes.iter().find(|code| code.id.eq_ignore_ascii_case(wanted)) {
        Some(code) => Ok(format!("{}: {}", code.id, code.page())),
        None => Err(nearest(&wanted.to_uppercase(), codes.iter().map(|code| code.id))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_one_of_a_known_form_and_explains_itself() {
        let codes = codes();
        for pair in codes.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} is declared twice", pair[0].id);
        }
        for code in codes {
            let (letter, digits) = code.id.split_at(1);
            assert!(["E", "L"].contains(&letter) && digits.len() == 4, "{}", code.id);
            assert!(digits.bytes().all(|byte| byte.is_ascii_digit()), "{}", code.id);
            let page = code.page();
            assert!(!code.title.is_empty() && !code.title.ends_with('.'), "{}", code.id);
            for section in ["## What is wrong\n", "## Why\n", "## Example\n", "## What to do\n"] {
                assert!(page.contains(section), "the page of {} has no section {section:?}", code.id);
            }
        }
    }

    #[test]
    fn a_page_is_found_however_its_code_is_written_and_an_unknown_one_names_the_nearest() {
        assert!(page("E0711").unwrap().starts_with("E0711: A key of `arv.toml` means nothing.\n"));
        assert_eq!(page("e0711"), page("E0711"));
        assert_eq!(page("[E0711]"), page("E0711"));
        assert_eq!(page("EO711"), Err(Some("E0711")));
        assert_eq!(page("what"), Err(None));
    }
}

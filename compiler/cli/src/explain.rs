//! `arvc explain`: the pages of all crates, joined.

use arvc_syntax::diagnostic::{Code, Severity, nearest};

use crate::messages::Format;
use crate::{audited, libraries, lock, project, source};

/// Every code of every crate, sorted.
pub fn codes() -> Vec<&'static Code> {
    let crates: [&[&Code]; 9] = [
        arvc_syntax::problems::CODES,
        arvc_lang::CODES,
        arvc_site::CODES,
        arvc_reach::CODES,
        project::CODES,
        source::CODES,
        libraries::CODES,
        lock::CODES,
        audited::CODES,
    ];
    let mut codes: Vec<_> = crates.into_iter().flatten().copied().collect();
    codes.sort_by_key(|code| code.id);
    codes
}

/// The page of one code, or without one the list of all, in the format that was asked for.
///
/// A code that does not exist gives the nearest one that does.
pub fn explain(wanted: Option<&str>, format: Format) -> Result<String, Option<&'static str>> {
    let codes = codes();
    let Some(wanted) = wanted else {
        let line = |code: &&'static Code| if format == Format::Json { json(code) } else { title(code) };
        return Ok(codes.iter().map(line).collect());
    };
    let wanted = wanted.trim().trim_matches(['[', ']']);
    match codes.iter().find(|code| code.id.eq_ignore_ascii_case(wanted)) {
        Some(code) => Ok(match format {
            Format::Human => format!("{}: {}", code.id, code.page()),
            Format::Short => title(code),
            Format::Json => json(code),
        }),
        None => Err(nearest(&wanted.to_uppercase(), codes.iter().map(|code| code.id))),
    }
}

fn title(code: &Code) -> String {
    format!("{}  {}\n", code.id, code.title)
}

/// One object: `version`, `code`, `severity`, `title`, `page` (Markdown).
fn json(code: &Code) -> String {
    let severity = match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let object = serde_json::json!({
        "version": 1, "code": code.id, "severity": severity, "title": code.title, "page": code.page(),
    });
    format!("{object}\n")
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

    fn page(wanted: &str) -> Result<String, Option<&'static str>> {
        explain(Some(wanted), Format::Human)
    }

    #[test]
    fn a_page_is_found_however_its_code_is_written_and_an_unknown_one_names_the_nearest() {
        assert!(page("E0711").unwrap().starts_with("E0711: A key of `arv.toml` means nothing.\n"));
        assert_eq!(page("e0711"), page("E0711"));
        assert_eq!(page("[E0711]"), page("E0711"));
        assert_eq!(page("EO711"), Err(Some("E0711")));
        assert_eq!(page("what"), Err(None));
    }

    #[test]
    fn a_page_is_one_object_for_programs_and_one_line_for_grep() {
        let value: serde_json::Value = serde_json::from_str(&explain(Some("E0711"), Format::Json).unwrap()).unwrap();
        assert_eq!((&value["code"], &value["severity"]), (&"E0711".into(), &"error".into()));
        assert!(value["page"].as_str().unwrap().contains("## Why\n"));
        assert_eq!(explain(Some("E0711"), Format::Short).unwrap(), "E0711  a key of `arv.toml` means nothing\n");
        assert_eq!(explain(None, Format::Json).unwrap().lines().count(), codes().len());
    }
}

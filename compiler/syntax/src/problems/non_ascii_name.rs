//! A name is not ASCII.
//!
//! ## What is wrong
//!
//! A name has a letter outside of `a-z`, `A-Z`, `0-9`, `_` and `-`.
//!
//! ## Why
//!
//! Names become host names, groups and file names, which are ASCII; and letters of other scripts look the same and are not:
//! two hosts `dns` could differ. Text in strings and comments may have any letter.
//!
//! ## Example
//!
//! ```arv
//! {
//!   hosts.büro = {}; # error: E0012
//! }
//! ```
//!
//! ## What to do
//!
//! Use the ASCII form that the message offers, and put the proper name into `description`.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0012", "a name is not ASCII", include_str!("non_ascii_name.rs"));

/// The name at `span`.
pub(crate) fn problem(span: Span, name: &str) -> Diagnostic {
    let strange = name.chars().filter(|c| !c.is_ascii());
    let mut seen: Vec<String> = strange.map(|c| format!("`{c}` (U+{:04X})", c as u32)).collect();
    seen.dedup();
    let rest = seen.len().saturating_sub(4);
    seen.truncate(4);
    let mut label = seen.join(", ");
    if rest > 0 {
        label.push_str(&format!(" and {rest} more"));
    }
    let problem = Diagnostic::new(&CODE, "names are written in ASCII", span, label);
    match ascii(name) {
        Some(plain) => {
            problem.fix(format!("write `{plain}`"), vec![Edit { span, text: plain }], Applicability::MaybeIncorrect)
        }
        None => problem.help("choose a name of ASCII letters"),
    }
}

/// The name in ASCII letters, if each of its letters has such a form.
fn ascii(name: &str) -> Option<String> {
    let mut plain = String::with_capacity(name.len());
    for c in name.chars() {
        match letter(c) {
            Some(text) => plain.push_str(text),
            None if c.is_ascii() => plain.push(c),
            None => return None,
        }
    }
    Some(plain)
}

/// Letters with marks, and letters of other scripts that look like Latin ones.
fn letter(c: char) -> Option<&'static str> {
    Some(match c {
        'ä' | 'æ' => "ae",
        'ö' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'Ä' => "Ae",
        'Ö' => "Oe",
        'Ü' => "Ue",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' | 'а' | 'α' => "a",
        'ç' | 'ć' | 'č' | 'с' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' | 'е' | 'ё' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' | 'і' => "i",
        'ј' => "j",
        'ł' | 'ľ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ō' | 'ő' | 'о' | 'ο' => "o",
        'р' => "p",
        'ř' => "r",
        'ś' | 'ş' | 'š' | 'ș' | 'ѕ' => "s",
        'ť' | 'ț' | 'ţ' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' => "u",
        'х' => "x",
        'ý' | 'ÿ' | 'у' => "y",
        'ź' | 'ż' | 'ž' => "z",
        '\u{300}'..='\u{36f}' => "",
        'À' | 'Á' | 'Â' | 'Ã' | 'Å' | 'А' | 'Α' => "A",
        'Ç' | 'Ć' | 'Č' | 'С' => "C",
        'È' | 'É' | 'Ê' | 'Ë' | 'Е' | 'Ε' => "E",
        'Ñ' => "N",
        'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ø' | 'О' | 'Ο' => "O",
        'Š' | 'Ś' => "S",
        'В' | 'Β' => "B",
        'Н' | 'Η' => "H",
        'К' | 'Κ' => "K",
        'М' | 'Μ' => "M",
        'Р' | 'Ρ' => "P",
        'Т' | 'Τ' => "T",
        'Х' | 'Χ' => "X",
        'Ż' | 'Ź' | 'Ž' => "Z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::ascii;

    #[test]
    fn a_name_has_an_ascii_form_only_if_each_letter_has_one() {
        assert_eq!(ascii("büro-ß").as_deref(), Some("buero-ss"));
        assert_eq!(ascii("dnѕ").as_deref(), Some("dns"));
        assert_eq!(ascii("東京"), None);
    }
}

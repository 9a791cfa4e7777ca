//! Text as a quoted string of HCL (specification, "Template Expressions" and "Quoted Templates").

/// The text between quotes, such that HCL reads the same text back: no quote ends it, no `${` or `%{` begins anything.
///
/// What a reader cannot see (control characters, the marks that reorder text, a byte order mark) is written by number.
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for (position, c) in text.char_indices() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' => quote_sigil(c, &text[position + 1..], &mut quoted),
            _ if is_hidden(c) => push_number(c, &mut quoted),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// `$` and `%` matter in front of `{`, where they are doubled. Another one in front of the pair is written by number,
/// so that nobody has to know how HCL splits `$$${`.
fn quote_sigil(sigil: char, rest: &str, quoted: &mut String) {
    let after = rest.trim_start_matches(['$', '%']);
    if !after.starts_with('{') {
        quoted.push(sigil);
    } else if after.len() == rest.len() {
        quoted.push(sigil);
        quoted.push(sigil);
    } else {
        push_number(sigil, quoted);
    }
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn push_number(c: char, quoted: &mut String) {
    let number = u32::from(c);
    match number {
        0..=0xffff => quoted.push_str(&format!("\\u{number:04x}")),
        _ => quoted.push_str(&format!("\\U{number:08x}")),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::quote;

    /// A reader of quoted strings written from HCL's specification alone. `None` for what is no plain string: a bare
    /// quote or newline, an unknown escape, the beginning of an interpolation.
    fn read(quoted: &str) -> Option<String> {
        let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
        let chars: Vec<char> = inner.chars().collect();
        let mut text = String::new();
        let mut at = 0;
        while let Some(&c) = chars.get(at) {
            let next = chars.get(at + 1).copied();
            let third = chars.get(at + 2).copied();
            at += 1;
            match c {
                '"' => return None,
                _ if c.is_control() => return None,
                '$' | '%' if next == Some(c) && third == Some('{') => {
                    text.push(c);
                    text.push('{');
                    at += 2;
                }
                '$' | '%' if next == Some('{') => return None,
                '\\' => {
                    at += 1;
                    let digits = match next? {
                        'n' => {
                            text.push('\n');
                            0
                        }
                        'r' => {
                            text.push('\r');
                            0
                        }
                        't' => {
                            text.push('\t');
                            0
                        }
                        '"' => {
                            text.push('"');
                            0
                        }
                        '\\' => {
                            text.push('\\');
                            0
                        }
                        'u' => 4,
                        'U' => 8,
                        _ => return None,
                    };
                    if digits > 0 {
                        let number: String = chars.get(at..at + digits)?.iter().collect();
                        text.push(char::from_u32(u32::from_str_radix(&number, 16).ok()?)?);
                        at += digits;
                    }
                }
                _ => text.push(c),
            }
        }
        Some(text)
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        assert_eq!(quote("Debian 13, 100 % für $5"), "\"Debian 13, 100 % für $5\"");
    }

    #[test]
    fn the_beginning_of_a_template_is_doubled() {
        assert_eq!(quote("${var.x} %{ if true }"), "\"$${var.x} %%{ if true }\"");
    }

    #[test]
    fn sigils_before_a_doubled_one_are_numbers() {
        assert_eq!(quote("$${"), "\"\\u0024$${\"");
        assert_eq!(quote("$%{"), "\"\\u0024%%{\"");
    }

    #[test]
    fn quotes_lines_and_hidden_characters_are_escaped() {
        assert_eq!(
            quote("a\"b\\c\nd\re\tf\u{0}\u{202e}\u{e0001}"),
            "\"a\\\"b\\\\c\\nd\\re\\tf\\u0000\\u202e\\U000e0001\""
        );
    }

    proptest! {
        #[test]
        fn any_text_reads_back(text in any::<String>()) {
            prop_assert_eq!(read(&quote(&text)), Some(text));
        }

        #[test]
        fn text_of_syntax_reads_back(text in "[${}%\"\\\\\n\r\tnuU0-9a{]{0,12}") {
            prop_assert_eq!(read(&quote(&text)), Some(text));
        }
    }
}

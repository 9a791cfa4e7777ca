//! A text that is no public SSH key
//!
//! ## What is wrong
//!
//! A key of `operators.keys` is not one line `TYPE BASE64 COMMENT` as `ssh-keygen` writes it into a file `.pub`.
//!
//! ## Why
//!
//! The line goes into the first configuration of every guest as it is. A broken one shuts the operators out of machines that
//! are already made.
//!
//! ## Example
//!
//! ```arv part
//!   operators.keys = [ "my key" ]; # error: E0348
//! ```
//!
//! ## What to do
//!
//! Copy the whole line of the file that ends in `.pub`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// A text that is no public SSH key.
pub static CODE: Code = Code::new("E0348", "a text that is no public SSH key", include_str!("ssh_key.rs"));

const TYPES: [&str; 7] = [
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// One key.
pub(crate) fn check(key: &str, span: Span) -> Option<Diagnostic> {
    let label = reason(key)?;
    Some(
        Diagnostic::new(&CODE, "this is no public SSH key", span, label)
            .help("copy the whole line of the file that ends in `.pub`"),
    )
}

fn reason(key: &str) -> Option<&'static str> {
    if key.contains(['\n', '\r']) {
        return Some("it has more than one line");
    }
    let mut parts = key.splitn(3, ' ');
    let kind = parts.next().unwrap_or_default();
    if !TYPES.contains(&kind) {
        return Some("it does not begin with a type of key, such as `ssh-ed25519`");
    }
    let Some(blob) = parts.next() else { return Some("it has no key behind its type") };
    let comment = parts.next().unwrap_or_default();
    // The comment is written into YAML without quotes by Proxmox.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" @._+=/-()".contains(&byte);
    if !comment.bytes().all(plain) {
        return Some("its comment holds a character other than letters, digits and `@ . _ + = / - ( )`");
    }
    // RFC 4253, 6.6: the blob begins with the length of the type and the type itself.
    let begins = decode(blob).is_some_and(|bytes| {
        let length = bytes.get(..4).map(|it| u32::from_be_bytes([it[0], it[1], it[2], it[3]]) as usize);
        length == Some(kind.len())
            && bytes.get(4..4 + kind.len()) == Some(kind.as_bytes())
            && bytes.len() > 4 + kind.len()
    });
    (!begins).then_some("its middle is no key of this type")
}

/// Base64 with padding (RFC 4648).
fn decode(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(4) {
        return None;
    }
    let data = text.trim_end_matches('=');
    if text.len() - data.len() > 2 {
        return None;
    }
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0);
    for byte in data.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of 32 zero bytes: no one's.
    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn a_line_of_a_pub_file_is_a_key_with_and_without_comment() {
        assert_eq!(reason(KEY), None);
        assert_eq!(reason(&format!("{KEY} ops@example.org (laptop)")), None);
    }

    #[test]
    fn a_broken_line_is_none() {
        let bad = [
            "",
            "my key",
            "ssh-ed25519",
            "ssh-ed25519 AAAA",
            "ssh-ed25519 not*base64",
            "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ];
        for key in bad {
            assert!(reason(key).is_some(), "{key}");
        }
        for comment in ["a: b", "a #b", "a\nb", "\"", "é"] {
            assert!(reason(&format!("{KEY} {comment}")).is_some(), "{comment}");
        }
        assert!(reason(&format!("command=\"x\" {KEY}")).is_some());
    }
}

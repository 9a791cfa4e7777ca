//! Secrets that are told by their form: private keys, hashes of passwords, tokens of well-known programs.

/// What kind of secret a text holds, if it is one that is told by its form.
pub fn kind(text: &str) -> Option<&'static str> {
    if text.len() < SHORTEST {
        return None;
    }
    let block = text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----");
    if block || text.contains("AGE-SECRET-KEY-1") || text.contains("PuTTY-User-Key-File-") {
        return Some("a private key");
    }
    if text.match_indices('$').any(|(at, _)| is_hash(&text[at + 1..])) {
        return Some("the hash of a password");
    }
    let words = text.split(|sign: char| !(sign.is_ascii_alphanumeric() || "_-.@!=".contains(sign)));
    words.filter(|word| word.len() >= SHORTEST).any(is_token).then_some("a token")
}

/// Nothing shorter is told by its form.
const SHORTEST: usize = 20;

/// Methods of crypt(3) and the like, as they stand between two signs of the dollar.
const METHODS: &str =
    "1 2 2a 2b 2x 2y 5 6 7 y gy apr1 sha1 argon2i argon2d argon2id scrypt pbkdf2-sha256 pbkdf2-sha512";

/// Whether what follows a dollar is `METHOD$SALT$HASH`.
fn is_hash(text: &str) -> bool {
    let Some((method, rest)) = text.split_once('$') else { return false };
    let body = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"./$=,+-_".contains(byte)).count();
    METHODS.split(' ').any(|known| known == method) && body > SHORTEST
}

/// How tokens of programs begin, and how much follows at least.
const TOKENS: &[(&str, usize)] = &[
    ("ghp_", 36),
    ("gho_", 36),
    ("ghu_", 36),
    ("ghs_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("hvs.", 24),
    ("dckr_pat_", 20),
    ("npm_", 36),
    ("sk_live_", 20),
    ("tskey-auth-", 20),
];

fn is_token(word: &str) -> bool {
    // A token of Proxmox: USER@REALM!NAME=UUID.
    let of_proxmox = || {
        let (user, secret) = word.rsplit_once('=')?;
        let parts: Vec<&str> = secret.split('-').collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        let hex = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()));
        (user.contains('@') && user.contains('!') && hex && lengths == [8, 4, 4, 4, 12]).then_some(())
    };
    // Three parts of base64, of which two are objects of JSON.
    let signed = || {
        let parts: Vec<&str> = word.split('.').collect();
        parts.len() == 3
            && parts[..2].iter().all(|part| part.starts_with("eyJ"))
            && parts.iter().all(|part| part.len() > 9)
    };
    let last = word.rsplit('=').next().unwrap_or_default();
    let begins = TOKENS.iter().any(|(begin, least)| {
        let joined = if *begin == "github_pat_" || !begin.ends_with('_') { "_-." } else { "" };
        last.strip_prefix(begin).is_some_and(|rest| {
            rest.len() >= *least
                && rest.bytes().any(|byte| byte.is_ascii_digit())
                && rest.chars().all(|sign| sign.is_ascii_alphanumeric() || joined.contains(sign))
        })
    });
    begins || signed() || of_proxmox().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_hashes_and_tokens_are_told_by_their_form() {
        let hash = "d".repeat(30);
        for text in [
            "-----BEGIN OPENSSH PRIVATE KEY-----".to_owned(),
            "for ops: -----BEGIN NEBULA X25519 PRIVATE KEY-----\nAAAA".to_owned(),
            format!("root:$6$saltsalt${hash}:1"),
            format!("$y$j9T$salt${hash}"),
            format!("$2b$12${hash}"),
            format!("token={}{}", "ghp_", "a1".repeat(18)),
            format!("{}{}", "glpat-", "a1".repeat(10)),
            "root@pam!terraform=01234567-89ab-cdef-0123-456789abcdef".to_owned(),
        ] {
            assert!(kind(&text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_only_speaks_of_them_is_none() {
        for text in [
            "",
            "the PRIVATE KEY is with the operators, and not here",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ops@example",
            "costs $1$ or $6$, whatever is more at the end of the month",
            "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "https://example.org/npm_and_yarn_of_a_project_that_has_a_long_name/",
            "ops@example.org!x=01234567-89ab-cdef-0123-456789abcd",
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
    }
}

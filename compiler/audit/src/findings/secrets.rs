//! `secret-in-a-file`: a private key, the hash of a password, a token or a password that stands in a file of the tree, where
//! everybody reads it and Terraform keeps it in its state.

use std::collections::BTreeMap;

use arvc_verdict::Source;

use super::Finding;

/// The secrets of a tree that are told by their form, a line each.
pub fn secrets(files: &BTreeMap<String, String>) -> Vec<Finding> {
    let mut all = Vec::new();
    for (path, text) in files {
        for (number, line) in (1..).zip(text.lines()) {
            let Some(what) = kind(line).or_else(|| password(path, line)) else { continue };
            all.push(Finding {
                kind: "secret-in-a-file",
                sources: vec![Source { file: path.clone(), line: number }],
                words: format!("this is {what}: whoever reads the tree has it"),
                help: "look it up when it is used, make a new one, and take this one out of use",
            });
        }
    }
    all
}

/// A password that is written out where Terraform or Ansible takes one.
fn password(path: &str, line: &str) -> Option<&'static str> {
    let line = line.trim();
    let sign = if path.ends_with(".tf") { '=' } else { ':' };
    let inventory = ["host_vars/", "group_vars/", "inventory"].iter().any(|part| path.contains(part));
    let yaml = (path.ends_with(".yml") || path.ends_with(".yaml")) && inventory;
    if sign == ':' && !yaml {
        return None;
    }
    let (key, value) = line.split_once(sign)?;
    let (key, value) = (key.trim().trim_start_matches("- "), value.trim());
    let named = ["password", "passwd", "_pass"].iter().any(|end| key.ends_with(end));
    let quoted = value.starts_with('"') && value.len() > 2;
    let literal = match sign {
        '=' => quoted && !value.contains("${"),
        _ => !value.is_empty() && !["null", "~", "true", "false", "\"\"", "''", "|", ">"].contains(&value),
    };
    // A tag says that the text is encrypted, but for the one that keeps it as it is.
    let tagged = value.starts_with('!') && !value.starts_with("!unsafe");
    let looked_up = value.contains("{{") || tagged || value.starts_with('&') || value.starts_with('*');
    (named && literal && !looked_up && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
        .then_some("a password")
}

/// What kind of secret a text holds, if it is one that is told by its form.
fn kind(text: &str) -> Option<&'static str> {
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

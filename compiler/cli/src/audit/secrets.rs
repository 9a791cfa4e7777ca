//! `secret-in-a-file`: a private key, the hash of a password, a token or a password that stands in a file of the tree, where
//! everybody reads it and Terraform keeps it in its state.

use std::collections::BTreeMap;

use arvc_audit::Finding;
use arvc_site::secret::kind;
use arvc_verdict::Source;

/// The secrets of a tree that are told by their form, a line each.
pub(super) fn secrets(files: &BTreeMap<String, String>) -> Vec<Finding> {
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use arvc_tests::projects;
    use pretty_assertions::assert_eq;

    use super::*;

    /// C37: a secret in state, in an inventory, in a snippet.
    #[test]
    fn c37_a_secret_that_stands_in_a_file_is_told() {
        let found = |path: &str, text: &str| secrets(&[(path.to_owned(), text.to_owned())].into()).len();
        let hash = format!("$6$salt${}", "a".repeat(40));
        for (path, text) in [
            ("terraform/main.tf", "  password = \"changeme\"\n".to_owned()),
            (
                "terraform/provider.tf",
                "  api_token = \"root@pam!tf=01234567-89ab-cdef-0123-456789abcdef\"\n".to_owned(),
            ),
            ("group_vars/dc.yml", "samba_restore_password: changeme\n".to_owned()),
            ("host_vars/web.yml", format!("users:\n  - password_hash: {hash}\n")),
            ("snippets/web.yaml", format!("chpasswd:\n  list: root:{hash}\n")),
            ("nebula/host.key", "-----BEGIN NEBULA X25519 PRIVATE KEY-----\n".to_owned()),
        ] {
            assert_eq!(found(path, &text), 1, "{path}: {text}");
        }
        for (path, text) in [
            ("terraform/main.tf", "  password = var.password\n  password = \"${var.x}\"\n  password = \"\"\n"),
            ("group_vars/dc.yml", "ansible_become_password: \"{{ lookup('x') }}\"\nroot_password: !vault |\n"),
            ("README.md", "password: ask the operators\n"),
        ] {
            assert_eq!(found(path, text), 0, "{path}: {text}");
        }
        let told = &secrets(&[("a.key".to_owned(), hash)].into())[0];
        let chapter = include_str!("../../../../lang-spec/audit.md");
        assert!(chapter.contains(&format!("| `{}` |", told.kind)));
    }

    #[test]
    fn no_emitted_tree_has_one() {
        let mut files = BTreeMap::new();
        projects::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden"), "", &mut files);
        assert!(!files.is_empty());
        assert_eq!(secrets(&files), Vec::new());
    }
}

//! A secret in a source
//!
//! ## What is wrong
//!
//! A text holds the private half of a key, the hash of a password, or a token, wherever it stands.
//!
//! ## Why
//!
//! What stands in a source is read by everybody who reads the project, and is in its history for ever. What is emitted of it stands
//! in files besides, and Terraform keeps a copy in its state. A hash is tried out at leisure by whoever has it.
//!
//! ## Example
//!
//! ```arv part
//!   operators.keys = [ "-----BEGIN OPENSSH PRIVATE KEY-----" ]; # error: E0349
//! ```
//!
//! ## What to do
//!
//! Write the public half of a key. A role that needs the secret itself gets a reference to it, `variables.x = secret
//! "kv/data/web#token"`, which is looked up when it is used. Take what was written out of use: make a new one, and remove the old
//! one where it was accepted.

use std::collections::BTreeSet;

use arvc_lang::data::{Data, Datum};
use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::secret::kind;

/// A secret in a source.
pub static CODE: Code = Code::new("E0349", "a secret in a source", include_str!("private_key.rs"));

/// All texts of a site, each once, however many machines have it. Where they stand.
pub(crate) fn check(data: &Data, out: &mut Vec<Diagnostic>) -> BTreeSet<Span> {
    let texts = data.nodes.iter().filter_map(|node| match &node.value {
        Datum::Str(text) => Some((node.span, kind(text)?)),
        _ => None,
    });
    let found: BTreeSet<(Span, &'static str)> = texts.collect();
    out.extend(found.iter().map(|(span, what)| diagnostic(what, *span)));
    found.into_iter().map(|(span, _)| span).collect()
}

fn diagnostic(what: &str, span: Span) -> Diagnostic {
    let found = Diagnostic::new(&CODE, format!("this is {what}"), span, "nobody but its owner may read it");
    match what {
        "a private key" => {
            found.help("write the public half, which ends in `.pub`, and make a new key: this one is known now")
        }
        _ => found.help(
            "write a reference, `secret \"kv/data/NAME#KEY\"`, where the field takes one, and make a new one: this one is known now",
        ),
    }
}

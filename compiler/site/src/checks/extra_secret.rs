//! A secret where it would be stored
//!
//! ## What is wrong
//!
//! A secret is handed on to Terraform or to Nebula, or its reference does not say where a lookup finds it.
//!
//! ## Why
//!
//! A secret is a reference, and an emitter turns it into a lookup at the moment of its use. Terraform would write what it
//! found into its state, and Nebula's configuration is a file of the tree, which looks nothing up. Ansible's variables can
//! hold one: it becomes a lookup in Vault's second key-value engine, whose path is `MOUNT/data/NAME`.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     terraform.vga.clipboard = secret "kv/data/a#password"; # error: E0377
//!   };
//! ```
//!
//! ## What to do
//!
//! Hand it to a role through `variables`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::extra::{ExtraField, ExtraKind};
use crate::model::SecretRef;

/// A secret where it would be stored.
pub static CODE: Code = Code::new("E0377", "a secret where it would be stored", include_str!("extra_secret.rs"));

/// A secret at `span` would end up in `place`.
pub(crate) fn diagnostic(place: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("a secret would be stored in {place}"), span, "nothing looks it up here")
        .help("hand it to an Ansible role: `variables` take secrets, which are looked up when they are used")
}

/// Where a lookup of Ansible finds a secret: the engine's mount and the path below it. The API's `data/` stands between.
/// All of it goes into an expression, so it is made of plain signs only.
pub fn lookup(secret: &SecretRef) -> Option<(&str, &str)> {
    let (mount, path) = secret.path.split_once("/data/")?;
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
    };
    (plain(mount) && plain(path) && plain(&secret.key)).then_some((mount, path))
}

/// The secrets in variables: each must be one that a lookup finds.
pub(crate) fn check_lookups(fields: &[ExtraField], out: &mut Vec<Diagnostic>) {
    fields.iter().for_each(|field| check_lookup(&field.value, out));
}

/// A secret, or what holds some.
pub(crate) fn check_lookup(value: &crate::extra::Extra, out: &mut Vec<Diagnostic>) {
    match &value.kind {
        ExtraKind::Secret(secret) if lookup(secret).is_none() => out.push(
            Diagnostic::new(&CODE, "a secret that no lookup of Ansible finds", value.span, "not `MOUNT/data/NAME#KEY`")
                .help("for example `secret \"kv/data/shop#admin_password\"`, of letters, digits and `_ - . /`"),
        ),
        ExtraKind::List(items) => items.iter().for_each(|item| check_lookup(item, out)),
        ExtraKind::Record(fields) => check_lookups(fields, out),
        _ => {}
    }
}

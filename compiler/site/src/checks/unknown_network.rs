//! A network that does not exist
//!
//! ## What is wrong
//!
//! `on.N` names a network that the site does not have.
//!
//! ## Why
//!
//! The keys of `on` are names of networks, so that a machine's interfaces can be stated one by one.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.laptop = {
//!     kind = Machine;
//!     groups = [ groups.projects ];
//!     on.brigde.address = 192.168.100.200; # error: E0354
//!   };
//! ```
//!
//! ## What to do
//!
//! Correct the name, or declare the network.

use arvc_syntax::diagnostic::{Code, Diagnostic, nearest};
use arvc_syntax::source::Span;

use super::invalid_name::shown;
use crate::model::{Named, Network};
use crate::place::report;

/// A network that does not exist.
pub static CODE: Code = Code::new("E0354", "a network that does not exist", include_str!("unknown_network.rs"));

/// A key of `on`.
pub(crate) fn diagnostic(named: &Named, name: &str, key: Span, networks: &[Network]) -> Diagnostic {
    let message = format!("`{}` is on {}, which is no network", named.path, shown(name));
    let diagnostic = report(&CODE, message, named, key, "no network has this name");
    let names = networks.iter().map(|network| network.named.name.as_str());
    match nearest(name, names.clone()) {
        Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")),
        None => diagnostic
            .note(format!("networks: {}", names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))),
    }
}

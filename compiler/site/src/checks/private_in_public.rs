//! A private address that the world is told
//!
//! ## What is wrong
//!
//! A record of a domain's public view has a private address.
//!
//! ## Why
//!
//! The world cannot reach it, and learns how the site is numbered. Many resolvers drop such an answer, since it is how a foreign
//! page reaches into a network (DNS rebinding).
//!
//! ## Example
//!
//! ```arv part
//!   domains."example.org" = {
//!     servers = [ "ns1.example.net" ];
//!     records = [ { name = "nas"; data = Ip 192.168.100.40; } ]; # error: L0880
//!   };
//! ```
//!
//! ## What to do
//!
//! Tell it to the site's own machines alone: `view = Internal;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Answer, Site, View};
use crate::names::{Said, Source, is_private, servers};

/// A private address that the world is told.
pub static CODE: Code =
    Code::new("L0880", "a private address that the world is told", include_str!("private_in_public.rs"));

/// Records of domains that have a public view. A public route with a private address is an error by itself.
pub(crate) fn check(site: &Site, said: &[Said], out: &mut Vec<Diagnostic>) {
    for said in said.iter().filter(|said| said.is_in(View::Public) && matches!(said.source, Source::Record(_))) {
        let Answer::Address(address) = said.answer else { continue };
        if !is_private(address) || servers(site, &said.domain).is_empty() {
            continue;
        }
        let message = format!("the world is told that `{}` is {address}", said.owner);
        out.push(
            Diagnostic::new(&CODE, message, said.span, "a private address")
                .help("tell it to the site's own machines alone: `view = Internal;`"),
        );
    }
}

//! A name that is too long with its domain
//!
//! ## What is wrong
//!
//! The name of a machine and the site's domain together have more than 253 characters.
//!
//! ## Why
//!
//! A name in DNS has at most 255 octets on the wire, which is 253 characters without the final dot (RFC 1035, 2.3.4). A
//! Nebula certificate with a longer name is signed without complaint and can be read by nobody.
//!
//! ## Example
//!
//! The name of this site's machine has 63 characters, and its domain 191.
//!
//! ```arv site
//! {
//!   name = "long";
//!   domain = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";
//!   networks.lan = { cidr = 192.168.100.0/24; };
//!   hosts.ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd = { # error: E0314
//!     kind = Machine;
//!     on.lan.address = 192.168.100.9;
//!   };
//! }
//! ```
//!
//! ## What to do
//!
//! Shorten the name or the domain.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::Site;
use crate::origins::Origins;
use crate::place::report;

/// A name that is too long with its domain.
pub static CODE: Code = Code::new("E0314", "a name that is too long with its domain", include_str!("name_too_long.rs"));

const LONGEST: usize = 253;

/// Every machine's name with the domain behind it.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    for host in &site.hosts {
        let length = host.named.name.len() + 1 + site.domain.len();
        // A name that is no label is reported already.
        if length <= LONGEST || host.named.name.len() > 63 || site.domain.len() > LONGEST {
            continue;
        }
        let message = format!("`{}` has {length} characters with its domain", host.named.path);
        let label = format!("at most {LONGEST} are possible");
        let mut diagnostic = report(&CODE, message, &host.named, host.named.key, &label);
        if let Some(domain) = origins.domain {
            diagnostic = diagnostic.secondary(domain, format!("the domain has {}", site.domain.len()));
        }
        out.push(diagnostic);
    }
}

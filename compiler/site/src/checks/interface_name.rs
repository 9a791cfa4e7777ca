//! A name that no interface can have
//!
//! ## What is wrong
//!
//! `device` is empty, longer than 15 bytes, holds a character other than letters, digits and `_ . -`, or is the name of
//! another interface of the machine.
//!
//! ## Why
//!
//! The kernel's names of interfaces have at most 15 bytes, and packet filters compare them by text.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     on.bridge.device = "a-very-long-device"; # error: E0318
//!   };
//! ```
//!
//! ## What to do
//!
//! Shorten it, or leave `device` out: `eth0`, `eth1` and `nebula1` are what nobody has to write.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;
use crate::model::Host;
use crate::place::report;

/// A name that no interface can have.
pub static CODE: Code = Code::new("E0318", "a name that no interface can have", include_str!("interface_name.rs"));

/// A stated name.
pub(crate) fn check(device: &str, span: Span) -> Option<Diagnostic> {
    let label = if device.is_empty() {
        "it is empty".to_owned()
    } else if device.len() > 15 {
        format!("it has {} bytes, and an interface's name at most 15", device.len())
    } else if let Some(bad) = device.chars().find(|it| !(it.is_ascii_alphanumeric() || "_.-".contains(*it))) {
        format!("it has the character {}", shown(&bad.to_string()))
    } else if matches!(device, "lo" | "." | ".." | "all" | "default")
        || !device.starts_with(|c: char| c.is_ascii_alphabetic())
    {
        "the kernel or a tool takes it for something else".to_owned()
    } else {
        return None;
    };
    Some(Diagnostic::new(&CODE, format!("{} is not a name for an interface", shown(device)), span, label))
}

/// Two interfaces of one machine.
pub(crate) fn check_unique(host: &Host) -> Option<Diagnostic> {
    let interfaces = &host.interfaces;
    let (at, twice) = interfaces
        .iter()
        .enumerate()
        .find(|(at, interface)| interfaces[..*at].iter().any(|before| before.device == interface.device))?;
    let message = format!("`{}` has two interfaces `{}`", host.named.path, twice.device);
    let label =
        format!("its {}th interface has the name of another", at + 1).replace("2th", "second").replace("3th", "third");
    Some(report(&CODE, message, &host.named, host.named.key, &label).help("state another `device` at one of them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_has_up_to_fifteen_plain_bytes() {
        let span = Span::new(0, 1);
        for device in ["eth0", "nebula1", "enp1s0f0", "br-lan.100", &"a".repeat(15)] {
            assert_eq!(check(device, span), None, "{device}");
        }
        for device in ["", "lo", "eth 0", "eth/0", "eth0\n", "-i", "é", &"a".repeat(16)] {
            assert!(check(device, span).is_some(), "{device:?}");
        }
    }
}

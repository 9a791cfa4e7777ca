//! A device that no container can be given
//!
//! ## What is wrong
//!
//! The `path` of a device of a container is not below `/dev`, or its `mode` is none.
//!
//! ## Why
//!
//! Proxmox hands on device nodes, which lie below `/dev`, and gives them an access mode of three octal digits behind a zero.
//!
//! ## Example
//!
//! ```arv part
//!   images.box = { kind = Container; vmid = 9001; };
//!   hosts.a = {
//!     kind = Container;
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     features.devices = [
//!       { path = "dev/dri/renderD128"; }, # error: E0838
//!     ];
//!   };
//! ```
//!
//! ## What to do
//!
//! Write `path = "/dev/dri/renderD128";` and, if it is not `0660`, its `mode = "0666";`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;
use crate::model::Named;
use crate::place::report;

/// A device that no container can be given.
pub static CODE: Code =
    Code::new("E0838", "a device that no container can be given", include_str!("device_passthrough.rs"));

/// A stated path.
pub(crate) fn path(named: &Named, path: &str, span: Span) -> Option<Diagnostic> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+@:".contains(&byte);
    let fine = path.strip_prefix("/dev/").is_some_and(|rest| {
        rest.bytes().all(plain) && rest.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
    });
    let message = || format!("{} is no device", shown(path));
    (!fine).then(|| report(&CODE, message(), named, span, "a device is a path below `/dev`"))
}

/// A stated access mode.
pub(crate) fn mode(named: &Named, mode: &str, span: Span) -> Option<Diagnostic> {
    let fine = mode.len() == 4 && mode.starts_with('0') && mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    let message = || format!("{} is no access mode", shown(mode));
    (!fine).then(|| report(&CODE, message(), named, span, "a zero and three octal digits: `0660`"))
}

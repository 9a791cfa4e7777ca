//! An image whose file names another architecture
//!
//! ## What is wrong
//!
//! The name of an image's file says one architecture, and the site says another one.
//!
//! ## Why
//!
//! Publishers name their files by the architecture: `debian-13-genericcloud-arm64.qcow2`. Without a word an image is for x86, and a guest
//! that is made from the wrong one does not start.
//!
//! ## Example
//!
//! ```arv part
//!   images.trixie.file = "local:import/debian-13-genericcloud-arm64.qcow2"; # error: L0846
//!   hosts.dns.image = images.debian;
//! ```
//!
//! ## What to do
//!
//! Say what it is for (`arch = Arm64;`), or take the other file.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Arch, Named, Spanned};
use crate::place::{place, report};

/// An image whose file names another architecture.
pub static CODE: Code =
    Code::new("L0846", "an image whose file names another architecture", include_str!("file_of_other_architecture.rs"));

/// What an image is for, and the file that it is. `file` is where a volume is named.
pub(crate) fn check(named: &Named, arch: Spanned<Arch>, file: Option<Spanned<&str>>) -> Option<Diagnostic> {
    let file = file?;
    let name = file.value.rsplit('/').next()?.to_ascii_lowercase();
    let says = |arch: Arch| arch.spellings().into_iter().find(|it| name.contains(it));
    let other = if arch.value == Arch::Amd64 { Arch::Arm64 } else { Arch::Amd64 };
    let word = says(other).filter(|_| says(arch.value).is_none())?;
    let message =
        format!("`{}` is for {}, and its file is named as one for {}", named.path, arch.value.name(), other.name());
    Some(
        report(&CODE, message, named, file.span, &format!("it says `{word}`"))
            .secondary(place(named, arch.span), format!("it is for {}", arch.value.name()))
            .help(format!("say what it is for: `arch = {};`", other.tag())),
    )
}

//! An image that cannot be had
//!
//! ## What is wrong
//!
//! An image does not say exactly one of `vmid`, `file` and `url`; or a `url` is not `https`, has no checksum, or has one of
//! the wrong length; or its `file_name` is none; or an image for machines that are not created.
//!
//! ## Why
//!
//! An image is a template to clone, a file of a datastore, or a download. What is downloaded becomes a machine, so it is
//! held against a checksum.
//!
//! ## Example
//!
//! ```arv part
//!   images.other = {
//!     url = "https://example.org/debian.qcow2";
//!     checksum = "abc"; # error: E0341
//!   };
//!   hosts.dns.image = images.debian;
//! ```
//!
//! ## What to do
//!
//! State one source. For a download copy the checksum that the publisher has, with its `algorithm`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;
use super::{invalid_datastore, url, vmid_not_accepted};
use crate::model::{ImageSource, Kind, Named, NodeId, Spanned, Vmid};
use crate::place::report;

/// An image that cannot be had.
pub static CODE: Code = Code::new("E0341", "an image that cannot be had", include_str!("image_source.rs"));

/// What an image says.
#[derive(Default)]
pub(crate) struct Written<'a> {
    pub(crate) vmid: Option<Spanned<i64>>,
    pub(crate) node: Option<NodeId>,
    pub(crate) copies: Vec<(NodeId, Spanned<i64>)>,
    /// Whether the datastore is the site's word, and not the schema's.
    pub(crate) datastore_stated: bool,
    pub(crate) file: Option<Spanned<&'a str>>,
    pub(crate) url: Option<Spanned<&'a str>>,
    pub(crate) checksum: Option<Spanned<&'a str>>,
    pub(crate) algorithm: Option<Spanned<&'a str>>,
    pub(crate) datastore: Option<Spanned<&'a str>>,
    pub(crate) file_name: Option<Spanned<&'a str>>,
    /// A part of it failed.
    pub(crate) failed: bool,
}

impl<'a> Written<'a> {
    /// Puts a text into its place.
    pub(crate) fn take(
        &mut self,
        text: Option<Spanned<&'a str>>,
        slot: fn(&mut Self) -> &mut Option<Spanned<&'a str>>,
    ) {
        self.failed |= text.is_none();
        *slot(self) = text;
    }
}

/// The source of an image, if it has one that can be had.
pub(crate) fn check(
    named: &Named,
    kind: Kind,
    written: &Written<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<ImageSource> {
    if kind == Kind::Machine {
        let message = format!("`{}` is for machines that nobody creates", named.path);
        out.push(report(&CODE, message, named, named.key, "an image is for VMs or containers"));
        return None;
    }
    let sources = [
        written.vmid.map(|it| (it.span, "a template")),
        written.file.map(|it| (it.span, "a file")),
        written.url.map(|it| (it.span, "a download")),
    ];
    let sources: Vec<(Span, &str)> = sources.into_iter().flatten().collect();
    match sources.as_slice() {
        [] if written.failed => return None,
        [] => {
            let message = format!("`{}` does not say how it is had", named.path);
            let help = "state one of `vmid` (a template), `file` (of a datastore) and `url` (with `checksum`)";
            out.push(report(&CODE, message, named, named.key, "it has no source").help(help));
            return None;
        }
        [_] => {}
        [first, others @ ..] => {
            let message = format!("`{}` says several times how it is had", named.path);
            let mut diagnostic = report(&CODE, message, named, first.0, first.1);
            for (span, what) in others {
                diagnostic = diagnostic.primary(*span, format!("and {what}"));
            }
            out.push(diagnostic.help("keep one of them"));
            return None;
        }
    }
    if let Some(vmid) = written.vmid {
        let mut accepted = |vmid: Spanned<i64>| {
            let problem = vmid_not_accepted::check(named, vmid.value, vmid.span);
            let fine = problem.is_none();
            out.extend(problem);
            let value = u32::try_from(vmid.value).ok().filter(|_| fine)?;
            Some(Spanned { value: Vmid(value), span: vmid.span })
        };
        let vmid = accepted(vmid);
        let copies: Vec<_> = written.copies.iter().map(|(node, vmid)| Some((*node, accepted(*vmid)?))).collect();
        let mut copies: Vec<(NodeId, Spanned<Vmid>)> = copies.into_iter().collect::<Option<_>>()?;
        copies.sort_by_key(|(node, vmid)| (*node, vmid.span));
        let datastore = written.datastore.filter(|_| written.datastore_stated).map(owned);
        // Where it lies failed, so nobody is told that it lies nowhere.
        if written.failed {
            return None;
        }
        return Some(ImageSource::Template { vmid: vmid?, node: written.node, copies, datastore });
    }
    if let Some(file) = written.file {
        return match is_volume(file.value) {
            true => Some(ImageSource::File(file.value.to_owned())),
            false => {
                let message = format!("{} is no file of a datastore", shown(file.value));
                let label = "a file is named `STORE:vztmpl/NAME` or `STORE:import/NAME`";
                out.push(Diagnostic::new(&CODE, message, file.span, label));
                None
            }
        };
    }
    download(named, written, out)
}

fn download(named: &Named, written: &Written<'_>, out: &mut Vec<Diagnostic>) -> Option<ImageSource> {
    let before = out.len();
    let address = written.url?;
    out.extend(url::check(address.value, address.span));
    if let Some(datastore) = written.datastore {
        out.extend(invalid_datastore::check(datastore.value, datastore.span));
    }
    if let Some(name) = written.file_name.filter(|name| !is_file_name(name.value)) {
        let message = format!("{} is no name of a file", shown(name.value));
        let label = "a datastore takes letters, digits, and `.`, `_`, `+`, `-` between them";
        out.push(Diagnostic::new(&CODE, message, name.span, label));
    }
    let algorithm = written.algorithm?;
    let digits = digits(algorithm.value);
    if digits.is_none() {
        let message = format!("{} is no algorithm for checksums", shown(algorithm.value));
        let label = "known are md5, sha1, sha224, sha256, sha384 and sha512";
        out.push(Diagnostic::new(&CODE, message, algorithm.span, label));
    }
    match written.checksum {
        None if written.failed => return None,
        None => {
            let message = format!("`{}` is downloaded and has no checksum", named.path);
            let help = "copy the one that the publisher has: `checksum = \"…\";`";
            out.push(
                report(&CODE, message, named, address.span, "nobody can tell whether it is what was meant").help(help),
            );
        }
        Some(checksum) => {
            let hexadecimal = checksum.value.bytes().all(|byte| byte.is_ascii_hexdigit());
            let label = match digits {
                _ if !hexadecimal => Some("it has characters other than 0-9 and a-f".to_owned()),
                Some(digits) if checksum.value.len() != digits => {
                    Some(format!("{} has {digits} digits, and this {}", algorithm.value, checksum.value.len()))
                }
                _ => None,
            };
            let message = format!("the checksum of `{}` is none", named.path);
            out.extend(label.map(|label| report(&CODE, message, named, checksum.span, &label)));
        }
    }
    (out.len() == before).then(|| ImageSource::Download {
        url: owned(address),
        checksum: written.checksum.map(|it| it.value.to_ascii_lowercase()).unwrap_or_default(),
        algorithm: algorithm.value.to_owned(),
        datastore: owned(written.datastore.unwrap_or(Spanned { value: "", span: address.span })),
        file_name: written.file_name.map(owned),
        node: written.node,
    })
}

fn owned(text: Spanned<&str>) -> Spanned<String> {
    Spanned { value: text.value.to_owned(), span: text.span }
}

/// The hexadecimal digits of a checksum.
fn digits(algorithm: &str) -> Option<usize> {
    match algorithm {
        "md5" => Some(32),
        "sha1" => Some(40),
        "sha224" => Some(56),
        "sha256" => Some(64),
        "sha384" => Some(96),
        "sha512" => Some(128),
        _ => None,
    }
}

/// `local:vztmpl/debian-13.tar.zst`: a datastore, the kind of content, and a plain file name.
fn is_volume(file: &str) -> bool {
    let Some((datastore, rest)) = file.split_once(':') else { return false };
    let Some((content, name)) = rest.split_once('/') else { return false };
    invalid_datastore::is_datastore(datastore) && matches!(content, "vztmpl" | "import" | "iso") && is_file_name(name)
}

fn is_file_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_volume_of_a_datastore_without_a_path() {
        for file in ["local:vztmpl/debian-13.tar.zst", "nas-1:import/debian.qcow2"] {
            assert!(is_volume(file), "{file}");
        }
        for file in [
            "",
            "local",
            "local:debian",
            "local:vztmpl/../x",
            "local:vztmpl/.x",
            "local:other/x",
            "a b:iso/x",
            "local:iso/a\"b",
        ] {
            assert!(!is_volume(file), "{file}");
        }
    }
}

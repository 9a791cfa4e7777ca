//! The checked model of a site: identity, allocation, names, availability; one file a check.
//!
//! It knows nothing of packets, layers and formats.

pub mod allocation;
mod availability;
pub mod checks;
mod decode;
pub mod endpoints;
pub mod extra;
pub mod model;
mod openness;
mod origins;
mod place;
mod read;

use arvc_lang::data::Data;
use arvc_syntax::diagnostic::{Diagnostic, sort};

pub use crate::checks::CODES;
use crate::model::Site;

/// The site that an evaluated file describes, and what is wrong with it. There is no site only if the file's value is no
/// record. Diagnostics are sorted by place.
///
/// What failed before is skipped in silence; a machine with a part that is wrong is [`broken`](model::Host::broken).
pub fn resolve(data: &Data) -> (Option<Site>, Vec<Diagnostic>) {
    let Some((site, origins, mut diagnostics)) = decode::decode(data) else { return (None, Vec::new()) };
    checks::check(&site, &origins, &mut diagnostics);
    sort(&mut diagnostics);
    (Some(site), diagnostics)
}

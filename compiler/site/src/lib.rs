//! The checked model of a site: identity, allocation, names, availability; one file a check.
//!
//! It knows nothing of packets, layers and formats.

mod allocate;
pub mod allocation;
mod availability;
pub mod builds;
pub mod checks;
mod decode;
pub(crate) mod devices;
pub mod downloads;
pub mod edge;
pub mod endpoints;
pub mod extra;
pub mod lock;
pub mod model;
pub mod names;
mod neighbours;
mod openness;
mod origins;
pub mod place;
mod read;
pub mod secret;
pub mod segments;
pub mod spelling;
pub mod templates;

use arvc_lang::data::Data;
use arvc_lang::functions::Calls;
use arvc_syntax::diagnostic::{Diagnostic, sort};

pub use crate::checks::CODES;
use crate::decode::Decoded;
use crate::lock::Held;
use crate::model::Site;

/// What resolving a site gives.
#[derive(Debug, Default)]
pub struct Resolved {
    /// The site, unless the file's value is no record.
    pub site: Option<Site>,
    /// What is wrong with it, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The machines that were renamed since, as pairs of the old name and the new one.
    pub renamed: Vec<(String, String)>,
}

/// The site that an evaluated file describes where nothing is locked yet, and what is wrong with it.
pub fn resolve<'a>(data: &'a Data, calls: Calls<'a>) -> (Option<Site>, Vec<Diagnostic>) {
    let held = Held::default();
    let resolved = resolve_held(data, calls, &held);
    (resolved.site, resolved.diagnostics)
}

/// The site that an evaluated file describes, with the numbers that the lock holds, and what is wrong with it.
///
/// `calls` applies the functions in it.
/// What failed before is skipped in silence; a machine with a part that is wrong is [`broken`](model::Host::broken).
pub fn resolve_held(data: &Data, calls: Calls<'_>, held: &Held) -> Resolved {
    let Some(decoded) = decode::decode(data, calls, held) else { return Resolved::default() };
    let Decoded { mut site, origins, renames, mut diagnostics } = decoded;
    checks::check(&site, &origins, &mut diagnostics);
    checks::against(&site, held, &renames, &mut diagnostics);
    checks::check_held(&site, &origins, &renames, held, &mut diagnostics);
    sort(&mut diagnostics);
    let carried = lock::carried(&site, &held.own, &renames.old);
    site.withdrawn = lock::withdrawn(&site, &carried.certificates);
    site.renamed = carried.renamed;
    site.policies = lock::policy_names(&site, &held.own, &renames.old);
    let renamed = renames.old.into_iter().map(|(new, old)| (old, new)).collect();
    Resolved { site: Some(site), diagnostics, renamed }
}

//! A network that is not behind a member alone
//!
//! ## What is wrong
//!
//! A network that an overlay says is behind a member is an overlay, or what overlays travel on, or has segments that are not joined, or
//! has addresses in common with another network.
//!
//! ## Why
//!
//! The other members send whatever is for its addresses into the overlay. What an overlay travels on would be sent into itself; of
//! addresses that another network has too nobody could say which is meant; and the member is on one segment alone.
//!
//! ## Example
//!
//! ```arv part
//!   networks.overlay.behind = [
//!     { network = networks.bridge; member = hosts.dns; }, # error: E0398
//!   ];
//! ```
//!
//! ## What to do
//!
//! Name a network of its own. Machines on the network below an overlay are reached there, or are members.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Behind, Network, NetworkId, NetworkKind, Site};
use crate::segments::Segments;

/// A network that is not behind a member alone.
pub static CODE: Code =
    Code::new("E0398", "a network that is not behind a member alone", include_str!("behind_elsewhere.rs"));

/// Every network behind a member.
pub(crate) fn check(site: &Site, segments: &Segments, out: &mut Vec<Diagnostic>) {
    for overlay in site.networks.iter().filter(|network| network.is_overlay()) {
        out.extend(overlay.behind.iter().filter_map(|behind| elsewhere(site, segments, overlay, behind)));
    }
}

fn elsewhere(site: &Site, segments: &Segments, overlay: &Network, behind: &Behind) -> Option<Diagnostic> {
    let id = behind.network.value;
    let network = site.networks.get(id.index())?;
    let path = &network.named.path;
    let problem = |label: String, help: &str| {
        let message = format!("`{path}` cannot be behind a member of `{}`", overlay.named.path);
        Diagnostic::new(&CODE, message, behind.network.span, label).help(help)
    };
    if network.is_overlay() {
        return Some(problem("it is an overlay".to_owned(), "name the network that its packets leave the overlay for"));
    }
    let carries = |overlay: &Network| matches!(overlay.kind, NetworkKind::Overlay { underlay, .. } if underlay == id);
    if let Some(carried) = site.networks.iter().find(|network| carries(network)) {
        let label = format!("`{}` travels on it, and would be sent into itself", carried.named.path);
        let help = "members reach machines on it there, or make them members";
        return Some(problem(label, help));
    }
    if segments.whole(id).is_none() {
        let label = "its segments are not joined, and the member is on one".to_owned();
        return Some(problem(label, "name a network that is one segment"));
    }
    let others = site.networks.iter().zip((0..).map(NetworkId)).filter(|(_, other)| *other != id);
    let meets = |other: &Network| {
        let mut pairs = network.prefixes().flat_map(|own| other.prefixes().map(move |it| (own.value, it.value)));
        pairs.any(|(own, other)| own.contains(&other) || other.contains(&own))
    };
    // Of overlays, and of what is behind a router, that is told already.
    let told = |other: &Network| other.is_overlay() || other.router.is_some() || network.router.is_some();
    let (other, _) = others.into_iter().find(|(other, _)| !told(other) && meets(other))?;
    let label = format!("`{}` has addresses in common with it", other.named.path);
    Some(
        problem(label, "give one of the two a prefix of its own")
            .secondary(other.prefix.span, format!("`{}` is {}", other.named.path, other.prefix.value)),
    )
}

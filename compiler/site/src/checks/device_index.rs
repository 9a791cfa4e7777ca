//! A network device that cannot have this place
//!
//! ## What is wrong
//!
//! `index` of an interface is no place that a device can have, or another device of the machine has it: one that states it
//! too, or one that has it by `arv.lock`.
//!
//! ## Why
//!
//! The place is what Proxmox, cloud-init and the firewall know the device by, and its name in the guest: `net1`, `eth1`. A device
//! that exists keeps it, whatever comes and goes beside it.
//!
//! ## Example
//!
//! ```arv part
//!   networks.storage = { cidr = 10.0.30.0/24; bridge = "vmbr2"; };
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     on = {
//!       bridge.index = 0;
//!       storage.index = 0; # error: E0819
//!     };
//!   };
//! ```
//!
//! ## What to do
//!
//! State another one, or both if they are to change places. A VM has the places 0 to 31, a container 0 to 9.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Host, Kind, Named, Network};
use crate::place::report;

/// A network device that cannot have this place.
pub static CODE: Code =
    Code::new("E0819", "a network device that cannot have this place", include_str!("device_index.rs"));

/// A stated place.
pub(crate) fn check(named: &Named, index: i64, span: Span) -> Result<u32, Box<Diagnostic>> {
    u32::try_from(index).ok().filter(|index| *index <= 31).ok_or_else(|| {
        let message = format!("`{}` has no network device {index}", named.path);
        Box::new(report(&CODE, message, named, span, "the places are 0 to 31"))
    })
}

/// A place that another device has; `other` is its network, and where that states it.
pub(crate) fn taken(
    named: &Named,
    index: u32,
    network: &Network,
    span: Span,
    (other, stated): (&Network, Option<Span>),
) -> Diagnostic {
    let (name, before) = (&network.named.name, &other.named.name);
    let message = format!("two devices of `{}` are to be `net{index}`", named.path);
    let problem = report(&CODE, message, named, span, &format!("the one on `{before}` is `net{index}`"));
    match stated {
        Some(stated) => problem.secondary(stated, "stated here").help("state another one at one of them"),
        None => problem.help(format!(
            "`arv.lock` holds it for the other one: state another one, or that of `{before}` too: `on.{before}.index = …;`, where \
             `{name}` is to take its place"
        )),
    }
}

/// Containers with a place behind those that they have.
pub(crate) fn check_container(host: &Host) -> Option<Diagnostic> {
    let most = host.interfaces.iter().filter_map(|interface| interface.index).max()?;
    // One that has too many has another problem.
    let few = host.interfaces.iter().filter(|interface| interface.index.is_some()).count() <= 10;
    (host.kind == Kind::Container && few && most > 9).then(|| {
        let message = format!("`{}` has no network device {most}", host.named.path);
        report(&CODE, message, &host.named, host.named.key, "the places of a container are 0 to 9")
    })
}

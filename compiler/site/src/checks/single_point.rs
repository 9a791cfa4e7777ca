//! A single point of failure
//!
//! ## What is wrong
//!
//! Something that runs on several machines and survives the loss of each node needs something that does not.
//!
//! ## Why
//!
//! A service is there as long as all that it needs is. Three members that need one machine are as available as that machine.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   nodes.third = { address = 192.168.100.3; };
//!   hosts.dns.node = nodes.pve;
//!   services.store = { name = "store"; http.ports = [ 8080/tcp ]; };
//!   hosts.store = { # error: L0853
//!     vmid = 1002;
//!     groups = [ groups.infrastructure ];
//!     node = nodes.second;
//!     services = [ services.store ];
//!   };
//!   clusters.web = {
//!     spread = true;
//!     groups = [ groups.projects ];
//!     members = { a.vmid = 3000; b.vmid = 3001; };
//!     services = [ { name = "web"; needs = [ services.store.http ]; } ];
//!   };
//!   allow = [ groups.projects -> hosts.store : [ services.store.http ] ];
//! ```
//!
//! ## What to do
//!
//! Run what is needed on several nodes too; in several places, if a place is lost. If the loss is accepted:
//! `accepted_losses = [ services.store ];`. A cluster that votes and that a loss stops is told of with the loss (L0850, L0851), and
//! not here a second time.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::Availability;
use crate::availability::chains::points;
use crate::model::Site;
use crate::origins::Origins;
use crate::place::report;

/// A single point of failure.
pub static CODE: Code = Code::new("L0853", "a single point of failure", include_str!("single_point.rs"));

/// One lint for each thing that is lost, however many need it.
pub(crate) fn check(site: &Site, origins: &Origins, availability: &Availability, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || !origins.all.nodes {
        return;
    }
    for point in points(site, availability) {
        let (unit, first) = (point.unit.named(site), point.needed_by[0].named(site));
        let others = match point.needed_by.len() - 1 {
            0 => String::new(),
            1 => " and one more".to_owned(),
            more => format!(" and {more} more"),
        };
        let verb = if point.needed_by.len() > 1 { "need" } else { "needs" };
        let message = format!("`{}`{others} {verb} `{}`, which one loss takes", first.path, unit.path);
        let way: Vec<_> = point.way.iter().map(|step| step.named(site).path.as_str()).collect();
        let label = format!("`{}` is lost with `{}`", unit.path, point.loss.named(site).path);
        // What the author can change is the machine that it is on, if it is one.
        let place = point.machine(site).unwrap_or(unit);
        let mut problem = report(&CODE, message, place, place.key, &label);
        problem = problem.secondary(first.key, format!("it survives every loss by itself: {}", way.join(" → ")));
        out.push(problem.help(format!(
            "{}; if the loss is accepted: `accepted_losses = [ {} ];`",
            point.remedy(site),
            point.acceptable(site)
        )));
    }
}

//! A start that waits for itself
//!
//! ## What is wrong
//!
//! What a machine or service starts after starts after it.
//!
//! ## Why
//!
//! While everything runs nobody notices. After a power failure each waits for the other, and somebody has to find out which of
//! them can be persuaded to begin. An overlay takes part: what is served there answers once a lighthouse is up.
//!
//! ## Example
//!
//! ```arv part
//!   services.tang = { name = "tang"; http.ports = [ 80/tcp ]; };
//!   services.clock = { name = "clock"; after = [ services.tang.http ]; ntp.ports = [ 123/udp ]; }; # error: E0859
//!   hosts.a = { vmid = 3000; groups = [ groups.projects ]; services = [ services.clock ]; };
//!   hosts.b = {
//!     vmid = 3001;
//!     groups = [ groups.projects ];
//!     services = [ services.tang ];
//!     after = [ services.clock.ntp ];
//!   };
//!   allow = [ groups.projects -> groups.projects ];
//! ```
//!
//! ## What to do
//!
//! Let one of them start without the other: serve it on a bridge and not on the overlay (`listen`), give the lighthouse nothing
//! to wait for, keep a second one elsewhere.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::Availability;
use crate::availability::boot::{Boot, Step, Wait};
use crate::checks::names_circle;
use crate::model::Site;
use crate::origins::Origins;

/// A start that waits for itself.
pub static CODE: Code = Code::new("E0859", "a start that waits for itself", include_str!("boot_circle.rs"));

/// One problem a circle. Circles of names are looked for where there is no other.
pub(crate) fn check(site: &Site, origins: &Origins, availability: &Availability, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || !origins.all.networks {
        return;
    }
    let boot = Boot::new(site, &availability.shapes);
    let circles = boot.circles();
    if circles.is_empty() {
        names_circle::report_all(site, &boot.circles_of_names(), out);
    }
    for circle in circles {
        out.extend(diagnostic(&CODE, site, &circle));
    }
}

/// A circle as the way of what waits for what, at the first place where it is written.
pub(super) fn diagnostic(code: &'static Code, site: &Site, circle: &[Wait]) -> Option<Diagnostic> {
    let written = (0..circle.len()).filter(|at| circle[*at].span.is_some());
    let first = written.min_by_key(|at| circle[*at].span.map(|span| span.start))?;
    let mut circle = circle.to_vec();
    circle.rotate_left(first);
    let mut way: Vec<_> = circle.iter().map(|wait| words(site, wait.step)).collect();
    way.push(way[0].clone());
    way.dedup();
    let message = format!("{} cannot start before itself", way[0]);
    let mut problem = Diagnostic::new(code, message, circle[0].span?, way.join(" → "));
    for pair in circle.windows(2).skip(1) {
        if let Some(span) = pair[0].span {
            problem = problem
                .secondary(span, format!("{} starts after {}", words(site, pair[0].step), words(site, pair[1].step)));
        }
    }
    if let (Some(last), true) = (circle.last(), circle.len() > 1)
        && let Some(span) = last.span
    {
        problem = problem.secondary(span, format!("{} starts after {}", words(site, last.step), way[0]));
    }
    Some(problem.help("let one of them start without the other"))
}

fn words(site: &Site, step: Step) -> String {
    match step {
        Step::Machine(host) => format!("`{}`", site.hosts[host.index()].named.path),
        Step::Unit(unit) => format!("`{}`", unit.named(site).path),
        Step::Overlay(network) => format!("`{}`", site.networks[network.index()].named.path),
        Step::Names => "the site's names".to_owned(),
    }
}

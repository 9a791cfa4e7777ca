//! Names that wait for what they name
//!
//! ## What is wrong
//!
//! The resolvers of the site start after something that is found by the names that they answer.
//!
//! ## Why
//!
//! A resolver that keeps its names in a database, which it finds by a name, starts only while another resolver answers. After
//! a power failure there is none.
//!
//! ## Example
//!
//! ```arv site
//! let
//!   std = import "std";
//! in {
//!   name = "example";
//!   domain = "example.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve.address = 192.168.100.1;
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   ranges.data = { vmids = 3000..3999; addresses = 30..39; };
//!   images.debian = { vmid = 9000; };
//!   services.db = { name = "db"; sql.ports = [ 5432/tcp ]; };
//!   services.names = {
//!     name = "names";
//!     resolver.forward = [ 1.1.1.1 ];
//!     after = [ services.db.sql ]; # error: L0861
//!   };
//!   hosts.db = { vmid = 3000; services = [ services.db ]; after = [ services.lock.key ]; };
//!   services.lock = { name = "lock"; key.ports = [ 7500/tcp ]; };
//!   hosts.lock = { vmid = 3001; services = [ services.lock ]; };
//!   hosts.names = { vmid = 3002; services = [ services.names ]; };
//!   allow = [ any -> any : [ services.db.sql, services.lock.key ] ];
//! }
//! ```
//!
//! ## What to do
//!
//! Let the resolver find it by its address, keep the names in files, as the emitted zones are, or run a second resolver that
//! waits for nothing.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::boot::Wait;
use crate::checks::boot_circle;
use crate::model::Site;

/// Names that wait for what they name.
pub static CODE: Code = Code::new("L0861", "names that wait for what they name", include_str!("names_circle.rs"));

/// Every circle that names close.
pub(super) fn report_all(site: &Site, circles: &[Vec<Wait>], out: &mut Vec<Diagnostic>) {
    for circle in circles {
        let problem = boot_circle::diagnostic(&CODE, site, circle);
        out.extend(problem.map(|mut problem| {
            problem.helps.clear();
            problem.help("if it is found by its address, nothing waits; or run a resolver that starts by itself")
        }));
    }
}

//! Volumes that go with their container
//!
//! ## What is wrong
//!
//! A container has volumes (`disks`), and is not protected.
//!
//! ## Why
//!
//! The Terraform provider cannot add, remove or grow a volume of a container that exists: it makes the container anew, and
//! all of its volumes with it. `protect` turns that plan into an error. A VM's disks come and go without harm.
//!
//! ## Example
//!
//! ```arv part
//!   images.box = { kind = Container; vmid = 9001; };
//!   hosts.files = { # error: L0832
//!     kind = Container;
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     disks.mp0 = { size = 100GiB; mount = "/srv"; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Write `protect = true;`. To add a volume later, add it by hand and say that it is left alone: `unmanaged = [ "disks" ];`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Kind, Site, Unmanaged};
use crate::place::{place, report};

/// Volumes that go with their container.
pub static CODE: Code =
    Code::new("L0832", "volumes that go with their container", include_str!("unprotected_volumes.rs"));

/// Every container.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for host in site.hosts.iter().filter(|host| host.kind == Kind::Container && host.status.is_there()) {
        let left = host.unmanaged.iter().any(|field| field.value == Unmanaged::Disks);
        if host.disks.is_empty() || host.protect || left || host.broken {
            continue;
        }
        let key = place(&host.named, host.named.key);
        let message = format!("a change of its volumes would make `{}` anew", host.named.path);
        let label =
            format!("it has {}", host.disks.iter().map(|it| format!("`{}`", it.slot)).collect::<Vec<_>>().join(", "));
        out.push(
            report(&CODE, message, &host.named, key, &label).help("write `protect = true;`: such a plan fails then"),
        );
    }
}

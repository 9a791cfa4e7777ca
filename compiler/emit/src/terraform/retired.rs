//! Guests that are retired and protected. What is retired is no longer in the configuration, so an apply removes it; of
//! one that is protected Terraform is told to forget it, and it stays in Proxmox until somebody removes it by hand.

use arvc_site::model::Kind;

use crate::hcl::Body;
use crate::terraform::Folder;
use crate::terraform::name::{self, kind};
use crate::terraform::scope::Scope;

const HEAD: &str = "Retired, and protected: Terraform forgets these guests and does not remove them. Stop and remove them by hand when nobody \
     needs their disks, and set protect = false then. Their rules are removed, so they are closed until then.";

/// Adds the file.
pub fn emit(scope: &Scope, folder: &mut Folder) {
    let mut file = Body::new();
    for host in &scope.forgotten {
        let machine = if host.kind == Kind::Container { kind::CONTAINER } else { kind::VM };
        file.block("removed", |removed| {
            removed.set("from", name::reference(machine, &name::resource(&host.named.name)));
            removed.block("lifecycle", |lifecycle| {
                lifecycle.set("destroy", false);
            });
        });
    }
    folder.file("retired.tf", HEAD, &file);
}

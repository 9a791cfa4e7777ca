//! What every root module has: versions, provider, the keys of new guests, the pool.

use arvc_site::model::Kind;

use crate::hcl::{Body, Reference, Value, fixed};
use crate::terraform::name::kind;
use crate::terraform::scope::{Guest, Scope};
use crate::terraform::{Folder, extra, guest};

/// Adds the files.
pub fn emit(scope: &Scope, folder: &mut Folder) {
    folder.file("versions.tf", "", &versions(scope));
    folder.file("providers.tf", provider_head(scope), &provider(scope));
    if scope.guests.is_empty() {
        return;
    }
    if scope.guests.iter().any(|guest| guest::takes_keys(scope, guest)) {
        match scope.site.operators.keys.is_empty() {
            true => folder.file("variables.tf", "", &variables()),
            false => folder.file("locals.tf", "", &locals(scope)),
        }
    }
    folder.file("pool.tf", "", &pool(scope));
}

/// The keys that a new guest lets in.
pub fn ssh_keys(scope: &Scope) -> Reference {
    let root = if scope.site.operators.keys.is_empty() { "var" } else { "local" };
    Reference::new(&fixed(root)).field("ssh_keys")
}

fn versions(scope: &Scope) -> Body {
    let mut file = Body::new();
    file.block("terraform", |terraform| {
        let (why, version) = match scope.forgotten.is_empty() {
            true => (
                "The provider asks for 1.5; replace_triggered_by, which keeps a replaced guest filtered, is older.",
                ">= 1.5.0",
            ),
            false => ("1.7 is the first with removed blocks, by which a retired guest is forgotten.", ">= 1.7.0"),
        };
        terraform.comment(why).set("required_version", version).block("required_providers", |providers| {
            providers.comment("A minor version of 0.x may rename attributes, so only patch releases are taken.").set(
                "proxmox",
                Value::Object(vec![
                    ("source".to_owned(), "bpg/proxmox".into()),
                    ("version".to_owned(), "~> 0.111.1".into()),
                ]),
            );
            providers.add(extra::providers(scope));
        });
    });
    file
}

/// A token cannot hand a device to a container, not even one of root: PVE asks for the login itself.
fn provider_head(scope: &Scope) -> &'static str {
    let root = |guest: &Guest| scope.is_overlay_member(guest.host) || guest.host.features.need_root();
    let tun = scope.guests_of(Kind::Container).any(|guest| scope.is_overlay_member(guest.host));
    let endpoint = scope.datacenter.endpoint.is_some();
    if !tun && scope.guests_of(Kind::Container).any(root) {
        return match endpoint {
            true => {
                "The credentials come from the environment and are in no file: PROXMOX_VE_USERNAME=root@pam and \
                 PROXMOX_VE_PASSWORD. A token does not do: Proxmox lets only the login root@pam give containers devices, and \
                 features other than nesting."
            }
            false => {
                "The credentials come from the environment and are in no file: PROXMOX_VE_ENDPOINT (https://HOST:8006/), \
                 PROXMOX_VE_USERNAME=root@pam and PROXMOX_VE_PASSWORD. A token does not do: Proxmox lets only the login \
                 root@pam give containers devices, and features other than nesting."
            }
        };
    }
    match (endpoint, tun) {
        (true, false) => {
            "The credentials come from the environment and are in no file: PROXMOX_VE_API_TOKEN (user@realm!name=uuid), or \
             PROXMOX_VE_USERNAME and PROXMOX_VE_PASSWORD."
        }
        (false, false) => {
            "The credentials come from the environment and are in no file: PROXMOX_VE_ENDPOINT (https://HOST:8006/) and \
             PROXMOX_VE_API_TOKEN (user@realm!name=uuid), or PROXMOX_VE_USERNAME and PROXMOX_VE_PASSWORD."
        }
        (true, true) => {
            "The credentials come from the environment and are in no file: PROXMOX_VE_USERNAME=root@pam and \
             PROXMOX_VE_PASSWORD. A token does not do: Proxmox lets only the login root@pam hand /dev/net/tun to a \
             container, and the containers of the overlay need it."
        }
        (false, true) => {
            "The credentials come from the environment and are in no file: PROXMOX_VE_ENDPOINT (https://HOST:8006/), \
             PROXMOX_VE_USERNAME=root@pam and PROXMOX_VE_PASSWORD. A token does not do: Proxmox lets only the login root@pam \
             hand /dev/net/tun to a container, and the containers of the overlay need it."
        }
    }
}

fn provider(scope: &Scope) -> Body {
    let mut file = Body::new();
    file.named("provider", &fixed("proxmox"), |provider| {
        provider.set_some("endpoint", scope.datacenter.endpoint.clone());
    });
    file
}

fn variables() -> Body {
    let mut file = Body::new();
    file.named("variable", &fixed("ssh_keys"), |variable| {
        variable
            .set("description", "Public SSH keys that a new guest lets in: the site states none (operators.keys).")
            .set("type", Value::Fixed("list(string)"))
            .set("nullable", false)
            .block("validation", |validation| {
                validation
                    .set("condition", Value::Fixed("length(var.ssh_keys) > 0"))
                    .set("error_message", "Without a key Ansible cannot log in to a new guest.");
            });
    });
    file
}

fn locals(scope: &Scope) -> Body {
    let keys = scope.site.operators.keys.iter().map(|key| key.as_str().into()).collect();
    let mut file = Body::new();
    file.block("locals", |locals| {
        locals.comment("operators.keys: what a new guest lets in.").set("ssh_keys", Value::List(keys));
    });
    file
}

fn pool(scope: &Scope) -> Body {
    let mut file = Body::new();
    file.resource(&fixed(kind::POOL), &fixed("guests"), |pool| {
        pool.set("pool_id", scope.datacenter.pool.value.as_str())
            .set("comment", format!("Guests of {}", scope.site.name));
    });
    file
}

//! What Terraform gets for sites made by hand.

mod firewall;
#[path = "../sites/mod.rs"]
mod sites;

use std::collections::BTreeMap;

use arvc_emit::tree::Tree;
use arvc_reach::policy::policies;
use arvc_site::model::*;
use arvc_syntax::source::Span;
use pretty_assertions::assert_eq;
use sites::*;

/// The emitted files by their path below `terraform/`.
fn emitted(site: &Site) -> BTreeMap<String, String> {
    let mut tree = Tree::default();
    arvc_emit::terraform::emit(site, &policies(site), HEADER, &mut tree);
    let relative = |path: &str| path.strip_prefix("terraform/").expect("below terraform/").to_owned();
    tree.files.into_iter().map(|(path, file)| (relative(&path), file.text)).collect()
}

/// A resource's text, from its first line to its closing brace.
fn resource(text: &str, kind: &str, name: &str) -> String {
    let start = format!("resource \"proxmox_{kind}\" \"{name}\" {{\n");
    let from = text.find(&start).unwrap_or_else(|| panic!("no {start} in:\n{text}"));
    let to = text[from..].find("\n}\n").expect("an end");
    text[from..from + to + 3].to_owned()
}

const VM: &str = "virtual_environment_vm";
const CONTAINER: &str = "virtual_environment_container";
const OPTIONS: &str = "virtual_environment_firewall_options";
const RULES: &str = "virtual_environment_firewall_rules";
const IPSET: &str = "virtual_environment_firewall_ipset";
const GROUP: &str = "virtual_environment_cluster_firewall_security_group";
const SWITCH: &str = "virtual_environment_cluster_firewall";

fn containers() -> Site {
    let mut site = small();
    site.images[0].kind = Kind::Container;
    site.hosts.iter_mut().for_each(|host| host.kind = Kind::Container);
    site
}

/// A port that the node hands on to `app`, which serves it to everybody.
fn published() -> Site {
    let mut site = small();
    let app = HostId(0);
    site.nodes[0].uplink = Some(Uplink { bridge: "vmbr0".into(), address: at(address("198.51.100.10")), public: None });
    site.nodes[0].forwards.push(Forward { ports: ports(Transport::Tcp, 443, 443), to: app, span: at(()).span });
    site.allow.push(flow(End::Internet, End::Host(app), &[tcp(443)]));
    site
}

#[test]
fn a_guest_says_what_it_is_and_where_it_is() {
    let files = emitted(&small());
    let expected = r#"resource "proxmox_virtual_environment_vm" "dns" {
  name      = "dns"
  vm_id     = 1001
  node_name = "pve"
  pool_id   = proxmox_virtual_environment_pool.guests.pool_id
  tags      = ["infrastructure"]

  # Another node_name moves the machine. Without this the provider destroys it, disks and all.
  migrate = true

  started       = true
  on_boot       = true
  protection    = false
  scsi_hardware = "virtio-scsi-single"

  clone {
    vm_id = 9000
    full  = true
  }

  # Where the image has no agent, each refresh would wait for it. ACPI shuts the machine down as well.
  agent {
    enabled = false
  }

  cpu {
    cores = 2
    type  = "x86-64-v2-AES"
  }

  memory {
    dedicated = 2048
  }

  disk {
    datastore_id = "local-lvm"
    interface    = "scsi0"
    size         = 16
    discard      = "on"
    iothread     = true
  }

  # net0: networks.bridge
  network_device {
    bridge   = "vmbr1"
    firewall = true
    model    = "virtio"
  }

  initialization {
    datastore_id = "local-lvm"

    dns {
      domain  = "nebula"
      servers = ["1.1.1.1"]
    }

    ip_config {
      ipv4 {
        address = "192.168.100.11/24"
        gateway = "192.168.100.1"
      }
    }

    user_account {
      username = "root"
      keys     = var.ssh_keys
    }
  }

  operating_system {
    type = "l26"
  }

  # Debian's cloud images panic without it when their disk has grown.
  serial_device {}

  depends_on = [proxmox_virtual_environment_firewall_options.template_debian]

  lifecycle {
    # Keys matter at the first boot alone. Later ones are Ansible's: here they would reboot or replace.
    ignore_changes = [initialization[0].user_account]
  }
}
"#;
    assert_eq!(resource(&files["guests.tf"], VM, "dns"), expected);
}

#[test]
fn a_new_guest_starts_from_a_closed_template() {
    let template = resource(&emitted(&small())["templates.tf"], OPTIONS, "template_debian");
    for line in ["vm_id     = 9000", "enabled       = true", "output_policy = \"DROP\""] {
        assert!(template.contains(line), "{line} in {template}");
    }
}

#[test]
fn planned_guests_are_not_there_and_disabled_ones_do_not_run() {
    let mut site = small();
    site.hosts[0].status = Status::Planned;
    site.hosts[1].status = Status::Disabled;
    let files = emitted(&site);
    assert!(files.values().all(|text| !text.contains("\"app\"")));
    let db = resource(&files["guests.tf"], VM, "db");
    assert!(db.contains("started       = false\n  on_boot       = false\n"), "{db}");
    resource(&files["firewall_guests.tf"], OPTIONS, "db");
}

#[test]
fn a_retired_guest_is_removed_and_a_protected_one_is_forgotten() {
    let mut site = small();
    site.hosts[0].status = Status::Retired;
    site.hosts[1].status = Status::Retired;
    site.hosts[1].protect = true;
    let files = emitted(&site);
    assert!(files.values().all(|text| !text.contains("\"app\"") && !text.contains("\"db\"")));
    let forgotten =
        "removed {\n  from = proxmox_virtual_environment_vm.db\n\n  lifecycle {\n    destroy = false\n  }\n}\n";
    assert!(files["retired.tf"].ends_with(forgotten), "{}", files["retired.tf"]);
    assert!(files["versions.tf"].contains("required_version = \">= 1.7.0\""));
    assert!(!emitted(&small())["versions.tf"].contains("1.7.0"));
}

#[test]
fn a_protected_guest_is_protected_twice() {
    let mut site = small();
    site.hosts[1].protect = true;
    let db = resource(&emitted(&site)["guests.tf"], VM, "db");
    assert!(db.contains("protection    = true") && db.contains("prevent_destroy = true"), "{db}");
}

#[test]
fn keys_of_the_site_are_listed_once() {
    let mut site = small();
    site.operators.keys = vec!["ssh-ed25519 AAAA a@b".into()];
    let files = emitted(&site);
    assert!(!files.contains_key("variables.tf"));
    assert!(files["locals.tf"].contains("ssh_keys = [\"ssh-ed25519 AAAA a@b\"]"));
    assert_eq!(files.values().filter(|text| text.contains("AAAA")).count(), 1);
    assert!(files["guests.tf"].contains("keys     = local.ssh_keys"));
}

#[test]
fn tags_are_lower_case_sorted_and_named_once() {
    let mut site = small();
    site.hosts[0].tags = ["Web", "projects", "alpha"].map(|tag| at(tag.to_owned())).to_vec();
    let app = resource(&emitted(&site)["guests.tf"], VM, "app");
    assert!(app.contains("tags      = [\"alpha\", \"projects\", \"web\"]"), "{app}");
}

#[test]
fn text_of_the_site_stays_text() {
    let mut site = small();
    let hostile = "\"}\n${file(\"/etc/passwd\")} %{ for } /* # // é";
    site.hosts[0].named.description = Some(hostile.into());
    site.operators.keys = vec![hostile.into()];
    site.datacenters[0].endpoint = Some("https://${x}:8006/".into());
    let files = emitted(&site);
    let quoted = "\"\\\"}\\n$${file(\\\"/etc/passwd\\\")} %%{ for } /* # // é\"";
    assert!(resource(&files["guests.tf"], VM, "app").contains(&format!("  description = {quoted}\n")));
    assert!(files["locals.tf"].contains(&format!("[{quoted}]")));
    assert!(files["providers.tf"].contains("endpoint = \"https://$${x}:8006/\""));
}

#[test]
fn containers_of_the_overlay_get_the_tun_device_and_a_login_that_may_give_it() {
    let files = emitted(&containers());
    let dns = resource(&files["containers.tf"], CONTAINER, "dns");
    assert!(dns.contains("    path = \"/dev/net/tun\"\n    mode = \"0666\"\n"), "{dns}");
    assert!(dns.contains("unprivileged  = true") && dns.contains("nesting = true"), "{dns}");
    assert!(!dns.contains("pool_id"), "its pool would replace it");
    resource(&files["containers.tf"], "pool_membership", "dns");
    assert!(files["providers.tf"].contains("PROXMOX_VE_USERNAME=root@pam"));
    assert!(resource(&files["firewall_guests.tf"], RULES, "dns").contains("  container_id = 1001\n"));
    assert!(resource(&files["templates.tf"], OPTIONS, "template_debian").contains("  container_id = 9000\n"));
}

#[test]
fn keys_go_to_containers_that_are_made_from_a_file_and_to_no_clone() {
    let mut site = containers();
    let source = ImageSource::File("local:vztmpl/debian-13.tar.zst".into());
    assert!(!emitted(&site).contains_key("variables.tf"));
    site.images.push(Image::new(named("images", "file"), Kind::Container, source));
    site.hosts[0].image = Some(ImageId(1));
    let files = emitted(&site);
    let app = resource(&files["containers.tf"], CONTAINER, "app");
    assert!(app.contains("keys = var.ssh_keys") && app.contains("ignore_changes"), "{app}");
    assert!(app.contains("template_file_id = \"local:vztmpl/debian-13.tar.zst\""), "{app}");
    let db = resource(&files["containers.tf"], CONTAINER, "db");
    assert!(!db.contains("user_account") && !db.contains("operating_system"), "{db}");
}

#[test]
fn an_image_is_downloaded_once_for_each_node_that_uses_it() {
    let mut site = small();
    site.nodes.push(node("pve2", "192.168.100.2"));
    site.nodes.push(node("pve3", "192.168.100.3"));
    site.hosts[1].node = Some(NodeId(1));
    site.images[0].source = ImageSource::Download {
        url: at("https://images.example/debian-13.qcow2".into()),
        checksum: "ab".repeat(32),
        algorithm: "sha256".into(),
        datastore: at("local".into()),
        file_name: None,
        node: None,
    };
    let files = emitted(&site);
    assert_eq!(files["images.tf"].matches("resource ").count(), 2);
    let image = resource(&files["images.tf"], "download_file", "debian_pve2");
    for line in ["node_name    = \"pve2\"", "content_type = \"import\"", "overwrite = false"] {
        assert!(image.contains(line), "{line} in {image}");
    }
    let db = resource(&files["guests.tf"], VM, "db");
    assert!(db.contains("import_from  = proxmox_download_file.debian_pve2.id"), "{db}");
    assert!(db.contains("depends_on = [proxmox_virtual_environment_cluster_firewall.this]"), "{db}");
    assert!(!db.contains("clone"), "{db}");
}

#[test]
fn an_image_on_a_datastore_that_nodes_share_is_downloaded_once() {
    let mut site = small();
    site.nodes.push(node("pve2", "192.168.100.2"));
    site.hosts[1].node = Some(NodeId(1));
    site.datastores.push(Datastore {
        named: named("datastores", "nas"),
        kind: Some(StorageKind::Nfs),
        nodes: Vec::new(),
        shared: true,
        content: Vec::new(),
        size: None,
        server: None,
        broken: false,
    });
    let source = |node| ImageSource::Download {
        url: at("https://images.example/debian-13.qcow2".into()),
        checksum: "ab".repeat(32),
        algorithm: "sha256".into(),
        datastore: at("nas".into()),
        file_name: Some(at("trixie.qcow2".into())),
        node,
    };
    site.images[0].source = source(None);
    let files = emitted(&site);
    assert_eq!(files["images.tf"].matches("resource ").count(), 1);
    let image = resource(&files["images.tf"], "download_file", "debian");
    for line in ["node_name    = \"pve\"", "datastore_id = \"nas\"", "file_name          = \"trixie.qcow2\""] {
        assert!(image.contains(line), "{line} in {image}");
    }
    assert_eq!(files["guests.tf"].matches("import_from  = proxmox_download_file.debian.id").count(), 3);
    // The site may say which of them fetches it.
    site.images[0].source = source(Some(NodeId(1)));
    let image = resource(&emitted(&site)["images.tf"], "download_file", "debian").to_owned();
    assert!(image.contains("node_name    = \"pve2\""), "{image}");
}

#[test]
fn a_guest_is_cloned_from_the_template_of_its_node_and_not_made_anew_for_another() {
    let mut site = small();
    site.nodes.push(node("pve2", "192.168.100.2"));
    site.hosts[1].node = Some(NodeId(1));
    let source =
        |copies| ImageSource::Template { vmid: at(Vmid(9000)), node: Some(NodeId(0)), copies, datastore: None };
    site.images[0].source = source(Vec::new());
    let files = emitted(&site);
    let db = resource(&files["guests.tf"], VM, "db");
    assert!(db.contains("vm_id     = 9000\n    node_name = \"pve\""), "{db}");
    assert!(db.contains("clone[0].node_name,"), "{db}");
    let second = Spanned { value: Vmid(9001), span: Span::new(7, 8) };
    site.images[0].source = source(vec![(NodeId(1), second)]);
    let files = emitted(&site);
    let db = resource(&files["guests.tf"], VM, "db");
    assert!(db.contains("vm_id     = 9001\n    node_name = \"pve2\""), "{db}");
    assert!(db.contains("      clone,\n"), "{db}");
    assert!(db.contains("depends_on = [proxmox_virtual_environment_firewall_options.template_debian_pve2]"), "{db}");
    assert!(resource(&files["templates.tf"], OPTIONS, "template_debian_pve2").contains("vm_id     = 9001"));
    assert!(resource(&files["templates.tf"], OPTIONS, "template_debian").contains("vm_id     = 9000"));
}

#[test]
fn each_proxmox_cluster_is_a_module_of_its_own() {
    let mut site = small();
    site.datacenters.push(Datacenter::new(named("datacenters", "west"), "west".into()));
    site.nodes.push(Node { datacenter: DatacenterId(1), ..node("pve-west", "192.168.100.2") });
    site.hosts[1].node = Some(NodeId(1));
    let files = emitted(&site);
    assert!(files["west/guests.tf"].contains("\"db\"") && !files["small/guests.tf"].contains("\"db\""));
    assert!(files.keys().all(|path| path.starts_with("west/") || path.starts_with("small/")));
}

#[test]
fn the_tree_grows_with_hosts_and_not_with_their_square() {
    let size = |hosts: u32| {
        let mut site = small();
        for n in 0..hosts {
            guest(&mut site, &format!("h{n:03}"), 5000 + n, 100, PROJECTS);
        }
        emitted(&site).values().map(|text| text.len()).sum::<usize>()
    };
    let (base, one, two) = (size(100), size(200), size(300));
    assert_eq!(two - one, one - base);
}

//! What guests are made of, what of them Terraform leaves alone, and how Ansible reaches them.

mod sites;

use arvc_emit::tree::Tree;
use arvc_reach::policy::policies;
use arvc_site::extra::{Extra, ExtraKind};
use arvc_site::model::*;
use pretty_assertions::assert_eq;
use sites::*;

const APP: HostId = HostId(0);

fn emitted(site: &Site) -> Tree {
    let (policies, mut tree) = (policies(site), Tree::default());
    arvc_emit::terraform::emit(site, &policies, HEADER, &mut tree);
    arvc_emit::ansible::emit(site, &policies, HEADER, &mut tree);
    arvc_emit::nebula::emit(site, &policies, HEADER, &mut tree);
    arvc_emit::readme::emit(site, HEADER, &mut tree);
    tree
}

fn text<'tree>(tree: &'tree Tree, path: &str) -> &'tree str {
    &tree.files[path].text
}

/// The text of a guest's resource.
fn guest_of(tree: &Tree, file: &str, name: &str) -> String {
    let text = text(tree, file);
    let from = text.find(&format!("\" \"{name}\" {{\n")).unwrap_or_else(|| panic!("no {name} in:\n{text}"));
    text[from..from + text[from..].find("\n}\n").expect("an end")].to_owned()
}

fn disk(slot: &str, size: u64) -> Disk {
    Disk {
        slot: Slot::parse(slot).expect("a place"),
        size: size << 30,
        datastore: "tank".into(),
        mount: None,
        ssd: false,
        discard: true,
        backup: true,
        replicate: true,
        read_only: false,
    }
}

fn container() -> Site {
    let mut site = small();
    site.images[0].kind = Kind::Container;
    site.images[0].source = ImageSource::File("local:vztmpl/debian-13.tar.zst".into());
    site.hosts.iter_mut().for_each(|host| host.kind = Kind::Container);
    site
}

#[test]
fn a_disk_is_told_by_its_place_and_the_first_one_starts_the_machine() {
    let mut site = small();
    site.hosts[0].disks = vec![disk("scsi1", 100), Disk { ssd: true, backup: false, ..disk("sata0", 8) }];
    let app = guest_of(&emitted(&site), "terraform/guests.tf", "app");
    let first = "    datastore_id = \"tank\"\n    interface    = \"scsi1\"\n    size         = 100\n    discard      = \"on\"\n    \
                 iothread     = true\n  }\n";
    let second = "    interface    = \"sata0\"\n    size         = 8\n    discard      = \"on\"\n    ssd          = true\n    \
                  backup       = false\n  }\n";
    assert!(app.contains(first) && app.contains(second), "{app}");
    assert!(app.contains("boot_order    = [\"scsi0\"]\n"), "{app}");
    assert!(!guest_of(&emitted(&small()), "terraform/guests.tf", "app").contains("boot_order"));
}

#[test]
fn a_machine_with_uefi_has_a_disk_for_its_variables_and_one_with_a_tpm_another() {
    let mut site = small();
    let hardware = &mut site.hosts[0].hardware;
    (hardware.ovmf, hardware.q35, hardware.secure_boot, hardware.tpm) = (true, true, true, true);
    (hardware.serial, hardware.agent, hardware.balloon) = (false, true, Some(1 << 30));
    hardware.os = "win11".into();
    let app = guest_of(&emitted(&site), "terraform/guests.tf", "app");
    for part in [
        "machine       = \"q35\"\n  bios          = \"ovmf\"\n",
        "  efi_disk {\n    datastore_id      = \"local-lvm\"\n    type              = \"4m\"\n    pre_enrolled_keys = true\n",
        "  tpm_state {\n    datastore_id = \"local-lvm\"\n    version      = \"v2.0\"\n",
        "    enabled = true\n\n    wait_for_ip {\n      disabled = true\n",
        "    floating  = 1024\n",
        "    type = \"win11\"\n",
    ] {
        assert!(app.contains(part), "{part} in {app}");
    }
    assert!(!app.contains("serial_device"), "{app}");
}

#[test]
fn a_device_waits_for_the_mapping_that_is_declared_and_is_a_name_otherwise() {
    let mut site = small();
    let mapping = |name: &str| at(name.to_owned());
    let device =
        |slot, name: &str| Pci { slot, mapping: mapping(name), pcie: false, primary: false, rombar: true, mdev: None };
    site.hosts[0].hardware.pci = vec![device(0, "gpu"), device(1, "other")];
    let behind = MappedDevice {
        node: NodeId(0),
        id: "10de:2204".into(),
        path: Some("0000:01:00.0".into()),
        iommu_group: Some(14),
        subsystem_id: None,
    };
    site.datacenters[0].mappings =
        vec![Mapping { name: mapping("gpu"), usb: false, mediated: false, devices: vec![behind] }];
    let tree = emitted(&site);
    let app = guest_of(&tree, "terraform/guests.tf", "app");
    assert!(app.contains("mapping = proxmox_hardware_mapping_pci.gpu.name\n"), "{app}");
    assert!(app.contains("device  = \"hostpci1\"\n    mapping = \"other\"\n"), "{app}");
    let mappings = text(&tree, "terraform/mappings.tf");
    assert!(mappings.contains("path        = \"0000:01:00.0\"\n      iommu_group = 14\n"), "{mappings}");
}

#[test]
fn a_container_has_its_volumes_in_their_order_and_only_the_features_that_it_is_given() {
    let mut site = container();
    let mount = |path: &str| Some(at(path.to_owned()));
    let host = &mut site.hosts[0];
    host.disks = vec![
        Disk { mount: mount("/srv"), ..disk("mp0", 100) },
        Disk { mount: mount("/var/lib/x"), read_only: true, ..disk("mp1", 1) },
    ];
    host.features.keyctl = true;
    host.features.swap = 512 << 20;
    host.features.devices = vec![Device { path: "/dev/dri/renderD128".into(), mode: "0660".into(), uid: 0, gid: 104 }];
    let app = guest_of(&emitted(&site), "terraform/containers.tf", "app");
    let volumes = "  mount_point {\n    volume = \"tank\"\n    size   = \"100G\"\n    path   = \"/srv\"\n    backup = true\n  }\n\n  \
                   mount_point {\n    volume    = \"tank\"\n    size      = \"1G\"\n    path      = \"/var/lib/x\"\n";
    assert!(app.contains(volumes), "{app}");
    assert!(app.contains("    nesting = true\n    keyctl  = true\n  }\n"), "{app}");
    assert!(app.contains("    path = \"/dev/dri/renderD128\"\n    mode = \"0660\"\n    gid  = 104\n"), "{app}");
    assert!(app.contains("swap      = 512\n"), "{app}");
}

#[test]
fn a_startup_says_what_is_stated_and_nothing_else() {
    let mut site = small();
    site.hosts[0].startup = Startup { order: Some(1), up_delay: Some(30), down_delay: None };
    let app = guest_of(&emitted(&site), "terraform/guests.tf", "app");
    assert!(app.contains("  startup {\n    order    = 1\n    up_delay = 30\n  }\n"), "{app}");
}

#[test]
fn c08_a_new_key_replaces_and_reboots_no_machine() {
    for mut site in [small(), container()] {
        site.operators.keys = vec!["ssh-ed25519 AAAA a@b".into()];
        let before = emitted(&site);
        site.operators.keys.push("ssh-ed25519 BBBB c@d".into());
        let after = emitted(&site);
        let changed: Vec<&String> =
            after.files.iter().filter(|(path, file)| before.files[*path].text != file.text).map(|it| it.0).collect();
        assert_eq!(changed, ["ansible/inventory/group_vars/all.yml", "terraform/locals.tf"]);
        let file = if site.hosts[0].kind == Kind::Vm { "terraform/guests.tf" } else { "terraform/containers.tf" };
        for host in ["app", "db", "dns"] {
            let guest = guest_of(&after, file, host);
            assert!(guest.contains("ignore_changes = [initialization[0].user_account]"), "{guest}");
            assert!(!guest.contains("_data_file_id"), "a snippet's change would replace it: {guest}");
        }
    }
}

#[test]
fn c44_what_is_left_alone_is_named_with_its_reason_and_listed_as_not_applied() {
    let mut site = small();
    site.hosts[0].unmanaged = vec![at(Unmanaged::Disk), at(Unmanaged::Disks), at(Unmanaged::Memory)];
    let tree = emitted(&site);
    let app = guest_of(&tree, "terraform/guests.tf", "app");
    assert!(app.contains("# unmanaged = disk, disks, memory: set for a new guest"), "{app}");
    let ignored = "    ignore_changes = [\n      initialization[0].user_account,\n      disk,\n      memory,\n    ]\n";
    assert!(app.contains(ignored), "{app}");
    assert!(!app.contains("ignore_changes = all"));
    let readme = text(&tree, "README.md");
    assert!(readme.contains("## Declared and not applied\n"), "{readme}");
    assert!(readme.contains("- `hosts.app`: `disk`, `disks` and `memory`\n"), "{readme}");
    assert!(!text(&emitted(&small()), "README.md").contains("not applied"));
}

#[test]
fn ansible_jumps_first_and_goes_over_the_overlay_later() {
    let mut site = small();
    site.nodes[0].uplink = Some(Uplink { bridge: "vmbr0".into(), address: at(address("192.168.1.10")), public: None });
    site.hosts[0].connection.bastion = Some(at(Bastion::Node(NodeId(0))));
    site.hosts[0].connection.services = Some(at(OVERLAY));
    site.hosts[1].connection.bastion = Some(at(Bastion::Host(APP)));
    site.hosts[1].connection.port = Some(2222);
    let tree = emitted(&site);
    let app = text(&tree, "ansible/inventory/host_vars/app.yml");
    let expected = "ansible_host: 192.168.100.41\nansible_user: root\nansible_ssh_common_args: \"-o ProxyJump=root@192.168.1.10\"\n\
                    services_host: 10.10.10.41\nservices_ssh_common_args: \"\"\n";
    assert!(app.contains(expected), "{app}");
    let db = text(&tree, "ansible/inventory/host_vars/db.yml");
    let over = "-o ProxyJump=root@192.168.100.41";
    assert!(db.contains(&format!("ansible_port: 2222\nansible_ssh_common_args: \"{over}\"\n")), "{db}");
    assert!(db.contains(&format!("services_ssh_common_args: \"{over}\"\n")), "{db}");
    let groups = text(&tree, "terraform/firewall_groups.tf");
    assert!(groups.contains("= \"2222\"\n"), "{groups}");
}

#[test]
fn a_node_is_a_host_of_ansible_in_a_group_of_its_own() {
    let mut site = small();
    assert!(!text(&emitted(&site), "ansible/inventory/hosts.yml").contains("proxmox_nodes"));
    site.nodes[0].uplink = Some(Uplink { bridge: "vmbr0".into(), address: at(address("192.168.1.10")), public: None });
    let name = site.nodes[0].named.name.clone();
    let connection = &mut site.nodes[0].connection;
    (connection.managed, connection.user) = (true, "ops".into());
    let path = format!("ansible/inventory/host_vars/{name}.yml");
    let tree = emitted(&site);
    assert!(
        text(&tree, &path).ends_with("---\nansible_host: 192.168.1.10\nansible_user: ops\n"),
        "{}",
        text(&tree, &path)
    );
    let inventory = text(&tree, "ansible/inventory/hosts.yml");
    assert!(inventory.contains(&format!("    proxmox_nodes:\n      hosts:\n        {name}: {{}}\n")), "{inventory}");
    let guests = &inventory[inventory.find("    guests:\n").unwrap()..inventory.find("    nebula_").unwrap()];
    assert!(!guests.contains(&format!(" {name}:")), "{guests}");
    site.nodes[0].connection.network = Some(at(BRIDGE));
    site.nodes[0].connection.bastion = Some(at(Bastion::Host(APP)));
    let tree = emitted(&site);
    let expected = "ansible_host: 192.168.100.1\nansible_user: ops\nansible_ssh_common_args: \"-o ProxyJump=root@192.168.100.41\"\n";
    assert!(text(&tree, &path).ends_with(expected), "{}", text(&tree, &path));
}

#[test]
fn windows_is_reached_by_its_own_protocol_and_gets_no_role_of_ours() {
    let mut site = small();
    let secret = SecretRef { path: "kv/data/app".into(), key: "admin".into() };
    site.hosts[0].user = "Administrator".into();
    site.hosts[0].connection.winrm = true;
    site.hosts[0].connection.password = Some(Extra { kind: ExtraKind::Secret(secret), span: at(()).span });
    let tree = emitted(&site);
    let app = text(&tree, "ansible/inventory/host_vars/app.yml");
    assert!(app.contains("ansible_connection: winrm\n") && app.contains("ansible_port: 5986\n"), "{app}");
    assert!(app.contains("ansible_password: \"{{ lookup('community.hashi_vault.vault_kv2_get', 'app'"), "{app}");
    assert!(!app.contains("bootstrap") && !app.contains("security_policy"), "{app}");
    let inventory = text(&tree, "ansible/inventory/hosts.yml");
    assert!(inventory.contains("    winrm_guests:\n      hosts:\n        app: {}\n"), "{inventory}");
    assert!(inventory.contains("    guests:\n      hosts:\n        db: {}\n        dns: {}\n"), "{inventory}");
    assert!(inventory.contains("    nebula_members:\n      hosts:\n        db: {}\n        dns: {}\n"), "{inventory}");
    assert!(text(&tree, "ansible/requirements.yml").contains("community.hashi_vault"));
    assert!(text(&tree, "README.md").contains("pywinrm"));
}

/// A rented server that is lighthouse and relay, a Pi behind a router, and a laptop that may be anywhere.
fn elsewhere() -> Site {
    let mut site = small();
    let provider = network(&mut site, "provider", "203.0.113.64/26", NetworkKind::Plain);
    let house = network(&mut site, "house", "192.168.1.0/24", NetworkKind::Plain);
    let mut machine = |name: &str, number: u8, below: Option<(NetworkId, &str, Option<&str>)>| {
        let id = guest(&mut site, name, 5000, number, PROJECTS);
        let host = &mut site.hosts[id.index()];
        (host.kind, host.vmid, host.node, host.image) = (Kind::Machine, None, None, None);
        let mut bridge = host.interfaces.remove(0);
        if let Some((network, own, public)) = below {
            bridge.network = network;
            bridge.address = Some(at(address(own)));
            bridge.public = public.map(|public| at(address(public)));
            host.interfaces.insert(0, bridge);
            (host.lighthouse, host.relay) = (true, true);
        }
    };
    machine("vps", 200, Some((provider, "203.0.113.77", None)));
    machine("pi", 201, Some((house, "192.168.1.5", Some("198.51.100.20"))));
    machine("laptop", 202, None);
    site
}

#[test]
fn each_member_is_told_the_addresses_of_a_lighthouse_that_it_can_use() {
    let tree = emitted(&elsewhere());
    let places = |host: &str, lighthouse: &str| {
        let text = text(&tree, &format!("nebula/{host}.yml"));
        let from = text.find(&format!("  \"{lighthouse}\":\n")).map(|at| &text[at..]).unwrap_or_default();
        let lines = from.lines().skip(1).take_while(|line| line.starts_with("    - "));
        lines.map(|line| line.trim_start_matches("    - ").trim_matches('"').to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(places("laptop", "10.10.10.200"), ["203.0.113.77:4242"]);
    assert_eq!(places("laptop", "10.10.10.201"), ["198.51.100.20:4242"]);
    // From the bridge the node leads to the house, and no router has to turn packets around.
    assert_eq!(places("app", "10.10.10.201"), ["192.168.1.5:4242", "198.51.100.20:4242"]);
    assert_eq!(places("app", "10.10.10.200"), ["203.0.113.77:4242"]);
    assert_eq!(places("vps", "10.10.10.201"), ["198.51.100.20:4242"]);
    assert!(text(&tree, "nebula/pi.yml").contains("  advertise_addrs:\n    - \"198.51.100.20:4242\"\n"));
    assert!(!text(&tree, "nebula/vps.yml").contains("advertise_addrs"));
}

#[test]
fn the_filters_let_the_tunnels_of_a_lighthouse_elsewhere_pass() {
    let site = elsewhere();
    let tree = emitted(&site);
    let policy = |host: &str| {
        let variables = text(&tree, &format!("ansible/inventory/host_vars/{host}.yml"));
        let line = variables.lines().find_map(|line| line.strip_prefix("security_policy: "));
        line.expect("a filter").to_owned()
    };
    for host in ["vps", "pi"] {
        let filter = text(&tree, &format!("ansible/files/filter/{}.v4", policy(host)));
        assert!(filter.contains("-i eth0 -p udp -m udp --dport 4242 -j ACCEPT\n"), "{filter}");
    }
    // Outwards, past the first layer: a rule for each lighthouse, with every address that it is known by.
    let groups = text(&tree, "terraform/firewall_groups.tf");
    for addresses in ["203.0.113.77", "192.168.1.5,198.51.100.20"] {
        let rule = format!("    dest    = \"{addresses}\"\n    proto   = \"udp\"\n    dport   = \"4242\"\n");
        assert_eq!(groups.matches(&rule).count(), 1, "{addresses}: {groups}");
    }
}

#[test]
fn a_guest_on_arm_is_made_for_it_without_the_word_that_only_root_may_say() {
    let mut site = small();
    site.nodes[0].arch.value = Arch::Arm64;
    site.hosts[0].disks = vec![disk("scsi30", 100)];
    let app = guest_of(&emitted(&site), "terraform/guests.tf", "app");
    // A VM without IDE has its drive of cloud-init on the last place that is free.
    assert!(app.contains("    interface    = \"scsi29\"\n\n    dns {"), "{app}");
    assert!(!app.contains("architecture"), "{app}");
    let mut site = container();
    assert!(!guest_of(&emitted(&site), "terraform/containers.tf", "app").contains("architecture"));
    site.nodes[0].arch.value = Arch::Arm64;
    let app = guest_of(&emitted(&site), "terraform/containers.tf", "app");
    assert!(app.contains("  cpu {\n    architecture = \"arm64\"\n    cores        = "), "{app}");
}

//! The first layer in Terraform: its switches, groups, sets of addresses and rules.

use pretty_assertions::assert_eq;

use super::*;

#[test]
fn every_switch_of_the_chain_is_on() {
    for (site, machines) in [(small(), "guests.tf"), (containers(), "containers.tf")] {
        let files = emitted(&site);
        assert!(resource(&files["firewall_cluster.tf"], SWITCH, "this").contains("  enabled        = true\n"));
        assert!(
            resource(&files["firewall_node.tf"], "node_firewall", "pve").contains("  enabled             = true\n")
        );
        for host in ["app", "db", "dns"] {
            let options = resource(&files["firewall_guests.tf"], OPTIONS, host);
            for key in
                ["enabled       = true", "input_policy  = \"DROP\"", "output_policy = \"DROP\"", "ipfilter      = true"]
            {
                assert!(options.contains(&format!("  {key}\n")), "{key} in {options}");
            }
        }
        let devices = files[machines].matches("  network_").count();
        let filtered = files[machines].lines().filter(|line| line.trim().replace(' ', "") == "firewall=true").count();
        assert_eq!((devices, filtered), (3, 3), "{machines}");
    }
}

#[test]
fn the_operators_are_let_in_before_anything_is_switched_on() {
    let files = emitted(&small());
    let cluster = &files["firewall_cluster.tf"];
    let rule = r#"  rule {
    type    = "in"
    action  = "ACCEPT"
    source  = "192.168.100.250"
    proto   = "tcp"
    dport   = "22,8006"
"#;
    assert!(resource(cluster, RULES, "operator_access").contains(rule));
    assert!(resource(cluster, IPSET, "management").contains("name    = \"192.168.100.250\""));
    for switch in [resource(cluster, SWITCH, "this"), resource(&files["firewall_node.tf"], "node_firewall", "pve")] {
        for before in ["alias.local_network", "ipset.management", "rules.operator_access"] {
            assert!(switch.contains(&format!("    proxmox_virtual_environment_firewall_{before},\n")), "{before}");
        }
    }
    let guest = resource(&files["firewall_guests.tf"], OPTIONS, "db");
    assert!(guest.contains("    proxmox_virtual_environment_firewall_rules.db,\n"), "{guest}");
}

#[test]
fn a_switch_that_locks_everybody_out_says_so() {
    let mut site = small();
    site.operators.addresses.clear();
    let cluster = &emitted(&site)["firewall_cluster.tf"];
    assert!(cluster.contains("# operators.addresses is empty:") && !cluster.contains("operator_access"), "{cluster}");
    assert!(!emitted(&small())["firewall_cluster.tf"].contains("is empty:"));
}

#[test]
fn the_firewall_of_a_replaced_guest_is_made_anew() {
    for (site, kind) in [(small(), VM), (containers(), CONTAINER)] {
        let file = &emitted(&site)["firewall_guests.tf"];
        for (family, name) in [(IPSET, "db_net0"), (RULES, "db"), (OPTIONS, "db")] {
            let trigger = format!("replace_triggered_by = [proxmox_{kind}.db.id]");
            assert!(resource(file, family, name).contains(&trigger), "{family}");
        }
    }
}

#[test]
fn the_internet_is_opened_behind_drops_of_what_is_private() {
    let group = resource(&emitted(&published())["firewall_groups.tf"], GROUP, "bridge-internet");
    let actions: Vec<&str> = group.lines().filter(|line| line.contains("action ")).map(str::trim).collect();
    let (drop, accept) = ("action  = \"DROP\"", "action  = \"ACCEPT\"");
    assert_eq!(actions, [drop, drop, accept, accept]);
    for prefix in ["192.168.0.0/16", "10.0.0.0/8", "fc00::/7", "198.51.100.10"] {
        assert!(group.contains(prefix), "{prefix} in {group}");
    }
}

#[test]
fn a_guest_takes_what_all_have_then_its_own_and_the_internet_last() {
    let files = emitted(&published());
    let groups = |host: &str| -> Vec<String> {
        let rules = resource(&files["firewall_guests.tf"], RULES, host);
        let names = rules.lines().filter_map(|line| line.split("security_group.").nth(1));
        names.map(|name| name.trim_end_matches(".name").to_owned()).collect()
    };
    assert_eq!(groups("db"), ["bridge", "bridge-internet"]);
    assert_eq!(groups("app"), ["bridge", "app", "bridge-internet"]);
    let own = resource(&files["firewall_groups.tf"], GROUP, "app");
    let inbound = r#"  rule {
    type    = "in"
    action  = "ACCEPT"
    proto   = "tcp"
    dport   = "443"
"#;
    assert!(own.contains(inbound), "{own}");
    let drop = own.find("DROP").expect("a drop of private sources");
    assert!(drop < own.find(inbound).expect("the opening"));
}

#[test]
fn a_peer_that_nobody_is_opens_nothing() {
    let mut site = small();
    let empty = GroupId(site.groups.len() as u32);
    site.groups.push(Group { named: named("groups", "nobody"), variables: Vec::new(), nebula: Vec::new() });
    let mut opening = flow(End::Group(empty), End::Host(HostId(0)), &[tcp(8080)]);
    opening.via = Some(BRIDGE);
    site.allow.push(opening);
    assert!(!emitted(&site)["firewall_groups.tf"].contains("8080"));
}

#[test]
fn what_decides_who_reaches_whom_is_literal() {
    for (name, text) in emitted(&published()) {
        if name.starts_with("firewall") {
            for word in ["var.", "local.", "count ", "for_each", "dynamic", "${"] {
                assert!(!text.contains(word), "{word} in {name}");
            }
        }
    }
}

#[test]
fn a_machine_can_use_no_address_but_its_own() {
    let set = resource(&emitted(&small())["firewall_guests.tf"], IPSET, "app_net0");
    assert!(set.contains("name    = \"ipfilter-net0\""));
    assert!(set.contains("  cidr {\n    name = \"192.168.100.41\"\n  }\n"));
}

#[test]
fn each_device_has_its_own_address_set_and_rules_and_one_of_them_leads_out() {
    let mut site = small();
    let storage = bridge(&mut site, "storage", "fd00:1::/64", "vmbr2", Some(("fd00:1::1", None)));
    let third = bridge(&mut site, "third", "192.168.101.0/24", "vmbr3", Some(("192.168.101.1", None)));
    if let NetworkKind::Bridge { vlan, .. } = &mut site.networks[storage.index()].kind {
        *vlan = Some(42);
    }
    for (network, ip, place) in [(storage, "fd00:1::1e", 1), (third, "192.168.101.30", 2)] {
        let mac = Some([0xbc, 0x24, 0x11, 0, 0, 0x0a]);
        let (address, index, device) = (Some(at(address(ip))), Some(place), format!("eth{place}"));
        let (more, public, dhcp, default_route) = (Vec::new(), None, false, network != third);
        let interface =
            Interface { network, address, leased: None, more, public, mac, index, device, dhcp, default_route };
        site.hosts[1].interfaces.push(interface);
    }
    let files = emitted(&site);
    let db = resource(&files["guests.tf"], VM, "db");
    let storage = "    bridge      = \"vmbr2\"\n    vlan_id     = 42\n    mac_address = \"BC:24:11:00:00:0A\"\n";
    assert!(db.contains(storage), "{db}");
    let gateways: Vec<&str> = db.lines().map(str::trim).filter(|line| line.starts_with("gateway")).collect();
    assert_eq!(gateways, ["gateway = \"192.168.100.1\"", "gateway = \"fd00:1::1\""]);
    let set = resource(&files["firewall_guests.tf"], IPSET, "db_net1");
    assert!(set.contains("ipfilter-net1") && set.contains("fd00:1::1e"), "{set}");
    assert!(resource(&files["firewall_guests.tf"], RULES, "db").contains("iface          = \"net1\""));
}

#[test]
fn a_site_that_owns_no_firewall_brings_its_groups_and_no_switch() {
    let mut site = small();
    site.datacenters[0].owns_firewall.value = false;
    site.datacenters[0].namespace.value = "stg".into();
    site.allow.push(flow(End::Host(HostId(1)), End::Node(NodeId(0)), &[udp(123)]));
    let files = emitted(&site);
    assert!(!files.contains_key("firewall_cluster.tf") && !files.contains_key("firewall_node.tf"));
    let groups = &files["firewall_groups.tf"];
    assert!(groups.contains("\"stg-") && !groups.contains("\"arvc-"), "{groups}");
    let names = groups.lines().filter_map(|line| line.trim().strip_prefix("name    = "));
    assert!(names.clone().count() > 0 && names.clone().all(|name| name.len() <= 20), "{groups}");
    assert!(files["firewall_guests.tf"].contains("enabled       = true"), "{}", files["firewall_guests.tf"]);
    assert!(files.values().all(|text| !text.contains("cluster_firewall.this") && !text.contains("node_firewall")));
}

#[test]
fn what_a_machine_may_open_on_its_node_is_a_rule_of_the_node() {
    let mut site = small();
    site.allow.push(flow(End::Host(HostId(1)), End::Node(NodeId(0)), &[udp(123)]));
    let rules = resource(&emitted(&site)["firewall_node.tf"], RULES, "node_pve");
    let expected = r#"    iface   = "vmbr1"
    source  = "192.168.100.30"
    proto   = "udp"
    dport   = "123"
"#;
    assert!(rules.contains(expected), "{rules}");
}

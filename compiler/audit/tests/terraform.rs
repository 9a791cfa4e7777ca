//! The provider's resources: what they write, and what of them only Terraform knows.

mod common;

use arvc_audit::Tree;
use common::{tree, verdict};

/// A machine `a` that nothing filters, and `b`, whose device is filtered, with these resources besides.
fn machines(options: &str) -> Tree {
    let vm = |name: &str, vmid: u32, firewall: bool| {
        format!(
            "resource \"proxmox_virtual_environment_vm\" \"{name}\" {{\n  name = \"{name}\"\n  vm_id = {vmid}\n  node_name = \"one\"\n  network_device {{\n    bridge = \"vmbr1\"\n    firewall = {firewall}\n  }}\n  initialization {{\n    ip_config {{\n      ipv4 {{\n        address = \"192.168.1.{}/24\"\n      }}\n    }}\n  }}\n}}\n",
            vmid - 100
        )
    };
    let text = vm("a", 101, false)
        + &vm("b", 102, true)
        + "resource \"proxmox_virtual_environment_cluster_firewall\" \"this\" {\n  enabled = true\n}\n"
        + options;
    tree(&[("main.tf", &text)])
}

/// The options of `b`.
fn options(body: &str) -> String {
    format!(
        "resource \"proxmox_virtual_environment_firewall_options\" \"b\" {{\n  node_name = \"one\"\n  vm_id = 102\n{body}}}\n"
    )
}

/// The rules of `b`.
fn rules(body: &str) -> String {
    format!(
        "resource \"proxmox_virtual_environment_firewall_rules\" \"b\" {{\n  node_name = \"one\"\n  vm_id = 102\n{body}}}\n"
    )
}

const ASK: &str = "a -> b 192.168.1.2, bridge vmbr1, tcp/22";
const SSH: &str = "    type = \"in\"\n    action = \"ACCEPT\"\n    proto = \"tcp\"\n    dport = \"22\"\n";

#[test]
fn the_provider_writes_every_key_with_defaults_of_its_own() {
    let (ask, ssh) = (ASK, SSH);
    assert_eq!(verdict(&machines(""), ask), "open", "no options: not filtered");
    assert_eq!(verdict(&machines(&options("")), ask), "open", "enabled is false");
    assert_eq!(verdict(&machines(&options("  enabled = true\n")), ask), "closed", "input_policy is DROP");
    let on = options("  enabled = true\n");
    let rule = |body: &str| machines(&(on.clone() + &rules(&format!("  rule {{\n{body}  }}\n"))));
    assert_eq!(verdict(&rule(ssh), ask), "open");
    assert_eq!(verdict(&rule(&(ssh.to_owned() + "    enabled = false\n")), ask), "closed");
    // 0 passes validation and is neither stored nor applied.
    assert_eq!(verdict(&rule(&ssh.replace("\"22\"", "\"0\"")), ask), "open");
    // What only Terraform knows is unknown.
    assert_eq!(verdict(&rule(&ssh.replace("\"22\"", "var.port")), ask), "unknown");
    assert_eq!(verdict(&rule(&ssh.replace("\"ACCEPT\"", "var.action")), ask), "unknown");
    let repeated = machines(&(on.clone() + &rules(&format!("  count = 2\n  rule {{\n{ssh}  }}\n"))));
    assert_eq!(verdict(&repeated, ask), "unknown");
    // Who is repeated and says one number is that machine or none; the others stay known.
    let each = rules(&format!("  for_each = toset([\"x\"])\n  rule {{\n{ssh}  }}\n"));
    assert_eq!(verdict(&machines(&(on.clone() + &each)), ask), "unknown");
    let machine = |more: &str| {
        let vm = "resource \"proxmox_virtual_environment_vm\" \"NAME\" {\n  name = \"NAME\"\n  vm_id = VMID\n  node_name = \"one\"\nMORE  network_device {\n    bridge = \"vmbr1\"\n    firewall = true\n  }\n  initialization {\n    ip_config {\n      ipv4 {\n        address = \"192.168.1.VMID/24\"\n      }\n    }\n  }\n}\n";
        let vm =
            |name: &str, vmid: &str, more: &str| vm.replace("NAME", name).replace("VMID", vmid).replace("MORE", more);
        tree(&[(
            "main.tf",
            &(vm("x", "103", "")
                + &vm("y", "104", more)
                + "resource \"proxmox_virtual_environment_cluster_firewall\" \"this\" {\n  enabled = true\n}\n"),
        )])
    };
    let repeated = machine("  for_each = toset([\"one\"])\n");
    assert_eq!(verdict(&repeated, "x -> y 192.168.1.104, bridge vmbr1, tcp/22"), "open");
    assert_eq!(repeated.unread.len(), 1, "{:#?}", repeated.unread);
    assert!(machine("  for_each = var.all\n").knows("y") && !machine("  count = 0\n").knows("y"));
    let once = rules(&format!("  count = 1\n  rule {{\n{ssh}  }}\n"));
    assert_eq!(verdict(&machines(&(on.clone() + &once)), ask), "open");
    let never = rules(&format!("  count = 0\n  rule {{\n{ssh}  }}\n"));
    assert_eq!(verdict(&machines(&(on.clone() + &never)), ask), "closed");
    // Each of two resources is the whole list: which is there, nobody knows.
    let two = rules(&format!("  rule {{\n{ssh}  }}\n"));
    let two = machines(&(on.clone() + &two + &two.replace("\"b\"", "\"c\"")));
    assert_eq!(verdict(&two, ask), "unknown");
    let dynamic =
        machines(&(on.clone() + &rules("  dynamic \"rule\" {\n    for_each = var.rules\n    content {}\n  }\n")));
    assert_eq!(verdict(&dynamic, ask), "unknown");
    assert!(!dynamic.unread.is_empty());
    let local = machines(
        &(on + &rules(&format!("  rule {{\n{}  }}\n", ssh.replace("\"22\"", "local.port")))
            + "locals {\n  port = \"22\"\n}\n"),
    );
    assert_eq!(verdict(&local, ask), "open");
}

#[test]
fn a_rule_that_proxmox_refuses_ends_the_apply_and_nobody_knows_what_is_there() {
    let on = options("  enabled = true\n");
    let two =
        |first: &str| machines(&(on.clone() + &rules(&format!("  rule {{\n{first}  }}\n  rule {{\n{SSH}  }}\n"))));
    for (name, value) in [
        ("dport", "70000"),
        ("source", "192.168.1.1/24"),
        ("action", "accept"),
        ("iface", "eth0"),
        ("macro", "Nothing"),
    ] {
        let field = format!("    {name} = \"{value}\"\n");
        let plain: String = SSH.lines().filter(|line| !line.contains(name)).map(|line| format!("{line}\n")).collect();
        let tree = two(&(plain + &field));
        assert_eq!(verdict(&tree, ASK), "unknown", "{name} = {value}");
        // Whatever no rule speaks of may pass just as well: a rule that opened it may be there still.
        assert_eq!(verdict(&tree, "a -> b 192.168.1.2, bridge vmbr1, tcp/23"), "unknown", "{name} = {value}");
        assert!(tree.unread.iter().any(|one| one.words.contains("refuses")), "{:#?}", tree.unread);
    }
    assert_eq!(verdict(&two(SSH), ASK), "open");
}

/// A data centre in a folder: `aNODE` and `bNODE`, whose group lets in a port, on a node of that name.
fn center(node: &str, third: u8, port: u16, switch: bool) -> String {
    let vm = |name: &str, vmid: u32| {
        format!(
            "resource \"proxmox_virtual_environment_vm\" \"{name}\" {{\n  name = \"{name}{node}\"\n  vm_id = {vmid}\n  node_name = \"{node}\"\n  network_device {{\n    bridge = \"vmbr1\"\n    firewall = true\n  }}\n  initialization {{\n    ip_config {{\n      ipv4 {{\n        address = \"192.168.{third}.{}/24\"\n      }}\n    }}\n  }}\n}}\n",
            vmid - 100
        )
    };
    let on = options("  enabled = true\n").replace("\"one\"", &format!("\"{node}\""));
    let group = format!(
        "resource \"proxmox_virtual_environment_cluster_firewall_security_group\" \"web\" {{\n  name = \"web\"\n  rule {{\n{}  }}\n}}\n",
        SSH.replace("\"22\"", &format!("\"{port}\""))
    );
    let rules = rules("  rule {\n    security_group = \"web\"\n  }\n").replace("\"one\"", &format!("\"{node}\""));
    let own = format!(
        "resource \"proxmox_virtual_environment_firewall_rules\" \"own\" {{\n  rule {{\n{}    source = \"192.168.{third}.1\"\n  }}\n}}\n",
        SSH.replace("\"22\"", "\"9000\"")
    );
    let switch = if switch {
        "resource \"proxmox_virtual_environment_cluster_firewall\" \"this\" {\n  enabled = true\n  input_policy = \"DROP\"\n}\n"
    } else {
        ""
    };
    vm("a", 101) + &vm("b", 102) + &on + &group + &rules + &own + switch
}

#[test]
fn each_folder_with_the_switch_of_a_data_centre_is_one() {
    let wiring = r#"{"nodes": {"one": ["192.168.1.254"], "two": ["192.168.2.254"]}}"#;
    let (one, two) = (center("one", 1, 22, true), center("two", 2, 23, true));
    let both = tree(&[("terraform/one/main.tf", &one), ("terraform/two/main.tf", &two), ("wiring.json", wiring)]);
    common::expect(
        &both,
        "open aone -> bone 192.168.1.2, bridge vmbr1, tcp/22
        closed aone -> bone 192.168.1.2, bridge vmbr1, tcp/23
        closed atwo -> btwo 192.168.2.2, bridge vmbr1, tcp/22
        open atwo -> btwo 192.168.2.2, bridge vmbr1, tcp/23
        open aone -> one 192.168.1.254, bridge vmbr1, tcp/9000
        closed bone -> one 192.168.1.254, bridge vmbr1, tcp/9000
        open atwo -> two 192.168.2.254, bridge vmbr1, tcp/9000",
    );
    let told = |tree: &Tree| tree.findings().into_iter().filter(|one| one.kind == "two-lists").count();
    assert_eq!(told(&both), 0);
    // A folder without it, of a data centre of which nothing else is there: whether anything filters is not known.
    let further = center("three", 3, 24, false);
    let more = [
        ("terraform/one/main.tf", one.as_str()),
        ("terraform/two/main.tf", &two),
        ("terraform/three/main.tf", &further),
    ];
    let more = tree(&more);
    common::expect(&more, "unknown athree -> bthree 192.168.3.2, bridge vmbr1, tcp/25");
    // One alone has folders for its parts, and two lists in it are two of one.
    let parts = tree(&[
        ("terraform/one/main.tf", &one),
        ("terraform/two/main.tf", &center("two", 2, 23, false).replace("10", "20")),
    ]);
    assert_eq!(told(&parts), 1);
}

//! What a tree does not say is not taken for said: which device has an address, where a rule sends a packet.

mod common;

use arvc_audit::Tree;
use common::{expect, tree};

/// Two machines by Ansible alone, and the filter of one.
fn metal(rule: &str) -> Tree {
    let filter = format!(
        "*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -i {rule} -j ACCEPT\nCOMMIT\n"
    );
    tree(&[
        (
            "wiring.json",
            r#"{"machines":{"web":["10.0.2.10"],"db":["10.0.3.20"]},"routed":[{"networks":["10.0.2.0/24","10.0.3.0/24"]}],"outward":[]}"#,
        ),
        (
            "hosts.yml",
            "all:\n  hosts:\n    web:\n      ansible_host: 10.0.2.10\n    db:\n      ansible_host: 10.0.3.20\n",
        ),
        ("filter/web.v4", &filter),
    ])
}

#[test]
fn the_one_device_of_a_filter_is_the_machines_if_it_is_hardware() {
    for device in ["eth0", "enp6s18", "wlan0"] {
        expect(&metal(device), "open db -> web 10.0.2.10, routed, tcp/80");
    }
    for device in ["wg0", "docker0", "br-1a2b3c", "tailscale0", "virbr0"] {
        expect(&metal(device), "unknown db -> web 10.0.2.10, routed, tcp/80");
    }
}

/// A node of Proxmox with a guest behind it, a machine in front of it, and these rules.
fn node(rule: &str) -> Tree {
    let interfaces = format!(
        "auto vmbr0\niface vmbr0 inet static\n\taddress 10.0.0.2/24\n\tgateway 10.0.0.1\n\tbridge-ports eno1\nauto vmbr1\niface vmbr1 inet \
         static\n\taddress 10.9.0.1/24\n\tbridge-ports none\n\tpost-up {rule}\n"
    );
    tree(&[
        (
            "firewall/cluster.fw",
            "[OPTIONS]\nenable: 1\npolicy_in: DROP\n[RULES]\nIN ACCEPT -source 10.0.0.50 -p tcp -dport 8006\n",
        ),
        ("nodes/pve1/host.fw", "[OPTIONS]\nenable: 1\n"),
        ("nodes/pve1/interfaces", &interfaces),
        (
            "nodes/pve1/qemu-server/100.conf",
            "name: web\nnet0: virtio=A,bridge=vmbr1\nipconfig0: ip=10.9.0.10/24,gw=10.9.0.1\n",
        ),
        (
            "nodes/pve1/qemu-server/101.conf",
            "name: lan\nnet0: virtio=B,bridge=vmbr0\nipconfig0: ip=10.0.0.60/24,gw=10.0.0.1\n",
        ),
    ])
}

#[test]
fn an_option_of_a_target_may_be_abbreviated() {
    let rule = |option: &str| {
        node(&format!("iptables -t nat -A PREROUTING -i vmbr0 -p tcp --dport 443 -j DNAT {option} 10.9.0.10:443"))
    };
    for option in ["--to-destination", "--to-dest", "--to"] {
        let tree = rule(option);
        assert!(tree.unread.is_empty(), "{option}: {:#?}", tree.unread);
        expect(&tree, "unknown lan -> web 10.0.0.2, routed, tcp/443");
    }
    expect(&rule("--to-nowhere"), "unknown lan -> web 10.0.0.2, routed, tcp/443");
}

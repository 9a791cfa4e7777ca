//! Several data centres as files of Proxmox in one tree: each has its own switch, groups, sets, aliases, nodes and numbers of guests.

mod common;

use arvc_audit::Tree;
use common::{expect, tree};

/// `NODE/qemu-server/VMID.conf` of a guest with an address of `10.0.THIRD.0/24`.
fn machine(name: &str, third: u8, last: u8) -> String {
    format!(
        "name: {name}\nnet0: virtio=BC:24:11:00:00:01,bridge=vmbr1,firewall=1\nipconfig0: ip=10.0.{third}.{last}/24\n"
    )
}

const OPEN: &str = "[OPTIONS]\nenable: 1\npolicy_in: ACCEPT\n";
/// Whoever is in a set of the data centre, by a group of it, and one alias.
const GUARDED: &str = "[OPTIONS]\nenable: 1\n[RULES]\nGROUP web\nIN ACCEPT -source peer -p udp -dport 53\n";

/// The files of one data centre: two guests, of which the second is guarded.
fn center(enable: u8, third: u8, port: u16) -> (String, [String; 2]) {
    let cluster = format!(
        "[OPTIONS]\nenable: {enable}\n[ALIASES]\npeer 10.0.{third}.1\n[IPSET known]\n10.0.{third}.1\n[RULES]\nIN ACCEPT -p tcp -dport {port}\n\
         [group web]\nIN ACCEPT -source +known -p tcp -dport {port}\n"
    );
    (cluster, [machine(&format!("a{third}"), third, 1), machine(&format!("b{third}"), third, 2)])
}

fn two(paths: [[&str; 5]; 2], second: u8) -> Tree {
    let parts = [center(1, 1, 80), center(second, 2, 81)];
    let wiring = r#"{"nodes": {"one": ["10.0.1.254"], "two": ["10.0.2.254"]}}"#;
    let mut files = vec![("wiring.json", wiring)];
    for ([cluster, open, guarded, one, other], (text, machines)) in paths.into_iter().zip(&parts) {
        files.extend([(cluster, text.as_str()), (open, OPEN), (guarded, GUARDED)]);
        files.extend([(one, machines[0].as_str()), (other, &machines[1])]);
    }
    tree(&files)
}

const APART: &str = "open a1 -> b1 10.0.1.2, bridge vmbr1, tcp/80
    closed a1 -> b1 10.0.1.2, bridge vmbr1, tcp/81
    closed a2 -> b2 10.0.2.2, bridge vmbr1, tcp/80
    open a2 -> b2 10.0.2.2, bridge vmbr1, tcp/81
    open a1 -> b1 10.0.1.2, bridge vmbr1, udp/53
    open a2 -> b2 10.0.2.2, bridge vmbr1, udp/53
    open a1 -> one 10.0.1.254, bridge vmbr1, tcp/80
    closed a1 -> one 10.0.1.254, bridge vmbr1, tcp/81
    closed a2 -> two 10.0.2.254, bridge vmbr1, tcp/80
    open a2 -> two 10.0.2.254, bridge vmbr1, tcp/81";

#[test]
fn each_folder_with_a_cluster_fw_is_a_data_centre() {
    let flat = [
        [
            "north/cluster.fw",
            "north/101.fw",
            "north/102.fw",
            "north/one/qemu-server/101.conf",
            "north/one/qemu-server/102.conf",
        ],
        [
            "south/cluster.fw",
            "south/101.fw",
            "south/102.fw",
            "south/two/qemu-server/101.conf",
            "south/two/qemu-server/102.conf",
        ],
    ];
    expect(&two(flat, 1), APART);
    let copied = [
        [
            "north/firewall/cluster.fw",
            "north/firewall/101.fw",
            "north/firewall/102.fw",
            "north/nodes/one/qemu-server/101.conf",
            "north/nodes/one/qemu-server/102.conf",
        ],
        [
            "south/etc/pve/firewall/cluster.fw",
            "south/etc/pve/firewall/101.fw",
            "south/etc/pve/firewall/102.fw",
            "south/etc/pve/nodes/two/qemu-server/101.conf",
            "south/etc/pve/nodes/two/qemu-server/102.conf",
        ],
    ];
    expect(&two(copied, 1), APART);
    // The switch of the one says nothing of the other.
    expect(
        &two(copied, 0),
        "closed a1 -> b1 10.0.1.2, bridge vmbr1, tcp/81
        open a2 -> b2 10.0.2.2, bridge vmbr1, tcp/80",
    );
    // Machines that lie elsewhere are of the data centre that has their node.
    let mut elsewhere = copied;
    elsewhere[1][3] = "machines/two/qemu-server/101.conf";
    elsewhere[1][4] = "machines/two/qemu-server/102.conf";
    let host = "[OPTIONS]\nenable: 1\n";
    let parts = [center(1, 1, 80), center(1, 2, 81)];
    let mut files = vec![("south/etc/pve/nodes/two/host.fw", host), ("north/nodes/one/host.fw", host)];
    for ([cluster, open, guarded, one, other], (text, machines)) in elsewhere.into_iter().zip(&parts) {
        files.extend([(cluster, text.as_str()), (open, OPEN), (guarded, GUARDED)]);
        files.extend([(one, machines[0].as_str()), (other, &machines[1])]);
    }
    expect(
        &tree(&files),
        "closed a2 -> b2 10.0.2.2, bridge vmbr1, tcp/80
        open a2 -> b2 10.0.2.2, bridge vmbr1, tcp/81",
    );
}

#[test]
fn a_data_centre_without_cluster_fw_is_not_the_one_beside_it() {
    let (cluster, [a, b]) = center(1, 1, 80);
    let (_, [other_a, other_b]) = center(1, 2, 81);
    let both = tree(&[
        ("north/firewall/cluster.fw", &cluster),
        ("north/firewall/101.fw", OPEN),
        ("north/firewall/102.fw", GUARDED),
        ("north/nodes/one/qemu-server/101.conf", &a),
        ("north/nodes/one/qemu-server/102.conf", &b),
        ("south/firewall/102.fw", "[OPTIONS]\nenable: 1\n"),
        ("south/nodes/two/qemu-server/101.conf", &other_a),
        ("south/nodes/two/qemu-server/102.conf", &other_b),
    ]);
    // A number is there once in a data centre, so what has it again is of another, whose switch nobody knows.
    expect(
        &both,
        "open a1 -> b1 10.0.1.2, bridge vmbr1, tcp/80
        closed a1 -> b1 10.0.1.2, bridge vmbr1, tcp/81
        unknown a2 -> b2 10.0.2.2, bridge vmbr1, tcp/80",
    );
}

#[test]
fn nodes_of_one_name_in_two_data_centres_are_two() {
    let (north, [a, b]) = center(1, 1, 80);
    let (south, [c, d]) = center(1, 1, 81);
    let (c, d) = (c.replace("a1", "c").replace(".1.1/", ".1.3/"), d.replace("b1", "d").replace(".1.2/", ".1.4/"));
    let files = [
        ("north/firewall/cluster.fw", north.as_str()),
        ("north/firewall/102.fw", GUARDED),
        ("north/nodes/pve/host.fw", "[OPTIONS]\nenable: 1\n[RULES]\nIN ACCEPT -p tcp -dport 25\n"),
        ("north/nodes/pve/qemu-server/101.conf", &a),
        ("north/nodes/pve/qemu-server/102.conf", &b),
        ("south/firewall/cluster.fw", &south),
        ("south/nodes/pve/host.fw", "[OPTIONS]\nenable: 1\n[RULES]\nIN ACCEPT -p tcp -dport 26\n"),
        ("south/nodes/pve/qemu-server/101.conf", &c),
        ("south/nodes/pve/qemu-server/102.conf", &d),
        ("wiring.json", r#"{"nodes": {"north/pve": ["10.0.1.254"], "south/pve": ["10.0.1.253"]}}"#),
    ];
    let both = tree(&files);
    expect(
        &both,
        "open a1 -> b1 10.0.1.2, bridge vmbr1, tcp/80
        closed c -> b1 10.0.1.2, bridge vmbr1, tcp/80
        open a1 -> north/pve 10.0.1.254, bridge vmbr1, tcp/25
        closed a1 -> north/pve 10.0.1.254, bridge vmbr1, tcp/26
        open c -> south/pve 10.0.1.253, bridge vmbr1, tcp/26
        closed c -> south/pve 10.0.1.253, bridge vmbr1, tcp/25",
    );
    // Right under a folder that is called as Proxmox's own, nothing names the node.
    let unnamed: Vec<(String, &str)> = files
        .iter()
        .filter(|(path, _)| !path.ends_with("host.fw") && !path.ends_with("json"))
        .map(|(path, text)| (path.replace("/nodes/pve/", "/pve/").replace("/firewall/", "/pve/firewall/"), *text))
        .collect();
    let unnamed: Vec<(&str, &str)> = unnamed.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    expect(
        &tree(&unnamed),
        "open a1 -> b1 10.0.1.2, bridge vmbr1, tcp/80
        unknown a1 -> d 10.0.1.4, bridge vmbr1, tcp/80",
    );
}

#[test]
fn of_two_files_that_are_each_the_whole_nobody_knows_which_is_there() {
    let (cluster, [a, b]) = center(1, 1, 80);
    let files = |more: (&'static str, &'static str)| {
        tree(&[
            ("pve/firewall/cluster.fw", cluster.as_str()),
            ("pve/firewall/101.fw", OPEN),
            ("pve/firewall/102.fw", GUARDED),
            ("pve/nodes/one/qemu-server/101.conf", &a),
            ("pve/nodes/one/qemu-server/102.conf", &b),
            more,
        ])
    };
    let guest = files(("pve/102.fw", OPEN));
    expect(
        &guest,
        "unknown a1 -> b1 10.0.1.2, bridge vmbr1, tcp/80
        unknown a1 -> b1 10.0.1.2, bridge vmbr1, tcp/25
        open 10.0.1.9 -> a1 10.0.1.1, bridge vmbr1, tcp/25",
    );
    assert!(guest.unread.iter().any(|one| one.words.contains("102")), "{:#?}", guest.unread);
    let cluster = files(("pve/cluster.fw", "[OPTIONS]\nenable: 0\n"));
    expect(&cluster, "unknown a1 -> b1 10.0.1.2, bridge vmbr1, tcp/25");
}

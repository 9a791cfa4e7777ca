//! Files of Proxmox, line by line: what pve-firewall takes, and what it leaves out.

mod common;

use common::filtered::{Site, lets_in};
use common::verdict;

const TO_SSH: &str = "a -> b 192.168.1.2, bridge vmbr1, tcp/22";

#[test]
fn what_proxmox_does_not_read_leaves_the_default() {
    // Port 0 is no port to it, and so the rule is about all.
    lets_in(&Site::new("", "IN DROP -p tcp -dport 0\nIN ACCEPT"), "closed tcp/22\nopen udp/22");
    let closed = || Site::new("", "");
    lets_in(&Site { guest: "[OPTIONS]\nenable: yes\n".into(), ..closed() }, "open tcp/22");
    lets_in(&Site { cluster: "[OPTIONS]\nenable: on\n".into(), ..closed() }, "open tcp/22");
}

/// What pve-firewall 6.0 made of each of these lines when it was asked (`generic_fw_config_parser` and the chains that it compiled).
#[test]
fn a_line_is_read_or_left_out_as_pve_firewall_does() {
    let names =
        "[ALIASES]\nfriend 192.168.1.1\nhost 192.168.1.1/24\n[IPSET some]\n192.168.1.1\n[group web]\nIN ACCEPT\n";
    let taken = "IN ACCEPT\nin ACCEPT\nIN ACCEPT -source 192.168.1.1 -p tcp -dport 22 # why\nIN ACCEPT --source friend\n\
        IN ACCEPT -source FRIEND\nIN ACCEPT -source dc/friend\nIN ACCEPT -source host\nIN ACCEPT -source +some\n\
        IN ACCEPT -source +dc/some\nIN ssh(ACCEPT)\nIN ACCEPT -log info\nIN ACCEPT -log nolog -p tcp\nIN ACCEPT -p 6\n\
        IN ACCEPT -p ip\nIN ACCEPT -p 0\nIN ACCEPT -source 0\nIN ACCEPT -p tcp -dport ssh\nIN ACCEPT -p udp -p tcp\nGROUP web\n\
        group web\nGROUP web -i net0\nIN ACCEPT -source 192.168.1.0-192.168.1.9\nIN ACCEPT -source 192.168.1.0/24,10.0.0.0/8\n\
        IN ACCEPT -i net0\nIN SSH(ACCEPT) -p tcp\nIN SSH(ACCEPT) -source friend -dport 22 -p tcp\nIN ACCEPT -p tcp -dport 21:23,80";
    for line in taken.lines().map(str::trim) {
        assert_eq!(verdict(&Site::new("", line).cluster(names).tree(), TO_SSH), "open", "{line}");
    }
    let left = "IN accept\nIN Accept\nIN SSH(accept)\nIN ACCEPT -source 192.168.1.1/24\nIN ACCEPT -source 192.168.1.9-192.168.1.0\n\
        IN ACCEPT -source !10.0.0.1\nIN ACCEPT -source +Some\nIN ACCEPT -source +dc/SOME\nIN ACCEPT -source +guest/some\n\
        IN ACCEPT -source guest/friend\nIN ACCEPT -p TCP\nIN ACCEPT -p 200\nIN ACCEPT -p  tcp\nIN ACCEPT -iface net0\nIN ACCEPT -i eth0\n\
        IN ACCEPT -log foo\nIN ACCEPT -log error\nIN ACCEPT -log INFO\nIN ACCEPT -p tcp -dport 23:21\nIN ACCEPT -p tcp -dport 70000\n\
        IN ACCEPT -p tcp -dport 22,\nIN ACCEPT -p tcp -dport 20-30\nIN ACCEPT -dport 22\nIN ACCEPT -p icmp -icmp-type 8\nIN Nothing(ACCEPT)\n\
        IN SSH(ACCEPT) -p udp\nIN SSH(ACCEPT) -p tcp -dport 23\nGROUP Web\nGROUP web -p tcp\nGROUP gone\nACCEPT\nIN ACCEPT now\n\
        IN ACCEPT -source 192.168.1.1,10.0.0.1-10.0.0.2\nIN ACCEPT -source 192.168.1.1,fd00::1\nIN ACCEPT -source 192.168.1.1 -dest fd00::1\n\
        FORWARD ACCEPT\nIN ACCEPT -p tcp -sport 1:2:3\nIN ACCEPT -source 192.168.1.0/33\nIN ACCEPT -p 1 -dport 8\nIN ACCEPT -dport ssh -p icmp";
    for line in left.lines().map(str::trim) {
        assert_eq!(verdict(&Site::new("", line).cluster(names).tree(), TO_SSH), "closed", "{line}");
    }
}

#[test]
fn headings_options_and_entries_are_read_as_pve_firewall_does() {
    let guest = |text: &str| Site { guest: text.into(), ..Site::new("", "") };
    let open = |text: &str| assert_eq!(verdict(&guest(text).tree(), TO_SSH), "open", "{text}");
    let closed = |text: &str| assert_eq!(verdict(&guest(text).tree(), TO_SSH), "closed", "{text}");
    closed("[OPTIONS]\nenable: 1\n");
    closed("# why\n[options]\n  ENABLE:1\n");
    // A comment is none in an option or a heading, and the line is left out.
    open("[OPTIONS]\nenable: 1 # on\n");
    open("[OPTIONS] # all\nenable: 1\n");
    open("[ OPTIONS ]\nenable: 1\n");
    open("[OPTIONS]\nenable : 1\n");
    open("[OPTIONS]\r\nenable: 1\r\n");
    // A line that is left out leaves what stands above it.
    closed("[OPTIONS]\nenable: 1\nenable: maybe\n");
    open("[OPTIONS]\nenable: 1\npolicy_in: accept\npolicy_in: nothing\n");
    closed("[OPTIONS]\nenable: 1\npolicy_in: nothing\n");
    // What is no heading is a line of the section above, and so is all that follows.
    open("[OPTIONS]\nenable: 1\n[RULES]\n[group web]\nIN ACCEPT\n");
    closed("[OPTIONS]\nenable: 1\n[RULES] # all\nIN ACCEPT\n");
    // A rule knows the names above it.
    open("[OPTIONS]\nenable: 1\n[IPSET mine]\n192.168.1.1\n[RULES]\nIN ACCEPT -source +mine\n");
    closed("[OPTIONS]\nenable: 1\n[RULES]\nIN ACCEPT -source +mine\n[IPSET mine]\n192.168.1.1\n");
    closed("[OPTIONS]\nenable: 1\n[IPSET mine]\nhim\n[ALIASES]\nhim 192.168.1.1\n[RULES]\nIN ACCEPT -source +mine\n");
    // The names of sets are kept in lower case.
    open("[OPTIONS]\nenable: 1\n[IPSET Mine]\n192.168.1.1\n[RULES]\nIN ACCEPT -source +mine\n");
    // Of a set that is there twice the last one counts, and of an entry the first.
    closed(
        "[OPTIONS]\nenable: 1\n[IPSET mine]\n192.168.1.1\n[IPSET mine]\n10.0.0.1\n[RULES]\nIN ACCEPT -source +mine\n",
    );
    let entries =
        |lines: &str| format!("[OPTIONS]\nenable: 1\n[IPSET mine]\n{lines}\n[RULES]\nIN ACCEPT -source +mine\n");
    open(&entries("192.168.1.1\n!192.168.1.1"));
    open(&entries("192.168.1.9/24"));
    open(&entries("192.168.1.1 # him"));
    closed(&entries("0.0.0.0/0"));
    closed(&entries("192.168.1.1 nomatch"));
    closed(&entries("nobody"));
    // Two spaces are none between the name of an alias and its address.
    let alias = |line: &str| format!("[OPTIONS]\nenable: 1\n[ALIASES]\n{line}\n[RULES]\nIN ACCEPT -source him\n");
    open(&alias("him 192.168.1.1"));
    closed(&alias("him  192.168.1.1"));
    // What is refused as a whole leaves nothing known.
    assert_eq!(verdict(&guest(&alias("him 192.168.1.1/40")).tree(), TO_SSH), "unknown");
    assert_eq!(verdict(&guest(&entries("192.168.1.0/24\n192.168.1.1/24")).tree(), TO_SSH), "unknown");
    // The switch of the data centre may be a moment up to which it is on.
    let cluster = |value: &str| Site { cluster: format!("[OPTIONS]\nenable: {value}\n"), ..Site::new("", "") };
    assert_eq!(verdict(&cluster("2").tree(), TO_SSH), "open");
    assert_eq!(verdict(&cluster("1900000000").tree(), TO_SSH), "unknown");
}

#[test]
fn the_other_engine_refuses_a_file_with_a_broken_line_as_a_whole() {
    let host = "[OPTIONS]\nnftables: 1\n";
    let of = |rules: &str| Site { host: host.into(), ..Site::new("", rules) };
    lets_in(&of("IN ACCEPT -p tcp -dport 22"), "open tcp/22\nclosed tcp/23");
    lets_in(&of("IN ACCEPT -p tcp -dport 22 -frobnicate 1"), "unknown tcp/22\nunknown tcp/23");
    lets_in(&of("IN accept -p tcp -dport 22"), "unknown tcp/22");
    // What its own list names, and nobody else's node.
    lets_in(&of("IN DROP").cluster("[IPSET Odd]\n10.0.0.1\n"), "unknown tcp/22");
}

//! What a diagnostic advises, where the advice is the point of it: the capacity that is left, what a range may say instead, the
//! machine that leads to a network, and nothing that the next run would refuse.

use arvc::lock::{Lock, Marks};
use arvc::pipeline::check_held;
use arvc::source::Problem;

/// A site with one range, one guest of it and two networks.
fn site(part: &str) -> String {
    format!(
        r#"{{
  name = "lab"; domain = "lab.internal";
  operators.addresses = [ 203.0.113.9 ];
  nodes.pve.address = networks.lan.cidr.first;
  networks.lan = {{ cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; }};
  networks.srv = {{ cidr = 192.168.101.0/24; bridge = "vmbr2"; }};
  images.debian = {{ vmid = 9000; }};
  ranges.management = {{ vmids = 1000..1999; addresses = 10..19; }};
{part}
}}"#
    )
}

/// What is said of a part of the site: the only code, and every note and help.
fn said(part: &str, lock: &str) -> (String, Vec<String>) {
    let held = Lock::parse(&format!("version = 1\n\n{lock}"), Marks::Refused).expect("a lock").held("site");
    let checked = check_held("site.arv", site(part), &mut |_: &str| Err(Problem::NotFound), &held);
    // An old certificate is to be blocked, whatever else there is.
    let rest: Vec<_> = checked.diagnostics.iter().filter(|it| it.code.id != "L0415").collect();
    let codes: Vec<_> = rest.iter().map(|it| format!("{}: {}", it.code.id, it.message)).collect();
    assert_eq!(codes.len(), 1, "{codes:#?}");
    let only = rest[0];
    (only.code.id.to_owned(), only.notes.iter().chain(&only.helps).cloned().collect())
}

fn expect(part: &str, lock: &str, code: &str, words: &[&str]) {
    let (found, said) = said(part, lock);
    assert_eq!(found, code, "{said:#?}");
    for words in words {
        assert!(said.iter().any(|it| it.contains(words)), "`{words}` is not in {said:#?}");
    }
}

#[test]
fn ranges_that_meet_say_what_capacity_is_left_to_each() {
    let more = "ranges.more = { vmids = 2000..2499; addresses = 15..29; };";
    let words =
        ["`ranges.management` has numbers for 5 machines of 10", "`ranges.more` has numbers for 10 machines of 15"];
    expect(more, "", "E0303", &words);
    expect(more, "", "E0303", &["they have 15 to 19 in common"]);
    let vmids = "ranges.more = { vmids = 1500..2499; addresses = 20..29; };";
    let words =
        ["`ranges.management` has numbers for 10 machines of 10", "`ranges.more` has numbers for 0 machines of 10"];
    expect(vmids, "", "E0303", &words);
    expect(vmids, "", "E0303", &["no range has VMIDs 3000 to 3999"]);
    expect(more, "", "E0303", &["`on.NETWORK.addresses = …;`"]);
}

#[test]
fn a_rule_that_repeats_itself_says_how_many_numbers_it_has() {
    let vmids = "ranges.pairs = { slots = 1..20; vmid = n: 5000 + n / 2; };";
    expect(vmids, "", "E0387", &["it has 11 VMIDs for 20 machines"]);
    let addresses = "ranges.tens = { vmids = 5000..5099; on.lan.address = vmid: 192.168.100.100 + mod vmid 10; };";
    expect(addresses, "", "E0388", &["it has 10 addresses for 100 machines"]);
}

#[test]
fn a_range_in_a_pool_is_told_once_and_not_to_have_more_numbers() {
    let part = r#"
  networks.iot = { cidr = 10.0.20.0/24; bridge = "vmbr3"; dhcp = 20..254; };
  ranges.mine = { vmids = 4011..4019; addresses = 40..48; };
  hosts.a = { range = ranges.mine; on.iot = {}; };
  hosts.b = { range = ranges.mine; on.iot = {}; };"#;
    let words = ["49..254 of the pool is free of ranges", "other numbers there: `on.iot.addresses = …;`"];
    expect(part, "", "E0800", &words);
}

#[test]
fn a_range_beyond_its_network_is_told_once_whoever_is_in_it() {
    let part = r#"
  ranges.mine = { vmids = 4000..4999; addresses = 250..299; };
  hosts.a = { vmid = 4040; on.lan = {}; };
  hosts.b = { vmid = 4004; on.lan = {}; };"#;
    expect(part, "", "E0389", &["end them where the network does: `addresses = 250..254;`"]);
    let all =
        "ranges.mine = { vmids = 4000..4999; addresses = 300..399; }; hosts.a = { range = ranges.mine; on.lan = {}; };";
    expect(all, "", "E0389", &["give the range host numbers that the network has"]);
}

#[test]
fn a_host_number_that_is_no_machine_s_is_kept_in_its_network() {
    let part = |reserved: &str| {
        format!(
            "networks.desk = {{ cidr = 10.7.0.0/24; bridge = \"vmbr3\"; gateway = 10.7.0.50; {reserved} }};
  ranges.mine = {{ vmids = 4000..4020; addresses = 40..60; }};"
        )
    };
    expect(&part(""), "", "E0389", &["or keep it: `networks.desk.reserved = [ 50..50 ];`"]);
    expect(&part("reserved = [ 1..9 ];"), "", "E0389", &["or keep it: `50..50` in `networks.desk.reserved`"]);
}

#[test]
fn a_vmid_that_the_lock_holds_is_not_to_be_changed() {
    let part = "hosts.a = { vmid = 4005; on.lan = {}; };";
    expect(part, "", "E0306", &["take a VMID of a range"]);
    let lock = "environments.site.hosts.a = { vmid = 4005, on = { lan = \"192.168.100.77\" } }\n";
    let words = ["let a range have this VMID again, or state the address: `on.lan.address = 192.168.100.77;`"];
    expect(part, lock, "E0306", &words);
    let (_, said) = said(part, lock);
    assert!(said.iter().all(|it| !it.contains("take a VMID")), "{said:#?}");
}

#[test]
fn guests_that_do_not_say_their_networks_are_one_mistake() {
    let part = r#"
  ranges.mine = { vmids = 4000..4099; on.lan.addresses = 100..199; };
  hosts.a = { range = ranges.mine; };
  hosts.b = { range = ranges.mine; };
  hosts.c = { range = ranges.mine; on.lan = {}; };"#;
    expect(part, "", "E0324", &["give the range some there: `on.srv.addresses = …;`", "`on.lan = {};`"]);
}

#[test]
fn a_lighthouse_that_nobody_finds_is_met_by_the_router_in_front_of_it() {
    let part = |gateway: &str, more: &str| {
        format!(
            r#"
  networks.home = {{ cidr = 10.7.0.0/24; bridge = "vmbr3"; gateway = {gateway}; }};
  networks.mesh = {{ cidr = 10.9.0.0/24; underlay = networks.home; port = 4242/udp; }};
  hosts.light = {{ vmid = 1000; lighthouse = true; relay = true; on = {{ home.address = 10.7.0.5; mesh = {{}}; }}; }};
  hosts.phone = {{ kind = Machine; managed = false; on.mesh.address = 10.9.0.200; }};
  {more}"#
        )
    };
    let other = "hosts.laptop = { kind = Machine; managed = false; on.mesh.address = 10.9.0.201; };";
    for more in ["", other] {
        let public = "the router of `networks.home` hand 4242/udp on to `hosts.light`, and state the address that the world has for it: \
                      `hosts.light.on.home.public = …;`";
        expect(&part("10.7.0.1", more), "", "E0345", &[public]);
    }
    let node = part("nodes.pve", "nodes.pve.addresses = [ 10.7.0.1 ];");
    expect(&node, "", "E0345", &["`forward = [ { port = 4242/udp; to = hosts.light; } ];`"]);
}

#[test]
fn what_runs_on_several_nodes_is_not_told_to_do_so() {
    let part = |second: &str| {
        format!(
            r#"
  places.rack = {{}};
  nodes.pve.places = [ places.rack ];
  nodes.two = {{ address = 192.168.100.2; places = [ places.rack ]; }};
  nodes.three.address = 192.168.100.3;
  images.debian.node = nodes.pve;
  services.cache = {{ name = "cache"; http.ports = [ 80/tcp ]; }};
  hosts.cache-1 = {{ vmid = 1000; node = nodes.pve; on.lan = {{}}; services = [ services.cache ]; }};
  hosts.cache-2 = {{ vmid = 1001; node = nodes.{second}; on.lan = {{}}; services = [ services.cache ]; }};
  clusters.web = {{
    members.a = {{ vmid = 1002; node = nodes.two; on.lan = {{}}; }};
    members.c = {{ vmid = 1003; node = nodes.three; on.lan = {{}}; }};
    services = [ {{ name = "web"; needs = [ services.cache.http ]; }} ];
  }};
  allow = [ any -> any ];"#
        )
    };
    expect(&part("two"), "", "L0853", &["run it in several places; if the loss is accepted"]);
    expect(&part("pve"), "", "L0853", &["run it on several nodes; if the loss is accepted"]);
}

#[test]
fn an_overlay_leads_to_what_is_beside_a_member_that_can_lead_there() {
    let site = |gate: &str, overlay: &str| {
        format!(
            r#"
  networks.over = {{ cidr = 10.9.0.0/24; underlay = networks.lan; port = 4242/udp; {overlay} }};
  hosts.light = {{ vmid = 1000; lighthouse = true; on = {{ lan = {{}}; over = {{}}; }}; }};
  hosts.gate = {{ vmid = 1001; {gate} on = {{ lan = {{}}; over = {{}}; srv.address = 192.168.101.2; }}; }};
  hosts.box = {{ kind = Machine; managed = false; on.srv.address = 192.168.101.9; }};"#
        )
    };
    let behind = "behind = [ { network = networks.srv; member = hosts.gate; } ];";
    let there = "  allow = [ hosts.light -> hosts.box : 80/tcp ];";
    let back = "  allow = [ hosts.box -> hosts.light : 80/tcp ];";
    expect(&(site("", "") + there), "", "E0403", &[&format!("`networks.over.{behind}`")]);
    for part in [site("forwards = true;", "") + there, site("", "") + back, site("", behind) + back] {
        let (code, said) = said(&part, "");
        assert_eq!(code, "E0403", "{said:#?}");
        assert!(!said.iter().any(|it| it.contains("behind")), "{said:#?}");
    }
}

#[test]
fn a_ping_that_nebula_takes_for_an_answer_says_so_and_what_ends_it() {
    let part = r#"
  networks.mesh = { cidr = 10.1.0.0/24; underlay = networks.lan; port = 4242/udp; };
  nodes.pve.uplink.address = 198.51.100.10;
  nodes.pve.forward = [ { port = 4242/udp; to = hosts.hub; } ];
  groups = { dev = {}; ops = {}; };
  hosts.hub = { vmid = 1000; lighthouse = true; relay = true; groups = [ groups.ops ]; on = { lan = {}; mesh = {}; }; };
  hosts.alice = { kind = Machine; managed = false; groups = [ groups.dev ]; on.mesh.address = 10.1.0.200; };
  hosts.bob = { kind = Machine; managed = false; groups = [ groups.ops ]; on.mesh.address = 10.1.0.201; };
  allow = [ groups.ops -> any : [ 22/tcp, icmp ] ];
  never = [ hosts.alice -> hosts.bob ];"#;
    let words = [
        "takes icmp from whoever `bob` may ping for an answer, and `bob` may ping `alice`",
        "take Nebula 1.11 or later (`nebula.version`)",
    ];
    let old = "environments.site.certificates.alice = [{ name = \"alice\", networks = [\"10.1.0.200/24\"], groups = [\"old\"] }]";
    for lock in ["", old] {
        expect(part, lock, "L0410", &words);
        let (_, said) = said(part, lock);
        assert!(
            !said.iter().any(|it| it.contains("nobody checks") || it.contains("put it on an overlay")),
            "{said:#?}"
        );
    }
}

#[test]
fn a_way_in_that_is_missing_says_where_and_which_network_has_one() {
    let dmz = r#"
  networks.dmz = { cidr = 10.7.0.0/24; bridge = "vmbr7"; gateway = 10.7.0.1; default_route = false; };"#;
    let one = r#"
  hosts.a = {
    kind = Machine;
    connection.network = networks.dmz;
    on = { lan = { address = 192.168.100.60; device = "eno1"; }; dmz = { address = 10.7.0.9; device = "eno2"; }; };
  };"#;
    expect(
        &format!("{dmz}{one}"),
        "",
        "E0414",
        &["on `networks.lan` it is reached: `connection.network = networks.lan;`"],
    );
    let two = r#"
  hosts.a = { kind = Machine; on.dmz.address = 10.7.0.9; };
  hosts.b = { kind = Machine; on.dmz.address = 10.7.0.10; };"#;
    let words = ["`connection.network`", "`connection.bastion`", "and so does 1 further machine"];
    expect(&format!("{dmz}{two}"), "", "E0414", &words);
}

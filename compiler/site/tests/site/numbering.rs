//! Each form of a range's rule, by the numbers that it gives.

use std::fmt::Write;

use arvc_site::model::Site;

use crate::source;

const BASE: &str = r#"
  name = "site"; domain = "example.internal";
  operators.addresses = [ 203.0.113.9 ]; nodes.pve = { address = 10.0.0.1; };
  networks.lan = { cidr = 10.0.0.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
  images.debian = { vmid = 9000; };
"#;

fn site(text: &str) -> Site {
    let (site, problems) = source::resolve(&format!("{{{BASE}{text}}}"));
    assert_eq!(problems, [], "{text}");
    site.expect("a record is a site")
}

/// `name vmid address address`, one machine a line.
fn numbers(text: &str) -> String {
    let site = site(text);
    let mut lines = String::new();
    for host in &site.hosts {
        let vmid = host.vmid.map_or_else(|| "-".to_owned(), |vmid| vmid.value.0.to_string());
        let _ = write!(lines, "{} {vmid}", host.named.name);
        for interface in &host.interfaces {
            let _ = write!(lines, " {}", interface.address.unwrap().value);
            if let Some(mac) = interface.mac {
                let _ = write!(lines, "/{}", mac.map(|byte| format!("{byte:02x}")).join(":"));
            }
        }
        lines.push('\n');
    }
    lines
}

/// The codes of what is wrong, in the order of lines.
fn problems(text: &str) -> Vec<String> {
    let (_, mut problems) = source::resolve(&format!("{{{BASE}{text}}}"));
    problems.sort();
    problems.into_iter().map(|(_, code)| code).collect()
}

#[test]
fn a_table_of_spans() {
    let text = "ranges.a = { vmids = 1000..1999; addresses = 10..19; }; hosts.a = { vmid = 1001; };";
    assert_eq!(numbers(text), "a 1001 10.0.0.11\n");
}

#[test]
fn spans_of_single_networks() {
    let text = r#"
      networks.store = { cidr = 10.9.0.0/24; bridge = "vmbr2"; };
      ranges.a = { vmids = 1000..1019; addresses = 10..29; on.store.addresses = 100..119; };
      hosts.a = { vmid = 1001; };
    "#;
    assert_eq!(numbers(text), "a 1001 10.0.0.11 10.9.0.101\n");
}

#[test]
fn an_address_by_a_function_of_the_vmid() {
    let text = "
      ranges.a = { vmids = 1001..1250; on.lan.address = vmid: networks.lan.cidr.host (vmid - 999); };
      hosts.a = { vmid = 1009; }; hosts.b = { range = ranges.a; on.lan.address = 10.0.0.77; };
    ";
    assert_eq!(numbers(text), "a 1009 10.0.0.10\nb 1076 10.0.0.77\n");
}

#[test]
fn both_from_a_slot_with_digit_fields() {
    let text = "
      ranges = let tenant = n: {
        slots = 2..250;
        vmid = slot: n * 1000 + slot;
        on.lan.address = slot: 10.0.0.0 + slot;
      }; in { t101 = tenant 101; };
      hosts.a = { range = ranges.t101; slot = 11; };
      hosts.b = { vmid = 101012; };
      hosts.c = { range = ranges.t101; on.lan.address = 10.0.0.13; };
    ";
    assert_eq!(numbers(text), "a 101011 10.0.0.11\nb 101012 10.0.0.12\nc 101013 10.0.0.13\n");
}

#[test]
fn the_address_first_and_the_vmid_from_its_octets() {
    let text = r#"
      networks.apps = { cidr = 10.20.30.0/24; bridge = "vmbr2"; };
      ranges.apps = let net = networks.apps.cidr; in {
        slots = 1..254;
        vmid = n: fold (id: octet: id * 1000 + octet) 0 (tail (net.host n).octets);
        on.apps.address = net.host;
      };
      hosts.a = { range = ranges.apps; on.apps.address = 10.20.30.7; };
      hosts.b = { vmid = 20030008; on.apps = {}; };
    "#;
    assert_eq!(numbers(text), "a 20030007 10.20.30.7\nb 20030008 10.20.30.8\n");
}

#[test]
fn ipv6_from_the_same_number_and_from_its_digits() {
    let text = r#"
      networks.six = { cidr = fd00:101::/64; bridge = "vmbr2"; };
      networks.hex = { cidr = fd00:102::/64; bridge = "vmbr3"; };
      ranges.a = {
        slots = 2..250;
        vmid = n: 101000 + n;
        addresses = 2..250;
        on.hex.address = n: networks.hex.cidr.host (hexDigits n);
      };
      hosts.a = { range = ranges.a; slot = 11; };
    "#;
    assert_eq!(numbers(text), "a 101011 fd00:102::11 10.0.0.11 fd00:101::b\n");
}

#[test]
fn a_mac_address_from_the_vmid_and_from_the_address() {
    let text = r#"
      networks.store = { cidr = 10.9.0.0/24; bridge = "vmbr2"; };
      ranges.a = {
        vmids = 1000..1009;
        addresses = 10..19;
        on.lan.mac = vmid: bc:24:11:00:00:00 + vmid;
        on.store.mac = vmid: 02:00:00:00:00:00 + (10.9.0.10 + (vmid - 1000) - 0.0.0.0);
      };
      hosts.a = { vmid = 1001; };
    "#;
    assert_eq!(numbers(text), "a 1001 10.0.0.11/bc:24:11:00:03:e9 10.9.0.11/02:00:0a:09:00:0b\n");
}

#[test]
fn machines_that_are_no_guests_have_a_range_without_vmids() {
    let text = "
      ranges.things = { addresses = 200..219; };
      hosts.nas = { kind = Machine; range = ranges.things; slot = 205; on.lan = {}; };
      hosts.tv = { kind = Machine; range = ranges.things; slot = 206; on.lan = {}; };
    ";
    assert_eq!(numbers(text), "nas - 10.0.0.205\ntv - 10.0.0.206\n");
}

#[test]
fn a_range_of_vmids_without_addresses_and_no_range_at_all() {
    let text = "
      ranges.old = { vmids = 100..251; };
      hosts.a = { vmid = 107; on.lan.address = 10.0.0.40; };
      hosts.b = { vmid = 842; on.lan.address = 10.0.0.41; };
    ";
    assert_eq!(numbers(text), "a 107 10.0.0.40\nb 842 10.0.0.41\n");
}

#[test]
fn a_guest_of_a_vmid_of_its_own_takes_an_address_of_a_range() {
    let text = "
      ranges.lan = { addresses = 40..49; };
      hosts.a = { vmid = 842; range = ranges.lan; slot = 42; };
    ";
    assert_eq!(numbers(text), "a 842 10.0.0.42\n");
}

#[test]
fn a_latent_collision_is_an_error_with_no_host_at_all() {
    // Two roles whose base numbers are the same, and a count of zero.
    let text = "ranges.worker = { vmids = 11030..11039; }; ranges.db = { vmids = 11030..11039; };";
    assert_eq!(problems(text), ["E0303"]);
    // Services of tenant 101, and control planes whose digits are pasted.
    let text = r#"
      ranges.services = { slots = 1..250; vmid = n: 101 * 1000 + n; };
      ranges.planes = { slots = 1..9; vmid = n: toInt "101${pad 2 0}${n}"; };
    "#;
    assert_eq!(problems(text), ["E0303"]);
}

#[test]
fn functions_meet_where_numbers_do_and_not_where_only_spans_do() {
    let even = "ranges.even = { slots = 0..99; vmid = n: 2000 + 2 * n; };";
    assert_eq!(problems(&format!("{even} ranges.odd = {{ slots = 0..99; vmid = n: 2001 + 2 * n; }};")), [""; 0]);
    assert_eq!(problems(&format!("{even} ranges.third = {{ slots = 0..99; vmid = n: 2001 + 3 * n; }};")), ["E0303"]);
    // Wide ranges, without a table.
    let wide = "ranges.wide = { slots = 1..900000; vmid = n: 100000 + n * 1000; };";
    assert_eq!(problems(&format!("{wide} ranges.one = {{ vmids = 555555000..555555000; }};")), ["E0303"]);
    assert_eq!(problems(&format!("{wide} ranges.one = {{ vmids = 555555001..555555001; }};")), [""; 0]);
}

#[test]
fn the_boundaries_of_vmids() {
    for (rule, code) in [
        ("slots = 0..9; vmid = n: 100 + n;", ""),
        ("slots = 0..9; vmid = n: 99 + n;", "E0302"),
        ("slots = 0..9; vmid = n: 999999990 + n;", ""),
        ("slots = 0..9; vmid = n: 999999991 + n;", "E0302"),
        ("slots = 0..9; vmid = n: n - 5;", "E0302"),
        ("slots = 0..9; vmid = n: 109 - n;", ""),
        ("slots = 0..10; vmid = n: 109 - n;", "E0302"),
        ("slots = 0..99; vmid = n: 9223372036854775800 + n;", "E0505"),
        ("slots = 0..999999; vmid = n: 9223372036854775800 + n;", "E0505"),
    ] {
        let expected: Vec<&str> = Some(code).filter(|code| !code.is_empty()).into_iter().collect();
        assert_eq!(problems(&format!("ranges.a = {{ {rule} }};")), expected, "{rule}");
    }
}

#[test]
fn the_boundaries_of_addresses() {
    let network = |cidr: &str| format!(r#"networks.net = {{ cidr = {cidr}; bridge = "vmbr9"; }};"#);
    for (cidr, rule, code) in [
        ("10.1.0.0/29", "slots = 1..6; on.net.address = n: 10.1.0.0 + n;", ""),
        ("10.1.0.0/29", "slots = 0..6; on.net.address = n: 10.1.0.0 + n;", "E0389"),
        ("10.1.0.0/29", "slots = 1..7; on.net.address = n: 10.1.0.0 + n;", "E0389"),
        ("10.1.0.0/29", "slots = 1..8; on.net.address = n: 10.1.0.0 + n;", "E0389"),
        ("10.1.0.0/31", "slots = 0..1; on.net.address = n: 10.1.0.0 + n;", ""),
        ("10.1.0.7/32", "slots = 7..7; on.net.address = n: 10.1.0.0 + n;", ""),
        ("10.1.0.7/32", "slots = 7..8; on.net.address = n: 10.1.0.0 + n;", "E0389"),
        ("fd00::/126", "slots = 1..3; on.net.address = n: fd00:: + n;", ""),
        ("fd00::/126", "slots = 0..3; on.net.address = n: fd00:: + n;", "E0389"),
        ("fd00::/127", "slots = 0..1; on.net.address = n: fd00:: + n;", ""),
        ("10.1.0.0/24", "slots = 1..254; on.net.addresses = 1..254;", ""),
        ("10.1.0.0/24", "slots = 1..255; on.net.addresses = 1..255;", "E0389"),
        ("10.1.0.0/24", "slots = 1..255; on.net.address = networks.net.cidr.host;", "E0389"),
        ("10.1.0.0/24", "slots = 1..256; on.net.address = networks.net.cidr.host;", "E0510"),
        ("10.1.0.0/24", "slots = 1..20; on.net.address = n: fd00:: + n;", "E0389"),
    ] {
        let expected: Vec<&str> = Some(code).filter(|code| !code.is_empty()).into_iter().collect();
        assert_eq!(problems(&format!("{} ranges.a = {{ {rule} }};", network(cidr))), expected, "{cidr} {rule}");
    }
}

#[test]
fn two_machines_in_one_slot_of_a_range_without_vmids_are_told_once() {
    let text = r#"
      networks.store = { cidr = 10.9.0.0/24; bridge = "vmbr2"; };
      ranges.things = { addresses = 200..219; };
      hosts.nas = { kind = Machine; range = ranges.things; slot = 205; on = { lan.device = "eno1"; store.device = "eno2"; }; };
      hosts.tv = { kind = Machine; range = ranges.things; slot = 205; on = { lan.device = "eno1"; store.device = "eno2"; }; };
    "#;
    assert_eq!(problems(text), ["E0320"]);
}

#[test]
fn a_network_of_several_prefixes_has_a_number_in_each_and_a_rule_in_one() {
    let text = r#"
      networks.net = { cidr = 10.9.0.0/24; prefixes = [ fd00:9::/64, fd00:109::/64 ]; bridge = "vmbr2"; };
      ranges.a = {
        slots = 2..250;
        vmid = n: 101000 + n;
        on.net.addresses = 2..250;
        on.net.address = n: fd00:109:: + hexDigits n;
      };
      hosts.a = { range = ranges.a; slot = 11; on.net = {}; };
      hosts.b = { range = ranges.a; on.net.address = fd00:109::12; };
    "#;
    let site = site(text);
    let addresses =
        |at: usize| site.hosts[at].interfaces[0].addresses().map(|it| it.value.to_string()).collect::<Vec<_>>();
    assert_eq!(addresses(0), ["10.9.0.11", "fd00:9::b", "fd00:109::11"]);
    assert_eq!(site.hosts[1].vmid.map(|vmid| vmid.value.0), Some(101_012));
    assert_eq!(
        problems(
            &text.replace("slots = 2..250", "slots = 1..250").replace("on.net.addresses = 2", "on.net.addresses = 0")
        ),
        ["E0389"]
    );
}

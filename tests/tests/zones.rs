//! What the world is told of a proxy: each address by which it is reached, and no other.

use arvc::pipeline;
use arvc::source::Problem;
use arvc_emit::emit;
use pretty_assertions::assert_eq;

/// The lines of a zone of the emitted tree that have this name.
fn answers(site: &str, zone: &str, name: &str) -> Vec<String> {
    let mut load = |_: &str| Err(Problem::NotFound);
    let checked = pipeline::check("site.arv", site.to_owned(), &mut load);
    let errors: Vec<&str> = checked.diagnostics.iter().map(|problem| problem.message.as_str()).collect();
    let site = checked.site.unwrap_or_else(|| panic!("{errors:?}"));
    let policies = arvc_reach::policy::policies(&site);
    let tree = emit(&site, &policies, "site.arv");
    let file = tree.files.get(&format!("dns/{zone}.zone")).unwrap_or_else(|| panic!("no {zone}: {errors:?}"));
    let answers = file.text.lines().filter_map(|line| line.strip_prefix(&format!("{name}. IN ")));
    let answers = answers.map(str::to_owned).collect();
    assert_eq!(errors, Vec::<&str>::new());
    answers
}

/// A site whose proxy is as `proxy` says, and serves `www.example.org` to the world.
fn site(proxy: &str) -> String {
    format!(
        r#"let
  std = import "std";
in {{
  name = "site";
  domain = "example.internal";
  operators.addresses = [ 203.0.113.9 ];
  networks.lan = {{ cidr = 10.0.0.0/24; bridge = "vmbr1"; gateway = nodes.pve; }};
  networks.dmz = {{ cidr = 198.51.100.0/24; bridge = "vmbr2"; gateway = 198.51.100.1; }};
  nodes.pve = {{ address = 10.0.0.1; }};
  domains."example.org".servers = [ "ns1.example.net" ];
  services.app = {{ name = "app"; listen = [ networks.lan ]; http = {{ ports = [ 8080/tcp ]; }}; }};
  services.proxy = std.caddy {{ listen = [ networks.lan, networks.dmz ]; }};
  hosts.dns = {{
    kind = Machine;
    on.lan.address = 10.0.0.5;
    services = [ std.dns {{ listen = [ networks.lan ]; }}, services.app ];
  }};
  accepted_losses = [ hosts.dns ];
  routes."www.example.org" = {{ frontend = services.proxy.https; backend = services.app.http; exposure = Public; }};
  allow = [
    internet -> services.proxy : [ services.proxy.https, services.proxy.http ],
    services.proxy -> services.app : [ services.app.http ],
  ];
  {proxy}
}}
"#
    )
}

fn told(proxy: &str) -> Vec<String> {
    answers(&site(proxy), "public/example.org", "www.example.org")
}

/// The router of `dmz`, and whoever translates an address, are nobody's here.
const EDGE_1: &str = r#"
  expect.unknown = [ internet -> services.proxy ];
  hosts.edge-1 = {
    kind = Machine;
    on = { lan = { address = 10.0.0.7; default_route = false; }; dmz.address = 198.51.100.7; };
    services = [ services.proxy ];
  };"#;

const EDGE_2: &str = r#"
  hosts.edge-2 = {
    kind = Machine;
    on = { lan = { address = 10.0.0.8; default_route = false; }; dmz.address = 198.51.100.8; };
    services = [ services.proxy ];
  };"#;

#[test]
fn a_machines_own_public_addresses_are_told_and_private_ones_are_not() {
    assert_eq!(told(&format!("{EDGE_1}{EDGE_2}")), ["A 198.51.100.7", "A 198.51.100.8"]);
}

#[test]
fn an_interface_says_the_address_that_the_world_reaches_it_by() {
    let proxy = r#"
  hosts.cloud = {
    kind = Machine;
    on.lan = { address = 10.0.0.7; public = 203.0.113.80; };
    services = [ services.proxy ];
  };
  expect.unknown = [ internet -> services.proxy ];"#;
    assert_eq!(told(proxy), ["A 203.0.113.80"]);
}

#[test]
fn what_is_stated_stands_for_the_addresses_of_its_family_only() {
    let proxy = r#"
  networks.dmz.prefixes = [ 2001:db8::/64 ];
  hosts.cloud = {
    kind = Machine;
    on = {
      lan = { address = 10.0.0.7; default_route = false; };
      dmz = { addresses = [ 198.51.100.7, 2001:db8::7 ]; public = 203.0.113.80; };
    };
    services = [ services.proxy ];
  };"#;
    assert_eq!(told(proxy), ["A 203.0.113.80", "AAAA 2001:db8::7"]);
}

#[test]
fn an_address_that_machines_have_by_turns_stands_for_their_own() {
    let vip =
        "vips.edge = { network = networks.dmz; address = 198.51.100.9; owners = [ hosts.edge-1, hosts.edge-2 ]; };";
    assert_eq!(told(&format!("{EDGE_1}{EDGE_2}{vip}")), ["A 198.51.100.9"]);
}

#[test]
fn an_address_that_may_lead_past_the_proxy_is_not_told() {
    let vip = r#"
  vips.edge = { network = networks.dmz; address = 198.51.100.9; owners = [ hosts.edge-1, hosts.other ]; };
  hosts.other = { kind = Machine; on.dmz.address = 198.51.100.20; };"#;
    assert_eq!(told(&format!("{EDGE_1}{vip}")), ["A 198.51.100.7"]);
}

#[test]
fn an_address_where_the_proxy_does_not_listen_is_not_told() {
    let proxy = r#"
  networks.other = { cidr = 192.0.2.0/24; bridge = "vmbr3"; };
  hosts.edge-1.on.other.address = 192.0.2.7;"#;
    assert_eq!(told(&format!("{EDGE_1}{proxy}")), ["A 198.51.100.7"]);
}

//! What the world is told of a proxy: each address by which it is reached, and no other.

use arvc::pipeline;
use arvc::source::Problem;
use arvc_emit::emit;
use pretty_assertions::assert_eq;

/// The lines of a zone of the emitted tree that have this name.
fn answers(site: &str, zone: &str, name: &str) -> Vec<String> {
    let text = emitted(site, &format!("dns/{zone}.zone"));
    let answers = text.lines().filter_map(|line| line.strip_prefix(&format!("{name}. IN ")));
    answers.map(str::to_owned).collect()
}

/// A file of the tree of a site that is good.
fn emitted(site: &str, path: &str) -> String {
    let mut load = |_: &str| Err(Problem::NotFound);
    let checked = pipeline::check("site.arv", site.to_owned(), &mut load);
    let errors: Vec<&str> = checked.diagnostics.iter().map(|problem| problem.message.as_str()).collect();
    let site = checked.site.unwrap_or_else(|| panic!("{errors:?}"));
    let policies = arvc_reach::policy::policies(&site);
    let tree = emit(&site, &policies, "site.arv");
    let file = tree.files.get(path).unwrap_or_else(|| panic!("no {path}: {errors:?}"));
    assert_eq!(errors, Vec::<&str>::new());
    file.text.clone()
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
    on = { lan = { address = 10.0.0.7; default_route = false; device = "eth1"; }; dmz = { address = 198.51.100.7; device = "eth0"; }; };
    services = [ services.proxy ];
    connection.network = networks.lan;
  };"#;

const EDGE_2: &str = r#"
  hosts.edge-2 = {
    kind = Machine;
    on = { lan = { address = 10.0.0.8; default_route = false; device = "eth1"; }; dmz = { address = 198.51.100.8; device = "eth0"; }; };
    services = [ services.proxy ];
    connection.network = networks.lan;
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
    connection.network = networks.lan;
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
      lan = { address = 10.0.0.7; default_route = false; device = "eth1"; };
      dmz = { addresses = [ 198.51.100.7, 2001:db8::7 ]; public = 203.0.113.80; device = "eth0"; };
    };
    services = [ services.proxy ];
    connection.network = networks.lan;
  };
  expect.unknown = [ internet -> hosts.cloud : 443/tcp ];"#;
    assert_eq!(told(proxy), ["A 203.0.113.80", "AAAA 2001:db8::7"]);
}

#[test]
fn an_address_that_machines_have_by_turns_stands_for_their_own() {
    let vip =
        "vips.edge = { network = networks.dmz; address = 198.51.100.9; owners = [ hosts.edge-1, hosts.edge-2 ]; };";
    assert_eq!(told(&format!("{EDGE_1}{EDGE_2}{vip}")), ["A 198.51.100.9"]);
}

#[test]
fn an_address_of_each_family_by_turns_is_one_name() {
    let vip = "networks.dmz.prefixes = [ 2001:db8::/64 ];
  vips.edge = {
    network = networks.dmz;
    address = 198.51.100.9;
    addresses = [ 2001:db8::9 ];
    owners = [ hosts.edge-1, hosts.edge-2 ];
  };";
    let proxies = format!("{EDGE_1}{EDGE_2}{vip}");
    assert_eq!(told(&proxies), ["A 198.51.100.9", "AAAA 2001:db8::9"]);
    let own = answers(&site(&proxies), "example.internal", "edge.example.internal");
    assert_eq!(own, ["A 198.51.100.9", "AAAA 2001:db8::9"]);
    let reverse = "9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
    let zone = "0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
    assert_eq!(answers(&site(&proxies), zone, reverse), ["PTR edge.example.internal."]);
}

#[test]
fn an_address_that_may_lead_past_the_proxy_is_not_told() {
    let vip = r#"
  vips.edge = { network = networks.dmz; address = 198.51.100.9; owners = [ hosts.edge-1, hosts.other ]; };
  hosts.other = { kind = Machine; managed = false; on.dmz.address = 198.51.100.20; };"#;
    assert_eq!(told(&format!("{EDGE_1}{vip}")), ["A 198.51.100.7"]);
}

#[test]
fn an_address_where_the_proxy_does_not_listen_is_not_told() {
    let proxy = r#"
  networks.other = { cidr = 192.0.2.0/24; bridge = "vmbr3"; };
  hosts.edge-1.on.other = { address = 192.0.2.7; device = "eth2"; };"#;
    assert_eq!(told(&format!("{EDGE_1}{proxy}")), ["A 198.51.100.7"]);
}

#[test]
fn a_proxy_hands_on_to_the_address_that_the_backend_has_by_turns() {
    let of = |at: &str, allow: &str| {
        let text = format!(
            r#"let
  std = import "std";
in {{
  name = "site";
  domain = "example.internal";
  operators.addresses = [ 203.0.113.9 ];
  nodes.pve.address = 10.0.0.1;
  accepted_losses = [ nodes.pve ];
  networks.lan = {{ cidr = 10.0.0.0/24; prefixes = [ fd00::/64 ]; bridge = "vmbr1"; gateway = nodes.pve; }};
  images.debian.vmid = 9000;
  ranges.r = {{ vmids = 1000..1099; addresses = 10..109; }};
  services.wiki = {{ name = "wiki"; listen = [ networks.lan ]; http.ports = [ 8080/tcp ]; }};
  services.proxy = std.caddy {{ listen = [ networks.lan ]; }};
  hosts.dns = {{ vmid = 1000; services = [ std.dns {{ listen = [ networks.lan ]; }} ]; }};
  hosts.proxy = {{ vmid = 1001; services = [ services.proxy ]; }};
  clusters.wiki = {{ members = {{ a.vmid = 1002; b.vmid = 1003; }}; services = [ services.wiki ]; }};
  vips.pages = {{
    network = networks.lan;
    address = 10.0.0.200;
    addresses = [ fd00::200 ];
    owners = [ clusters.wiki ];
  }};
  routes."docs.example.internal" = {{ frontend = services.proxy.https; backend = services.wiki.http; {at} }};
  allow = [ {allow} ];
}}
"#
        );
        emitted(&text, "ansible/inventory/host_vars/proxy.yml")
    };
    let backends = |text: &str| -> Vec<String> {
        text.lines().filter_map(|line| Some(line.trim().strip_prefix("- host: ")?.to_owned())).collect()
    };
    let own = of("", "services.proxy -> services.wiki : services.wiki.http");
    assert_eq!(backends(&own), ["wiki-a.example.internal", "wiki-b.example.internal"]);
    let shared = of("at = vips.pages;", "services.proxy -> vips.pages : services.wiki.http");
    assert_eq!(backends(&shared), ["pages.example.internal"]);
    assert!(shared.contains("port: 8080"), "{shared}");
}

//! What the model of a site holds: addresses by the rule, flows of four origins, who serves what, what is broken.

use arvc_site::model::{End, Flow, FlowOrigin, Host, NetworkKind, PortTerm, Site};
use pretty_assertions::assert_eq;

use crate::source;

fn clean(text: &str) -> Site {
    let (site, mut problems) = source::resolve(text);
    // What a site on one node deserves, once.
    problems.retain(|(_, code)| code != "L0850");
    assert_eq!(problems, []);
    site.expect("a record is a site")
}

fn host<'a>(site: &'a Site, name: &str) -> &'a Host {
    site.hosts.iter().find(|host| host.named.name == name).unwrap_or_else(|| panic!("no host `{name}`"))
}

fn addresses(host: &Host) -> Vec<String> {
    host.interfaces.iter().map(|it| format!("{} {}", it.device, it.address.unwrap().value)).collect()
}

#[test]
fn the_examples_are_clean() {
    clean(include_str!("../../../../examples/arvandor/site.arv"));
    clean(include_str!("../../../../examples/small/site.arv"));
    clean(include_str!("../../../../examples/containers/site.arv"));
}

#[test]
fn the_pages_site_has_the_pages_addresses() {
    let site = clean(include_str!("../../../../examples/arvandor/site.arv"));
    let of = |name| addresses(host(&site, name));
    assert_eq!(of("dns"), ["eth0 192.168.100.11", "nebula1 10.10.10.11"]);
    assert_eq!(of("postgres-01"), ["eth0 192.168.100.30", "nebula1 10.10.10.30"]);
    assert_eq!(of("postgres-03"), ["eth0 192.168.100.32", "nebula1 10.10.10.32"]);
    assert_eq!(of("laptop"), ["nebula1 10.10.10.2"]);
    let names: Vec<_> = site.hosts.iter().map(|host| host.named.name.as_str()).collect();
    assert!(names.is_sorted(), "{names:?}");
}

#[test]
fn members_have_their_own_groups_and_services_and_those_of_their_cluster() {
    let site = clean(include_str!("../../../../examples/arvandor/site.arv"));
    let member = host(&site, "postgres-02");
    let groups: Vec<_> = member.groups.iter().map(|id| site.groups[id.index()].named.path.as_str()).collect();
    assert_eq!(groups, ["groups.infrastructure"]);
    let services: Vec<_> = member.services.iter().map(|id| site.services[id.index()].named.path.as_str()).collect();
    assert_eq!(services, ["clusters.postgres.services.0", "services.metrics"]);
    // Nobody can write the place in the list: it is called by its name, and by whose list that is.
    let named = |at: usize| &site.services[member.services[at].index()].named;
    assert_eq!(
        (named(0).told().as_str(), named(0).in_list()),
        ("`postgres` of `clusters.postgres`", Some("clusters.postgres"))
    );
    assert_eq!((named(1).told().as_str(), named(1).in_list()), ("`services.metrics`", None));
    let cluster = &site.clusters[member.cluster.expect("a member has a cluster").index()];
    let members: Vec<_> = cluster.members.iter().map(|id| site.hosts[id.index()].named.name.as_str()).collect();
    assert_eq!(members, ["postgres-01", "postgres-02", "postgres-03"]);
}

#[test]
fn endpoints_know_the_machines_that_serve_them() {
    let site = clean(include_str!("../../../../examples/small/site.arv"));
    let served = site.endpoints.iter().map(|endpoint| {
        let hosts = endpoint.hosts.iter().map(|id| site.hosts[id.index()].named.name.as_str());
        (endpoint.named.path.as_str(), hosts.collect::<Vec<_>>())
    });
    let expected = [
        ("services.app.https", vec!["app"]),
        ("services.db.sql", vec!["db"]),
        ("hosts.dns.services.0.query", vec!["dns"]),
    ];
    assert_eq!(served.collect::<Vec<_>>(), expected);
}

#[test]
fn what_opens_is_the_authors_then_the_essentials_then_what_peers_say() {
    let site = clean(include_str!("../../../../examples/arvandor/site.arv"));
    let count = |test: fn(&Flow) -> bool| site.allow.iter().filter(|flow| test(flow)).count();
    assert_eq!(count(|flow| flow.origin == FlowOrigin::Author), 7);
    assert_eq!(count(|flow| flow.origin == FlowOrigin::Essential), 2);
    assert_eq!(count(|flow| matches!(flow.origin, FlowOrigin::Peers(_))), 3);
    let peers = |flow: &&Flow| matches!(flow.origin, FlowOrigin::Peers(id) if flow.source == End::Service(id));
    assert_eq!(site.allow.iter().filter(peers).count(), 3);
    assert!(site.allow[..7].iter().all(|flow| flow.origin == FlowOrigin::Author));
}

#[test]
fn a_need_of_an_endpoint_goes_to_every_machine_that_serves_it() {
    let site = clean(include_str!("../../../../examples/arvandor/site.arv"));
    let shop = site.hosts.iter().position(|host| host.named.name == "shop").expect("there is a shop");
    let needs: Vec<_> =
        site.needs.iter().filter(|need| matches!(need.source, End::Host(id) if id.index() == shop)).collect();
    assert_eq!(needs.len(), 4);
    let End::Union(members) = &needs[0].target else { panic!("{:?}", needs[0].target) };
    assert_eq!(members.len(), 3);
    let Some([PortTerm::Endpoint(endpoint)]) = needs[0].ports.as_deref() else { panic!("{:?}", needs[0].ports) };
    assert_eq!(site.endpoints[endpoint.index()].named.path, "clusters.postgres.sql");
    assert!(site.needs.iter().any(|need| matches!(need.origin, FlowOrigin::Service(_))));
}

const TWO_OVERLAYS: &str = r#"{
  name = "site"; domain = "example.internal";
  operators.addresses = [ 203.0.113.9 ]; nodes.pve = { address = 10.0.0.1; };
  images.debian = { vmid = 9000; };
  ranges.r = { vmids = 1000..1999; addresses = 10..19; };
  networks.a-over = { cidr = 10.8.0.0/24; underlay = networks.z-lan; port = 4242/udp; };
  networks.b-over = { cidr = 10.9.0.0/24; underlay = networks.z-lan; port = 4243/udp; };
  networks.y-lan = { cidr = 10.1.0.0/24; bridge = "vmbr2"; };
  networks.z-lan = { cidr = 10.0.0.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
  networks.plain = { cidr = 10.2.0.0/24; };
  hosts.everywhere = { vmid = 1000; lighthouse = true; };
  hosts.some = { vmid = 1001; on = { z-lan.device = "lan"; b-over = {}; }; };
}"#;

#[test]
fn a_guest_is_on_every_bridge_and_overlay_or_on_those_that_it_names() {
    let (site, problems) = source::resolve(TWO_OVERLAYS);
    assert_eq!(problems, [(7, "E0369".to_owned())]);
    let site = site.expect("a record is a site");
    let all = ["eth0 10.1.0.10", "eth1 10.0.0.10", "nebula1 10.8.0.10", "nebula2 10.9.0.10"];
    assert_eq!(addresses(host(&site, "everywhere")), all);
    assert_eq!(addresses(host(&site, "some")), ["lan 10.0.0.11", "nebula2 10.9.0.11"]);
    assert!(site.networks.iter().any(|network| matches!(network.kind, NetworkKind::Plain)));
}

#[test]
fn a_site_without_datacenter_is_one_that_is_named_like_it() {
    let site = clean(include_str!("../../../../examples/small/site.arv"));
    assert_eq!(site.datacenters.len(), 1);
    assert_eq!((site.datacenters[0].named.name.as_str(), site.datacenters[0].pool.value.as_str()), ("small", "small"));
}

#[test]
fn the_order_of_definitions_changes_nothing() {
    let text = include_str!("../../../../examples/small/site.arv");
    let (ranges, groups) = (text.find("  # VMID 1001").unwrap(), text.find("  images.debian").unwrap());
    let hosts = text.find("  hosts.db").unwrap();
    let moved = [&text[..ranges], &text[groups..hosts], &text[ranges..groups], &text[hosts..]].concat();
    assert_ne!(text, moved);
    let shape = |text: &str| {
        let site = clean(text);
        let hosts = site.hosts.iter().map(|host| (host.named.path.clone(), addresses(host), host.groups.clone()));
        let flows = site.allow.iter().chain(&site.needs).map(|flow| (flow.source.clone(), flow.target.clone()));
        (hosts.collect::<Vec<_>>(), flows.collect::<Vec<_>>())
    };
    assert_eq!(shape(text), shape(&moved));
}

/// A site whose `db` needs something wrong in one place, marked `WRONG`.
fn broken(vmid: &str, allow: &str) -> (Site, Vec<(u32, String)>) {
    let text = format!(
        r#"{{
  name = "site"; domain = "example.internal";
  operators.addresses = [ 203.0.113.9 ]; nodes.pve = {{ address = 10.0.0.1; }};
  networks.lan = {{ cidr = 10.0.0.0/24; bridge = "vmbr1"; }};
  images.debian = {{ vmid = 9000; }};
  ranges.r = {{ vmids = 1000..1999; addresses = 10..19; }};
  services.db = {{ name = "db"; sql = {{ ports = [ 5432/tcp ]; }}; }};
  hosts.db = {{ vmid = {vmid}; services = [ services.db ]; }};
  hosts.app = {{ vmid = 1001; needs = [ services.db.sql ]; }};
  allow = [ {allow} ];
}}"#
    );
    let (site, problems) = source::resolve(&text);
    (site.expect("a record is a site"), problems)
}

#[test]
fn a_need_of_a_machine_that_is_wrong_is_not_claimed() {
    let allow = "any -> hosts.db : 5432/tcp";
    let (site, problems) = broken("1000", allow);
    assert_eq!((problems.len(), site.needs.len(), host(&site, "db").broken), (0, 1, false));
    let (site, problems) = broken("1010", allow);
    assert_eq!((problems, site.needs.len()), (vec![(8, "E0304".to_owned())], 0));
    assert!(host(&site, "db").broken && !host(&site, "app").broken);
    assert!(host(&site, "db").interfaces.is_empty());
}

#[test]
fn no_need_is_claimed_when_a_flow_that_opens_is_wrong() {
    let (site, problems) = broken("1000", "any -> hosts.db : 5432");
    assert_eq!(problems, [(10, "E0361".to_owned())]);
    assert!(site.allow_broken);
    assert_eq!(site.needs.len(), 0);
}

#[test]
fn a_value_that_is_no_record_is_no_site_and_an_empty_one_has_no_second_report() {
    let (site, _) = source::resolve("42");
    assert!(site.is_none());
    let (site, problems) = source::resolve("{}");
    assert!(site.is_some());
    assert!(problems.iter().all(|(_, code)| code.starts_with("E02")), "{problems:?}");
}

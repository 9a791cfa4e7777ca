//! What the checks say about small sites.

use arvc_site::model::*;
use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::source::Span;
use pretty_assertions::assert_eq;

use super::check;
use crate::fixture::*;

/// The code and message of each problem.
/// What is found, but for what the machines of the fixture lack: it has neither essentials nor a lighthouse.
fn found(site: &Site) -> Vec<Diagnostic> {
    check(site).into_iter().filter(|problem| !["E0414", "L0414"].contains(&problem.code.id)).collect()
}

fn problems(site: &Site) -> Vec<String> {
    found(site).iter().map(|problem| format!("{}: {}", problem.code.id, problem.message)).collect()
}

fn only(site: &Site) -> Diagnostic {
    let mut found = found(site);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

/// A database in `data`, two machines in `web`, one in `games`.
fn shop() -> (Site, [HostId; 4], [GroupId; 3], EndpointId) {
    let mut site = site();
    let groups = ["data", "web", "games"].map(|name| group(&mut site, name));
    let db = host(&mut site, "db", &[groups[0]]);
    let [shop, wiki] = ["shop", "wiki"].map(|name| host(&mut site, name, &[groups[1]]));
    let chess = host(&mut site, "chess", &[groups[2]]);
    let (_, sql) = serve(&mut site, "db", &[db], &[tcp(5432, 5432)]);
    (site, [db, shop, wiki, chess], groups, sql)
}

fn need(host: HostId, target: HostId, endpoint: EndpointId) -> Flow {
    flow(End::Host(host), End::Union(vec![End::Host(target)]), &[PortTerm::Endpoint(endpoint)])
}

#[test]
fn a_need_inside_an_allow_is_silent() {
    let (mut site, [db, shop, ..], [data, web, _], sql) = shop();
    site.needs.push(need(shop, db, sql));
    site.allow.push(flow(End::Group(web), End::Group(data), &[PortTerm::Endpoint(sql)]));
    assert_eq!(problems(&site), Vec::<String>::new());
}

#[test]
fn a_need_may_be_covered_by_several_allows_together() {
    let (mut site, [db, shop, ..], [data, web, _], _) = shop();
    site.needs.push(flow(End::Host(shop), End::Host(db), &[tcp(80, 90)]));
    site.allow.push(flow(End::Group(web), End::Group(data), &[tcp(80, 85)]));
    site.allow.push(flow(End::Any, End::Host(db), &[tcp(85, 95)]));
    // Nothing is said of its being closed.
    assert_eq!(problems(&site), ["L0413: no service of `db` listens on 80-90/tcp"]);
}

#[test]
fn a_need_outside_every_allow_names_what_is_closed_and_the_narrowest_allow() {
    let (mut site, [db, shop, ..], [data, web, _], sql) = shop();
    site.needs.push(need(shop, db, sql));
    site.allow.push(flow(End::Group(web), End::Group(data), &[tcp(6379, 6379)]));
    let problem = only(&site);
    assert_eq!(problem.code.id, "E0401");
    assert_eq!(problem.message, "`shop` needs what no `allow` opens");
    assert_eq!(problem.labels[0].message, "5432/tcp on `db` is closed");
    assert_eq!(problem.labels[1].message, "needs it");
    assert_eq!(problem.labels[2].message, "this opens 6379/tcp there, and not 5432/tcp");
    assert_eq!(problem.helps, ["add to `allow`: `hosts.shop -> services.db : services.db.port`"]);
}

#[test]
fn of_a_need_that_is_open_in_part_only_the_rest_is_reported() {
    let (mut site, [db, shop, wiki, _], _, _) = shop();
    site.needs.push(flow(End::Host(shop), End::Union(vec![End::Host(db), End::Host(wiki)]), &[tcp(80, 81)]));
    site.allow.push(flow(End::Host(shop), End::Host(db), &[]));
    site.allow.push(flow(End::Host(shop), End::Host(wiki), &[tcp(80, 80)]));
    let problem = only(&site);
    assert_eq!(problem.labels[0].message, "81/tcp on `wiki` is closed");
    assert_eq!(problem.helps, ["add to `allow`: `hosts.shop -> hosts.wiki : 81/tcp`"]);
}

#[test]
fn the_need_of_a_service_is_reported_once_for_all_of_its_machines() {
    let (mut site, [db, shop, wiki, _], _, sql) = shop();
    let (service, _) = serve(&mut site, "app", &[shop, wiki], &[tcp(80, 80)]);
    for host in [shop, wiki] {
        site.needs.push(Flow { origin: FlowOrigin::Service(service), ..need(host, db, sql) });
    }
    let problem = only(&site);
    assert_eq!(problem.message, "`shop` and `wiki` needs what no `allow` opens".replace("needs", "need"));
    assert_eq!(problem.helps, ["add to `allow`: `services.app -> services.db : services.db.port`"]);
}

#[test]
fn the_way_over_the_bridge_does_not_serve_a_need_over_the_overlay() {
    let (mut site, [db, shop, ..], ..) = shop();
    site.needs.push(flow(End::Host(shop), End::Host(db), &[tcp(80, 80)]));
    site.allow.push(Flow { via: Some(BRIDGE), ..flow(End::Host(shop), End::Host(db), &[tcp(80, 80)]) });
    assert_eq!(problems(&site), ["E0401: `shop` needs what no `allow` opens"]);
}

#[test]
fn a_never_that_meets_an_allow_shows_a_connection_and_both_places() {
    let (mut site, _, [_, web, games], _) = shop();
    site.never.push(Flow { span: Span::new(1, 2), ..flow(End::Group(games), End::Any, &[]) });
    site.allow.push(Flow { span: Span::new(3, 4), ..flow(End::Any, End::Group(web), &[udp(53, 53)]) });
    let problem = only(&site);
    assert_eq!(problem.code.id, "E0402");
    assert_eq!(problem.message, "`groups.games -> any` must stay closed, and an `allow` opens it");
    assert_eq!(problem.labels[0].span, Span::new(1, 2));
    assert_eq!(problem.labels[1].span, Span::new(3, 4));
    assert_eq!(problem.labels[1].message, "this opens `chess -> shop : 53/udp` over `networks.overlay`");
}

#[test]
fn a_never_spares_what_it_excepts_and_nothing_more() {
    let (mut site, [dns, ..], [_, _, games], _) = shop();
    let (service, _) = serve(&mut site, "dns", &[dns], &[udp(53, 53)]);
    site.services[service.index()].resolver = Some(Vec::new());
    let names = Flow { origin: FlowOrigin::Essential, ..flow(End::Any, End::Resolvers, &[udp(53, 53)]) };
    site.allow.push(names.clone());
    site.never.push(flow(End::Group(games), End::Any, &[]));
    assert_eq!(problems(&site), ["E0402: `groups.games -> any` must stay closed, and an essential opens it"]);
    site.never[0].except.push(names);
    assert_eq!(problems(&site), Vec::<String>::new());
    site.allow.push(flow(End::Group(games), End::Resolvers, &[tcp(53, 53)]));
    assert_eq!(problems(&site), ["E0402: `groups.games -> any` must stay closed, and an `allow` opens it"]);
}

#[test]
fn connections_towards_a_group_are_not_its_own() {
    let (mut site, [monitor, ..], [_, _, games], _) = shop();
    site.allow.push(flow(End::Host(monitor), End::Any, &[tcp(9100, 9100)]));
    site.never.push(flow(End::Group(games), End::Any, &[]));
    assert_eq!(problems(&site), Vec::<String>::new());
}

#[test]
fn a_never_speaks_of_every_network() {
    let (mut site, [_, _, _, chess], [_, web, games], _) = shop();
    site.allow.push(Flow { via: Some(BRIDGE), ..flow(End::Host(chess), End::Group(web), &[tcp(80, 80)]) });
    site.never.push(flow(End::Group(games), End::Group(web), &[]));
    let problem = only(&site);
    assert!(problem.labels[0].message.ends_with("over `networks.bridge`"), "{problem:?}");
    site.never[0].via = Some(OVERLAY);
    assert_eq!(problems(&site), Vec::<String>::new());
}

#[test]
fn any_is_every_machine_and_not_the_internet() {
    let (mut site, _, [_, _, games], _) = shop();
    site.allow.push(flow(End::Any, End::Internet, &[tcp(443, 443)]));
    site.never.push(flow(End::Group(games), End::Any, &[]));
    assert_eq!(problems(&site), Vec::<String>::new());
    site.never.push(flow(End::Group(games), End::Internet, &[]));
    assert_eq!(problems(&site), ["E0402: `groups.games -> internet` must stay closed, and an `allow` opens it"]);
}

#[test]
fn what_a_machine_sends_to_itself_is_no_connection() {
    let (mut site, [db, ..], ..) = shop();
    site.allow.push(flow(End::Host(db), End::Union(vec![End::Host(db), End::Host(HostId(1))]), &[tcp(80, 80)]));
    site.never.push(flow(End::Host(db), End::Host(db), &[]));
    // The claim is about nobody, and no `allow` is held against it.
    assert_eq!(problems(&site), ["L0402: both ends are `db`"]);
}

#[test]
fn machines_without_a_common_network_cannot_need_one_another() {
    let (mut site, ..) = shop();
    let kind = bridge("vmbr2", &[]);
    let storage = network(&mut site, "storage", "192.168.200.0/24", kind);
    let nas = host_on(&mut site, "nas", &[], &[storage]);
    site.needs.push(flow(End::Host(HostId(1)), End::Host(nas), &[tcp(2049, 2049)]));
    site.allow.push(flow(End::Any, End::Any, &[]));
    assert_eq!(
        problems(&site),
        [
            "E0403: no network connects `shop` and `nas`",
            "L0405: this `allow` leaves out `db` and `nas`, which no network connects"
        ]
    );
    site.needs.clear();
    site.allow = vec![flow(End::Host(HostId(1)), End::Host(nas), &[tcp(2049, 2049)])];
    assert_eq!(problems(&site), ["E0403: no network connects `shop` and `nas`"]);
}

#[test]
fn who_names_a_network_that_not_both_are_on_is_told_which_they_are_on() {
    let mut site = site();
    let things = network(&mut site, "things", "192.168.200.0/24", bridge("vmbr2", &[]));
    let servers = network(&mut site, "servers", "192.168.201.0/24", bridge("vmbr3", &[]));
    let hub = host_on(&mut site, "hub", &[], &[servers, things]);
    let plug = host_on(&mut site, "plug", &[], &[things]);
    let to_plug = flow(End::Host(hub), End::Host(plug), &[tcp(80, 80)]);
    site.allow = vec![Flow { via: Some(servers), ..to_plug }];
    let problem = only(&site);
    assert_eq!(problem.code.id, "E0403");
    assert_eq!(problem.helps[0], "name a network that both are on: `via networks.things`");
}

#[test]
fn an_outside_machine_leads_to_no_internet() {
    let (mut site, ..) = shop();
    let laptop = host_on(&mut site, "laptop", &[], &[OVERLAY]);
    site.allow.push(flow(End::Host(laptop), End::Internet, &[tcp(443, 443)]));
    assert_eq!(problems(&site), ["E0403: no machine of the site leads to the addresses of this flow"]);
}

#[test]
fn who_is_apart_from_a_member_is_told_how_the_overlay_would_lead_there() {
    let mut site = site();
    let things = network(&mut site, "things", "192.168.200.0/24", bridge("vmbr2", &[]));
    let app = host_on(&mut site, "app", &[], &[BRIDGE, OVERLAY]);
    let camera = host_on(&mut site, "camera", &[], &[things]);
    site.allow = vec![flow(End::Host(app), End::Host(camera), &[tcp(554, 554)])];
    assert_eq!(only(&site).helps.len(), 1);
    host_on(&mut site, "gate", &[], &[BRIDGE, OVERLAY, things]);
    let problem = only(&site);
    assert_eq!(problem.code.id, "E0403");
    let lead = "or let the overlay lead there: `networks.overlay.behind = [ { network = networks.things; member = hosts.gate; } ];`";
    assert_eq!(problem.helps[1], lead);
}

#[test]
fn a_need_between_machines_with_two_common_bridges_must_name_one() {
    let mut site = site();
    let kind = bridge("vmbr2", &[]);
    let storage = network(&mut site, "storage", "192.168.200.0/24", kind);
    let [a, b] = ["a", "b"].map(|name| host_on(&mut site, name, &[], &[BRIDGE, storage]));
    site.needs.push(flow(End::Host(a), End::Host(b), &[tcp(80, 80)]));
    site.allow.push(flow(End::Host(a), End::Host(b), &[tcp(80, 80)]));
    let problem = only(&site);
    assert_eq!(problem.code.id, "E0404");
    assert_eq!(problem.labels[0].message, "this may use `networks.bridge` and `networks.storage`");
    site.needs[0].via = Some(storage);
    assert_eq!(problems(&site), ["L0413: no service of `b` listens on 80/tcp"]);
}

#[test]
fn an_allow_cannot_have_exceptions() {
    let (mut site, [db, shop, ..], ..) = shop();
    let spared = flow(End::Host(shop), End::Host(db), &[tcp(22, 22)]);
    site.allow.push(Flow { except: vec![spared], ..flow(End::Host(shop), End::Any, &[]) });
    assert_eq!(problems(&site), ["E0405: a flow of `allow` cannot have exceptions"]);
}

#[test]
fn an_allow_inside_another_is_shadowed_and_of_two_equal_ones_the_second() {
    let (mut site, [db, shop, ..], [data, web, _], _) = shop();
    site.allow.push(Flow { span: Span::new(1, 2), ..flow(End::Host(shop), End::Host(db), &[tcp(80, 80)]) });
    site.allow.push(Flow { span: Span::new(3, 4), ..flow(End::Group(web), End::Group(data), &[tcp(1, 100)]) });
    let problem = only(&site);
    assert_eq!((problem.code.id, problem.span(), problem.labels[1].span), ("L0401", Span::new(1, 2), Span::new(3, 4)));
    site.allow[0] = Flow { span: Span::new(1, 2), ..site.allow[1].clone() };
    assert_eq!(only(&site).span(), Span::new(3, 4));
    site.allow[0].via = Some(BRIDGE);
    assert_eq!(problems(&site), Vec::<String>::new());
}

#[test]
fn flows_of_nobody_are_told() {
    let (mut site, [db, ..], ..) = shop();
    let (unused, _) = serve(&mut site, "unused", &[], &[tcp(80, 80)]);
    site.allow.push(flow(End::Host(db), End::Service(unused), &[tcp(80, 80)]));
    site.never.push(flow(End::Any, End::Lighthouses, &[]));
    site.hosts.iter_mut().for_each(|host| host.lighthouse = false);
    assert_eq!(problems(&site), ["L0402: `lighthouses` is nobody", "L0402: `services.unused` is nobody"]);
}

#[test]
fn what_may_be_missing_because_it_is_wrong_is_not_reported() {
    let (mut site, [db, shop, ..], _, sql) = shop();
    site.needs.push(need(shop, db, sql));
    site.allow_broken = true;
    assert_eq!(problems(&site), Vec::<String>::new());
    site.allow_broken = false;
    site.hosts[shop.index()].broken = true;
    assert_eq!(problems(&site), Vec::<String>::new());
    site.hosts[shop.index()].broken = false;
    assert_eq!(problems(&site), ["E0401: `shop` needs what no `allow` opens"]);
}

#[test]
fn a_forward_and_an_allow_from_the_internet_belong_together() {
    let (mut site, [_, shop, ..], ..) = shop();
    let forward = |port| {
        let ports = arvc_lang::data::Ports { transport: Transport::Tcp, first: port, last: port };
        Forward { ports, to: shop, span: Span::new(0, 0) }
    };
    site.nodes[0].forwards.push(forward(443));
    assert_eq!(problems(&site), ["L0403: `pve` hands on 443/tcp, and nothing allows it"]);
    site.allow.push(flow(End::Internet, End::Host(shop), &[tcp(443, 443), PortTerm::Icmp]));
    assert_eq!(problems(&site), Vec::<String>::new());
    site.nodes[0].forwards.clear();
    assert_eq!(problems(&site), ["L0404: no node hands 443/tcp on to `shop`"]);
}

#[test]
fn every_code_has_a_page_with_an_example_that_names_it() {
    for code in super::CODES {
        let page = code.page();
        for part in ["## What is wrong", "## Why", "## Example", "```arv", "## What to do"] {
            assert!(page.contains(part), "{}: {part}", code.id);
        }
        assert!(page.contains(&format!("# error: {}\n", code.id)), "{}", code.id);
    }
}

#[test]
fn one_ip_protocol_on_an_overlay_is_refused_and_on_a_bridge_is_not() {
    let (mut site, [db, shop, ..], ..) = shop();
    let gre = flow(End::Host(shop), End::Host(db), &[PortTerm::Proto(47)]);
    site.allow.push(Flow { via: Some(BRIDGE), ..gre.clone() });
    assert_eq!(problems(&site), Vec::<String>::new());
    site.allow.push(gre);
    assert_eq!(problems(&site), ["E0406: Nebula has no rule for `proto 47` alone"]);
}

#[test]
fn every_protocol_on_an_overlay_is_one_that_nebula_can_say() {
    let (mut site, [db, shop, ..], ..) = shop();
    site.allow.push(Flow { ports: None, ..flow(End::Host(shop), End::Host(db), &[]) });
    assert_eq!(problems(&site), Vec::<String>::new());
}

#[test]
fn every_forward_that_is_missing_is_proposed() {
    let (mut site, [_, shop, ..], [_, web, _], _) = shop();
    site.allow.push(flow(End::Internet, End::Group(web), &[tcp(80, 80), tcp(443, 443)]));
    let ports = arvc_lang::data::Ports { transport: Transport::Tcp, first: 80, last: 80 };
    site.nodes[0].forwards.push(Forward { ports, to: shop, span: Span::new(0, 0) });
    let problem = only(&site);
    assert_eq!(problem.message, "no node hands 80/tcp, 443/tcp on to `shop` and `wiki`");
    let forwards = "{ port = 443/tcp; to = hosts.shop; }, { port = 80/tcp; to = hosts.wiki; }, \
                    { port = 443/tcp; to = hosts.wiki; }";
    assert_eq!(problem.helps, [format!("add to the node's `forward`: `{forwards}`")]);
}

//! What `arvc reach` says of the examples.

use std::ffi::OsString;

use arvc::world::memory::Memory;
use arvc_tests::projects::examples;
use pretty_assertions::assert_eq;

fn reach(name: &str, args: &[&str]) -> String {
    let example = examples().into_iter().find(|example| example.name == name).expect("the example is there");
    let mut world = Memory::new("/project");
    for (path, text) in &example.files {
        world.file(format!("/project/{path}"), text);
    }
    let line = ["arvc", "reach", "--site", &example.entry].into_iter().chain(args.iter().copied());
    arvc::run(line.map(OsString::from), &mut world);
    assert_eq!(world.stderr, "");
    world.stdout
}

/// The architecture page's table, and below it what is declared besides: names, monitoring, the proxy, the way in of the node,
/// and what the world reaches.
#[test]
fn the_access_table_of_arvandor_is_the_page_s() {
    assert_eq!(
        reach("arvandor", &["--table"]),
        "\
group           can reach
admin           everything
games           nothing
infrastructure  infrastructure
projects        infrastructure

besides
games           dns of infrastructure: 53/tcp, 53/udp (any -> resolvers : [ 53/tcp, 53/udp ])
infrastructure  prometheus -> games: 9100/tcp (services.prometheus -> any : services.metrics.scrape)
infrastructure  caddy -> projects: 8080/tcp (services.caddy -> groups.projects : [ services.shop.http, services.wiki.http ])
infrastructure  prometheus -> projects: 9100/tcp (services.prometheus -> any : services.metrics.scrape)
projects        dns of infrastructure: 53/tcp, 53/udp (any -> resolvers : [ 53/tcp, 53/udp ])
nodes.pve       games: 22/tcp (nodes.pve: SSH)
nodes.pve       infrastructure: 22/tcp (nodes.pve: SSH)
nodes.pve       projects: 22/tcp (nodes.pve: SSH)
operators       games: 25565/tcp (internet -> hosts.blocks : services.blocks.game)
operators       caddy of infrastructure: 80/tcp, 443/tcp, 443/udp (internet -> hosts.caddy : [ services.caddy.http, services.caddy.https ])
internet        games: 25565/tcp (internet -> hosts.blocks : services.blocks.game)
internet        caddy of infrastructure: 80/tcp, 443/tcp, 443/udp (internet -> hosts.caddy : [ services.caddy.http, services.caddy.https ])

members of networks.overlay exchange its packets on networks.bridge, 4242/udp
"
    );
}

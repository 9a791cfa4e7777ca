//! Whole runs of `arvc reach` in a world of memory.

use std::ffi::OsString;

use pretty_assertions::assert_eq;

use crate::world::memory::Memory;
use crate::{exit, run};

const SITE: &str = r#"{
  name = "home";
  domain = "home.internal";
  operators.addresses = [ 203.0.113.9 ];
  nodes.pve = { address = 192.168.100.1; };
  networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
  networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
  ranges.guests = { vmids = 100..199; addresses = 100..199; };
  images.debian = { vmid = 900; };
  groups = { web = {}; games = {}; };
  services.db = { name = "db"; sql = { ports = [ 5432/tcp ]; }; };
  hosts.db = { vmid = 100; lighthouse = true; services = [ services.db ]; };
  hosts.web-1 = { vmid = 101; groups = [ groups.web ]; };
  hosts.web-2 = { vmid = 102; groups = [ groups.web ]; };
  hosts.chess = { vmid = 103; groups = [ groups.games ]; };
  allow = [
    groups.web -> services.db : services.db.sql,
    groups.web -> groups.games : 80/tcp,
  ];
}
"#;

fn arvc(args: &[&str]) -> (u8, Memory) {
    of_site(SITE, args)
}

fn of_site(site: &str, args: &[&str]) -> (u8, Memory) {
    let mut world = Memory::new("/lab");
    world.file("site.arv", site);
    let args = ["arvc", "reach"].iter().chain(args).map(OsString::from);
    let status = run(args, &mut world);
    (status, world)
}

#[test]
fn c20_a_pair_is_shown_on_every_path_with_every_layer_and_the_lines_that_open_it() {
    let (status, world) = arvc(&["web-1", "db:5432/tcp"]);
    assert_eq!((status, world.stderr.as_str()), (exit::GOOD, ""));
    assert_eq!(
        world.stdout,
        "\
web-1 -> db:5432/tcp: open

over networks.overlay, from 10.10.10.101 to 10.10.10.100: open
  Nebula, out of web-1  open
                          site.arv:17:5: groups.web -> services.db : services.db.sql
  tunnel                open
                          direct, on networks.bridge
  Nebula, into db       open
                          site.arv:17:5: groups.web -> services.db : services.db.sql
  packet filter of db   open
                          site.arv:17:5: groups.web -> services.db : services.db.sql

over networks.bridge, from 192.168.100.101 to 192.168.100.100: closed
  Proxmox firewall, out of web-1  closed
  Proxmox firewall, into db       closed
  packet filter of db             closed
  against web-1 taken over: held by the Proxmox firewall, the target's packet filter
"
    );
}

#[test]
fn c20_a_router_of_which_nothing_is_said_is_named_among_the_layers() {
    let site = r#"{
  name = "home";
  domain = "home.internal";
  operators.addresses = [ 203.0.113.9 ];
  nodes.pve = { address = 192.168.100.1; };
  networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = hosts.firewall; };
  networks.media = { cidr = 192.168.7.0/24; bridge = "vmbr7"; gateway = hosts.firewall; };
  ranges.guests = { vmids = 100..199; addresses = 100..199; };
  images.debian = { vmid = 900; };
  hosts.firewall = {
    kind = Machine;
    managed = false;
    on = { bridge.address = 192.168.100.254; media.address = 192.168.7.254; };
  };
  hosts.web = { vmid = 100; on.bridge = {}; };
  hosts.films = { vmid = 101; on.media = {}; };
  allow = [ hosts.web -> hosts.films : 80/tcp ];
  expect.unknown = [ nodes.pve -> hosts.films : 22/tcp ];
}
"#;
    let (status, world) = of_site(site, &["web", "films:80/tcp"]);
    assert_eq!((status, world.stderr.as_str()), (exit::SOURCE, ""));
    assert_eq!(
        world.stdout,
        "\
web -> films:80/tcp: not known

over networks.bridge, routed to networks.media, from 192.168.100.100 to 192.168.7.101: not known
  Proxmox firewall, out of web  open
                                  site.arv:17:13: hosts.web -> hosts.films : 80/tcp
  router firewall               not known
                                  what hosts.firewall lets through is not known
  Proxmox firewall, into films  open
                                  site.arv:17:13: hosts.web -> hosts.films : 80/tcp
  packet filter of films        open
                                  site.arv:17:13: hosts.web -> hosts.films : 80/tcp
"
    );
}

#[test]
fn the_status_is_good_only_if_all_is_open() {
    for (args, expected) in [
        (["groups.web", "services.db.sql"], exit::GOOD),
        (["groups.web,chess", "services.db.sql"], exit::SOURCE),
        (["chess", "db:5432/tcp"], exit::SOURCE),
        (["web-1", "db:5432/tcp,22/tcp"], exit::SOURCE),
        (["nodes.pve", "any:22/tcp"], exit::GOOD),
        (["operators", "chess:22/tcp"], exit::SOURCE),
        (["any", "resolvers:53"], exit::SOURCE),
    ] {
        assert_eq!(arvc(&args).0, expected, "{args:?}");
    }
}

#[test]
fn who_reaches_whom_is_told_also_where_it_is_not_what_the_site_claims() {
    let claims = "  expect.open = [ hosts.chess -> hosts.db : 5432/tcp ];\n}\n";
    let site = format!("{}{claims}", SITE.strip_suffix("}\n").expect("the end of a record"));
    let (status, world) = of_site(&site, &["chess", "db:5432/tcp"]);
    let why = "over networks.overlay: closed by Nebula, out of chess; Nebula, into db; packet filter of db";
    assert!(world.stderr.contains("E0407") && world.stderr.contains(why), "{}", world.stderr);
    assert!(world.stdout.contains("  Nebula, into db       closed\n"), "{}", world.stdout);
    assert_eq!(status, exit::SOURCE);
    // Nothing is told of a site that is not known.
    let (status, world) = of_site(&SITE.replace("vmid = 103", "vmid = 102"), &["chess", "db:5432/tcp"]);
    assert_eq!((status, world.stdout.as_str()), (exit::SOURCE, ""));
}

#[test]
fn sets_are_told_by_classes() {
    let (_, world) = arvc(&["groups.web,chess", "services.db.sql"]);
    assert_eq!(
        world.stdout,
        "\
groups.web,chess -> services.db.sql: some are open (3 connections)
  chess -> db: closed
  web-1, web-2 -> db: open
"
    );
    let (_, world) = arvc(&["--to", "services.db.sql"]);
    assert_eq!(world.stdout, "who can reach services.db.sql\n  web-1, web-2 -> db\n");
}

#[test]
fn sets_are_told_what_is_perhaps_open_between_them_and_what_is_missing_to_know_it() {
    let site = SITE.replace(
        "  allow = [\n",
        "  networks.lan = { cidr = 10.1.0.0/24; router = 10.9.0.1; };\n  \
         networks.iot = { cidr = 10.2.0.0/24; router = 10.9.0.1; };\n  \
         hosts.nas = { kind = Machine; managed = false; on.lan.address = 10.1.0.9; };\n  allow = [\n",
    );
    let (_, world) = of_site(&site, &["networks.iot", "networks.lan,9.9.9.9"]);
    assert_eq!(
        world.stdout,
        "\
networks.iot -> networks.lan,9.9.9.9: what is open (3 connections)
  10.2.0.0/24 -> 10.1.0.0/24: nothing, perhaps all protocols (what the router 10.9.0.1 lets through is not known)
  10.2.0.0/24 -> nas: nothing, perhaps all protocols (what the router 10.9.0.1 hands on is not known)
  10.2.0.0/24 -> 9.9.9.9: all protocols
"
    );
    // Of who is on no network of the site nothing is known, and nothing is told where everybody is asked.
    let (_, world) = of_site(&site, &["8.8.8.8", "9.9.9.9:443/tcp"]);
    assert!(world.stdout.starts_with("8.8.8.8 -> 9.9.9.9:443/tcp: not known\n"), "{}", world.stdout);
    let (_, world) = of_site(&site, &["--to", "9.9.9.9:443/tcp"]);
    assert!(!world.stdout.contains("internet"), "{}", world.stdout);
}

#[test]
fn the_table_is_of_groups_and_then_of_what_is_open_besides() {
    let (status, world) = arvc(&["--table"]);
    assert_eq!((status, world.stderr.as_str()), (exit::GOOD, ""));
    assert_eq!(
        world.stdout,
        "\
group      can reach
games      nothing
web        games

besides
web        db: 5432/tcp (groups.web -> services.db : services.db.sql)
nodes.pve  games: 22/tcp (nodes.pve: SSH)
nodes.pve  web: 22/tcp (nodes.pve: SSH)
nodes.pve  db: 22/tcp (nodes.pve: SSH)

members of networks.overlay exchange its packets on networks.bridge, 4242/udp
"
    );
}

#[test]
fn the_table_tells_ports_of_a_flow_to_everybody_machines_in_no_group_and_what_is_not_known() {
    let site = SITE.replace(
        "  allow = [\n",
        "  networks.iot = { cidr = 10.2.0.0/24; router = 10.2.0.1; };\n  \
         groups.things = {}; groups.admin = {};\n  \
         hosts.plug = { kind = Machine; managed = false; groups = [ groups.things ]; on.iot.address = 10.2.0.9; };\n  \
         hosts.nas = { kind = Machine; managed = false; on.bridge.address = 192.168.100.60; };\n  \
         hosts.desk = { vmid = 104; groups = [ groups.admin ]; };\n  \
         allow = [\n    groups.admin -> [ groups.web, any ] : [ 22/tcp, icmp ],\n    \
         hosts.db -> hosts.nas : 2049/tcp via networks.bridge,\n",
    );
    let (status, world) = of_site(&site, &["--table"]);
    assert_eq!((status, world.stderr.as_str()), (exit::GOOD, ""));
    for line in [
        "\nadmin      everything: 22/tcp, icmp\n",
        "\ndb         nas: 2049/tcp, 4242/udp (hosts.db -> hosts.nas : 2049/tcp via networks.bridge; networks.overlay: tunnels)\n",
        "\ninternet   things: perhaps all protocols (what the router 10.2.0.1 hands on is not known)\n",
    ] {
        assert!(world.stdout.contains(line), "{line}{}", world.stdout);
    }
    assert!(!world.stdout.contains("nothing closes networks.iot"), "{}", world.stdout);
}

#[test]
fn the_table_names_the_members_that_reach_something_where_not_all_do() {
    let site = SITE.replace(
        "  allow = [\n",
        "  allow = [\n    hosts.web-1 -> hosts.web-2 : 81/tcp,\n    hosts.web-2 -> hosts.db : 1/tcp,\n",
    );
    let (_, world) = of_site(&site, &["--table"]);
    for line in [
        "\nweb        web-1 -> web-2 of web: 81/tcp (hosts.web-1 -> hosts.web-2 : 81/tcp)\n",
        "\nweb        web-2 -> db: 1/tcp, 5432/tcp (groups.web -> services.db : services.db.sql; hosts.web-2 -> hosts.db : 1/tcp)\n",
    ] {
        assert!(world.stdout.contains(line), "{line}{}", world.stdout);
    }
}

#[test]
fn an_address_that_is_let_in_is_listed_beside_the_internet() {
    let site = SITE.replace(
        "  allow = [\n",
        "  networks.vpsnet.cidr = 198.51.100.5/32;\n  hosts.vps = { kind = Machine; on.vpsnet.address = 198.51.100.5; };\n  \
         allow = [\n    192.0.2.5 -> hosts.vps : 5432/tcp,\n",
    );
    let (_, world) = of_site(&site, &["--to", "vps:5432/tcp"]);
    assert!(world.stdout.contains("\n  192.0.2.5 -> vps\n"), "{}", world.stdout);
}

#[test]
fn where_the_operators_are_everywhere_nobody_is_the_internet() {
    let site = SITE.replace("[ 203.0.113.9 ]", "[ 0.0.0.0/1, 128.0.0.0/1 ]");
    let (status, world) = of_site(&site, &["internet", "db:22/tcp"]);
    assert_eq!(status, exit::SOURCE);
    assert!(world.stdout.contains("`internet` is without the operators, and they are everywhere"), "{}", world.stdout);
}

#[test]
fn an_address_of_a_machine_is_asked_for_alone() {
    let site = SITE.replace(
        "  allow = [\n",
        "  networks.store = { cidr = 10.7.0.0/24; bridge = \"vmbr2\"; };\n  \
         hosts.gate = { vmid = 104; on = { overlay = {}; bridge = {}; store.address = 10.7.0.9; }; };\n  \
         allow = [\n    groups.web -> hosts.gate : 445/tcp,\n",
    );
    let ask = |target: &str| of_site(&site, &["web-1", target]);
    assert_eq!(ask("gate:445/tcp").0, exit::GOOD);
    let (status, world) = ask("10.10.10.104:445/tcp");
    assert_eq!(status, exit::GOOD, "{}{}", world.stdout, world.stderr);
    assert_eq!(world.stdout.matches("\nover ").count(), 1, "{}", world.stdout);
    let (status, world) = ask("10.7.0.9:445/tcp");
    assert_eq!(status, exit::SOURCE, "{}", world.stdout);
    assert!(world.stdout.starts_with("web-1 -> 10.7.0.9:445/tcp: closed\n"), "{}", world.stdout);
    assert!(!world.stdout.contains("networks.overlay"), "{}", world.stdout);
}

#[test]
fn a_machine_with_a_leased_address_is_met_at_whatever_it_is_given() {
    let site = SITE.replace("gateway = nodes.pve; };\n", "gateway = nodes.pve; dhcp = 200..249; };\n").replace(
        "  allow = [\n",
        "  hosts.tv = { kind = Machine; managed = false; on.bridge.leased = true; };\n  \
             hosts.plug = { kind = Machine; managed = false; on.bridge.address = 192.168.100.60; };\n  allow = [\n",
    );
    let open =
        "plug -> tv:80/tcp: open\n\nover networks.bridge, from 192.168.100.60 to whatever address it is given: open\n";
    let (status, world) = of_site(&site, &["plug", "tv:80/tcp"]);
    assert_eq!(status, exit::GOOD, "{}{}", world.stdout, world.stderr);
    assert!(world.stdout.starts_with(open), "{}", world.stdout);
    let (status, world) = of_site(&site, &["tv", "plug:80/tcp"]);
    assert_eq!(status, exit::GOOD, "{}{}", world.stdout, world.stderr);
    let (status, world) = of_site(&site, &["tv", "db:22/tcp"]);
    assert_eq!(status, exit::SOURCE, "{}{}", world.stdout, world.stderr);
}

#[test]
fn an_address_by_turns_is_asked_for_at_each_machine_that_may_have_it_and_nowhere_else() {
    let site = SITE.replace(
        "  allow = [\n",
        "  vips.www = { network = networks.bridge; address = 192.168.100.250; owners = [ hosts.web-1, hosts.web-2 ]; };\n  \
         allow = [\n    hosts.chess -> vips.www : 443/tcp,\n    groups.games -> groups.web : 80/tcp,\n",
    );
    let ask = |args: &[&str]| {
        let (status, world) = of_site(&site, args);
        (status, world.stdout + &world.stderr)
    };
    let all = |text: &str| format!("{text}: all are open (2 connections)\n  chess -> web-1, web-2: open\n");
    assert_eq!(ask(&["chess", "vips.www:443/tcp"]), (exit::GOOD, all("chess -> vips.www:443/tcp")));
    assert_eq!(ask(&["chess", "192.168.100.250:443/tcp"]), (exit::GOOD, all("chess -> 192.168.100.250:443/tcp")));
    // What is open at their own addresses alone is not open there.
    assert_eq!(ask(&["chess", "web-1:80/tcp"]).0, exit::GOOD);
    assert_eq!(ask(&["chess", "vips.www:80/tcp"]).0, exit::SOURCE);
    assert_eq!(ask(&["db", "vips.www:443/tcp"]).0, exit::SOURCE);
    let refused = "error: `vips.www` is what machines have by turns, and each sends from its own address\n\
                   help: name a machine: web-1, web-2\n";
    assert_eq!(ask(&["vips.www", "db"]), (exit::USAGE, refused.to_owned()));
    for target in ["vips.www,db:80/tcp", "db,192.168.100.250:80/tcp"] {
        let (status, text) = ask(&["chess", target]);
        assert_eq!(status, exit::USAGE, "{text}");
        assert!(text.ends_with("is what machines have by turns\nhelp: ask for it alone\n"), "{text}");
    }
}

#[test]
fn a_way_that_no_answer_comes_back_on_is_shown_with_the_reason() {
    let dmz = "  networks.dmz = { cidr = 192.168.200.0/24; bridge = \"vmbr2\"; gateway = 192.168.200.1; default_route = false; };\n  \
               allow = [\n";
    let site = SITE.replace("  allow = [\n", dmz);
    let (status, world) = of_site(&site, &["internet", "chess:443/tcp"]);
    assert_eq!(status, exit::SOURCE, "{}{}", world.stdout, world.stderr);
    let shown = "\nover networks.dmz, to 192.168.200.103: closed\n  router 192.168.200.1          closed\n\
                 \x20                                 no answer comes back: they leave by networks.bridge\n";
    assert!(world.stdout.contains(shown), "{}", world.stdout);
    assert!(world.stdout.contains("over networks.bridge, to 192.168.100.103: closed\n"), "{}", world.stdout);
    // On that network itself nobody stands between, and the answers stay there.
    let (_, world) = of_site(&site, &["192.168.200.77", "chess:443/tcp"]);
    assert!(!world.stdout.contains("no answer"), "{}{}", world.stdout, world.stderr);
}

#[test]
fn programs_get_json_and_rows() {
    let (status, world) = arvc(&["web-1", "db:5432/tcp", "--json"]);
    assert_eq!(status, exit::GOOD);
    let answer: serde_json::Value = serde_json::from_str(&world.stdout).expect("JSON");
    assert_eq!(answer["verdict"], "open");
    let layers = answer["cells"][0]["paths"][1]["layers"].as_array().expect("layers");
    assert!(layers.iter().all(|layer| layer["verdict"] == "closed"), "{layers:?}");
    assert_eq!(answer["cells"][0]["paths"][0]["layers"][0]["flows"][0]["at"], "site.arv:17:5");

    let (_, world) = arvc(&["--matrix", "--csv"]);
    let rows: Vec<&str> = world.stdout.lines().collect();
    assert!(rows.contains(&"web-2,db,networks.overlay,5432/tcp,nothing"), "{rows:?}");
    assert!(rows.contains(&"nodes.pve,chess,networks.bridge,\"22/tcp, 4242/udp\",nothing"), "{rows:?}");
}

#[test]
fn what_the_site_does_not_have_is_told_with_what_is_near() {
    for (args, expected) in [
        (["web1", "db"], "the site has no `web1`\nhelp: did you mean `web-1`?"),
        (["groups.wep", "db"], "the site has no `groups.wep`\nhelp: did you mean `groups.web`?"),
        (["pve", "db"], "the site has no `pve`\nhelp: did you mean `nodes.pve`?"),
        (["games", "db"], "the site has no `games`\nhelp: did you mean `groups.games`?"),
        (["web-1", "db:5432/sctp"], "`5432/sctp` is no port"),
        (["web-1", "db:99999/tcp"], "`99999/tcp` is no port"),
        (["services.db.sql", "db"], "`services.db.sql` is an endpoint, which others connect to"),
        (["web-1", "services.db.sql:80/tcp"], "`services.db.sql` is an endpoint and has its ports"),
    ] {
        let (status, world) = arvc(&args);
        assert_eq!(status, exit::USAGE, "{args:?}");
        assert!(world.stderr.starts_with(&format!("error: {expected}")), "{args:?}: {}", world.stderr);
    }
}

/// The site with needs, and flows that are too much.
fn with_needs() -> Memory {
    let mut world = Memory::new("/lab");
    let site = SITE
        .replace("groups = { web = {}; games = {}; };", "groups = { web = {}; games = {}; idle = {}; };")
        .replace("hosts.web-1 = { vmid = 101;", "hosts.web-1 = { vmid = 101; needs = [ services.db.sql ];")
        .replace(
            "    groups.web -> groups.games : 80/tcp,\n",
            "    groups.web -> groups.games : 80/tcp,\n    hosts.web-2 -> hosts.db : 5432/tcp,\n    hosts.web-1 -> hosts.chess,\n",
        );
    world.file("site.arv", site);
    world
}

#[test]
fn what_is_allowed_and_not_needed_is_told_with_its_lines() {
    let mut world = with_needs();
    let status = run(["arvc", "reach", "--unused"].map(OsString::from), &mut world);
    assert_eq!(
        (status, world.stdout.as_str(), world.stderr.as_str()),
        (
            exit::SOURCE,
            "\
site.arv:17:5: groups.web -> services.db : services.db.sql
  needed for
    site.arv:13:41: hosts.web-1 -> services.db : services.db.sql
  and opens besides
    web-2 -> db : 5432/tcp over networks.overlay
site.arv:18:5: groups.web -> groups.games : 80/tcp
  nothing listens: no machine of its target has an endpoint at these ports
  nothing needs it
site.arv:19:5: hosts.web-2 -> hosts.db : 5432/tcp
  needless, since these open all of it:
    site.arv:17:5: groups.web -> services.db : services.db.sql
  nothing needs it
site.arv:20:5: hosts.web-1 -> hosts.chess
  nothing needs it
groups.idle: no flow names it
",
            ""
        )
    );
}

#[test]
fn an_address_by_turns_is_told_by_its_name_and_not_by_its_owners() {
    let vip = "  vips.www = { network = networks.bridge; address = 192.168.100.250; owners = [ hosts.web-1, hosts.web-2 ]; };\n  \
               allow = [\n    hosts.chess -> vips.www : 443/tcp,\n";
    let site = SITE.replace("  allow = [\n", vip);
    let (_, world) = of_site(&site, &["--unused"]);
    assert!(world.stdout.contains(": hosts.chess -> vips.www : 443/tcp\n"), "{}{}", world.stdout, world.stderr);
    let closed = site.replace("  allow = [\n", "  never = [ hosts.chess -> vips.www ];\n  allow = [\n");
    let (_, world) = of_site(&closed, &["--unused"]);
    for words in
        ["`hosts.chess -> vips.www` must stay closed", "spare it: `except (hosts.chess -> vips.www : 443/tcp)`"]
    {
        assert!(world.stderr.contains(words), "{}{}", world.stdout, world.stderr);
    }
}

#[test]
fn the_tightest_policy_satisfies_every_need_and_leaves_nothing_unused() {
    let mut world = with_needs();
    assert_eq!(run(["arvc", "reach", "--tightest"].map(OsString::from), &mut world), exit::GOOD);
    assert_eq!(world.stdout, "allow = [\n  hosts.web-1 -> services.db : services.db.sql,\n];\n");
    let site = world.text("site.arv").expect("the site");
    let (head, _) = site.split_once("  allow = [").expect("an allow");
    let tight = format!("{head}  {}}}\n", world.stdout.clone()).replace(" idle = {};", "");
    let tight = tight.replace("groups = { web = {}; games = {}; };", "groups = { };");
    let tight = tight.replace(" groups = [ groups.web ];", "").replace(" groups = [ groups.games ];", "");
    world.file("site.arv", tight);
    world.stdout.clear();
    let status = run(["arvc", "reach", "--unused"].map(OsString::from), &mut world);
    assert_eq!(
        (status, world.stdout.as_str()),
        (exit::GOOD, "everything that is allowed is needed\n"),
        "{}",
        world.stderr
    );
}

#[test]
fn what_nobody_wrote_is_listed_after_what_is_proved_in_each_phase() {
    let (status, world) = arvc(&["--unasked"]);
    assert_eq!((status, world.stderr.as_str()), (exit::GOOD, ""));
    // `db` is the lighthouse, and asks none.
    assert_eq!(
        world.stdout,
        "\
created
  the way in of Ansible: proved for 4 of 4, from `operators.addresses`, the nodes, `connection`
  a resolver without the overlay: proved for 4 of 4, from `uplink_resolvers`
  the time: proved for 4 of 4, from `essentials`
  package mirrors: proved for 4 of 4, from `essentials`
secured
  the way in of Ansible: proved for 4 of 4, from `operators.addresses`, the nodes, `connection`
  a resolver without the overlay: proved for 4 of 4, from `uplink_resolvers`
  the time: proved for 4 of 4, from `essentials`
  package mirrors: proved for 4 of 4, from `essentials`
joined
  a lighthouse: proved for 3 of 3, from `lighthouse`, `underlay` and `port` of the overlay
cold start
  a resolver without the overlay: proved for 4 of 4, from `uplink_resolvers`
  the time: proved for 4 of 4, from `essentials`

open unasked
  any -> internet : [ 80/tcp, 443/tcp, 123/udp ]: out 80/tcp, 443/tcp, 123/udp, 4 machines
  networks.overlay: tunnels: in 4242/udp, 4 machines
  networks.overlay: tunnels: out 4242/udp, 4 machines
  nodes.pve: SSH: in 22/tcp, 4 machines
  operators: SSH: in 22/tcp, 4 machines
  uplink resolvers: out 53/tcp, 53/udp, 4 machines
  every packet filter: what it has opened itself with the errors that belong to it (packet too big), its own
    loopback, neighbour discovery
"
    );
}

#[test]
fn a_rule_that_several_flows_make_names_each_with_its_own_ports() {
    let text = SITE.replace("  allow = [", "  allow = [\n    nodes.pve -> hosts.db : 8007/tcp,");
    let said = |line: &[&str]| {
        let (status, world) = of_site(&text, line);
        assert_eq!(status, exit::GOOD, "{}", world.stderr);
        world.stdout
    };
    let unasked = said(&["--unasked"]);
    assert!(unasked.contains("  nodes.pve: SSH: in 22/tcp, 4 machines\n") && !unasked.contains("8007"), "{unasked}");
    let asked = said(&["nodes.pve", "db:8007/tcp"]);
    assert!(asked.contains("nodes.pve -> hosts.db : 8007/tcp\n") && !asked.contains("SSH"), "{asked}");
    let way_in = said(&["nodes.pve", "db:22/tcp"]);
    assert!(way_in.contains("nodes.pve: SSH\n") && !way_in.contains("8007"), "{way_in}");
}

#[test]
fn what_is_lacking_is_told_with_who_lacks_it_and_why() {
    let mut world = Memory::new("/lab");
    let essentials = "essentials = [ groups.web -> internet : 123/udp, any -> internet : 443/tcp ];\n}";
    world.file("site.arv", format!("{}{essentials}", SITE.trim_end().trim_end_matches('}')));
    let args = ["arvc", "reach", "--unasked"].map(OsString::from);
    assert_eq!(run(args, &mut world), exit::GOOD, "{}", world.stderr);
    let time = "  the time: proved for 2 of 4, from `essentials`\n    \
                chess: nothing opens 123/udp from it beyond the overlay\n    \
                db: nothing opens 123/udp from it beyond the overlay\n";
    assert_eq!(world.stdout.matches(time).count(), 3, "created, secured and cold start\n{}", world.stdout);
    world.stdout.clear();
    let args = ["arvc", "reach", "--unasked", "--json"].map(OsString::from);
    assert_eq!(run(args, &mut world), exit::GOOD);
    let told: serde_json::Value = serde_json::from_str(&world.stdout).expect("JSON");
    let demands = told["demands"].as_array().expect("demands");
    let lacking = demands.iter().filter(|demand| demand["proved"] == false);
    let lacking: Vec<_> = lacking.map(|it| (it["phase"].as_str(), it["what"].as_str(), it["hosts"].clone())).collect();
    let of = |phase, host| (Some(phase), Some("the time"), serde_json::json!([host]));
    let expected = ["created", "secured", "cold start"].into_iter().flat_map(|it| [of(it, "chess"), of(it, "db")]);
    assert_eq!(lacking, expected.collect::<Vec<_>>());
    assert!(told["rules"].as_array().is_some_and(|rules| rules.iter().any(|rule| rule["rule"] == "operators: SSH")));
}

/// What is lacking of a site whose policies lose the rules of a direction with some ports: phases and demands.
fn lacking(part: &str, inbound: bool, port: &str) -> Vec<String> {
    let text = SITE.replace("  allow = [", &format!("  {part}\n  allow = ["));
    let checked = crate::pipeline::check("site.arv", text, &mut |_: &str| Err(crate::source::Problem::NotFound));
    assert!(checked.is_good(), "{:?}", checked.diagnostics);
    let site = checked.site.expect("a site");
    let mut policies = arvc_reach::policy::policies(&site);
    let lacks = |policies: &arvc_reach::policy::Policies| {
        let demands = arvc_reach::phases::demands(&arvc_reach::layers::Layers::new(&site, policies)).into_iter();
        let lacking = demands.filter(|demand| demand.lacks.is_some());
        let named = lacking.map(|it| {
            let hosts: Vec<&str> = it.hosts.iter().map(|host| site.hosts[host.index()].named.name.as_str()).collect();
            format!("{}: {} lacks {}", it.phase.name(), hosts.join(", "), it.what.name())
        });
        named.collect::<Vec<_>>()
    };
    assert_eq!(lacks(&policies), Vec::<String>::new(), "as it is, it has all");
    for policy in &mut policies.list {
        let rules = if inbound { &mut policy.inbound } else { &mut policy.outbound };
        rules.retain(|rule| !rule.ports.to_string().contains(port));
    }
    lacks(&policies)
}

/// A machine that was there before the site has no layer before its own filter is there.
const NAS: &str = "hosts.nas = { kind = Machine; on.bridge.address = 192.168.100.9; };";

#[test]
fn each_phase_looks_at_the_layers_that_are_there() {
    let found = lacking(NAS, true, "22/tcp");
    let of = |phase: &str| -> Vec<&str> {
        found.iter().filter_map(|line| line.strip_prefix(phase)?.strip_prefix(": ")).collect()
    };
    // Created: Proxmox alone, which the NAS does not have.
    assert_eq!(of("created").len(), 3, "{found:?}");
    assert!(!of("created").iter().any(|line| line.contains("nas")), "{found:?}");
    // Secured: its own filter as well.
    assert!(of("secured").contains(&"nas lacks the way in of Ansible"), "{found:?}");
    assert_eq!((of("joined").len(), of("cold start").len()), (0, 0), "nobody logs in then\n{found:?}");
}

#[test]
fn who_joins_needs_a_lighthouse_and_whoever_starts_needs_the_time() {
    // The tunnels of members: what they have before they join does not rest on them.
    for inbound in [true, false] {
        let found = lacking("", inbound, "4242/udp");
        assert!(!found.is_empty() && found.iter().all(|line| line.starts_with("joined: ")), "{found:?}");
        assert!(found.iter().all(|line| line.ends_with(" lacks a lighthouse") && !line.contains("db")), "{found:?}");
    }
    // After a cold start everything is there that was installed, and mirrors are nobody's need.
    let found = lacking("", false, "123/udp");
    let of =
        |phase: &str, what: &str| found.iter().filter(|line| line.starts_with(phase) && line.ends_with(what)).count();
    assert_eq!(
        (of("created", "the time"), of("secured", "the time"), of("cold start", "the time")),
        (3, 3, 3),
        "{found:?}"
    );
    assert_eq!((of("created", "mirrors"), of("cold start", "mirrors"), of("joined", "")), (3, 0, 0), "{found:?}");
}

/// A site whose nodes are each the router of a segment of their own, asked for a machine of one by somebody behind the other.
#[test]
fn the_router_of_one_segment_is_not_known_to_lead_to_another_one_of_its_name() {
    let site = r#"{
  name = "site";
  domain = "site.internal";
  operators.addresses = [ 10.77.0.250 ];
  nodes.n1 = { address = 10.77.0.1; addresses = [ 10.78.0.1 ]; };
  nodes.n2 = { address = 10.77.0.2; addresses = [ 10.78.0.1 ]; };
  images.debian = { vmid = 900; node = nodes.n1; };
  networks.lan = { cidr = 10.77.0.0/24; bridge = "vmbr1"; gateway = nodes.n1; };
  networks.side = {
    cidr = 10.78.0.0/24; bridge = "vmbr2"; joined = false; gateway = [ nodes.n1, nodes.n2 ]; default_route = false;
  };
  hosts.near = { vmid = 100; node = nodes.n1; on = { lan.address = 10.77.0.9; side.address = 10.78.0.9; }; };
  hosts.far = { vmid = 101; node = nodes.n2; on = { lan.address = 10.77.0.10; side.address = 10.78.0.10; }; };
}
"#;
    let cell = |to: &str, address: &str| {
        let ends = format!(r#""from": "operators", "to": "{to}", "address": "{address}""#);
        format!("{{{ends}, \"path\": \"routed\", \"protocol\": \"icmp\"}}\n")
    };
    let mut world = Memory::new("/lab");
    world.file("site.arv", site);
    world.file("cells", cell("near", "10.78.0.9") + &cell("far", "10.78.0.10"));
    let args = ["arvc", "reach", "--ask", "cells", "--layer", "path"].map(OsString::from);
    assert_eq!(run(args, &mut world), 0, "{}", world.stderr);
    let verdicts: Vec<bool> = world.stdout.lines().map(|line| line.contains(r#""verdict":"open""#)).collect();
    // Seen in packets: the operators' router looks for it on its own bridge, where nobody is.
    assert_eq!(verdicts, [true, false], "{}", world.stdout);
    assert!(world.stdout.lines().nth(1).is_some_and(|line| line.contains("unknown")), "{}", world.stdout);
}

#[test]
fn an_address_of_a_node_is_the_node_but_for_what_it_hands_on_there() {
    let node = "nodes.pve = {\n    address = 192.168.100.1;\n    \
        uplink = { bridge = \"vmbr0\"; address = 198.51.100.7; };\n    forward = [ { port = 443/tcp; to = hosts.web-1; } ];\n  };";
    let site = SITE
        .replace("nodes.pve = { address = 192.168.100.1; };", node)
        .replace("  allow = [\n", "  allow = [\n    internet -> groups.web : 443/tcp,\n");
    let ask = |args: &[&str]| {
        let (status, world) = of_site(&site, args);
        (status, world.stdout + &world.stderr)
    };
    assert_eq!(ask(&["operators", "198.51.100.7:8006/tcp"]).0, exit::GOOD);
    assert_eq!(ask(&["internet", "198.51.100.7:8006/tcp"]).0, exit::SOURCE);
    let refused = "error: at 198.51.100.7 nodes.pve hands 443/tcp on to hosts.web-1, so what comes there does not get to the node\n\
                   help: ask for hosts.web-1, or for nodes.pve\n";
    assert_eq!(ask(&["internet", "198.51.100.7:443/tcp"]), (exit::USAGE, refused.to_owned()));
    assert_eq!(ask(&["internet", "hosts.web-1:443/tcp"]).0, exit::GOOD);
    // Its own guests get to the node.
    assert_eq!(ask(&["db", "198.51.100.7:443/tcp"]).0, exit::SOURCE);
}

#[test]
fn of_a_rule_that_several_flows_share_only_those_that_open_the_port_are_told() {
    let site = SITE.replace("  allow = [\n", "  allow = [\n    groups.web -> hosts.chess : 443/tcp,\n");
    let (status, world) = of_site(&site, &["web-1", "chess:443/tcp"]);
    assert_eq!(status, exit::GOOD);
    assert!(world.stdout.contains("groups.web -> hosts.chess : 443/tcp"), "{}", world.stdout);
    assert!(!world.stdout.contains("80/tcp"), "{}", world.stdout);
}

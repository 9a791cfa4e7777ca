//! Sites of any size, as their text: teams of applications with a database cluster each, on shared infrastructure.
//!
//! The same number gives the same text. What grows with it is what grows for a real operator: hosts, groups, services,
//! policies, claims. Every team has policies of its own, so the number of policies grows with the number of hosts.

use std::fmt::Write;

/// Hosts of one team: three members of a database cluster, four web servers, eight interfaces, five workers.
const TEAM: usize = 20;

/// Hosts of the shared infrastructure: two resolvers, two proxies, monitoring, three of Vault.
const SHARED: usize = 8;

/// The text of a site with exactly `hosts` machines, at least eight.
///
/// VMIDs and addresses follow one range for each kind of machine, so up to 100,000 hosts fit.
pub fn site(hosts: usize) -> String {
    assert!((SHARED..=100_000).contains(&hosts), "a synthetic site has 8 to 100,000 hosts");
    let (teams, single) = ((hosts - SHARED) / TEAM, (hosts - SHARED) % TEAM);
    let mut out = String::new();
    head(&mut out);
    shared(&mut out, teams);
    for team in 0..teams {
        write_team(&mut out, team);
    }
    for n in 0..single {
        let vmid = 100_000 + teams * (TEAM - 3) + n;
        let _ = writeln!(out, "  hosts.single-{n:02} = {{ vmid = {vmid}; groups = [ groups.shared ]; }};");
    }
    policy(&mut out, teams);
    out.push_str("}\n");
    out
}

/// The text of a site with so many machines in so many groups, each of which has one policy: what grows with the machines
/// alone, and what grows with the policies, told apart.
pub fn grouped(hosts: usize, groups: usize) -> String {
    assert!(groups > 0 && hosts >= 2 * groups && hosts <= 500_000, "each group has machines");
    let mut out = String::from(
        r#"{
  name = "grouped";
  domain = "grouped.internal";
  nodes.pve = { address = 10.0.0.1; uplink = { bridge = "vmbr0"; address = 198.51.100.10; }; };
  networks.bridge = { cidr = 10.0.0.0/12; bridge = "vmbr1"; gateway = nodes.pve; };
  networks.overlay = { cidr = 10.16.0.0/12; underlay = networks.bridge; port = 4242/udp; };
  ranges.all = { vmids = 100000..799999; addresses = 100000..799999; };
  images.debian = { vmid = 9000; };
  operators.addresses = [ 203.0.113.0/28 ];
"#,
    );
    for group in 0..groups {
        let _ = writeln!(out, "  groups.g{group:04} = {{}};");
    }
    for host in 0..hosts {
        let (vmid, group) = (100_000 + host, host % groups);
        let more = if host == 0 { "lighthouse = true; relay = true; " } else { "" };
        let _ = writeln!(out, "  hosts.h{host:06}-a = {{ vmid = {vmid}; {more}groups = [ groups.g{group:04} ]; }};");
    }
    out.push_str("  allow = [\n");
    for group in 0..groups {
        let (next, port) = ((group + 1) % groups, 1000 + 10 * group);
        let _ = writeln!(out, "    groups.g{group:04} -> groups.g{next:04} : [ {port}/tcp ],");
    }
    out.push_str("  ];\n  never = [\n");
    for group in (0..groups).step_by(10) {
        let _ = writeln!(out, "    internet -> groups.g{group:04},");
    }
    out.push_str("  ];\n}\n");
    out
}

fn head(out: &mut String) {
    out.push_str(
        r#"# A synthetic site, for measuring.
let
  std = import "std";
in {
  name = "synthetic";
  domain = "synthetic.internal";

  nodes.pve = {
    address = 10.0.0.1;
    uplink = { bridge = "vmbr0"; address = 198.51.100.10; };
    forward = [
      { port = 4242/udp; to = hosts.dns-1; },
      { port = 443/tcp; to = hosts.proxy-1; },
      { port = 443/udp; to = hosts.proxy-1; },
    ];
  };

  networks.bridge = { cidr = 10.0.0.0/12; bridge = "vmbr1"; gateway = nodes.pve; };
  networks.overlay = { cidr = 10.16.0.0/12; underlay = networks.bridge; port = 4242/udp; };

  ranges.management = { vmids = 1000..1999; addresses = 10..1009; };
  ranges.apps = { vmids = 100000..199999; addresses = 100000..199999; };
  ranges.data = { vmids = 200000..299999; addresses = 200000..299999; };

  images.debian = { vmid = 9000; description = "Debian with cloud-init and the guest agent"; };

  operators.addresses = [ 203.0.113.0/28 ];
  accepted_losses = [ nodes.pve ];

  groups.shared = { description = "What every team uses"; };

"#,
    );
}

fn shared(out: &mut String, teams: usize) {
    out.push_str(
        r#"  services.metrics = std.node_exporter {};
  services.dns = std.dns { forward = [ 1.1.1.1 ]; };
  services.prometheus = std.prometheus { targets = [ services.metrics.scrape ]; };
"#,
    );
    let backends: Vec<_> = (0..teams).map(|team| format!("services.web-{team:04}.http")).collect();
    let _ = writeln!(out, "  services.proxy = std.caddy {{ backends = [ {} ]; }};", backends.join(", "));
    let fields = [
        ("dns-1", 1001, "lighthouse = true; relay = true; ", "services.dns"),
        ("dns-2", 1002, "", "services.dns"),
        ("proxy-1", 1003, "", "services.proxy"),
        ("proxy-2", 1004, "", "services.proxy"),
        ("monitor", 1005, "", "services.prometheus"),
    ];
    for (name, vmid, more, service) in fields {
        let _ = writeln!(
            out,
            "  hosts.{name} = {{ vmid = {vmid}; groups = [ groups.shared ]; {more}services = [ {service}, services.metrics ]; }};"
        );
    }
    out.push_str(
        r#"  clusters.vault = std.vault {
    members = 3;
    first = 1010;
    groups = [ groups.shared ];
    services = [ services.metrics ];
  };

"#,
    );
}

fn write_team(out: &mut String, team: usize) {
    let t = format!("{team:04}");
    let (app, data) = (100_000 + team * (TEAM - 3), 200_000 + team * 3);
    let _ = write!(
        out,
        r#"  groups.team-{t} = {{ description = "Applications of team {t}"; }};
  groups.data-{t} = {{ description = "Databases of team {t}"; }};
  services.web-{t} = {{ name = "web-{t}"; http = {{ ports = [ 8080/tcp ]; }}; }};
  services.api-{t} = {{ name = "api-{t}"; http = {{ ports = [ 8443/tcp ]; }}; }};
  clusters.db-{t} = std.patroni {{
    members = 3;
    first = {data};
    groups = [ groups.data-{t} ];
    services = [ services.metrics ];
    host = {{ cores = 4; memory = 8GiB; disk = 64GiB; protect = true; }};
  }};
"#
    );
    let kinds = [
        ("web", 4, format!("services = [ services.web-{t}, services.metrics ];"), format!("services.api-{t}.http")),
        (
            "api",
            8,
            format!("services = [ services.api-{t}, services.metrics ];"),
            format!("clusters.db-{t}.sql, clusters.vault.api"),
        ),
        ("worker", 5, "services = [ services.metrics ];".to_owned(), format!("clusters.db-{t}.sql")),
    ];
    let mut vmid = app;
    for (kind, count, services, needs) in kinds {
        for n in 0..count {
            let _ = write!(
                out,
                r#"  hosts.{kind}-{t}-{n} = {{
    vmid = {vmid};
    groups = [ groups.team-{t} ];
    memory = 4GiB;
    {services}
    needs = [ {needs} ];
  }};
"#
            );
            vmid += 1;
        }
    }
    out.push('\n');
}

fn policy(out: &mut String, teams: usize) {
    out.push_str("\n  allow = [\n    groups.shared -> groups.shared,\n");
    out.push_str("    services.prometheus -> any : [ services.metrics.scrape ],\n");
    out.push_str("    internet -> hosts.proxy-1 : [ services.proxy.https ],\n");
    for team in 0..teams {
        let _ = write!(
            out,
            r#"    groups.team-{team:04} -> groups.team-{team:04} : [ services.api-{team:04}.http ],
    groups.team-{team:04} -> clusters.db-{team:04} : [ clusters.db-{team:04}.sql ],
    groups.team-{team:04} -> clusters.vault : [ clusters.vault.api ],
    services.proxy -> services.web-{team:04} : [ services.web-{team:04}.http ],
"#
        );
    }
    out.push_str("  ];\n\n  never = [\n");
    for team in 0..teams {
        let _ = writeln!(out, "    internet -> groups.data-{team:04},");
        if team + 1 < teams {
            let _ = writeln!(out, "    groups.team-{team:04} -> groups.data-{:04},", team + 1);
        }
    }
    out.push_str("  ];\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_has_as_many_hosts_as_asked() {
        for hosts in [8, 9, 27, 28, 1000] {
            let text = site(hosts);
            let single = text.lines().filter(|line| line.starts_with("  hosts.")).count();
            let members = text.matches("std.patroni {").count() * 3 + text.matches("std.vault {").count() * 3;
            assert_eq!(single + members, hosts);
        }
    }

    #[test]
    fn each_group_has_its_share() {
        let text = grouped(100, 10);
        assert_eq!(text.lines().filter(|line| line.starts_with("  hosts.")).count(), 100);
        assert_eq!(text.matches("groups = [ groups.g0003 ]").count(), 10);
    }

    #[test]
    fn the_same_number_gives_the_same_text() {
        assert_eq!(site(300), site(300));
    }
}

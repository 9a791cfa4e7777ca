//! Two environments of one project in one Proxmox cluster, each built as an operator does: what the first one leaves in
//! `arv.lock` is what the second one is held to.

use arvc::world::memory::Memory;

/// An environment whose guests are made from a download, with an address that they have by turns, and one pool.
fn environment(name: &str, more: &str) -> String {
    format!(
        r#"{{
  name = "{name}"; domain = "{name}.internal";
  operators.addresses = [ 203.0.113.9 ];
  datacenters.home = {{ namespace = "{name}"; owns_firewall = {owner}; }};
  nodes.pve = {{ address = 10.0.0.1; datacenter = datacenters.home; }};
  networks.lan = {{ cidr = 10.0.0.0/24; bridge = "vmbr1"; gateway = nodes.pve; }};
  images.debian = {{
    url = "https://images.example.org/debian-13.qcow2";
    checksum = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  }};
  ranges.guests = {{ vmids = 1000..1099; addresses = 10..109; }};
{more}
}}
"#,
        owner = name == "prod"
    )
}

/// The status of a build, and what it printed.
fn build(world: &mut Memory, name: &str) -> (u8, String) {
    let line = ["arvc", "build", &format!("{name}.arv"), "--out", name, "--message-format", "short"].map(Into::into);
    let status = arvc::run(line, world);
    (status, std::mem::take(&mut world.stderr) + &std::mem::take(&mut world.stdout))
}

#[test]
fn what_one_environment_has_by_turns_hands_out_and_fetches_is_known_to_the_other() {
    let mut world = Memory::new("/project");
    let more = "  networks.lan.pools.balancer.addresses = 200..209;
  hosts.a = { vmid = 1000; };
  vips.api = { network = networks.lan; address = 10.0.0.150; owners = [ hosts.a ]; };";
    world.file("/project/arv.toml", "");
    world.file("/project/prod.arv", environment("prod", more));
    let (status, text) = build(&mut world, "prod");
    assert_eq!(status, 0, "{text}");
    let lock = world.text("/project/arv.lock").expect("it was written");
    for line in [
        r#"environments.prod.networks.lan = { cidr = "10.0.0.0/24", bridge = "vmbr1", handed_out = ["10.0.0.200-10.0.0.209"] }"#,
        r#"environments.prod.vips.api = { network = "lan", address = "10.0.0.150" }"#,
        r#"files = ["pve/local:import/debian-13.qcow2"]"#,
    ] {
        assert!(lock.contains(line), "{line} in {lock}");
    }
    let more = "  hosts.b = { vmid = 1001; on.lan.address = 10.0.0.205; };
  vips.api = { network = networks.lan; address = 10.0.0.150; owners = [ hosts.b ]; };";
    world.file("/project/dev.arv", environment("dev", more));
    let (status, text) = build(&mut world, "dev");
    assert_eq!(status, 1, "{text}");
    for what in [
        "[E0924]: `hosts.b` has the address 10.0.0.205, of 10.0.0.200 to 10.0.0.209, which something of the environment `prod`",
        "[E0924]: `vips.api` has the address 10.0.0.150 of `vips.api` of the environment `prod`",
        "[E0925]: the environment `prod` fetches `local:import/debian-13.qcow2` onto `pve` too",
    ] {
        assert!(text.contains(what), "{what} in {text}");
    }
    let more = "  images.debian.file_name = \"dev.qcow2\";
  hosts.b = { vmid = 1001; };
  networks.lan.prefixes = [ fd00::/64 ];
  vips.api = { network = networks.lan; address = 10.0.0.151; addresses = [ fd00::151 ]; owners = [ hosts.b ]; };";
    world.file("/project/dev.arv", environment("dev", more));
    let (status, text) = build(&mut world, "dev");
    assert_eq!(status, 0, "{text}");
    let lock = world.text("/project/arv.lock").expect("it was written");
    let line = r#"environments.dev.vips.api = { network = "lan", address = ["10.0.0.151", "fd00::151"] }"#;
    assert!(lock.contains(line), "{lock}");
    // What the second one has is nothing to the first one, whose lines are as they were.
    let (status, text) = build(&mut world, "prod");
    assert_eq!(status, 0, "{text}");
    let both = world.text("/project/arv.lock").expect("it is there");
    assert!(lock.lines().all(|line| both.contains(line)), "{both}");
}

//! What is handed on to tools as data, through the whole compiler: text stays text in every format, files are theirs to
//! the byte, and the order of definitions is nothing.

use std::collections::BTreeMap;
use std::path::Path;

use arvc::world::memory::{Entry, Memory};
use pretty_assertions::assert_eq;

/// A site around some definitions.
fn site(part: &str) -> String {
    format!(
        r#"let
  std = import "std";
in {{
  name = "open";
  domain = "open.internal";
  operators.addresses = [ 203.0.113.9 ];
  nodes.pve = {{ address = 192.168.100.1; }};
  networks.bridge = {{ cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; }};
  networks.overlay = {{ cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; }};
  ranges.all = {{ vmids = 1000..1089; addresses = 10..99; }};
  images.debian = {{ vmid = 9000; }};
  groups.all = {{}};
  hosts.dns = {{ vmid = 1001; groups = [ groups.all ]; lighthouse = true; services = [ std.dns {{}} ]; }};
  {part}
}}
"#
    )
}

/// What a site emits, by path.
fn build(world: &mut Memory, text: &str) -> BTreeMap<String, String> {
    world.file("/project/site.arv", text);
    let before = world.stderr.len();
    let status = arvc::run(["arvc", "build", "site.arv", "--out", "out"].map(Into::into), world);
    assert_eq!((status, &world.stderr[before..]), (0, ""), "{text}");
    let mut tree = BTreeMap::new();
    for (path, entry) in &world.disk {
        if let (Ok(path), Entry::File { .. }) = (path.strip_prefix("/project/out"), entry) {
            let text = world.text(Path::new("/project/out").join(path)).expect("what is emitted is text");
            tree.insert(path.to_string_lossy().into_owned(), text);
        }
    }
    tree
}

#[test]
fn text_that_would_be_syntax_stays_text() {
    let tree = build(
        &mut Memory::new("/project"),
        &site(
            r#"
  hosts.a = {
    vmid = 1002;
    groups = [ groups.all ];
    terraform.smbios.serial = "x\${y}\n\"%{if}";
    nebula.logging.note = "a: {b} #\n- c";
    variables.a_text = "{{ lookup('env', 'HOME') }}";
  };
  terraform.resources.proxmox_hagroup.g = { comment = "\${path.module}"; };
  records = [ { name = "t"; data = Txt "\"; \\ ü"; } ];"#,
        ),
    );
    let has = |path: &str, line: &str| {
        assert!(tree[path].lines().any(|found| found.trim() == line), "{path} lacks {line}:\n{}", tree[path]);
    };
    has("terraform/guests.tf", r#"serial = "x$${y}\n\"%%{if}""#);
    has("terraform/extra.tf.json", r#""comment": "${\"$\"}{path.module}""#);
    has("nebula/a.yml", r#"note: "a: {b} #\n- c""#);
    has("ansible/inventory/host_vars/a.yml", r#"a_text: !unsafe "{{ lookup('env', 'HOME') }}""#);
    has("dns/open.internal.zone", r#"t.open.internal. IN TXT "\"; \\ \195\188""#);
}

#[test]
fn a_file_is_written_to_the_byte_and_goes_with_its_definition() {
    let mut world = Memory::new("/project");
    let tree = build(&mut world, &site(r#"files."a/b.txt" = "no header\r\n\tno newline";"#));
    assert_eq!(tree["a/b.txt"], "no header\r\n\tno newline");
    assert!(tree["manifest.json"].contains("a/b.txt"));
    let tree = build(&mut world, &site(""));
    assert!(!tree.contains_key("a/b.txt"));
}

#[test]
fn a_secret_is_a_lookup_and_its_reference_stands_nowhere_else() {
    let part = r#"variables.db_password = secret "kv/data/db#password";"#;
    let tree = build(&mut Memory::new("/project"), &site(part));
    let told: Vec<&String> =
        tree.iter().filter(|(_, text)| text.contains("hashi_vault")).map(|(path, _)| path).collect();
    assert_eq!(told, ["ansible/inventory/group_vars/all.yml", "ansible/requirements.yml"]);
    assert!(
        tree["ansible/inventory/group_vars/all.yml"].contains("'db', engine_mount_point='kv').secret['password'] }}")
    );
}

#[test]
fn the_order_of_definitions_is_nothing() {
    let one = r#"
  variables = { b = 1; a = { y = [ 1, 2 ]; x = "t"; }; };
  groups.all.nebula = { punchy.delay = 1s; logging.level = "debug"; };
  records = [ { name = "a"; data = Txt "1"; }, { name = "b"; data = Txt "2"; } ];
  files = { "x" = toJSON { b = 1; a = 2; }; "a" = ""; };"#;
    let other = r#"
  files = { "a" = ""; "x" = toJSON { a = 2; b = 1; }; };
  records = [ { data = Txt "2"; name = "b"; }, { data = Txt "1"; name = "a"; } ];
  groups.all.nebula = { logging.level = "debug"; punchy.delay = 1s; };
  variables = { a = { x = "t"; y = [ 1, 2 ]; }; b = 1; };"#;
    let [one, other] = [one, other].map(|part| build(&mut Memory::new("/project"), &site(part)));
    assert_eq!(one, other);
}

#[test]
fn the_narrower_value_counts() {
    let tree = build(
        &mut Memory::new("/project"),
        &site(
            r#"
  nebula.config.punchy = { delay = 1s; respond_delay = 1s; };
  groups.all = { nebula.punchy.delay = 2s; variables.v = "group"; };
  hosts.a = {
    vmid = 1002;
    groups = [ groups.all ];
    nebula.punchy.respond_delay = 3s;
    services = [ { name = "x"; variables = { w = "service"; u = "service"; }; } ];
    variables.u = "host";
  };"#,
        ),
    );
    assert!(tree["nebula/a.yml"].contains("  delay: \"2s\"\n  respond_delay: \"3s\"\n"), "{}", tree["nebula/a.yml"]);
    assert!(tree["nebula/dns.yml"].contains("  delay: \"2s\"\n  respond_delay: \"1s\"\n"));
    assert!(tree["ansible/inventory/host_vars/a.yml"].ends_with("u: host\nw: service\n"));
    assert_eq!(tree["ansible/inventory/group_vars/group_all.yml"].lines().last(), Some("v: group"));
}

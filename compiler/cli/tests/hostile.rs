//! Sources made to hurt: nested deeply, long, with numbers and characters that no program expects. Each is checked and
//! formatted in every format of messages, in a thread with a small stack, and ends with an exit status.
//!
//! What each of them is told stands in the crates' own tests; here it counts that the whole program survives, messages
//! included.

use std::thread;

use arvc::exit;
use arvc::world::memory::Memory;

/// Runs the program on a source; gives what the check ends with.
fn survive(name: &str, source: impl Into<Vec<u8>>) -> u8 {
    let source = source.into();
    let run = move || {
        let mut last = exit::GOOD;
        for line in [
            "check site.arv --message-format json",
            "check site.arv --message-format short",
            "fmt --check site.arv",
            "check site.arv",
        ] {
            let mut world = Memory::new("/site");
            world.file("site.arv", &source);
            last = arvc::run(["arvc"].into_iter().chain(line.split(' ')).map(Into::into), &mut world);
            assert!(last <= exit::SOURCE, "{line}: {last} {}", world.stderr);
            let said = world.stdout.len() + world.stderr.len();
            // Programs read all of them.
            let bound = if line.ends_with("json") { 64 << 20 } else { 8 << 20 };
            assert!(said < bound, "{line}: {said} bytes of messages");
        }
        last
    };
    let thread = thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread can be started");
    thread.join().unwrap_or_else(|_| panic!("{name}"))
}

/// A site around a piece of text.
fn site(piece: &str) -> String {
    format!("{{ name = \"x\"; domain = \"x.internal\"; {piece} }}\n")
}

#[test]
fn what_is_nested_or_long_is_survived() {
    const MANY: usize = 20_000;
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("[ { a = ", "; } ]"),
        ("{ a, b ? ", "}: 1"),
        ("\"${", "}\""),
        ("''${", "}''"),
        ("let a = ", "; in a"),
        ("if ", " then 1 else 1"),
        ("match ", " { _ => 1 }"),
        ("x: ", ""),
        ("- ", ""),
        ("!", ""),
        ("f (", ")"),
    ] {
        let nested = site(&format!("a = {}1{};", open.repeat(MANY), close.repeat(MANY)));
        assert_eq!(survive(open, nested), exit::SOURCE, "{open}");
        assert_eq!(survive(open, open.repeat(MANY)), exit::SOURCE, "{open} without an end");
    }
    for link in [
        ".a", " // {}", " & {}", " ++ []", " && true", " || true", " + 1", " == 1", " -> any", " a", " ? a",
        " ? a.a.a", " or 1", " : a", " via a",
    ] {
        // Each of some of them is a mistake of its own.
        survive(link, site(&format!("a = {{}}{};", link.repeat(MANY / 20))));
    }
    for start in ["import ", "secret \"", "secret ", "; = ", "x.y = z; "] {
        survive(start, site(&start.repeat(MANY / 20)));
    }
    survive("a path", site(&format!("{}a = 1;", "a.".repeat(MANY))));
    survive("a path of strings", site(&format!("{}a = 1;", "\"a\".".repeat(MANY))));
    survive("a type", format!("let type A = {}Int{}; in {{}}", "List (".repeat(MANY), ")".repeat(MANY)));
    survive("arrows", format!("let type A = {}Int; in {{}}", "Int -> ".repeat(MANY)));
    survive("questions", format!("let type A = Int{}; in {{}}", "?".repeat(MANY)));
}

#[test]
fn what_is_large_is_survived() {
    let long = "a".repeat(1 << 18);
    survive("a name", site(&format!("{long} = 1; b = {long}x;")));
    survive("a text", site(&format!("description = \"{long}\"; hosts.\"{long}\" = {{}};")));
    survive("a line with a mistake", site(&format!("description = \"{long}\"; domian = 1;")));
    survive("a comment", format!("# {long}\n{}", site("domian = 1;")));
    survive("a number", site(&format!("hosts.a.vmid = {};", "9".repeat(1 << 18))));
    survive("an address", site(&format!("hosts.a.on.n.address = {};", "1.".repeat(1 << 18))));
    survive("a tag", site(&format!("hosts.a.kind = {};", "A".repeat(1 << 18))));
    survive("lines", "\n".repeat(1 << 18));
    survive("quotes", "\"".repeat(100_001));
    survive("dollars", site(&format!("a = \"{}\";", "$".repeat(1 << 18))));
}

#[test]
fn numbers_out_of_every_range_are_survived() {
    let max = u64::MAX;
    for value in [
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775807 - 1",
        "9223372036854775807 + 1",
        "(-9223372036854775807 - 1) / -1",
        "-(-9223372036854775807 - 1)",
        "1 / 0",
        "0 / 0",
        "8388608TiB",
        "9999999999999TiB",
        "1GiB * 9223372036854775807",
        "0B - 1B",
        "1h * 9223372036854775807",
        "99999999999h",
        "0..9223372036854775807",
        "1..0",
        "0..0",
        "0/tcp",
        "65536/tcp",
        "65535-0/udp",
        "1-65535/tcp",
        "255.255.255.255 + 1",
        "0.0.0.0 - 1",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff + 1",
        ":: - 1",
        "256.1.1.1",
        "1.1.1",
        "1.1.1.1.1",
        "0.0.0.0/0",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/-1",
        "host 0.0.0.0/0 4294967296",
        "host ::/0 9223372036854775807",
        "host 10.0.0.0/32 1",
        "host 10.0.0.0/31 -1",
        "range 1 9223372036854775807",
        "range 9223372036854775807 1",
        "range -9223372036854775807 -9223372036854775806",
        "pad 9223372036854775807 1",
        "pad (-1) 1",
        "pad 64 -1",
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "0x10",
        "1e9",
        "1.5",
        "1_000",
        "0001",
        "١",
    ] {
        for field in [
            "hosts.a.vmid",
            "hosts.a.memory",
            "hosts.a.cores",
            "hosts.a.mac",
            "hosts.a.on.n.address",
            "networks.n.cidr",
            "networks.n.port",
            "networks.n.mtu",
            "networks.n.vlan",
            "ranges.r.vmids",
            "ranges.r.addresses",
            "operators.addresses",
            "description",
        ] {
            survive(value, site(&format!("{field} = {value};")));
        }
    }
    survive("a prefix", site(&format!("networks.n.cidr = 10.0.0.0/{max};")));
}

#[test]
fn characters_that_no_source_should_have_are_survived() {
    let good = site("hosts.a = { vmid = 1; };");
    for (name, text) in [
        ("nothing", String::new()),
        ("a mark of byte order", format!("\u{feff}{good}")),
        ("two of them", format!("\u{feff}\u{feff}{good}")),
        ("nothing but one", "\u{feff}".to_owned()),
        ("carriage returns", good.replace(' ', "\r\n")),
        ("lone carriage returns", good.replace(' ', "\r")),
        ("tabs and form feeds", good.replace(' ', "\t\u{c}\u{b}")),
        ("line separators", good.replace(' ', "\u{2028}\u{85}\u{2029}")),
        ("no-break spaces", good.replace(' ', "\u{a0}\u{3000}\u{200b}")),
        ("bidirectional controls", site("hosts.a\u{202e} = { # \u{2066}x\n};")),
        ("in a text", site("description = \"\u{202e}\u{0}\u{1b}[31m\u{7f}\u{9b}\";")),
        ("combining marks", site(&format!("hosts.a{} = 1;", "\u{301}".repeat(1000)))),
        ("wide ones before a mistake", site("description = \"日本語👩‍👩‍👧🏳️‍🌈\"; domian = 1;")),
        ("the last one", site("description = \"\u{10ffff}\u{fffd}\"; domian = \"\u{10ffff}\";")),
        ("escapes", site("description = \"\\u{110000}\\x\\\";")),
        ("a half interpolation", site("description = \"${")),
        ("a comment at the end", format!("{good}#")),
    ] {
        survive(name, text);
    }
    let bytes: [&[u8]; 9] = [
        b"\0",
        b"{ a = \0; }",
        b"\xff\xfe{\0}\0",
        b"\xfe\xff",
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"{ # \xe2\x82",
        b"\x80",
    ];
    for source in bytes {
        assert_eq!(survive("bytes", source), exit::SOURCE, "{source:?}");
    }
}

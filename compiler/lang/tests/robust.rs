//! No source makes the compiler panic: sources of the library and of an example, cut and joined at random.

mod common;

use arvc_lang::library::STD;
use common::{plain, problems, site, value};
use proptest::prelude::*;

const SITE: &str = r#"let std = import "std"; mk = { n : Int, groups ? [] }: { vmid = n; inherit groups; };
  type Plan = Small | Large Size; type Plans = List Plan; type Team = { plans : Plans; lead? : Team; size : Int = 2; };
  size : Plan -> _ = plan: match plan { Small => 2GiB, Large size => size, }; hosted : Bool = domain == "x.internal";
  teams : Map Team = { a = { plans = [ Small ]; }; }; in {
  name = "x"; domain = "x.internal"; groups.web = { description = "${"a"}b"; };
  networks.n = { cidr = 10.0.0.0/24; port = 4242/udp; reserved = [ 1..9 ]; };
  hosts = { a = mk { n = 1; groups = [ groups.web ]; }; } // { b.on.n = { address = networks.n.cidr.host 5; };
    d.memory : Size = size (Large 8GiB);
    c.memory = if hosts ? a.vmid then hosts.a.memory or 4GiB else 2GiB * 2; };
  clusters.db = std.patroni { members = 3; first = 3000; };
  allow = [ groups.web -> clusters.db : [ clusters.db.sql ] via networks.n except std.essentials ];
}"#;

fn sources() -> Vec<&'static str> {
    STD.iter().map(|(_, text)| *text).chain([SITE]).collect()
}

/// A piece of one source, from one place to another.
fn piece() -> impl Strategy<Value = String> {
    (0..sources().len(), any::<prop::sample::Index>(), 0..200usize).prop_map(|(source, start, len)| {
        let text: Vec<char> = sources()[source].chars().collect();
        let start = start.index(text.len());
        text[start..(start + len).min(text.len())].iter().collect()
    })
}

/// The site with a piece of some source in the place of a piece of its own.
fn mutated() -> impl Strategy<Value = String> {
    (any::<prop::sample::Index>(), 0..20usize, piece(), any::<bool>()).prop_map(|(at, cut, piece, small)| {
        let text: Vec<char> = SITE.chars().collect();
        let start = at.index(text.len());
        let piece: String = piece.chars().take(if small { 3 } else { 200 }).collect();
        let end = (start + cut).min(text.len());
        text[..start].iter().chain(piece.chars().collect::<Vec<_>>().iter()).chain(&text[end..]).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_source_that_was_cut_anywhere_gives_diagnostics_or_a_value(text in mutated()) {
        for outcome in [plain(&[("site.arv", &text)]), site(&text)] {
            prop_assert!(value(&outcome) != "<none>" || !outcome.diagnostics.is_empty());
            prop_assert_eq!(problems(&outcome).len(), outcome.diagnostics.len());
        }
    }
}

#[test]
fn the_source_that_is_cut_is_correct() {
    let outcome = site(SITE);
    assert_eq!(problems(&outcome), Vec::<String>::new());
}

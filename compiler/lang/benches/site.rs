//! How long the language takes for a site of 1,000 machines that are all written out, from text to checked data.

use std::fmt::Write;
use std::hint::black_box;

use arvc_lang::{LoadError, Loader, evaluate_site};
use criterion::{BatchSize, Criterion};

/// A site that needs no file but the library.
struct Nothing;

impl Loader for Nothing {
    fn load(&mut self, _: &str) -> Result<String, LoadError> {
        Err(LoadError::NotFound)
    }

    fn list(&mut self, _: &str) -> Result<Vec<String>, LoadError> {
        Err(LoadError::NotFound)
    }
}

fn text(hosts: usize) -> String {
    let mut text = String::from(
        r#"let std = import "std"; in {
  name = "bench"; domain = "bench.internal";
  nodes.pve = { address = 10.0.0.1; };
  networks.bridge = { cidr = 10.0.0.0/12; bridge = "vmbr1"; gateway = nodes.pve; };
  networks.overlay = { cidr = 10.16.0.0/12; underlay = networks.bridge; port = 4242/udp; };
  groups.web = {}; groups.data = {};
  services.metrics = std.node_exporter {};
  clusters.postgres = std.patroni { members = 3; first = 900; groups = [ groups.data ]; };
  allow = [ groups.web -> groups.data : [ clusters.postgres.sql ] ];
"#,
    );
    for n in 0..hosts {
        let vmid = 1000 + n;
        let written = write!(
            text,
            "  hosts.web-{n} = {{\n    vmid = {vmid};\n    groups = [ groups.web ];\n    cores = 4;\n    memory = 8GiB;\n    \
             disk = 64GiB;\n    services = [ services.metrics ];\n    needs = [ clusters.postgres.sql ];\n    \
             description = \"Web server {n}\";\n  }};\n"
        );
        assert!(written.is_ok(), "writing to a String succeeds");
    }
    text.push_str("}\n");
    text
}

fn site(c: &mut Criterion) {
    let source = text(1000);
    let parsed = |text: &str| arvc_syntax::parser::parse(text, 0);
    c.bench_function("parse 1,000 hosts", |b| b.iter(|| black_box(parsed(&source))));
    c.bench_function("parse, evaluate and check 1,000 hosts", |b| {
        let fresh = || source.clone();
        let run = |text| {
            let outcome = evaluate_site("site.arv", text, &mut Nothing);
            assert!(outcome.diagnostics.is_empty(), "the site is correct: {:?}", outcome.diagnostics);
            outcome
        };
        b.iter_batched(fresh, |text| black_box(run(text)), BatchSize::LargeInput);
    });
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    site(&mut criterion);
    criterion.final_summary();
}

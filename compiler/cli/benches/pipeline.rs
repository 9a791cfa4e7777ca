//! How long each phase takes, without the disk. `cargo bench -p arvc`.

use std::hint::black_box;

use arvc::pipeline;
use arvc::source::Problem;
use arvc_lang::functions::Calls;
use arvc_lang::{LoadError, Loader};
use arvc_reach::policy::policies;
use arvc_site::lock::{Environment, Held};
use arvc_syntax::diagnostic::Severity;
use criterion::Criterion;

/// A site of one file.
struct Alone;

impl Loader for Alone {
    fn load(&mut self, _: &str) -> Result<String, LoadError> {
        Err(LoadError::NotFound)
    }

    fn list(&mut self, _: &str) -> Result<Vec<String>, LoadError> {
        Err(LoadError::NotFound)
    }
}

fn check(text: &str) -> pipeline::Checked {
    pipeline::check("site.arv", text.to_owned(), &mut |_: &str| Err(Problem::NotFound))
}

/// Each phase on what the one before it gives; evaluation parses too.
fn phases(c: &mut Criterion, hosts: usize) {
    let text = arvc_tests::synthetic::site(hosts);
    let evaluate = || arvc_lang::evaluate_site("site.arv", text.clone(), &mut Alone);
    let mut outcome = evaluate();
    let data = outcome.data.expect("the synthetic site has a record");
    let mut resolve = || arvc_site::resolve(&data, Calls::new(&outcome.sources, &mut outcome.functions));
    let site = resolve().0.expect("the synthetic site is good");
    let mut group = c.benchmark_group(format!("{hosts} hosts"));
    group.sample_size(20);
    group.bench_function("parse", |b| b.iter(|| black_box(arvc_syntax::parser::parse(&text, 0))));
    group.bench_function("evaluate", |b| b.iter(|| black_box(evaluate())));
    group.bench_function("resolve", |b| b.iter(|| black_box(resolve())));
    group.bench_function("reach", |b| b.iter(|| black_box(arvc_reach::check(&site))));
    group.bench_function("check", |b| b.iter(|| black_box(check(&text))));
    group.bench_function("policies", |b| b.iter(|| black_box(policies(&site))));
    let policies = policies(&site);
    group.bench_function("emit", |b| b.iter(|| black_box(arvc_emit::emit(&site, &policies, "site.arv"))));
    group.finish();
}

/// Numbers for machines that state none, in one range: nothing held, and everything held.
fn allocation(c: &mut Criterion, hosts: usize) {
    let mut text = String::from(
        r#"{ name = "site"; domain = "example.internal"; nodes.pve.address = 10.0.0.1;
        operators.addresses = [ 203.0.113.9 ]; images.debian = { vmid = 9000; };
        networks.bridge = { cidr = 10.0.0.0/8; bridge = "vmbr1"; gateway = nodes.pve; };
        ranges.all = { vmids = 100000..999999; addresses = 100000..999999; };
        "#,
    );
    for host in 0..hosts {
        text.push_str(&format!("  hosts.h{host:06}-a = {{ }};\n"));
    }
    text.push('}');
    let mut outcome = arvc_lang::evaluate_site("site.arv", text, &mut Alone);
    let data = outcome.data.expect("the site has a record");
    let mut resolve =
        |held: &Held| arvc_site::resolve_held(&data, Calls::new(&outcome.sources, &mut outcome.functions), held);
    let first = resolve(&Held::default());
    assert!(first.diagnostics.iter().all(|problem| problem.severity != Severity::Error));
    let site = first.site.expect("the site is good");
    let held = Held { own: arvc_site::lock::record(&site, &Environment::default(), &[]), ..Held::default() };
    let mut group = c.benchmark_group(format!("allocate {hosts} hosts"));
    group.sample_size(10);
    group.bench_function("new", |b| b.iter(|| black_box(resolve(&Held::default()))));
    group.bench_function("held", |b| b.iter(|| black_box(resolve(&held))));
    group.finish();
}

/// What each build costs more because it reads its own tree back, beside what it costs without.
fn audit(c: &mut Criterion, name: &str, text: &str) {
    let site = check(text).site.expect("the site is good");
    let policies = policies(&site);
    let tree = arvc_emit::emit(&site, &policies, "site.arv");
    let mut group = c.benchmark_group(format!("audit {name}"));
    group.sample_size(10);
    group.bench_function("check and emit", |b| {
        b.iter(|| black_box(pipeline::emit(&check(text).site.expect("the site is good"), "site.arv")));
    });
    group.bench_function("read back", |b| {
        b.iter(|| black_box(arvc::audited::check(&site, &policies, &tree, "site.arv").problem.is_none()));
    });
    group.finish();
}

/// Everybody with everybody, and the classes that it goes by, beside what a check costs.
fn matrix(c: &mut Criterion, hosts: usize, groups: usize) {
    let site = check(&arvc_tests::synthetic::grouped(hosts, groups)).site.expect("the site is good");
    let policies = policies(&site);
    let parties: Vec<_> = site.host_ids().map(arvc_reach::layers::Party::Host).collect();
    let mut group = c.benchmark_group(format!("matrix of {hosts} hosts in {groups} groups"));
    group.sample_size(10);
    group.bench_function("reach", |b| {
        b.iter(|| {
            let layers = arvc_reach::layers::Layers::new(&site, &policies);
            black_box(layers.matrix(&arvc_reach::layers::Classes::new(&layers), &parties))
        });
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let arvandor = std::fs::read_to_string(arvc_tests::example("arvandor")).expect("the example is there");
    criterion.bench_function("check arvandor", |b| b.iter(|| black_box(check(&arvandor))));
    for hosts in [1000, 10_000] {
        phases(&mut criterion, hosts);
    }
    for hosts in [1000, 10_000] {
        audit(&mut criterion, &format!("{hosts} hosts in 30 groups"), &arvc_tests::synthetic::grouped(hosts, 30));
    }
    audit(&mut criterion, "1000 hosts in 50 teams", &arvc_tests::synthetic::site(1000));
    matrix(&mut criterion, 100_000, 1000);
    for hosts in [10_000, 100_000] {
        allocation(&mut criterion, hosts);
    }
    criterion.final_summary();
}

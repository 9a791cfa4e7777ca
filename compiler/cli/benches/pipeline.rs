//! How long a check and an emission take, without the disk. `cargo bench -p arvc`.

use std::hint::black_box;

use arvc::pipeline;
use arvc::source::Problem;
use criterion::Criterion;

fn check(text: &str) -> pipeline::Checked {
    pipeline::check("site.arv", text.to_owned(), &mut |_: &str| Err(Problem::NotFound))
}

fn measure(c: &mut Criterion) {
    let arvandor = std::fs::read_to_string(arvc_tests::example("arvandor")).expect("the example is there");
    c.bench_function("check arvandor", |b| b.iter(|| black_box(check(&arvandor))));

    let large = arvc_tests::synthetic::site(1000);
    let mut group = c.benchmark_group("1000 hosts");
    group.sample_size(20);
    group.bench_function("check", |b| b.iter(|| black_box(check(&large))));
    let site = check(&large).site.expect("the synthetic site is good");
    group.bench_function("emit", |b| b.iter(|| black_box(pipeline::emit(&site, "site.arv"))));
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    measure(&mut criterion);
    criterion.final_summary();
}

//! Lexing, parsing and formatting 1,000 hosts that are written out: the budget is 1.5 ms for tokens, 0.8 ms for the tree, and
//! 50 ms for a formatted text that was compared with its source.

use std::hint::black_box;

use arvc_syntax::format::format;
use arvc_syntax::lexer::lex;
use arvc_syntax::parser::parse;
use criterion::{Criterion, Throughput};

/// A site as people write it, some 266 bytes a host.
fn site() -> String {
    let mut text = String::from("let std = import \"std\"; in {\n  name = \"bench\";\n");
    for n in 0..1_000 {
        text.push_str(&format!(
            "  # machine {n} of the bench\n  hosts.web-{n} = {{\n    vmid = {};\n    groups = [ groups.projects, groups.web ];\n    memory = 2GiB;\n    \
             cores = 2;\n    needs = [ clusters.postgres.sql, clusters.vault.api ];\n    services = [ std.web {{ ports = [ {}/tcp ]; }} ];\n    \
             on.bridge.address = 10.10.{}.{};\n  }};\n",
            1000 + n,
            8000 + n,
            n / 250,
            n % 250 + 1,
        ));
    }
    text.push_str("}\n");
    text
}

fn benches(c: &mut Criterion) {
    let text = site();
    let mut group = c.benchmark_group("1000 hosts");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("lex", |b| b.iter(|| lex(black_box(&text), 0).kinds.len()));
    group.bench_function("parse", |b| b.iter(|| parse(black_box(&text), 0).tree.token_count()));
    // As nobody should write it: all hosts on lines of their own, and no blanks that are not needed.
    let dense = text.replace("\n    ", " ").replace(" = ", "=");
    group.bench_function("format", |b| b.iter(|| format(&parse(black_box(&dense), 0)).map(|text| text.len())));
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    benches(&mut criterion);
    criterion.final_summary();
}

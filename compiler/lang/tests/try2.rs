//! scratch
mod common;
use common::*;

#[test]
fn all() {
    for path in std::env::var("TRY").unwrap().split(',') {
        let text = std::fs::read_to_string(path).unwrap();
        let start = std::time::Instant::now();
        let outcome = site(&text);
        println!("{path}: {:?} {:.3000}", start.elapsed(), value(&outcome));
        for p in problems(&outcome) { println!("   ! {p:.600}"); }
        if let Some(d) = &outcome.data { println!("{:?} entities, {} nodes", d.entities.len(), d.nodes.len()); }
    }
}

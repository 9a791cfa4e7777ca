//! scratch
mod common;
use common::*;

#[test]
fn all() {
    let text = std::fs::read_to_string(std::env::var("TRY").unwrap()).unwrap();
    for part in text.split("\n====\n") {
        let start = std::time::Instant::now();
        let outcome = plain(&[("a.arv", part), ("b.arv", "(import ./a.arv) // { n = 1; }"), ("c.arv", "import ./c.arv"), ("e.arv", "")]);
        println!("{part}\n   => {:.200}   ({:?})", value(&outcome), start.elapsed());
        for p in problems(&outcome) { println!("   ! {p:.600}"); }
    }
}

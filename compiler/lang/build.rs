//! Lists the files of `std/`, so that adding one needs no Rust.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=std");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate is");
    let out = env::var("OUT_DIR").expect("cargo says where output goes");
    let folder = Path::new(&root).join("std");
    let entries = fs::read_dir(&folder).expect("std/ is a folder of the crate");
    let names = entries.filter_map(|entry| entry.expect("std/ can be read").file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".arv")).collect();
    names.sort();
    let mut table = String::from("/// The files of `std`, by name.\npub static STD: &[(&str, &str)] = &[\n");
    for name in names {
        let path = folder.join(&name);
        writeln!(table, "    ({name:?}, include_str!({path:?})),").expect("a String can be written to");
    }
    table.push_str("];\n");
    fs::write(Path::new(&out).join("std.rs"), table).expect("OUT_DIR can be written to");
}

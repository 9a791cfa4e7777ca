//! The binary `arvc`.

use std::process::ExitCode;

use arvc::world::real::Real;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(arvc::run(std::env::args_os(), &mut Real::default()))
}

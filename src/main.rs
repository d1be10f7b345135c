//! Arguments to exit code, and where memory comes from; nothing else.

use std::process::ExitCode;

use doisoat::allocator::LargePages;

#[global_allocator]
static ALLOCATOR: LargePages = LargePages;

fn main() -> ExitCode {
    doisoat::cli::main()
}

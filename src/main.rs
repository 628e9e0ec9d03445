//! The `asl` program: everything is in the library.

/// Trees and models are made of a great many small pieces, which this gives and takes back faster
/// than the system's allocator. Without huge pages: to clear one takes longer than a small
/// definition takes to judge.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    aslkit::cli::main()
}

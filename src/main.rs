//! The `asl` program: everything is in the library.

fn main() -> std::process::ExitCode {
    aslkit::cli::main()
}

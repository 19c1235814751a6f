//! The binary `scrum`.

fn main() -> std::process::ExitCode {
    scrum_cli::run()
}

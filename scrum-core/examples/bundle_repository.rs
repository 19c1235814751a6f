//! Divides a range of a repository into bundles and prints what each holds: `bundle_repository [REPOSITORY [RANGE]]`.
//!
//! Without arguments it makes a repository of its own in a temporary folder.
//!
//! ```sh
//! cargo run -p scrum-core --example bundle_repository -- . HEAD~3..HEAD
//! ```

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use scrum_core::git::{self, DiffOptions, Repository, Snapshot};
use scrum_core::plan::{BundleOptions, Plan};
use scrum_core::wave::prompt::Template;
use scrum_core::wave::{self, Discard, WaveOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut out = io::stdout().lock();
    match arguments.next() {
        Some(folder) => {
            let range = arguments
                .next()
                .unwrap_or_else(|| "HEAD~1..HEAD".to_owned());
            bundles(folder.as_ref(), &range, &mut out)
        }
        None => {
            let folder = tempfile::tempdir()?;
            git::create(folder.path(), &history())?;
            bundles(folder.path(), "main...topic", &mut out)
        }
    }
}

/// Two commits that touch two packages and a lock file.
fn history() -> [Snapshot<'static>; 2] {
    let base = Snapshot::new("main", "Add a pool")
        .file("pool/Cargo.toml", b"[package]\nname = \"pool\"\n")
        .file("pool/src/lib.rs", b"pub fn drain() {}\n")
        .file("server/Cargo.toml", b"[package]\nname = \"server\"\n")
        .file("server/src/main.rs", b"fn main() {}\n")
        .file("Cargo.lock", b"version = 3\n");
    let mut topic = base.clone();
    topic.branch = "topic";
    topic.subject = "Drain the pool at the end";
    for (path, content) in &mut topic.files {
        *content = match *path {
            "pool/src/lib.rs" => b"pub fn drain() -> usize {\n    0\n}\n",
            "server/src/main.rs" => b"fn main() {\n    pool::drain();\n}\n",
            "Cargo.lock" => b"version = 4\n",
            _ => content,
        };
    }
    [base, topic]
}

fn bundles(folder: &Path, range: &str, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let changes =
        Repository::discover(folder)?.changes(&range.parse()?, &DiffOptions::default())?;
    let plan = Plan::new(&changes, &BundleOptions::default())?;
    for bundle in &plan.bundles {
        let mut diff = Vec::new();
        bundle.write_diff(&changes, &mut diff)?;
        writeln!(
            out,
            "{}: {} bytes of diff, {:?}",
            bundle.id,
            diff.len(),
            bundle.verdict
        )?;
    }
    // What `scrum bundle` leaves on disk goes to a `Sink`: a folder there, nowhere here.
    let manifest = wave::dry_run(
        &changes,
        &plan,
        &Template::builtin(),
        &WaveOptions::default(),
        &Discard,
    )?;
    for file in &manifest.excluded {
        writeln!(out, "not shown: {} ({})", file.path, file.reason)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_packages_share_a_bundle_and_the_lock_file_is_in_none() {
        let folder = tempfile::tempdir().unwrap();
        git::create(folder.path(), &history()).unwrap();
        let mut out = Vec::new();
        bundles(folder.path(), "main...topic", &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(
            lines[0].starts_with("pool+server: ") && lines[0].ends_with("diff, Ok"),
            "{text}"
        );
        assert_eq!(lines[1], "not shown: Cargo.lock (lock file)");
    }
}

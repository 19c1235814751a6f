//! What `fuzz/` runs on random bytes, run here on the seeds in `fixtures/fuzz/<target>/`: a beginning for the fuzzer, and
//! every input that once failed.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]

mod answer;
#[cfg(feature = "git")]
mod attributes;
mod codeowners;
mod config;
mod document;
mod lineage;
mod location;
mod manifest;
mod mutate;
mod patch;
mod split;

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::time::{Duration, Instant};

/// How many mutated seeds a target is run on, and for how long at most. More of them with
/// `SCRUM_FUZZ_SECONDS=60 cargo test -p scrum-core --test fuzz`.
fn budget() -> (u64, Duration) {
    let asked = std::env::var("SCRUM_FUZZ_SECONDS").ok();
    match asked.and_then(|asked| asked.parse().ok()) {
        Some(seconds) => (u64::MAX, Duration::from_secs(seconds)),
        None => (100, Duration::from_secs(5)),
    }
}

/// Runs a target on its seeds, then on mutated ones.
fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/fuzz")
        .join(target);
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 3, "{target} has {} seeds", paths.len());
    let seeds: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    for (path, seed) in paths.iter().zip(&seeds) {
        // The last line of a failing test says which seed it was.
        eprintln!("{}", path.display());
        check(seed);
    }
    let (most, time) = budget();
    let start = Instant::now();
    let mut number = 0;
    while number < most && start.elapsed() < time {
        let input = mutate::mutated(&seeds, number);
        if catch_unwind(|| check(&input)).is_err() {
            panic!(
                "mutation {number} of {target}: {:?}",
                String::from_utf8_lossy(&input)
            );
        }
        number += 1;
    }
    println!(
        "{target}: {} seeds, {number} mutations in {:.1?}",
        seeds.len(),
        start.elapsed()
    );
}

macro_rules! targets {
    ($($(#[$attribute:meta])* $target:ident,)*) => {
        $(
            $(#[$attribute])*
            #[test]
            fn $target() {
                replay(stringify!($target), $target::check);
            }
        )*

        /// Each target has its file in `fuzz/`, and each folder of seeds its target.
        #[test]
        #[cfg(feature = "git")]
        fn all_are_wired_in() {
            let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
            let targets = [$(stringify!($target)),*];
            let manifest = fs::read_to_string(top.join("fuzz/Cargo.toml")).unwrap();
            for target in targets {
                assert!(manifest.contains(&format!("name = \"{target}\"")), "{target}");
                assert!(top.join(format!("fuzz/fuzz_targets/{target}.rs")).is_file(), "{target}");
            }
            let seeds = fs::read_dir(top.join("fixtures/fuzz")).unwrap();
            assert_eq!(seeds.count(), targets.len());
        }
    };
}

targets! {
    answer,
    #[cfg(feature = "git")]
    attributes,
    codeowners,
    config,
    document,
    lineage,
    location,
    manifest,
    patch,
    split,
}

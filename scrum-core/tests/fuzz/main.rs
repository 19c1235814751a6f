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
mod patch;
mod split;

use std::fs;
use std::path::Path;

/// Runs every seed of a target; says how many there are.
fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/fuzz")
        .join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    seeds.sort();
    assert!(seeds.len() >= 3, "{target} has {} seeds", seeds.len());
    for seed in seeds {
        // The last line of a failing test says which seed it was.
        eprintln!("{}", seed.display());
        check(&fs::read(&seed).unwrap());
    }
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

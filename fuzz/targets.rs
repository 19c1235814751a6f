//! What is fuzzed. The functions stand with the tests of scrum-core, which run them on the seeds.

#[path = "../scrum-core/tests/fuzz/answer.rs"]
mod answer;
#[cfg(feature = "git")]
#[path = "../scrum-core/tests/fuzz/attributes.rs"]
mod attributes;
#[path = "../scrum-core/tests/fuzz/codeowners.rs"]
mod codeowners;
#[path = "../scrum-core/tests/fuzz/config.rs"]
mod config;
#[path = "../scrum-core/tests/fuzz/document.rs"]
mod document;
#[path = "../scrum-core/tests/fuzz/lineage.rs"]
mod lineage;
#[path = "../scrum-core/tests/fuzz/location.rs"]
mod location;
#[path = "../scrum-core/tests/fuzz/manifest.rs"]
mod manifest;
#[path = "../scrum-core/tests/fuzz/patch.rs"]
mod patch;
#[path = "../scrum-core/tests/fuzz/split.rs"]
mod split;

macro_rules! entrances {
    ($($(#[$attribute:meta])* $target:ident),*) => {
        $(
            $(#[$attribute])*
            pub fn $target(data: &[u8]) {
                $target::check(data);
            }
        )*
    };
}

entrances!(
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
    split
);

//! Any `scrum.toml`: refused with a line of it, or taken, written and read back; then it divides a change set.

use scrum_core::config::{Config, ConfigError};
use scrum_core::plan::Plan;

use super::patch::{contents_once, example};

pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let config = match Config::from_toml(text) {
        Ok(config) => config,
        Err(error) => {
            if let ConfigError::Toml { line, .. } = &error {
                let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
                assert!((1..=lines).contains(line), "line {line} of {lines}");
            }
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    config.check().unwrap();
    assert_eq!(
        config.bundling_digest("t"),
        config.clone().bundling_digest("t")
    );
    let changes = example();
    if let Ok(plan) = Plan::new(&changes, &config.bundle_options()) {
        contents_once(&changes, &plan);
    }
}

//! JSON Schemas of the files that other programs write or read. Takes nothing; gives JSON. `schemas/` in the project
//! contains the result.
//!
//! Everything in them comes from the types: fields, their documentation, their defaults. Schemas of formats that may
//! grow allow other fields (manifest, tally, sidecar); that of the configuration, in which an unknown key is an error,
//! does not.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::config::Config;
use crate::gauntlet::assess::Assessment;
use crate::gauntlet::parity::ParityReport;
use crate::gauntlet::smoke::SmokeReport;
use crate::rounds::Comparison;
use crate::tally::{Sidecar, Tally};
use crate::wave::manifest::Manifest;
use crate::wave::prompt::PromptContext;

/// The schema of `manifest.json`.
pub fn manifest() -> Schema {
    of_written::<Manifest>("scrum: manifest.json")
}

/// The schema of `tally.json`.
pub fn tally() -> Schema {
    of_written::<Tally>("scrum: tally.json")
}

/// The schema of the output of `scrum compare --format json`.
pub fn comparison() -> Schema {
    of_written::<Comparison>("scrum: scrum compare --format json")
}

/// The schema of the file beside a review, `reviews/<bundle>/<reviewer>.json`.
pub fn sidecar() -> Schema {
    of_read::<Sidecar>("scrum: reviews/<bundle>/<reviewer>.json")
}

/// The schema of `smoke.json`.
pub fn smoke() -> Schema {
    of_written::<SmokeReport>("scrum: smoke.json")
}

/// The schema of `parity.json`.
pub fn parity() -> Schema {
    of_written::<ParityReport>("scrum: parity.json")
}

/// The schema of `assess.json`.
pub fn assess() -> Schema {
    of_written::<Assessment>("scrum: assess.json")
}

/// The schema of `scrum.toml`. It does not cover what [`Config::check`] checks, e.g. that reviewers have different
/// names.
pub fn config() -> Schema {
    of_read::<Config>("scrum: scrum.toml")
}

/// The variables of a prompt's template, apart from `diff`. No file has this format; the documentation is generated
/// from it.
pub fn prompt_context() -> Schema {
    of_written::<PromptContext>("scrum: what a template can name")
}

/// The schema of a file that this version writes: a field that is always present is required, even if it may be null.
pub fn of_written<T: JsonSchema>(title: &str) -> Schema {
    generate::<T>(SchemaSettings::draft2020_12().for_serialize(), title)
}

/// The schema of a file that this version reads: a field with a default is not required.
pub fn of_read<T: JsonSchema>(title: &str) -> Schema {
    generate::<T>(SchemaSettings::draft2020_12().for_deserialize(), title)
}

fn generate<T: JsonSchema>(settings: SchemaSettings, title: &str) -> Schema {
    let mut schema = settings
        .with_transform(RecursiveTransform(for_readers))
        .into_generator()
        .into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema
}

/// Converts documentation for readers of Rust into documentation for readers of JSON.
fn for_readers(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = plain(text);
    }
    // The default of a table is that of its fields, which say it themselves; nothing and null say no more than absence.
    let idle = match schema.get("default") {
        Some(Value::Null | Value::Object(_)) => true,
        Some(Value::String(text)) => text.is_empty(),
        _ => false,
    };
    if idle {
        schema.remove("default");
    }
}

/// A doc comment without rustdoc syntax: links to items lose their target and brackets, `None` becomes null, and a
/// paragraph is one line.
fn plain(doc: &str) -> String {
    let mut text = String::with_capacity(doc.len());
    let mut rest = doc;
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((name, behind)) = after.split_once("`]") else {
            break;
        };
        text.push_str(before);
        text.extend(["`", name, "`"]);
        rest = behind
            .strip_prefix('(')
            .and_then(|target| target.split_once(')'))
            .map_or(behind, |(_, behind)| behind);
    }
    text.push_str(rest);
    let paragraphs: Vec<String> = text
        .split("\n\n")
        .map(|paragraph| paragraph.replace('\n', " "))
        .collect();
    paragraphs.join("\n\n").replace("`None`", "`null`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_lose_what_only_rustdoc_understands() {
        for (doc, text) in [
            (
                "Only [`Clean`](Self::Clean), and [`A`].",
                "Only `Clean`, and `A`.",
            ),
            ("`[guard]`: (sizes)", "`[guard]`: (sizes)"),
            ("a [`broken link", "a [`broken link"),
            (
                "`None` for\na patch.\n\nMore.",
                "`null` for a patch.\n\nMore.",
            ),
        ] {
            assert_eq!(plain(doc), text);
        }
    }

    #[test]
    fn what_is_written_is_required_and_what_is_read_is_not() {
        let required = |schema: &Schema, pointer: &str, name: &str| {
            let list = schema.pointer(pointer).and_then(Value::as_array);
            list.is_some_and(|list| list.iter().any(|field| field == name))
        };
        let manifest = manifest();
        assert!(required(&manifest, "/$defs/Range/required", "base"));
        assert!(required(&manifest, "/required", "tree_sha256"));
        assert!(!required(&manifest, "/required", "patch_sha256"));
        assert_eq!(config().get("required"), None);
        assert_eq!(sidecar().get("required"), None);
    }
}

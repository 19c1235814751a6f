//! `manifest.json`, which describes a wave on disk.
//!
//! Takes and gives JSON. It connects bundling and counting: [`ground`](crate::tally::ground) is built from it. Before
//! it: [`wave`](crate::wave); after it: [`review`](crate::review).
//!
//! Other programs read this file. Fields may be added freely; renaming or removing one needs a new schema number.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::change::{ChangeKind, Hunk, Mode};
use crate::plan::guard::Verdict;
use crate::range::Range;

/// The schema that this version writes.
pub const SCHEMA: &str = "scrum.manifest/1";

/// A wave: what was compared, and how it was divided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Manifest {
    /// Always [`SCHEMA`].
    #[cfg_attr(
        feature = "schema",
        schemars(
            description = "Name and number of this format.",
            extend("const" = SCHEMA)
        )
    )]
    pub schema: String,
    /// What was compared.
    pub range: Range,
    /// SHA-256 of the effective configuration, hex.
    pub config_sha256: String,
    /// SHA-256, in hex, of the prompts' template and of whether lines are numbered. Together with a bundle's diff it
    /// determines the question to a reviewer.
    #[serde(default)]
    pub template_sha256: Option<String>,
    /// Context lines around a change; `None` for a patch, which has its own.
    #[serde(default)]
    pub context: Option<u32>,
    /// For a patch the digest of its set of file patches ([`PatchId`](crate::patch::PatchId)), hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch_sha256: Option<String>,
    /// The size limits.
    pub guard: GuardRecord,
    /// The bundles, in the order in which their diffs apply.
    pub bundles: Vec<BundleRecord>,
    /// Changes that were not shown to reviewers.
    #[serde(default)]
    pub excluded: Vec<ExcludedRecord>,
    /// SHA-256 of `excluded.diff`, hex; `None` if nothing is excluded.
    #[serde(default)]
    pub excluded_sha256: Option<String>,
    /// SHA-256 of `tree.txt`, hex.
    #[serde(default)]
    pub tree_sha256: Option<String>,
}

/// The size guard for this wave. Sizes in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GuardRecord {
    /// A bundle above this gets a warning.
    pub warn_bytes: u64,
    /// A bundle above this fails.
    pub fail_bytes: u64,
    /// Whether the override was set *and* a bundle exceeded the fail limit.
    pub forced: bool,
}

/// One bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BundleRecord {
    /// Unique, safe as a file name: the component, or `component.2` for its second part.
    pub id: String,
    /// The component's own name.
    pub component: String,
    /// 1-based number of this part, if the component was split.
    pub part: Option<u32>,
    /// Number of parts of the component, if it was split.
    pub parts: Option<u32>,
    /// The components that were packed into this bundle; empty for any other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packed: Vec<String>,
    /// Size of the diff file, which the guard checks.
    pub bytes: u64,
    /// Size of the prompt file.
    pub prompt_bytes: u64,
    /// `prompt_bytes / 4`, rounded up.
    pub tokens: u64,
    /// The guard's verdict on `bytes`.
    pub verdict: Verdict,
    /// Path of the diff, relative to the wave, e.g. `bundles/core.diff`.
    pub diff: String,
    /// Path of the prompt, relative to the wave.
    pub prompt: String,
    /// SHA-256 of the diff file, hex.
    pub diff_sha256: String,
    /// SHA-256 of the prompt file, hex.
    pub prompt_sha256: String,
    /// The files, in the diff's order.
    pub files: Vec<FileRecord>,
}

impl BundleRecord {
    /// How many files it has. A series of patches may have several records of one file.
    pub fn file_count(&self) -> usize {
        distinct(self.files.iter().map(|file| file.path.as_str()))
    }
}

impl Manifest {
    /// How many files the bundles have together. One that was cut, or that a series touches several times, is one file.
    pub fn file_count(&self) -> usize {
        let files = self.bundles.iter().flat_map(|bundle| &bundle.files);
        distinct(files.map(|file| file.path.as_str()))
    }

    /// How many files no reviewer is shown.
    pub fn excluded_count(&self) -> usize {
        distinct(self.excluded.iter().map(|file| file.path.as_str()))
    }
}

fn distinct<'p>(paths: impl Iterator<Item = &'p str>) -> usize {
    paths.collect::<BTreeSet<_>>().len()
}

/// One file of a bundle, or the part of it that the bundle shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FileRecord {
    /// Path at the head, or at the base for a deleted file.
    pub path: String,
    /// Whether `path` is not UTF-8 and therefore in git's C-style quoting.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quoted: bool,
    /// Path at the base, if it is different.
    pub old_path: Option<String>,
    /// Whether `old_path` is not UTF-8 and therefore in git's C-style quoting.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old_quoted: bool,
    /// What happened. If `--split` cut the file, later pieces are `modified`.
    pub kind: ChangeKind,
    /// Mode at the base; `None` for an added file.
    pub old_mode: Option<Mode>,
    /// Mode at the head; `None` for a deleted file.
    pub new_mode: Option<Mode>,
    /// The component from which a renamed file came, if it is a different one.
    pub moved_from_component: Option<String>,
    /// Whether the patch has binary content.
    pub binary: bool,
    /// Lines added in this bundle.
    pub additions: u64,
    /// Lines deleted in this bundle.
    pub deletions: u64,
    /// Bytes of this file in the diff.
    pub bytes: u64,
    /// The hunks in this bundle. `new_start` refers to the head, also in parts.
    pub hunks: Vec<Hunk>,
}

/// A change that was not shown to reviewers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ExcludedRecord {
    /// Path at the head, or at the base for a deleted file.
    pub path: String,
    /// Whether `path` is not UTF-8 and therefore in git's C-style quoting.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quoted: bool,
    /// Path at the base, if it is different.
    pub old_path: Option<String>,
    /// Whether `old_path` is not UTF-8 and therefore in git's C-style quoting.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old_quoted: bool,
    /// Why it is not shown, e.g. `lock file`.
    pub reason: String,
    /// Bytes of this file in `excluded.diff`.
    pub bytes: u64,
}

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// Not JSON, or a field is missing or of the wrong type.
    #[error("the manifest cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// Written by another version.
    #[error("the manifest has schema `{found}`; this version reads `{SCHEMA}`")]
    Schema {
        /// The schema named in the file.
        found: String,
    },
}

impl Manifest {
    /// Reads a manifest's JSON.
    ///
    /// # Errors
    ///
    /// [`ManifestError::Schema`] for another schema, which is checked first; otherwise [`ManifestError::Json`].
    pub fn from_json(json: &[u8]) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct ManifestHead {
            schema: String,
        }
        let head: ManifestHead = serde_json::from_slice(json)?;
        if head.schema != SCHEMA {
            return Err(ManifestError::Schema { found: head.schema });
        }
        Ok(serde_json::from_slice(json)?)
    }

    /// The content of the file: indented JSON and a final line feed.
    pub fn to_json(&self) -> Vec<u8> {
        // Serialising plain structs with string keys into memory cannot fail.
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }

    /// The bundle with this id.
    pub fn bundle(&self, id: &str) -> Option<&BundleRecord> {
        self.bundles.iter().find(|bundle| bundle.id == id)
    }
}

//! A wave as it lies on disk, read by nothing but its manifest.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::sections::{Lines, changed_lines};

/// A wave's folder and manifest.
pub(crate) struct Wave {
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Value,
}

impl Wave {
    pub(crate) fn open(folder: &Path) -> Self {
        let manifest = fs::read(folder.join("manifest.json")).unwrap();
        Self {
            folder: folder.to_owned(),
            manifest: serde_json::from_slice(&manifest).unwrap(),
        }
    }

    pub(crate) fn bundles(&self) -> &[Value] {
        self.manifest["bundles"].as_array().unwrap()
    }

    pub(crate) fn excluded(&self) -> &[Value] {
        self.manifest["excluded"].as_array().unwrap()
    }

    pub(crate) fn bundle_text(&self, bundle: &Value) -> Vec<u8> {
        fs::read(self.folder.join(bundle["diff"].as_str().unwrap())).unwrap()
    }

    /// The text of `excluded.diff`; empty where there is none.
    pub(crate) fn excluded_text(&self) -> Vec<u8> {
        fs::read(self.folder.join("excluded.diff")).unwrap_or_default()
    }

    /// The patches in the order in which they apply.
    pub(crate) fn patches(&self) -> Vec<(String, Vec<u8>)> {
        let bundles = self.bundles().iter().map(|bundle| {
            let id = bundle["id"].as_str().unwrap().to_owned();
            (id, self.bundle_text(bundle))
        });
        let excluded =
            (!self.excluded().is_empty()).then(|| ("excluded".to_owned(), self.excluded_text()));
        bundles.chain(excluded).collect()
    }

    /// Each file of a bundle with the patch text that the manifest says is its own.
    pub(crate) fn files_of<'a>(&self, bundle: &'a Value) -> Vec<(&'a Value, Vec<u8>)> {
        let files = bundle["files"].as_array().unwrap();
        cut(files, &self.bundle_text(bundle), &bundle["id"].to_string())
    }

    /// The same for all bundles and the excluded files.
    fn all_files(&self) -> Vec<(&Value, Vec<u8>)> {
        let bundled = self
            .bundles()
            .iter()
            .flat_map(|bundle| self.files_of(bundle));
        let excluded = cut(self.excluded(), &self.excluded_text(), "excluded");
        bundled.chain(excluded).collect()
    }

    /// The changed lines of each file, over all bundles.
    pub(crate) fn lines(&self) -> BTreeMap<Vec<u8>, Lines> {
        let mut lines: BTreeMap<Vec<u8>, Lines> = BTreeMap::new();
        for (file, text) in self.all_files() {
            let own = lines.entry(path_of(file)).or_default();
            for (line, count) in changed_lines(&text) {
                *own.entry(line).or_default() += count;
            }
        }
        lines
    }
}

/// Cuts a text where the files' sizes say.
fn cut<'a>(files: &'a [Value], mut text: &[u8], whose: &str) -> Vec<(&'a Value, Vec<u8>)> {
    let mut found = Vec::new();
    for file in files {
        let bytes = usize::try_from(file["bytes"].as_u64().unwrap()).unwrap();
        let (own, rest) = text.split_at(bytes);
        assert!(own.starts_with(b"diff --git "), "{whose}: {file}");
        found.push((file, own.to_vec()));
        text = rest;
    }
    let left = text.len();
    assert_eq!(left, 0, "{whose} has bytes that no file owns");
    found
}

/// The path of a file in the manifest, as bytes.
pub(crate) fn path_of(file: &Value) -> Vec<u8> {
    let text = file["path"].as_str().unwrap();
    if file["quoted"] == true {
        unquote(text)
    } else {
        text.as_bytes().to_vec()
    }
}

/// The path that git's C-style quoting stands for.
fn unquote(text: &str) -> Vec<u8> {
    let inner = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let mut bytes = inner
        .unwrap_or_else(|| panic!("{text} is not quoted"))
        .bytes();
    let mut path = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            path.push(byte);
            continue;
        }
        path.push(match bytes.next().unwrap() {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            high @ b'0'..=b'3' => {
                let (middle, low) = (bytes.next().unwrap(), bytes.next().unwrap());
                (high - b'0') * 64 + (middle - b'0') * 8 + (low - b'0')
            }
            itself => itself,
        });
    }
    path
}

//! The program on one folder of a corpus.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A wave that was built from a folder's `standin.patch`, with its reviews put in.
pub(crate) struct Wave {
    root: TempDir,
    pub(crate) bundle: String,
}

impl Wave {
    pub(crate) fn build(folder: &Path) -> Self {
        let bundle = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let root = tempfile::tempdir().unwrap();
        let wave = Self { root, bundle };
        let patch = folder.canonicalize().unwrap().join("standin.patch");
        wave.scrum(&[
            "bundle",
            "--diff",
            patch.to_str().unwrap(),
            "--force-oversize",
            "-o",
            "wave",
            "--component",
            &format!("{}=**", wave.bundle),
        ]);
        let reviews = wave.folder().join("reviews").join(&wave.bundle);
        fs::create_dir_all(&reviews).unwrap();
        for review in fs::read_dir(folder.join("reviews")).unwrap() {
            let review = review.unwrap();
            fs::copy(review.path(), reviews.join(review.file_name())).unwrap();
        }
        wave
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("wave")
    }

    pub(crate) fn tally(&self, near: u32) -> Value {
        let near = near.to_string();
        let stdout = self.scrum(&["tally", "wave", "--near", &near, "--format", "json"]);
        let tally: Value = serde_json::from_slice(&stdout).unwrap();
        let bundles = tally["bundles"].as_array().unwrap();
        assert_eq!(bundles.len(), 1, "one component takes everything");
        bundles[0].clone()
    }

    /// The manifest has the hunks that `hunks.json` lists, if it is there.
    pub(crate) fn check_hunks(&self, folder: &Path) {
        let Some(stated) = json(&folder.join("hunks.json")) else {
            return;
        };
        let manifest = json(&self.folder().join("manifest.json")).unwrap();
        let hunks = |files: &Value| -> Vec<(Value, Value)> {
            let files = files.as_array().unwrap().iter();
            let mut files: Vec<_> = files
                .map(|file| (file["path"].clone(), file["hunks"].clone()))
                .collect();
            files.sort_by_key(|(path, _)| path.to_string());
            files
        };
        assert_eq!(
            hunks(&manifest["bundles"][0]["files"]),
            hunks(&stated["files"]),
            "{}",
            folder.display()
        );
    }

    fn scrum(&self, args: &[&str]) -> Vec<u8> {
        let output = Command::new(env!("CARGO_BIN_EXE_scrum"))
            .args(args)
            .current_dir(self.root.path())
            .env("HOME", self.root.path())
            .env("GIT_CEILING_DIRECTORIES", self.root.path())
            .env_remove("GIT_DIR")
            .env_remove("SCRUM_FORCE_OVERSIZE")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "scrum {args:?}: {stderr}");
        output.stdout
    }
}

/// The states that `states.json` asks for, where a folder has one.
pub(crate) fn check_states(folder: &Path, tally: &Value) {
    let Some(states) = json(&folder.join("states.json")) else {
        return;
    };
    for (reviewer, state) in states.as_object().unwrap() {
        let rows = tally["reviewers"].as_array().unwrap();
        let row = rows.iter().find(|row| row["reviewer"] == **reviewer);
        assert_eq!(row.map(|row| &row["state"]), Some(state), "{reviewer}");
    }
}

fn json(path: &Path) -> Option<Value> {
    let text = fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

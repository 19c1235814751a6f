//! A bot that gets a pull request from a forge's API and has no repository: what would reviewers be shown?
//!
//! Nothing here needs git or C: `cargo run -p scrum-core --no-default-features --example bot_without_git`.

use std::error::Error;

use scrum_core::change::ChangeKind;
use scrum_core::patch::{self, ForgeFile};
use scrum_core::plan::exclude::Reason;
use scrum_core::plan::guard::Verdict;
use scrum_core::plan::{BundleOptions, Plan};

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", comment("pull request 7", &pull_request())?);
    Ok(())
}

/// What a forge lists of a pull request.
fn pull_request() -> Vec<ForgeFile> {
    vec![
        ForgeFile::new("api/Cargo.toml", ChangeKind::Added).hunks("@@ -0,0 +1 @@\n+[package]"),
        ForgeFile::new("api/src/pool.rs", ChangeKind::Modified)
            .hunks("@@ -1,2 +1,2 @@\n fn drain() {\n-old\n+new"),
        ForgeFile::new("web/icons.svg", ChangeKind::Added).hunks("@@ -0,0 +1 @@\n+<svg/>"),
        ForgeFile::new("web/logo.png", ChangeKind::Modified),
    ]
}

/// The bot's comment.
fn comment(name: &str, files: &[ForgeFile]) -> Result<String, Box<dyn Error>> {
    let changes = patch::from_files(name, files)?;
    let options = BundleOptions::default()
        .split(true)
        // This project's own rule, beside those of the library.
        .exclude_if(|change| {
            let drawn = change.path.as_bytes().ends_with(b".svg");
            drawn.then(|| Reason::Other("drawing".into()))
        });
    let plan = Plan::new(&changes, &options)?;
    let mut text = String::new();
    for bundle in &plan.bundles {
        let too_large = if bundle.verdict == Verdict::Fail {
            " (too large to review)"
        } else {
            ""
        };
        text += &format!(
            "- `{}`: {} files{too_large}\n",
            bundle.id,
            bundle.pieces.len()
        );
    }
    for excluded in &plan.excluded {
        let path = &changes.changes()[excluded.change].path;
        text += &format!("- not shown: {path}, {}\n", excluded.reason);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comment_names_bundles_and_what_is_not_shown() {
        let comment = comment("pull request 7", &pull_request()).unwrap();
        assert_eq!(
            comment,
            "- `api`: 2 files\n- not shown: web/icons.svg, drawing\n- not shown: web/logo.png, binary content\n"
        );
    }
}

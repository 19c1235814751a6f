//! The prompt of a bundle: a template around the numbered diff.
//!
//! Takes a [`Template`], a [`PromptContext`] and something that writes the diff; writes a prompt. Before it:
//! [`guard`](crate::plan::guard); after it: [`wave`](crate::wave).
//!
//! The template is [minijinja](https://docs.rs/minijinja); the built-in one is `prompts/review.md`. What it may
//! name is [`PromptContext`]. The diff is not rendered by the engine: the template is rendered around a mark, and the
//! diff is streamed into its place, so that a forced bundle of 100 MB needs no 100 MB of memory.
//!
//! The diff is between two fence lines made from a 128-bit digest of everything in the prompt: of the text around the
//! diff, and of the diff's own digest. Nobody can make a text that contains its own digest, so no diff, path or commit subject can
//! close the fence.

mod gutter;
mod lists;
mod template;

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

pub use gutter::{Numbering, write_shown};
pub(super) use lists::add_bodies;
pub use lists::{CommitItem, ExcludedItem, ListItem, Lists, OtherItem, cap};
pub use template::{Template, TemplateError};

use crate::digest::hex;

/// What scrum puts around a diff is kept within this many bytes: 8 KB.
pub const AROUND_BYTES: usize = 8_000;

/// The mark in place of the diff while the template is rendered. Everything else that is rendered is free of
/// control characters, and a template with a NUL is refused.
const DIFF_MARK: &str = "\0diff\0";

/// What a template can name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PromptContext {
    /// The bundle that the prompt is for.
    pub bundle: BundleContext,
    /// The range that the bundle is a part of.
    pub range: RangeContext,
    /// Whether the diff's lines carry numbers.
    pub line_numbers: bool,
    /// What the project asks of its reviewers; empty if it asks nothing. A template that does not name it has it in front.
    pub instructions: String,
    /// The title that the change has; empty if it has none. Written by its authors, as are the next and the commits.
    pub title: String,
    /// The description that the change has, each line with `> ` in front; empty if it has none.
    pub description: String,
    /// The lists, cut to [`AROUND_BYTES`].
    #[serde(flatten)]
    pub lists: Lists,
}

/// `bundle` in a template.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BundleContext {
    /// The bundle's id: its file names, and what reviews are filed under.
    pub id: String,
    /// The component's name.
    pub component: String,
    /// 1-based number of the part, if the component was split.
    pub part: Option<u32>,
    /// How many parts there are.
    pub parts: Option<u32>,
    /// Size of the diff, in bytes.
    pub bytes: u64,
    /// Number of files.
    pub files: usize,
    /// Lines added.
    pub additions: u64,
    /// Lines deleted.
    pub deletions: u64,
}

/// `range` in a template.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RangeContext {
    /// The range as it was asked for.
    pub spec: String,
    /// Full hex id of the base commit, if there is one.
    pub base: Option<String>,
    /// Full hex id of the head commit, if there is one.
    pub head: Option<String>,
}

impl PromptContext {
    /// A context without lists.
    pub fn new(bundle: BundleContext, range: RangeContext, line_numbers: bool) -> Self {
        Self {
            bundle,
            range,
            line_numbers,
            instructions: String::new(),
            title: String::new(),
            description: String::new(),
            lists: Lists::default(),
        }
    }
}

/// Writes a whole prompt. `diff` writes the diff as it is shown into the writer it is given, once for each place where the
/// template shows it. `diff_sha256` is the digest of the diff, of which what is shown is made.
///
/// # Errors
///
/// [`PromptError::Template`] if the template fails on this context, [`PromptError::Io`] if a writer fails.
pub fn write_prompt(
    template: &Template,
    context: &PromptContext,
    diff_sha256: &str,
    diff: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    out: &mut dyn Write,
) -> Result<(), PromptError> {
    let around = template.render(context, DIFF_MARK)?;
    let fence = fence(&around, diff_sha256);
    let mut first = true;
    for text in around.split(DIFF_MARK) {
        if !first {
            writeln!(out, "===== DIFF {fence} BEGINS =====")?;
            diff(out)?;
            write!(out, "===== DIFF {fence} ENDS =====")?;
        }
        first = false;
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// The number of the fence, in hex: the first 128 bits of a SHA-256 of the text around the diff and of the diff's own
/// SHA-256. The diff itself would have to be read before the first fence line can be written.
fn fence(around: &str, diff_sha256: &str) -> String {
    let digest = Sha256::new()
        .chain_update(around)
        .chain_update("\0")
        .chain_update(diff_sha256)
        .finalize();
    hex(&digest[..16])
}

/// A prompt that cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PromptError {
    /// The template does not render with this bundle's context: a filter that fails, or a name that only some bundles lack.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The output cannot be written, or the diff cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Replaces control characters but tab and line feed, and invalid bytes, by `\xNN`.
pub fn plain(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len());
    // Writing into memory does not fail.
    let _ = gutter::write_plain(text, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> PromptContext {
        let bundle = BundleContext {
            id: "core".into(),
            component: "core".into(),
            files: 1,
            additions: 2,
            ..BundleContext::default()
        };
        PromptContext::new(
            bundle,
            RangeContext {
                spec: "a..b".into(),
                ..RangeContext::default()
            },
            true,
        )
    }

    fn render(context: &PromptContext, diff: &[u8]) -> String {
        let mut out = Vec::new();
        let template = Template::builtin();
        let sha256 = crate::digest::sha256(diff);
        let mut write = |out: &mut dyn Write| out.write_all(diff);
        write_prompt(&template, context, &sha256, &mut write, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_diff_stands_between_two_lines_that_occur_nowhere_else() {
        let prompt = render(&context(), b"the diff\n");
        let begin = prompt.find("===== DIFF ").unwrap();
        let number = &prompt[begin + 11..begin + 43];
        assert!(
            number.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{number}"
        );
        assert_eq!(prompt.matches(number).count(), 2);
        let inside =
            format!("===== DIFF {number} BEGINS =====\nthe diff\n===== DIFF {number} ENDS =====");
        assert!(prompt.contains(&inside));
    }

    #[test]
    fn the_fence_depends_on_all_that_the_prompt_holds() {
        let number = |prompt: &str| prompt.split("===== DIFF ").nth(1).unwrap()[..32].to_owned();
        let plain = render(&context(), b"x\n");
        let mut other = context();
        other.lists.commits.push(CommitItem {
            id: "1".into(),
            subject: "s".into(),
            body: String::new(),
        });
        assert_ne!(number(&plain), number(&render(&other, b"x\n")));
        assert_ne!(number(&plain), number(&render(&context(), b"y\n")));
    }

    #[test]
    fn the_prompt_reads_well() {
        let mut context = context();
        context.bundle.part = Some(2);
        context.bundle.parts = Some(3);
        context.lists.commits.push(CommitItem {
            id: "1234567".into(),
            subject: "Add x".into(),
            body: "> Why.".into(),
        });
        context.title = "Faster x".into();
        context.description = "> So that\n> it ends.".into();
        context.lists.commits_omitted = 4;
        context.lists.cut_files.push("src/big.rs".into());
        context.lists.others.push(OtherItem {
            id: "cli".into(),
            files: 2,
            folders: "cli/src (2)".into(),
        });
        context.lists.excluded.push(ExcludedItem {
            path: "Cargo.lock".into(),
            reason: "lock file".into(),
        });
        insta::assert_snapshot!(render(&context, b"DIFF\n"));
    }

    /// What a reviewer reads in every prompt.
    #[test]
    fn the_fixed_part_is_short_and_answers_what_reviewers_ask() {
        for line_numbers in [true, false] {
            let mut context = context();
            context.line_numbers = line_numbers;
            let prompt = render(&context, b"");
            assert!(prompt.len() < 3_500, "{} bytes", prompt.len());
            for (question, answer) in [
                ("old defects in moved code", "even if moved code had them"),
                ("wrong documents", "or documents that are wrong"),
                ("other files, outside knowledge", "You may read other files"),
                (
                    "what the diff cannot confirm",
                    "begin its WHY with `Unconfirmed:`",
                ),
                ("a deleted line", "`path:old:41`"),
                (
                    "a missing line",
                    "For a missing line, cite the line that should follow it.",
                ),
                ("blank lines", "Blank lines before a block are fine"),
                ("where RETRACT goes", "after the last block"),
                ("BLOCK", "`VERDICT: BLOCK` if any finding is BLOCK"),
                ("WARN", "else `VERDICT: FIX` if any is WARN"),
                ("the rest", "else `VERDICT: SHIP`"),
            ] {
                let words: Vec<&str> = prompt.split_whitespace().collect();
                assert!(words.join(" ").contains(answer), "{question}: {prompt}");
            }
        }
    }

    #[test]
    fn plain_keeps_text_and_shows_the_rest() {
        assert_eq!(plain("tab\t\u{fc}\n".as_bytes()), "tab\t\u{fc}\n");
        assert_eq!(plain(b"\x1b[31m\xff\r\n"), "\\x1B[31m\\xFF\\x0D\n");
        assert_eq!(plain("\u{85}\u{9b}".as_bytes()), "\\xC2\\x85\\xC2\\x9B");
    }
}

//! A project's instructions for reviewers, and which bundle gets which.
//!
//! Takes the texts of `scrum.toml`; gives each bundle those for all, for its component, and for its paths.

use serde::{Deserialize, Serialize};

use crate::change::ChangeSet;
use crate::plan::Bundle;
use crate::plan::component::ComponentRule;
use crate::plan::pattern::{PathPatterns, PatternError};

/// Maximum size of the instructions in a prompt, in bytes; the rest of the 8 KB around a diff is for everything else.
pub const INSTRUCTIONS_BYTES: usize = 3_000;

/// An entry of `[[prompt.rules]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PromptRule {
    /// gitignore-style globs; the text is in the prompt of every bundle with a matching file.
    pub paths: Vec<String>,
    /// The instructions.
    pub text: String,
}

/// The instructions of a project. Default none.
#[derive(Debug, Clone, Default)]
pub struct Instructions {
    general: Option<String>,
    components: Vec<(String, String)>,
    rules: Vec<(PathPatterns, String)>,
}

impl Instructions {
    /// Takes the text for every prompt, those for components, and those for paths.
    ///
    /// # Errors
    ///
    /// [`PatternError`] with the first invalid pattern of a rule.
    pub fn new(
        general: Option<String>,
        components: &[ComponentRule],
        rules: &[PromptRule],
    ) -> Result<Self, PatternError> {
        let of_component = |rule: &ComponentRule| {
            let text = rule.instructions.clone()?;
            Some((rule.name.clone(), text))
        };
        let compile = |rule: &PromptRule| Ok((PathPatterns::new(&rule.paths)?, rule.text.clone()));
        Ok(Self {
            general,
            components: components.iter().filter_map(of_component).collect(),
            rules: rules.iter().map(compile).collect::<Result<_, _>>()?,
        })
    }

    /// The instructions for a bundle, cut to [`INSTRUCTIONS_BYTES`].
    pub(super) fn of(&self, bundle: &Bundle, changes: &ChangeSet) -> String {
        let mut texts: Vec<&str> = self.general.as_deref().into_iter().collect();
        for (name, text) in &self.components {
            if *name == bundle.component {
                texts.push(text);
            }
        }
        for (paths, text) in &self.rules {
            let mut pieces = bundle.pieces.iter();
            if pieces.any(|piece| paths.is_match(&changes.changes()[piece.change].path)) {
                texts.push(text);
            }
        }
        let texts: Vec<&str> = texts
            .into_iter()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .collect();
        let text = super::prompt::plain(texts.join("\n\n").as_bytes());
        cut(&text, INSTRUCTIONS_BYTES, "these instructions")
    }
}

/// Cuts a text to so many bytes, after a line if it has several, and says how much of `what` is missing. Empty if there is no
/// room for that.
pub(super) fn cut(text: &str, most: usize, what: &str) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let note = |left_out: usize| format!("({left_out} more bytes of {what} are left out.)");
    let Some(mut end) = most.checked_sub(note(text.len()).len() + 1) else {
        return String::new();
    };
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let end = text[..end].rfind('\n').unwrap_or(end);
    let joint = if text.contains('\n') { '\n' } else { ' ' };
    format!("{}{joint}{}", &text[..end], note(text.len() - end))
}

/// The part of a Markdown text under the heading of this name, up to the next heading of its level or a higher one.
/// `None` if there is no such heading.
pub fn section(text: &str, name: &str) -> Option<String> {
    let heading = |line: &str| {
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        let title = line.get(level..)?.strip_prefix(' ')?;
        (1..=6).contains(&level).then(|| {
            (
                level,
                title.trim().trim_end_matches('#').trim_end().to_lowercase(),
            )
        })
    };
    let mut found = None;
    let mut fenced = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        let head = if fenced { None } else { heading(line) };
        match (found, head) {
            (None, Some((level, title))) if title == name.to_lowercase() => found = Some(level),
            (Some(own), Some((level, _))) if level <= own => break,
            (Some(_), _) => lines.push(line),
            _ => {}
        }
    }
    found.map(|_| lines.join("\n").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_after_a_line() {
        let text = "a line of words\n".repeat(400);
        let short = cut(&text, 3_000, "it");
        assert!((2_900..=3_000).contains(&short.len()), "{}", short.len());
        assert!(
            short.ends_with("\n(3441 more bytes of it are left out.)"),
            "{short}"
        );
        assert_eq!(cut("short", 5, "it"), "short");
        for most in [0, 1, 40, 41, 100, 3_000] {
            assert!(cut(&"ö".repeat(4000), most, "it").len() <= most);
        }
    }

    #[test]
    fn a_section_ends_at_the_next_heading_of_its_level() {
        let text =
            "# A\nx\n## Reviews\none\n```\n# no heading\n```\n### Deeper\ntwo\n## Other\nthree\n";
        let expected = "one\n```\n# no heading\n```\n### Deeper\ntwo";
        assert_eq!(section(text, "reviews").as_deref(), Some(expected));
        assert_eq!(section(text, "Other").as_deref(), Some("three"));
        assert_eq!(section(text, "Nowhere"), None);
    }
}

//! Prose inside fences: a prompt for another program, or Markdown, which may be all of an answer that names places.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::words;

/// A line in tags, or with a tag alone.
static TAGGED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*</?([a-z_]+)>(?:\s*(\S.*?)\s*</[a-z_]+>)?\s*$").expect("a constant pattern")
});

/// The text with those fences open that hold prose: a prompt for another program may be all that names places. `None` if
/// there are none.
pub(super) fn opened(text: &str, fences: impl Iterator<Item = Range<usize>>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for body in fences {
        let mut above = text.get(at..body.start)?.lines().rev();
        let info = above.next().unwrap_or("");
        let title = above.find(|line| !line.trim().is_empty());
        let language = info.trim_start_matches(['`', '~', ' ', '>']).trim_end();
        let is_prompt = title.is_some_and(words::is_noise);
        if !(matches!(language, "markdown" | "md") || is_prompt) {
            continue;
        }
        out.push_str(
            text[at..body.start]
                .strip_suffix('\n')?
                .strip_suffix(info)?,
        );
        out.push('\n');
        out.push_str(&text[body.clone()]);
        at = body.end + text[body.end..].find('\n').unwrap_or(text.len() - body.end);
    }
    (at > 0).then(|| untagged(&(out + &text[at..])))
}

/// A text without the tags in which prompts put things: `<location> … </location>` is a label, `<code_context>` begins code.
fn untagged(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match TAGGED.captures(line) {
            Some(found) if found.get(2).is_some() => {
                out.push_str(&format!("{}: {}", &found[1], &found[2]));
            }
            Some(found) if found[1].contains("code") => out.push_str("```"),
            Some(_) => {}
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

//! Links and footnotes whose targets stand elsewhere: `[text][1]`, `text[^1]` and, mostly below, `[1]: https://…`.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::line::{LineKind, MarkdownLine};

static DEFINITION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\[([^\[\]]{1,60})\]: +<?(\S.*?)>?$").expect("a constant pattern")
});
static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[([^\[\]]+)\](?:\[([^\[\]]*)\])?").expect("a constant pattern"));

/// The longest target, in bytes.
const LONGEST: usize = 400;

/// Puts the targets where they are referred to, and takes the lines that define them out.
pub(super) fn resolve(all: &mut [MarkdownLine<'_>]) {
    let mut targets: HashMap<String, String> = HashMap::new();
    let mut defined = Vec::new();
    for (at, line) in all.iter().enumerate() {
        if line.kind == LineKind::Text
            && let Some(found) = DEFINITION.captures(&line.text)
            && (found[2].contains("://") || found[1].starts_with('^'))
            && found[2].len() < LONGEST
        {
            targets.insert(found[1].to_lowercase(), found[2].to_owned());
            defined.push(at);
        }
    }
    let mut used: HashSet<String> = HashSet::new();
    for (at, line) in all.iter_mut().enumerate() {
        let is_prose = !matches!(line.kind, LineKind::Code | LineKind::Blank);
        if targets.is_empty()
            || !is_prose
            || !line.text.contains('[')
            || defined.binary_search(&at).is_ok()
        {
            continue;
        }
        let text = REFERENCE.replace_all(&line.text, |found: &regex::Captures<'_>| {
            let behind = found.get(0).map_or("", |all| &line.text[all.end()..]);
            let name = found.get(2).map(|name| name.as_str());
            let name = name.filter(|name| !name.is_empty()).unwrap_or(&found[1]);
            let name = name.to_lowercase();
            match targets
                .get(&name)
                .filter(|_| !behind.starts_with(['(', ':']))
            {
                Some(target) => {
                    let footnote = name.starts_with('^');
                    used.insert(name);
                    if footnote {
                        format!(" ({target})")
                    } else {
                        format!("[{}]({target})", &found[1])
                    }
                }
                None => found[0].to_owned(),
            }
        });
        line.text = Cow::Owned(text.into_owned());
    }
    for at in defined {
        let line = &mut all[at];
        let name = DEFINITION
            .captures(&line.text)
            .map(|found| found[1].to_lowercase());
        if name.is_some_and(|name| used.contains(&name)) {
            (line.kind, line.text) = (LineKind::Blank, Cow::Borrowed(""));
        }
    }
}

//! The grammar of a whole `WHERE:` value: locations, what may join them, and the prose that may follow.

use super::bare::{Doubt, bare};
use super::citation::{CitationResult, RangeResult, cite};
use super::quoted::{bracketed, link, quoted, unquoted};
use super::separators::{after_next_separator, skip_brackets, skip_closing, skip_separators};
use super::token::Named;
use super::{lines, path};

/// How many words may precede the first location.
const MOST_WORDS: usize = 8;

/// What a value names.
pub(super) struct ValueReader<'a> {
    value: &'a str,
    pub(super) found: Vec<CitationResult>,
    limit: usize,
    pub(super) left_out: usize,
    /// The path that lines without one belong to.
    path: Option<String>,
    /// It reads the inside of quotes; quotes in there hold no lists.
    quoted: bool,
}

impl<'a> ValueReader<'a> {
    pub(super) fn new(value: &'a str, limit: usize) -> Self {
        Self {
            value,
            found: Vec::new(),
            limit,
            left_out: 0,
            path: None,
            quoted: false,
        }
    }

    /// Reads to the end; says whether prose was met on the way.
    pub(super) fn run(&mut self) -> bool {
        let mut rest = skip_separators(self.value);
        let mut doubt = Doubt::First;
        let mut prose = false;
        while !rest.is_empty() {
            let read = match doubt {
                Doubt::First => self.first(rest),
                _ => self.item(rest, doubt),
            };
            match read {
                Some(after) => rest = after,
                None => prose = true,
            }
            rest = skip_closing(rest);
            if rest.trim_start().starts_with(['(', '（', '[']) {
                prose = true;
                rest = skip_brackets(rest.trim_start());
            }
            let joined = skip_separators(rest);
            if joined.is_empty() {
                break;
            }
            if !rest[..rest.len() - joined.len()].trim().is_empty() {
                doubt = Doubt::Joined;
                rest = joined;
                continue;
            }
            // Prose: words may stand before the next separator.
            prose = true;
            let Some(next) = after_next_separator(rest) else {
                break;
            };
            rest = next;
            doubt = Doubt::AfterProse;
        }
        prose
    }

    /// The first location, which a few words may precede: `line 42 of src/a.rs`, `in src/a.rs:42`.
    fn first(&mut self, text: &'a str) -> Option<&'a str> {
        if let Some(after) = self.lines_of_path(text) {
            return Some(after);
        }
        let first_word = text.split_whitespace().next().unwrap_or("");
        if !first_word.starts_with('"') && path::is_nowhere(path::strip_markup(first_word)) {
            return None;
        }
        if let Some(after) = self.item(text, Doubt::First) {
            return Some(after);
        }
        // Only a few words in: what stands further on is prose that mentions a place.
        let mut rest = text;
        for _ in 0..MOST_WORDS {
            let end = rest.find(char::is_whitespace)?;
            if rest[..end].ends_with(['.', ';', '!', '?']) {
                return None;
            }
            rest = rest[end..].trim_start();
            if rest.starts_with(['-', '–', '—', '(']) {
                return None;
            }
            if let Some(after) = self.item(rest, Doubt::Joined) {
                return Some(after);
            }
        }
        None
    }

    /// `lines 40-52 of src/a.rs`.
    fn lines_of_path(&mut self, text: &'a str) -> Option<&'a str> {
        let (read, rest) = lines::range(lines::after_word(text)?)?;
        let rest = rest.trim_start();
        let rest = ["of ", "in ", "from ", "at "]
            .iter()
            .find_map(|word| rest.strip_prefix(word))?;
        let (mut named, after) = named(rest.trim_start(), Doubt::Joined)?;
        named.lines.push(read);
        self.push(named, text, after);
        Some(after)
    }

    /// One location at the start of `text`; what follows it.
    fn item(&mut self, text: &'a str, doubt: Doubt) -> Option<&'a str> {
        if doubt == Doubt::Joined
            && let Some(path) = self.path.clone()
            && let Some((read, after)) = lines_alone(text)
        {
            let mut named = Named::file(path);
            named.lines.push(read);
            self.push(named, text, after);
            return Some(after);
        }
        if !self.quoted
            && let Some((inner, after)) = quoted_list(text)
        {
            self.list(inner);
            return Some(after);
        }
        let (named, after) = named(text, doubt)?;
        self.push(named, text, after);
        Some(after)
    }

    /// Several locations inside one pair of backticks.
    fn list(&mut self, inner: &'a str) {
        let mut part = ValueReader {
            quoted: true,
            ..ValueReader::new(inner, self.limit - self.found.len())
        };
        part.run();
        self.left_out += part.left_out;
        self.path = part.path.or(self.path.take());
        self.found.append(&mut part.found);
    }

    /// Takes what stands at the start of `from`, up to `rest`.
    fn push(&mut self, named: Named, from: &str, rest: &str) {
        let text = &from[..from.len() - rest.len()];
        let text = text.trim().trim_end_matches([',', ';']);
        let all = named.lines.len().max(1);
        let kept = all.min(self.limit - self.found.len());
        self.left_out += all - kept;
        if kept > 0 {
            let lines = &named.lines[..named.lines.len().min(kept)];
            self.found.extend(cite(&named.path, lines, text));
            if lines.is_empty()
                && let Some(Ok(last)) = self.found.last_mut()
            {
                last.location.symbol = named.symbol;
            }
        }
        self.path = Some(named.path);
    }
}

/// A location at the start of a text, and what follows it.
fn named(text: &str, doubt: Doubt) -> Option<(Named, &str)> {
    let text = text.trim_start_matches(['*', '>', ' ']);
    let (named, rest) = if text.starts_with('[') {
        link(text).or_else(|| bracketed(text))
    } else if text.starts_with(['`', '"', '\'', '“', '‘', '<', '«']) {
        quoted(text)
    } else if let Some(inner) = text.strip_prefix("__")
        && let Some(inner) = inner.trim_end().strip_suffix("__")
    {
        Some((bare(inner, doubt)?.0, ""))
    } else {
        bare(text, doubt)
    }?;
    let plain = path::looks_like_path(&named.path);
    let sure = match doubt {
        // A name of a thing in the code is no file.
        Doubt::First => named.symbol.is_none() || plain,
        Doubt::Joined => plain || !named.lines.is_empty(),
        Doubt::AfterProse => plain && !named.lines.is_empty(),
    };
    sure.then_some((named, rest))
}

/// Lines that stand for themselves: `149-153`, `line 149`, `:149`, `` `L149` ``.
fn lines_alone(text: &str) -> Option<(RangeResult, &str)> {
    let inner = text.trim_start_matches(['`', '*']);
    let inner = inner
        .strip_prefix(":")
        .or_else(|| inner.strip_prefix('#'))
        .unwrap_or(inner);
    if let Some(worded) = lines::after_word(inner) {
        return lines::range(worded);
    }
    lines::range(inner).filter(|(_, rest)| lines::at_boundary(rest))
}

/// The inside of backticks or quotes that hold more than one location, and what follows.
fn quoted_list(text: &str) -> Option<(&str, &str)> {
    let (inner, rest) = unquoted(text)?;
    // An escape of git's: all of it is one path.
    if inner.contains('\\') || !inner.contains([',', ';', ' ']) {
        return None;
    }
    let mut reader = ValueReader {
        quoted: true,
        ..ValueReader::new(inner, 3)
    };
    reader.run();
    (reader.found.len() > 1).then_some((inner, rest))
}

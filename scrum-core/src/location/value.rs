//! A whole `WHERE:` value: locations, what may join them, and the prose that may follow.

use super::lines::{self, Lines};
use super::path;
use super::{Citation, Location, Malformed};

type Item = Result<Citation, Malformed>;

/// The longest piece of a value kept with a citation, in bytes: brackets with many lines share one.
const LONGEST_TEXT: usize = 200;
/// How far to look for the end of a quote, in bytes. A path of git's is longer than others when quoted.
const LONGEST_QUOTE: usize = 2_000;
const LONGEST_GIT_QUOTE: usize = 20_000;

/// How sure a text must be of being a location.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doubt {
    /// The first of a value: a single word will do.
    First,
    /// Directly joined to the one before: a path by its looks.
    Joined,
    /// Words stand between: a path by its looks, and lines.
    AfterProse,
}

/// What follows the path of a location.
struct Named<'a> {
    path: String,
    /// Several where brackets list them; empty where there are none.
    lines: Vec<Result<Lines, Malformed>>,
    symbol: Option<String>,
    /// Behind it.
    rest: &'a str,
}

/// Reads `value`; the second value counts the citations above `limit` that were left out.
pub(super) fn read(value: &str, limit: usize) -> (Vec<Item>, usize) {
    let mut reader = Reader::new(value, limit);
    reader.run();
    if reader.found.is_empty() && reader.left_out == 0 {
        let empty = path::undressed(value).is_empty()
            && !value.contains(|c: char| c.is_alphanumeric() || c == '?');
        reader.found.push(Err(if empty {
            Malformed::Empty
        } else {
            Malformed::NoPath
        }));
    }
    (reader.found, reader.left_out)
}

/// Reads `text` where it holds nothing but locations with lines or a symbol.
pub(super) fn read_strictly(text: &str, limit: usize) -> Option<Vec<Item>> {
    let mut reader = Reader::new(text, limit);
    let prose = reader.run();
    let exact = |item: &Item| {
        item.as_ref()
            .is_ok_and(|c| c.location.lines.is_some() || c.location.symbol.is_some())
    };
    (!prose && !reader.found.is_empty() && reader.found.iter().all(exact)).then_some(reader.found)
}

struct Reader<'a> {
    value: &'a str,
    found: Vec<Item>,
    limit: usize,
    left_out: usize,
    /// The path that lines without one belong to.
    path: Option<String>,
    /// It reads the inside of quotes; quotes in there hold no lists.
    quoted: bool,
}

impl<'a> Reader<'a> {
    fn new(value: &'a str, limit: usize) -> Self {
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
    fn run(&mut self) -> bool {
        let mut rest = skip_joints(self.value);
        let mut doubt = Doubt::First;
        let mut prose = false;
        if path::is_nowhere(path::undressed(self.value)) {
            return false;
        }
        while !rest.is_empty() {
            let before = rest;
            let read = match doubt {
                Doubt::First => self.first(rest),
                _ => self.item(rest, doubt),
            };
            match read {
                Some(after) => rest = after,
                None if doubt == Doubt::First => return true,
                None => {
                    prose = true;
                }
            }
            let read = rest.len() < before.len();
            rest = skip_closing(rest);
            if rest.trim_start().starts_with(['(', '（', '[']) {
                prose = true;
                rest = skip_brackets(rest.trim_start());
            }
            let joined = skip_joints(rest);
            if joined.is_empty() {
                break;
            }
            if read && joined.len() < rest.len() && has_joint(&rest[..rest.len() - joined.len()]) {
                doubt = Doubt::Joined;
                rest = joined;
                continue;
            }
            // Prose. A dash, a colon or a full stop begins a sentence; other words may stand before the next joint.
            prose = true;
            if ends_the_list(rest) {
                break;
            }
            let Some(next) = behind_next_joint(rest) else {
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
        if !first_word.starts_with('"') && path::is_nowhere(path::undressed(first_word)) {
            return None;
        }
        if let Some(after) = self.item(text, Doubt::First) {
            return Some(after);
        }
        // Only a few words in: what stands further on is prose that mentions a place.
        let mut rest = text;
        for _ in 0..8 {
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
            .find_map(|word| rest.strip_prefix(word))?
            .trim_start();
        let named = named(rest, Doubt::Joined)?;
        if !named.lines.is_empty() {
            return None;
        }
        let after = named.rest;
        self.push(
            Named {
                lines: vec![read],
                ..named
            },
            text,
        );
        Some(after)
    }

    /// One location at the start of `text`; what follows it.
    fn item(&mut self, text: &'a str, doubt: Doubt) -> Option<&'a str> {
        if doubt == Doubt::Joined
            && let Some(path) = self.path.clone()
            && let Some((read, after)) = lines_alone(text)
        {
            self.push(
                Named {
                    path,
                    lines: vec![read],
                    symbol: None,
                    rest: after,
                },
                text,
            );
            return Some(after);
        }
        if !self.quoted
            && let Some((inner, after)) = quoted_list(text)
        {
            return self.list(inner, doubt).then_some(after);
        }
        let named = named(text, doubt)?;
        let after = named.rest;
        self.push(named, text);
        Some(after)
    }

    /// Several locations inside one pair of backticks.
    fn list(&mut self, inner: &'a str, doubt: Doubt) -> bool {
        if doubt == Doubt::First && named(inner, Doubt::Joined).is_none() {
            return false;
        }
        let mut part = Reader {
            quoted: true,
            ..Reader::new(inner, self.limit - self.found.len())
        };
        part.run();
        self.left_out += part.left_out;
        let any = !part.found.is_empty();
        self.path = part.path.or(self.path.take());
        self.found.append(&mut part.found);
        any
    }

    fn push(&mut self, named: Named<'_>, from: &str) {
        let Named {
            path,
            lines,
            symbol,
            rest,
        } = named;
        let text = start_of(
            from[..from.len() - rest.len()]
                .trim()
                .trim_end_matches([',', ';']),
            LONGEST_TEXT,
        );
        if lines.is_empty() {
            self.add(|| {
                let location = Location {
                    path: path.clone(),
                    lines: None,
                    symbol,
                };
                Ok(Citation {
                    location,
                    text: text.to_owned(),
                    swapped: false,
                })
            });
        } else {
            for read in lines {
                self.add(|| {
                    read.map(|Lines { range, swapped }| {
                        let location = Location {
                            path: path.clone(),
                            lines: Some(range),
                            symbol: None,
                        };
                        Citation {
                            location,
                            text: text.to_owned(),
                            swapped,
                        }
                    })
                });
            }
        }
        self.path = Some(path);
    }

    fn add(&mut self, item: impl FnOnce() -> Item) {
        if self.found.len() < self.limit {
            self.found.push(item());
        } else {
            self.left_out += 1;
        }
    }
}

/// Lines that stand for themselves: `149-153`, `line 149`, `:149`, `` `L149` ``.
fn lines_alone(text: &str) -> Option<(Result<Lines, Malformed>, &str)> {
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

/// A path and what names a part of it.
fn named(text: &str, doubt: Doubt) -> Option<Named<'_>> {
    let text = text.trim_start_matches(['*', '>', ' ']);
    let named = if text.starts_with('[') {
        link(text).or_else(|| bracketed(text))
    } else if text.starts_with(['`', '"', '\'', '“', '‘', '<', '«']) {
        quoted(text)
    } else if text.starts_with("__") && text.trim_end().ends_with("__") {
        bare(text.trim_start_matches('_'), doubt)
    } else {
        bare(text, doubt)
    }?;
    let exact = !named.lines.is_empty() || named.symbol.is_some();
    let plain = path::looks_like_path(&named.path);
    let sure = match doubt {
        // A name of a thing in the code is no file.
        Doubt::First => {
            named.symbol.is_none()
                || plain
                || path::has_folder(&named.path)
                || named.path.contains('.')
        }
        Doubt::Joined => plain || (!named.lines.is_empty() && !named.path.contains(' ')),
        Doubt::AfterProse => plain && exact,
    };
    sure.then_some(named)
}

/// `[text](target)`: one location, although both may name it.
fn link(text: &str) -> Option<Named<'_>> {
    // A link's text may hold brackets that belong to a path.
    let close = start_of(text, LONGEST_QUOTE).find("](")?;
    let inner = &text[1..close];
    let target = &text[close + 2..];
    let (target, rest) = match target.strip_prefix('<') {
        Some(angled) => {
            let end = start_of(angled, LONGEST_QUOTE).find(">)")?;
            (&angled[..end], &angled[end + 2..])
        }
        None => {
            let end = closing_bracket(target)?;
            (&target[..end], &target[end + 1..])
        }
    };
    // A title may follow the address.
    let target = target
        .split(" \"")
        .next()
        .unwrap_or(target)
        .replace("%20", " ");
    let shown = quoted(inner)
        .filter(|n| n.rest.trim().is_empty())
        .or_else(|| whole(inner));
    let mut linked = whole(target.split('?').next().unwrap_or(&target));
    if let Some((address, fragment)) = target.split_once('#') {
        linked = whole(&format!(
            "{}#{fragment}",
            address.split('?').next().unwrap_or(address)
        ))
        .or(linked);
        if address.is_empty() {
            linked = None;
        }
    }
    let fragment = target
        .strip_prefix('#')
        .and_then(lines::range)
        .filter(|(_, rest)| rest.is_empty());
    let by_text = |named: &Named<'_>| path::looks_like_path(&named.path) || !named.lines.is_empty();
    let mut named = match (linked, shown) {
        (Some(linked), Some(shown)) if target.contains("://") && by_text(&shown) => {
            merged(shown, linked)
        }
        (Some(linked), Some(shown))
            if path::has_folder(&linked.path) || path::looks_like_path(&linked.path) =>
        {
            merged(linked, shown)
        }
        (_, Some(shown)) => match fragment {
            Some((lines, _)) if shown.lines.is_empty() => Named {
                lines: vec![lines],
                ..shown
            },
            _ => shown,
        },
        (Some(linked), None) => linked,
        (None, None) => return None,
    };
    let mut behind = rest;
    if named.lines.is_empty()
        && let Some((lines, after)) = lines::behind_path(rest)
    {
        (named.lines, behind) = (lines, after);
    }
    Some(Named {
        path: named.path,
        lines: named.lines,
        symbol: named.symbol,
        rest: behind,
    })
}

/// The first's path; lines and symbol of whichever has them.
fn merged<'a>(first: Named<'a>, second: Named<'_>) -> Named<'a> {
    let lines = if first.lines.is_empty() {
        second.lines
    } else {
        first.lines
    };
    let symbol = if lines.is_empty() {
        first.symbol.or(second.symbol)
    } else {
        None
    };
    Named {
        path: first.path,
        lines,
        symbol,
        rest: first.rest,
    }
}

/// A text that is one location from end to end.
fn whole(text: &str) -> Option<Named<'static>> {
    let (path, lines, symbol) = split_path(text.trim().trim_matches(['`', '*']), true)?;
    Some(Named {
        path,
        lines,
        symbol,
        rest: "",
    })
}

fn closing_bracket(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate().take(LONGEST_QUOTE) {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(at),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// `[src/a.rs:42]`, with nothing linked.
fn bracketed(text: &str) -> Option<Named<'_>> {
    let inner = text.strip_prefix('[')?;
    let close = start_of(inner, LONGEST_QUOTE).find(']')?;
    let named = whole(&inner[..close])?;
    finish(named, &inner[close + 1..])
}

/// The inside of backticks or quotes that hold more than one location, and what follows.
fn quoted_list(text: &str) -> Option<(&str, &str)> {
    let (inner, rest) = unquoted(text)?;
    let one_path =
        (text.starts_with('"') && inner.contains('\\')) || lines::behind_path(rest).is_some();
    if one_path || (!inner.contains([',', ';']) && !inner.contains(" and ")) {
        return None;
    }
    let mut reader = Reader {
        quoted: true,
        ..Reader::new(inner, 3)
    };
    reader.run();
    let sure = |item: &Item| {
        item.as_ref().is_ok_and(|Citation { location, .. }| {
            location.lines.is_some()
                || location.symbol.is_some()
                || path::looks_like_path(&location.path)
        })
    };
    (reader.found.len() > 1 && reader.found.iter().all(sure)).then_some((inner, rest))
}

/// Splits `` `inner` rest ``, for all kinds of quotes.
fn unquoted(text: &str) -> Option<(&str, &str)> {
    let open = text.chars().next()?;
    let close = match open {
        '`' | '"' | '\'' => open,
        '“' => '”',
        '‘' => '’',
        '<' => '>',
        '«' => '»',
        _ => return None,
    };
    let run = if open == '`' {
        text.len() - text.trim_start_matches('`').len()
    } else {
        open.len_utf8()
    };
    let inner = start_of(&text[run..], LONGEST_QUOTE);
    let end = if open == '`' {
        inner.find(&text[..run])?
    } else {
        inner.find(close)?
    };
    let after = run + end + if open == '`' { run } else { close.len_utf8() };
    Some((inner[..end].trim(), &text[after..]))
}

/// At most `len` bytes of `text`, cut between characters.
fn start_of(text: &str, len: usize) -> &str {
    let mut end = len.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A location, or only its path, in backticks or quotes.
fn quoted(text: &str) -> Option<Named<'_>> {
    if text.starts_with('"')
        && let Some((path, len)) = path::git_quoted(start_of(text, LONGEST_GIT_QUOTE))
        && !path::is_drive(&text[1..])
    {
        let (inner, rest) = (&text[1..len - 1], &text[len..]);
        // Lines behind the quotes say that all in them is path.
        let all_path =
            inner.contains('\\') || rest.starts_with("::") || lines::behind_path(rest).is_some();
        let named = if all_path {
            Named {
                path,
                lines: Vec::new(),
                symbol: None,
                rest: "",
            }
        } else {
            whole(inner)?
        };
        return finish(named, rest);
    }
    let (inner, rest) = match unquoted(text) {
        Some(split) => split,
        // A quote that never closes is none.
        None => {
            let inner = text.trim_start_matches(['`', '"', '\'', '“', '‘', '<']);
            return bare(inner, Doubt::Joined);
        }
    };
    let inner = inner.trim_matches(['*', '`', '"']);
    // `<path>` without folder or dot is a gap that a template left to fill in.
    if text.starts_with('<') && !inner.contains(['/', '.']) {
        return None;
    }
    finish(whole(inner)?, rest)
}

/// Adds what stands behind the quotes.
fn finish<'a>(named: Named<'_>, rest: &'a str) -> Option<Named<'a>> {
    let Named {
        path,
        mut lines,
        mut symbol,
        ..
    } = named;
    let mut behind = rest;
    if lines.is_empty() {
        if symbol.is_none()
            && let Some(name) = rest.strip_prefix("::").or_else(|| rest.strip_prefix("`::"))
        {
            let (read, after) = symbol_at(name.trim_start_matches('`'));
            if !read.is_empty() {
                symbol = Some(read.to_owned());
                behind = after.trim_start_matches('`');
            }
        }
        if let Some((read, after)) = lines::behind_path(behind) {
            (lines, symbol, behind) = (read, None, after);
        } else if symbol.is_none()
            && let Some(gap) = placeholder(behind)
        {
            lines = vec![Err(Malformed::Line {
                text: gap.to_owned(),
            })];
        }
    }
    Some(Named {
        path,
        lines,
        symbol,
        rest: behind,
    })
}

/// `:line` or `:<line>`, which a template has where numbers belong.
fn placeholder(rest: &str) -> Option<&str> {
    let word = rest.strip_prefix(':')?;
    let end = word
        .find(|c: char| c.is_whitespace() || c == ',')
        .unwrap_or(word.len());
    let word = word[..end].trim_matches(['<', '>', '{', '}', '[', ']', '`', '*', '.']);
    is_placeholder(word).then_some(word)
}

fn is_placeholder(word: &str) -> bool {
    [
        "line",
        "lines",
        "line_number",
        "lineno",
        "line-line",
        "start-end",
        "start",
        "first",
        "first-last",
        "n",
        "nn",
        "nnn",
    ]
    .iter()
    .any(|gap| gap.eq_ignore_ascii_case(word))
}

/// A location without quotes.
fn bare(text: &str, doubt: Doubt) -> Option<Named<'_>> {
    let end = path::bare_end(text);
    let token = &text[..end];
    let (cut, name_from) = path_and_tail(token);
    let rest_of_token = &token[cut..];
    let (path, rest);
    if let Some(at) = name_from {
        path = path::cleaned(&token[..cut], false)?;
        let single = at == cut + 1;
        if single && lines::behind_path(&text[cut..]).is_some() {
            return finish(
                Named {
                    path,
                    lines: Vec::new(),
                    symbol: None,
                    rest: "",
                },
                &text[cut..],
            );
        }
        let (symbol, after) = symbol_at(&text[at..]);
        if symbol.is_empty() {
            return finish(
                Named {
                    path,
                    lines: Vec::new(),
                    symbol: None,
                    rest: "",
                },
                &text[end..],
            );
        }
        if single && is_placeholder(symbol) {
            let gap = Err(Malformed::Line {
                text: symbol.to_owned(),
            });
            return path::has_folder(&path).then(|| Named {
                path,
                lines: vec![gap],
                symbol: None,
                rest: after,
            });
        }
        if !single || path::looks_like_path(&path) {
            return finish(
                Named {
                    path,
                    lines: Vec::new(),
                    symbol: Some(symbol.to_owned()),
                    rest: "",
                },
                after,
            );
        }
        return None;
    } else if rest_of_token.is_empty() {
        // No lines in this word: the path may have blanks, or lines may stand in the words that follow.
        let spaced = if doubt == Doubt::AfterProse || path::is_known_name(token) {
            None
        } else {
            spaced_end(text, end)
        };
        let end = spaced.unwrap_or(end);
        let (cut, _) = path_and_tail(&text[..end]);
        path = path::cleaned(&text[..cut], false)?;
        rest = &text[cut..];
    } else {
        path = path::cleaned(&token[..cut], false)?;
        rest = &text[cut..];
    }
    if path.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return None;
    }
    // `finding 2` and `#2` name no file.
    let loose_number = rest.trim_start().starts_with(|c: char| c.is_ascii_digit())
        && !rest.starts_with([':', '#']);
    if path.starts_with('#')
        || (loose_number && !path::has_folder(&path) && !path::looks_like_path(&path))
    {
        return None;
    }
    let named = finish(
        Named {
            path,
            lines: Vec::new(),
            symbol: None,
            rest: "",
        },
        rest,
    )?;
    // One word may be any file's name; a word in a sentence may not.
    let alone = named.rest.trim().is_empty() || has_joint_first(named.rest);
    let sure = !named.lines.is_empty()
        || alone
        || path::has_folder(&named.path)
        || path::looks_like_path(&named.path);
    sure.then_some(named)
}

/// Where the path ends inside an unquoted word, and where a symbol begins, if one does.
fn path_and_tail(token: &str) -> (usize, Option<usize>) {
    let bytes = token.as_bytes();
    let from = if path::is_drive(token) { 2 } else { 0 };
    for at in memchr::memchr2_iter(b':', b'#', bytes).filter(|at| *at >= from.max(1)) {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let digit = next.is_ascii_digit()
            || (matches!(next, b'L' | b'l' | b'~')
                && bytes.get(at + 2).is_some_and(u8::is_ascii_digit));
        if digit {
            return (at, None);
        }
        if bytes[at] == b'#' {
            continue;
        }
        match next {
            b':' => return (at, Some(at + 2)),
            b'/' if bytes.get(at + 2) == Some(&b'/') => {}
            b' ' => return (at, None),
            _ if lines::after_word(&token[at + 1..]).is_some() => return (at, None),
            b if b.is_ascii_alphabetic() || b == b'_' => {
                // `path:name`.
                return (at, Some(at + 1));
            }
            _ => {}
        }
    }
    (token.len(), None)
}

/// Splits a quoted text into path and lines or symbol; blanks belong to the path.
fn split_path(
    text: &str,
    quoted: bool,
) -> Option<(String, Vec<Result<Lines, Malformed>>, Option<String>)> {
    let (cut, name_from) = path_and_tail(text);
    let finished = |rest: &str| rest.trim().trim_matches(['`', '*', '.']).is_empty();
    if let Some(at) = name_from {
        let single = at == cut + 1;
        let path = path::cleaned(&text[..cut], quoted)?;
        let (symbol, after) = symbol_at(&text[at..]);
        if single && is_placeholder(symbol) {
            return path::has_folder(&path).then(|| {
                (
                    path,
                    vec![Err(Malformed::Line {
                        text: symbol.to_owned(),
                    })],
                    None,
                )
            });
        }
        if !symbol.is_empty() && (!single || path::looks_like_path(&path)) {
            return match lines::behind_path(after) {
                Some((lines, _)) => Some((path, lines, None)),
                None => Some((path, Vec::new(), Some(symbol.to_owned()))),
            };
        }
        return single
            .then(|| path::cleaned(text, quoted))
            .flatten()
            .map(|path| (path, Vec::new(), None));
    }
    if cut < text.len() {
        let (lines, _) = lines::behind_path(&text[cut..])?;
        return Some((path::cleaned(&text[..cut], quoted)?, lines, None));
    }
    // `path (line 42)` and `path, line 42` inside the quotes.
    for (at, _) in text
        .match_indices([' ', ',', '('])
        .filter(|(at, _)| *at > 0)
        .take(16)
    {
        if let Some((lines, rest)) = lines::behind_path(&text[at..])
            && finished(rest)
        {
            return Some((
                path::cleaned(text[..at].trim_end_matches([',', ' ']), quoted)?,
                lines,
                None,
            ));
        }
    }
    Some((path::cleaned(text, quoted)?, Vec::new(), None))
}

/// A symbol: a name with `::`, `.`, generics and arguments, without the trailing `()`; and what follows.
fn symbol_at(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    let mut end = text.len();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let stops = match c {
            '<' | '(' | '[' => {
                depth += 1;
                false
            }
            '>' | ')' | ']' if depth > 0 => {
                depth -= 1;
                false
            }
            ')' | ']' | '`' | '"' | '*' | '|' | '“' | '”' => true,
            ',' | ';' => depth == 0,
            // `name:42` has lines; `Type::name` goes on.
            ':' if depth == 0 => next != Some(':') && !text[..at].ends_with(':'),
            '#' => depth == 0,
            c if c.is_whitespace() => depth == 0,
            _ => false,
        };
        if stops {
            end = at;
            break;
        }
        if at > 512 {
            end = at;
            break;
        }
    }
    let name = text[..end].trim_end_matches(['.', ':', '!', '?']);
    let name = name.strip_suffix("()").unwrap_or(name);
    // An opening bracket that stays open belongs to the prose.
    let name = if depth > 0 {
        name.split(['(', '[']).next().unwrap_or(name).trim_end()
    } else {
        name
    };
    let end = if depth > 0 { name.len() } else { end };
    (name, &text[end..])
}

/// The end of a path with blanks that begins with the word before `end`: the words up to one that has lines or a
/// known ending, none of which is a word of prose.
fn spaced_end(text: &str, end: usize) -> Option<usize> {
    const PROSE: [&str; 26] = [
        "a", "an", "and", "around", "at", "by", "class", "file", "for", "from", "function", "in",
        "is", "line", "lines", "method", "near", "new", "of", "on", "or", "see", "the", "to",
        "when", "with",
    ];
    let mut end = end;
    let first = &text[..end];
    if PROSE.iter().any(|word| word.eq_ignore_ascii_case(first)) {
        return None;
    }
    for _ in 0..6 {
        let gap = text[end..].len() - text[end..].trim_start_matches(' ').len();
        if gap != 1 {
            return None;
        }
        let start = end + gap;
        let word = &text[start..start + path::bare_end(&text[start..])];
        if !word.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-' || c == '.')
            || PROSE.contains(&word)
        {
            return None;
        }
        // `src/a dir/b.rs` has its folder in front; otherwise a whole path that follows words is that path alone.
        let (cut, _) = path_and_tail(word);
        end = start + word.len();
        if path::has_ending(&word[..cut]) {
            let own = path::has_folder(&word[..cut]) && !path::has_folder(first);
            let prose = own && first.chars().all(char::is_lowercase);
            return (!prose).then_some(end);
        }
    }
    None
}

/// Skips blanks, list punctuation and `and` before an item.
fn skip_joints(text: &str) -> &str {
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start_matches([
            ' ', '\t', '\r', '\n', '\u{a0}', ',', ';', '，', '；', '、', '|', '&', '\u{200b}',
            '\u{feff}',
        ]);
        let word = ["and ", "<br>", "<br/>", "<br />", "/ ", "+ "]
            .iter()
            .find_map(|joint| lines::strip_ignoring_case(trimmed, joint));
        match word {
            Some(next) => rest = next,
            None => return trimmed,
        }
    }
}

/// Whether what stands between two items joins them.
fn has_joint(between: &str) -> bool {
    between.contains([',', ';', '，', '；', '、', '&', '/', '+', '|'])
        || between.contains("and")
        || between.contains("AND")
        || between.contains("br")
}

fn has_joint_first(rest: &str) -> bool {
    let trimmed = rest.trim_start();
    trimmed.starts_with([',', ';', '，', '；', '、', '&', '|', '<']) || trimmed.starts_with("and ")
}

/// Skips what closes a quote or emphasis.
fn skip_closing(text: &str) -> &str {
    text.trim_start_matches(['*', '`', '"', '”', '’', '\'', '>', ')', ']', '_'])
}

/// Skips a remark in brackets.
fn skip_brackets(text: &str) -> &str {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '（' | '[' => depth += 1,
            ')' | '）' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return &text[at + c.len_utf8()..];
                }
            }
            _ => {}
        }
    }
    ""
}

/// Whether what stands here begins a sentence of its own.
fn ends_the_list(rest: &str) -> bool {
    let trimmed = rest.trim_start();
    let mut chars = trimmed.chars();
    match chars.next() {
        Some('–' | '—' | '→' | '。' | '!' | '?' | '=') => true,
        Some('-' | '.' | ':' | '：') => chars
            .next()
            .is_none_or(|c| c.is_whitespace() || c == '-' || c == '>'),
        _ => false,
    }
}

/// What follows the next `,`, `;` or ` and ` of the same sentence, outside of brackets and backticks.
fn behind_next_joint(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut ticks = false;
    for (at, c) in text.char_indices() {
        match c {
            '`' => ticks = !ticks,
            '(' | '[' | '（' => depth += 1,
            ')' | ']' | '）' => depth = depth.saturating_sub(1),
            _ if depth > 0 || ticks => {}
            ',' | ';' | '，' | '；' | '、' => return Some(skip_joints(&text[at..])),
            '–' | '—' | '。' => return None,
            '-' | '.' | ':' | '?' | '!'
                if text[at + 1..].starts_with(char::is_whitespace)
                    && !(c == '-' && !text[..at].ends_with(' ')) =>
            {
                return None;
            }
            ' ' if text[at + 1..].starts_with("and ") => return Some(skip_joints(&text[at..])),
            '<' if lines::strip_ignoring_case(&text[at..], "<br").is_some() => {
                return Some(skip_joints(&text[at..]));
            }
            _ => {}
        }
    }
    None
}

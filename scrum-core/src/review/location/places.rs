//! Places in running text: every path that stands there, with the lines before or behind it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::known::KnownPaths;
use super::lines::{self, Lines, WORDS};
use super::token::path_and_tail;
use super::{Citation, LineRange, Location, Malformed, path};

/// How far from a path its lines are looked for, in bytes.
const NEAR: usize = 120;
/// Places that are read of one text at most.
const MOST: usize = 20_000;
/// Links that are read of one text at most.
const MOST_LINKS: usize = 1_000;

/// Ranges as read.
pub(crate) type Ranges = Vec<Result<LineRange, Malformed>>;

/// A path in a text, and its lines.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The bytes that name it, lines included.
    pub(crate) range: Range<usize>,
    /// The path alone.
    pub(crate) path: String,
    /// Empty for a path without lines.
    pub(crate) lines: Vec<Result<LineRange, Malformed>>,
    pub(crate) swapped: bool,
}

impl Place {
    /// One citation for each range, or one for the whole file.
    pub(crate) fn citations(&self, text: &str) -> Vec<Result<Citation, Malformed>> {
        let text = super::quoted::start_of(&text[self.range.clone()], 200);
        let citation = |lines| Citation {
            location: Location {
                path: self.path.clone(),
                lines,
                symbol: None,
            },
            text: text.to_owned(),
            swapped: self.swapped,
        };
        if self.lines.is_empty() {
            return vec![Ok(citation(None))];
        }
        let ranges = self.lines.iter().cloned();
        ranges
            .map(|lines| lines.map(|lines| citation(Some(lines))))
            .collect()
    }
}

/// Up to three names or words, then a word for "line", in front of a number.
static WORDED: LazyLock<Regex> = LazyLock::new(|| {
    let before = alternatives(&WORDS.before);
    Regex::new(&format!(
        r#"(?i)^[`*_"'”’»>\])]{{0,6}}\s{{0,3}}[,;:：(（\[，、—–|·•/→>-]{{0,2}}\s{{0,3}}(?:(?:`[^`\n]{{1,60}}`|[^\W\d][\w.:]*(?:\(\))?)(?:\s?[,;:(（·•|–—→]\s?|\s)){{0,3}}[(（\[`*]{{0,2}}\s?(?:new |old |the |around |about |approx\.? |near |at |on |in |~ ?|≈ ?)?(?:{})?\s?(?:{before})[\s.:：#~≈]{{0,3}}[`*]{{0,2}}"#,
        alternatives(&WORDS.between)
    ))
    .expect("the words of the data file are escaped")
});

/// Names of symbols, then `L`, in front of a number: `src/a.rs · f() · L4`.
static SHORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^[`*_"'”’»>\])]{0,6}\s{0,3}[,;:：(（\[，、—–|·•/→>-]{0,2}\s{0,3}(?:(?:`[^`\n]{1,60}`|[^\W\d][\w.:]*(?:\(\))?)(?:\s?[,;:(（·•|→]\s?|\s)){0,3}[(（\[`*]{0,2}\s?~?L"#)
        .expect("a constant pattern")
});

/// A number with a word for "line" behind it, near a path.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^[`*_"'”’»>\])]{0,6}\s{0,3}[,;:：(（\[，、—–|の的-]{0,2}\s{0,3}[`*]{0,2}"#)
        .expect("a constant pattern")
});

/// `between lines 42 and 50 of`.
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r#"(?i)(?:{}) (?:{}) ?(\d+) (?:{}) (\d+) (?:{}) [`*"'(\[]{{0,4}}$"#,
        alternatives(&WORDS.between),
        alternatives(&WORDS.before),
        alternatives(&WORDS.and),
        alternatives(&WORDS.of),
    ))
    .expect("the words of the data file are escaped")
});

/// Lines in front of a path: `lines 42-50 of`, `L42-L50 in`, `lines 42-50,`.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r#"(?i)(?:(?:{})\s?(?P<number>L?\d[^\s`]*(?:\s?(?:[-–—~〜]|{})\s?L?\d+)?)|(?P<short>\bL\d+(?:\s?[-–—]\s?L?\d+)?))\s?(?:{})?\s?(?:{}|,|\()?\s?(?:the )?(?:file |datei |fichier )?[`*"'(\[]{{0,4}}$"#,
        alternatives(&WORDS.before),
        alternatives(&WORDS.to),
        alternatives(&WORDS.after),
        alternatives(&WORDS.of),
    ))
    .expect("the words of the data file are escaped")
});

/// The lines that a link names: `#L4-L6`, `#L4-6`, `#lines-4:6`, `#4`.
static FRAGMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:L|R|l|lines-|line-)?(\d+)(?:C\d+)?(?:[-:](?:L|R)?(\d+)(?:C\d+)?)?$")
        .expect("a constant pattern")
});

fn alternatives(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| regex::escape(word)).collect();
    words.join("|")
}

/// All paths of a text, in order. A path is one that is known, or one by its looks.
pub(crate) fn places(text: &str, known: Option<&KnownPaths>) -> Vec<Place> {
    if !text.contains(['.', '/', ':']) && known.is_none() {
        return Vec::new();
    }
    let mut paths = paths(text, known);
    let starts: Vec<usize> = paths.iter().map(|found| found.range.start).collect();
    let mut floor = 0;
    for (at, found) in paths.iter_mut().enumerate() {
        if found.lines.is_empty() {
            let later = starts[at..].iter().find(|start| **start >= found.range.end);
            let limit = later.copied().unwrap_or(text.len());
            let behind = &text[found.range.end..limit.max(found.range.end)];
            if let Some((read, len)) = lines_behind(behind) {
                found.range.end += len;
                found.take(read);
            } else {
                let from = char_boundary(text, found.range.start.saturating_sub(NEAR).max(floor));
                if let Some((read, start)) = lines_before(&text[from..found.range.start]) {
                    found.range.start = from + start;
                    found.take(read);
                }
            }
        }
        floor = found.range.end;
    }
    paths
}

/// The lines that stand in a text about one file, at its start: `Line 34-36 (medium): …`, `L28: …`, `` `34-41`: … ``.
pub(crate) fn lines_at_start(text: &str) -> Option<(Vec<Result<LineRange, Malformed>>, usize)> {
    let inner = text.trim_start_matches(['`', '*', '_', '[', '(', ' ', '#', '@', '|']);
    let lead = text.len() - inner.len();
    let number = lines::after_word(inner);
    let short = inner.starts_with('L') && inner[1..].starts_with(|c: char| c.is_ascii_digit());
    let body = match number {
        Some(number) => number,
        None if short => inner,
        // A bare range in backticks or with a colon behind it.
        None if inner.starts_with(|c: char| c.is_ascii_digit()) => {
            if let Some((line, len)) = line_and_column(inner) {
                return Some((line, lead + len));
            }
            let (read, rest) = lines::range(inner)?;
            let ticked = text[..lead].ends_with('`') && rest.starts_with('`');
            let behind = lines::after_number(rest);
            if !ticked && behind.len() == rest.len() {
                return None;
            }
            let end = text.len() - behind.len();
            return Some((vec![read.map(|lines| lines.range)], end));
        }
        None => return None,
    };
    let (read, rest) = list(body, false)?;
    Some((
        read.into_iter()
            .map(|read| read.map(|lines| lines.range))
            .collect(),
        text.len() - rest.len(),
    ))
}

/// `20:17  error …`, as linters print it below a path; with the bytes that it takes, from the first digit.
fn line_and_column(text: &str) -> Option<(Vec<Result<LineRange, Malformed>>, usize)> {
    let (line, rest) = text.split_once(':')?;
    let column = rest.bytes().take_while(u8::is_ascii_digit).count();
    if column == 0 || !rest[column..].starts_with([' ', '\t']) {
        return None;
    }
    let line: u32 = line.parse().ok().filter(|line| *line > 0)?;
    let range = LineRange {
        start: line,
        end: line,
    };
    Some((vec![Ok(range)], text.len() - rest.len() + column))
}

/// Lines that a text about one file names anywhere: `P1 at line 30: …`.
pub(crate) fn lines_in(text: &str) -> Option<(Ranges, Range<usize>)> {
    let mut apart = true;
    for (at, c) in text.char_indices().take(400) {
        if apart
            && let Some(number) = lines::after_word(&text[at..])
            && let Some((read, rest)) = list(number, false)
        {
            let ranges = read.into_iter().map(|read| read.map(|lines| lines.range));
            return Some((ranges.collect(), at..text.len() - rest.len()));
        }
        apart = !c.is_alphanumeric() || is_cjk(c);
    }
    None
}

/// The lines that a value holds, which says nothing else: `135-150`, `45 to 48`, `第 123 行`.
pub(crate) fn line_list(text: &str) -> Option<Vec<Result<LineRange, Malformed>>> {
    let text = text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '`' | '*' | '_' | '(' | ')' | '[' | ']' | '~')
    });
    let (read, _) = list(
        lines::after_word(text).unwrap_or(text),
        text.to_lowercase().starts_with("between"),
    )?;
    Some(
        read.into_iter()
            .map(|read| read.map(|lines| lines.range))
            .collect(),
    )
}

impl Place {
    fn take(&mut self, read: Vec<Result<Lines, Malformed>>) {
        self.swapped = read
            .iter()
            .any(|read| read.as_ref().is_ok_and(|lines| lines.swapped));
        self.lines = read
            .into_iter()
            .map(|read| read.map(|lines| lines.range))
            .collect();
    }
}

fn char_boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// One range and those joined to it.
fn list(text: &str, between: bool) -> Option<(Vec<Result<Lines, Malformed>>, &str)> {
    let (first, mut rest) = lines::range(text)?;
    let mut all = vec![first];
    if between
        && let Some(joined) = lines::and(rest.trim_start())
        && let Some((second, after)) = lines::range(joined.trim_start())
        && let (Some(Ok(a)), Ok(b)) = (all.first(), &second)
    {
        let (start, end) = (
            a.range.start.min(b.range.start),
            a.range.end.max(b.range.end),
        );
        all = vec![Ok(Lines {
            range: LineRange { start, end },
            swapped: false,
        })];
        return Some((all, lines::after_number(after)));
    }
    rest = lines::after_number(rest);
    while all.len() < 64 {
        let trimmed = rest.trim_start();
        let Some(next) = trimmed
            .strip_prefix([',', '/', '&', '、'])
            .map(str::trim_start)
            .map(|next| lines::and(next).unwrap_or(next))
            .or_else(|| lines::and(trimmed))
        else {
            break;
        };
        let next = next.trim_start();
        let next = next.strip_prefix(':').unwrap_or(next);
        let worded = lines::after_word(next);
        let Some((more, after)) = lines::range(worded.unwrap_or(next)) else {
            break;
        };
        if worded.is_none() && !lines::at_boundary(after) {
            break;
        }
        all.push(more);
        rest = lines::after_number(after);
    }
    Some((all, rest))
}

/// The lines behind a path, and how many bytes they take.
fn lines_behind(text: &str) -> Option<(Vec<Result<Lines, Malformed>>, usize)> {
    let text = &text[..{
        let mut end = text.len().min(NEAR);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        end
    }];
    let attached = text.trim_start_matches(['`', '*', '"', '\'']);
    let len = |rest: &str| text.len() - rest.len();
    // `:42`, `:[42-46]`, ` : 42-46`, `#L42`, `(42,7)`.
    let colon = attached
        .trim_start_matches(' ')
        .strip_prefix([':', '：', '#', '@'])
        .map(|rest| rest.trim_start_matches(['[', '`', '*']));
    if let Some(numbers) = colon {
        let spaced = numbers.starts_with(' ');
        let numbers = numbers.trim_start();
        let worded = lines::after_word(numbers);
        if let Some((read, rest)) = list(worded.unwrap_or(numbers), false)
            && (!spaced || worded.is_some() || lines::at_boundary(rest))
        {
            return Some((read, len(rest)));
        }
    }
    if attached.starts_with(['(', '[', '（'])
        && let Some((read, rest)) = lines::behind_path(attached)
    {
        return Some((read, len(rest)));
    }
    if let Some(found) = WORDED.captures(text)
        && let Some(whole) = found.get(0)
        && let Some((read, rest)) = list(
            &text[whole.end()..],
            WORDS
                .between
                .iter()
                .any(|word| whole.as_str().contains(word.as_str())),
        )
    {
        return Some((read, len(rest)));
    }
    if let Some(found) = SHORT.find(text)
        && text[found.end()..].starts_with(|c: char| c.is_ascii_digit())
        && let Some((read, rest)) = list(&text[found.end()..], false)
        && lines::at_boundary(rest)
    {
        return Some((read, len(rest)));
    }
    // `path L42`, `path 42行目`.
    let whole = NUMBERED.find(text)?;
    let numbers = &text[whole.end()..];
    let (read, rest) = lines::range(numbers.strip_prefix('第').unwrap_or(numbers))?;
    let marked = lines::after_number(rest).len() < rest.len()
        || (numbers.starts_with('L') && whole.end() > 0 && lines::at_boundary(rest));
    let (all, rest) =
        list(numbers.strip_prefix('第').unwrap_or(numbers), false).unwrap_or((vec![read], rest));
    marked.then(|| (all, len(rest)))
}

/// The lines in front of a path, and where they begin.
fn lines_before(text: &str) -> Option<(Vec<Result<Lines, Malformed>>, usize)> {
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(found) = BETWEEN.captures(text)
        && let Some((read, _)) = lines::range(&format!("{}-{}", &found[1], &found[2]))
    {
        return Some((vec![read], found.get(0).map_or(0, |all| all.start())));
    }
    let found = BEFORE.captures(text)?;
    let number = found.name("number").or(found.name("short"))?;
    let (read, _) = lines::range(number.as_str())?;
    let start = found.get(0).map_or(0, |all| all.start());
    // `deadline 4 of …` has no word for lines.
    let apart = !text[..start].ends_with(char::is_alphabetic);
    apart.then(|| (vec![read], start))
}

/// The paths of a text; a link has its lines already.
fn paths(text: &str, known: Option<&KnownPaths>) -> Vec<Place> {
    let mut found: Vec<Place> = Vec::new();
    for range in links(text).take(MOST_LINKS) {
        if let Some(place) = link(text, range, known) {
            found.push(place);
        }
    }
    found.extend(relative_links(text, known));
    let urls = found.len();
    let inside = |found: &[Place], at: usize| {
        found[..urls]
            .iter()
            .any(|place| place.range.start <= at && at < place.range.end)
    };
    if let Some(known) = known {
        for (start, end) in known.find(text).take(MOST) {
            if !inside(&found, start)
                && let Some(start) = known_start(text, start)
                && ends_path(&text[end..])
            {
                found.push(Place {
                    range: start..end,
                    path: text[start..end].trim_start_matches('@').to_owned(),
                    lines: Vec::new(),
                    swapped: false,
                });
            }
        }
    }
    found.sort_by_key(|place| place.range.start);
    let taken: Vec<Range<usize>> = found.iter().map(|place| place.range.clone()).collect();
    let mut next = 0;
    let mut more = Vec::new();
    for word in words(text) {
        while taken.get(next).is_some_and(|range| range.end <= word.start) {
            next += 1;
        }
        if taken.get(next).is_some_and(|range| range.start < word.end) || found.len() > MOST {
            continue;
        }
        let token = &text[word.clone()];
        if token.contains("://") {
            continue;
        }
        let (cut, _) = path_and_tail(token);
        let path = token[..cut].trim_start_matches('@');
        let lead = cut - path.len();
        let lined = cut < token.len()
            && token[cut + 1..].starts_with(|c: char| c.is_ascii_digit() || c == 'L');
        if !(path::looks_like_path(path) || (lined && path::has_ending(path))) {
            continue;
        }
        for path in braced(path) {
            let Some(path) = path::cleaned(&path, false) else {
                continue;
            };
            more.push(Place {
                range: word.start + lead..word.start + cut,
                path,
                lines: Vec::new(),
                swapped: false,
            });
        }
    }
    found.extend(more);
    found.sort_by_key(|place| place.range.start);
    for place in &mut found {
        while let Some(at) = place.path.find("//") {
            place.path.remove(at);
        }
    }
    found
}

/// `src/{a,b}.py` names two paths.
fn braced(path: &str) -> Vec<String> {
    let parts = path.split_once('{').and_then(|(before, rest)| {
        let (inside, behind) = rest.split_once('}')?;
        let names = inside.split(',').take(8);
        Some(
            names
                .map(|name| format!("{before}{}{behind}", name.trim()))
                .collect::<Vec<_>>(),
        )
    });
    parts.unwrap_or_else(|| vec![path.to_owned()])
}

/// Where the path around a known one begins: an absolute one goes on to the left.
fn known_start(text: &str, start: usize) -> Option<usize> {
    let before = &text[..start];
    match before.chars().next_back() {
        Some('/') => {
            let from = before
                .rfind(|c: char| c.is_whitespace() || "`\"'()[]<>|,;“”「（".contains(c))
                .map_or(0, |at| {
                    at + before[at..].chars().next().map_or(1, char::len_utf8)
                });
            Some(from)
        }
        Some(c) if c.is_alphanumeric() && !is_cjk(c) => None,
        Some('_' | '-' | '.') => {
            // `- path` at the start of a word is no part of it.
            None
        }
        _ => Some(start),
    }
}

fn is_cjk(c: char) -> bool {
    c >= '\u{2e80}'
}

/// Whether a path may end in front of this text.
fn ends_path(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        Some('/' | '_' | '-') => false,
        Some('.') => chars.next().is_none_or(|c| !c.is_alphanumeric()),
        Some(c) => !c.is_alphanumeric() || is_cjk(c),
        None => true,
    }
}

/// Words that a path could be: what stands between blanks, quotes and brackets.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(|c: char| !separates(c))?;
        let end = start + path::bare_end(&text[start..]);
        at = end.max(start + text[start..].chars().next().map_or(1, char::len_utf8));
        Some(start..end)
    })
}

fn separates(c: char) -> bool {
    c.is_whitespace() || "`\"'()[]<>|*,;“”，；、（）：。「」".contains(c)
}

/// Where links stand.
fn links(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    memchr::memmem::find_iter(text.as_bytes(), "://").filter_map(move |at| {
        let scheme = text[..at].len()
            - text[..at]
                .bytes()
                .rev()
                .take_while(u8::is_ascii_alphabetic)
                .count();
        let end = text[at..]
            .find(|c: char| c.is_whitespace() || "`\"'<>|)]，。）".contains(c))
            .map_or(text.len(), |len| at + len);
        (scheme < at).then_some(scheme..end)
    })
}

/// Links of Markdown to a file, whose blanks are escaped: `[x](my%20notes.md#L4)`.
fn relative_links<'a>(
    text: &'a str,
    known: Option<&'a KnownPaths>,
) -> impl Iterator<Item = Place> + 'a {
    memchr::memmem::find_iter(text.as_bytes(), "](")
        .take(MOST_LINKS)
        .filter_map(move |at| {
            let start = at + 2;
            let len = text[start..].find([')', '\n'])?;
            let target = &text[start..start + len];
            if !target.contains('%') || target.contains("://") {
                return None;
            }
            let (address, fragment) = target.split_once('#').unwrap_or((target, ""));
            let path = decoded(address.trim_start_matches("./"));
            let is_path =
                known.is_some_and(|known| known.at_end(&path).is_some()) || path::has_ending(&path);
            is_path.then(|| Place {
                range: start..start + len,
                path: path.into_owned(),
                lines: fragment_lines(fragment),
                swapped: false,
            })
        })
}

/// A link to a line of a file on a forge.
fn link(text: &str, range: Range<usize>, known: Option<&KnownPaths>) -> Option<Place> {
    let url = text[range.clone()].trim_end_matches(['.', ',', ';', ':']);
    let (address, fragment) = url.split_once('#').unwrap_or((url, ""));
    let address = decoded(address.split('?').next().unwrap_or(address));
    let (path, lines) = if let Some(anchor) = fragment.strip_prefix("diff-") {
        let hex = anchor.get(..64)?;
        (known?.by_digest(hex)?.to_owned(), &anchor[64..])
    } else {
        (path_of_link(&address, known)?, fragment)
    };
    Some(Place {
        range: range.start..range.start + url.len(),
        path,
        lines: fragment_lines(lines),
        swapped: false,
    })
}

/// The lines that the part of a link behind `#` names.
fn fragment_lines(fragment: &str) -> Ranges {
    let Some(found) = FRAGMENT.captures(fragment) else {
        return Vec::new();
    };
    let number = |at: usize| {
        found
            .get(at)
            .and_then(|digits| digits.as_str().parse::<u32>().ok())
    };
    let Some(start) = number(1).filter(|line| *line > 0) else {
        return Vec::new();
    };
    let end = number(2).unwrap_or(start);
    vec![Ok(LineRange {
        start: start.min(end),
        end: start.max(end).max(1),
    })]
}

/// The path in a link's address. A revision may have slashes, so known paths decide.
fn path_of_link(address: &str, known: Option<&KnownPaths>) -> Option<String> {
    if let Some(path) = known.and_then(|known| known.at_end(address)) {
        return Some(path.to_owned());
    }
    if let Some(path) = address.strip_prefix("file://") {
        return Some(path.to_owned());
    }
    let behind = [
        "/-/blob/",
        "/blob/",
        "/src/commit/",
        "/src/branch/",
        "/src/",
        "/-/blame/",
        "/blame/",
    ]
    .iter()
    .find_map(|mark| Some(address.split_once(mark)?.1))?;
    let (_, path) = behind.split_once('/')?;
    (!path.is_empty()).then(|| path.to_owned())
}

/// Percent escapes decoded.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let known = KnownPaths::new(["src/render.py", "docs/my notes.md", "src/naïve.rs"]);
        let all = places(text, Some(&known));
        all.iter()
            .flat_map(|place| place.citations(text))
            .map(|read| {
                read.map_or_else(
                    |e| e.to_string(),
                    |c| {
                        let lines = c
                            .location
                            .lines
                            .map_or(String::new(), |l| format!(":{}-{}", l.start, l.end));
                        format!("{}{lines}", c.location.path)
                    },
                )
            })
            .collect()
    }

    #[test]
    fn paths_with_their_lines_in_all_forms() {
        for (text, expected) in [
            ("src/render.py, fn_41(), line 42", "src/render.py:42-42"),
            ("src/render.py (fn_41, line 42)", "src/render.py:42-42"),
            (
                "`src/render.py`, `fn_41`, lines 42-50",
                "src/render.py:42-50",
            ),
            (
                "src/render.py `fn_41()` (lines 42-50)",
                "src/render.py:42-50",
            ),
            ("src/render.py (new lines 42-46)", "src/render.py:42-46"),
            ("fn_41 (src/render.py:42)", "src/render.py:42-42"),
            ("`fn_41` — `src/render.py:42`", "src/render.py:42-42"),
            ("src/render.py : 42-46", "src/render.py:42-46"),
            ("lines 42-50, src/render.py", "src/render.py:42-50"),
            ("L42-L50 in src/render.py", "src/render.py:42-50"),
            (
                "src/render.py between lines 42 and 50",
                "src/render.py:42-50",
            ),
            ("src/render.py 42行目", "src/render.py:42-42"),
            ("src/render.py（42〜50行目）", "src/render.py:42-50"),
            ("src/render.py 第 42 至 50 行", "src/render.py:42-50"),
            ("src/render.py, строки 42-50", "src/render.py:42-50"),
            ("src/render.py, Zeilen 42 bis 48", "src/render.py:42-48"),
            ("src/render.py, ligne 42", "src/render.py:42-42"),
            ("src/render.py (líneas 42-48)", "src/render.py:42-48"),
            ("src/render.py, linhas 42 a 48", "src/render.py:42-48"),
            ("src/render.py 42번째 줄", "src/render.py:42-42"),
            (
                "https://github.com/a/b/blob/feature/x/src/render.py#L41-L46",
                "src/render.py:41-46",
            ),
            (
                "[x](https://gitlab.com/a/b/-/blob/main/src/na%C3%AFve.rs#L5-8)",
                "src/naïve.rs:5-8",
            ),
            (
                "https://bitbucket.org/a/b/src/main/src/render.py#lines-4:6",
                "src/render.py:4-6",
            ),
            ("@src/render.py:4", "src/render.py:4-4"),
            ("/home/x/docs/my notes.md:7", "/home/x/docs/my notes.md:7-7"),
        ] {
            assert_eq!(read(text), [expected], "{text}");
        }
        assert_eq!(
            read("src/render.py:42/45"),
            ["src/render.py:42-42", "src/render.py:45-45"]
        );
        assert_eq!(
            read("src/{a,b}.py:42"),
            ["src/a.py:42-42", "src/b.py:42-42"]
        );
        assert_eq!(
            read("src/render.py:42 und 50, see src/render.pyc"),
            [
                "src/render.py:42-42",
                "src/render.py:50-50",
                "src/render.pyc"
            ]
        );
        assert_eq!(read("the src/render.py has 42 callers"), ["src/render.py"]);
    }
}

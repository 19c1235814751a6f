//! Small questions about a line of prose, and citations made of what a line says.

use std::sync::LazyLock;

use regex::Regex;

use crate::review::location::{self, CitationResult, RangeResult};
use crate::review::{severity, words};

/// A citation, and the line where it stands.
pub(super) type Cited = (u32, CitationResult);
pub(super) type LineList = (u32, Vec<RangeResult>);

/// One citation for each range of a file, or one of the whole file if there are none.
pub(super) fn cite(line: u32, path: &str, lines: &[RangeResult], shown: &str) -> Vec<Cited> {
    let cited = location::cite(path, lines, shown).into_iter();
    cited.map(|citation| (line, citation)).collect()
}

/// A title without marks and a severity in front: `[HIGH] L28: …`, `**MarkdownLine 4** …`.
pub(super) fn strip_marks(text: &str) -> &str {
    let mut rest = text.trim_start_matches(['*', '_', ' ', '#', '-']);
    for (open, close) in [('[', ']'), ('(', ')')] {
        if let Some(inner) = rest.strip_prefix(open)
            && let Some(end) = inner.find(close)
            && severity::read(&inner[..end]).is_some()
        {
            rest = inner[end + 1..].trim_start_matches([' ', ':', '*', '—', '–', '-']);
        }
    }
    rest
}

/// Whether a line points at a place, as compilers do.
pub(super) fn is_arrow(text: &str) -> bool {
    ["-->", ":::", "╭─", "┌─", "╭▸", "=> "]
        .iter()
        .any(|arrow| text.trim_start().starts_with(arrow))
}

/// A link that says nothing.
static TO_THE_CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\(?\[(?:link|code|source|view|\s*[Ll]ines? [\d-]+)\]\([^()\s]*\)\)?")
        .expect("a constant pattern")
});

/// A claim without emphasis, and without what a place left behind.
pub(super) fn tidy(text: &str) -> String {
    let mut out: String = TO_THE_CODE
        .replace_all(text, "")
        .chars()
        .filter(|c| !matches!(c, '━' | '─' | '═'))
        .collect();
    for (mark, with) in [
        ("**", ""),
        ("``", ""),
        ("[]()", ""),
        ("]()", "]"),
        ("()", ""),
    ] {
        if mark != "()" || text.contains(" ()") || text.contains("(``)") {
            out = out.replace(mark, with);
        }
    }
    let rest = out.trim_start_matches("[ ]").trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let rest = rest[digits..]
        .strip_prefix(['.', ')'])
        .filter(|_| (1..=3).contains(&digits))
        .unwrap_or(rest);
    rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '—' | '–' | ':' | ',' | '-' | '·'))
        .to_owned()
}

pub(super) fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).take(64).count()
}

pub(super) fn words_in(text: &str) -> usize {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().any(char::is_alphabetic))
        .take(64)
        .count()
}

pub(super) fn is_dash(line: &str) -> bool {
    matches!(
        line.trim().trim_end_matches('.').to_lowercase().as_str(),
        "-" | "—"
            | "n/a"
            | "none"
            | "none found"
            | "无"
            | "なし"
            | "keine"
            | "aucun"
            | "aucune"
            | "ninguno"
            | "ninguna"
            | "nenhum"
            | "нет"
            | "없음"
            | "nothing"
            | "ras"
            | "brak"
            | "n.v.t."
            | "entfällt"
            | "特になし"
            | "nil"
    )
}

/// The sentences of a line.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(". ")
        .flat_map(|part| part.split_inclusive(['。', '！', '!', '?', '？']))
        .map(str::trim)
}

/// The sentence around a byte.
pub(super) fn sentence_at(text: &str, at: usize) -> &str {
    let from = text[..at].rfind(". ").map_or(0, |stop| stop + 2);
    let from = text[..at]
        .rfind('。')
        .map_or(from, |stop| from.max(stop + '。'.len_utf8()));
    let to = text[at..].find(". ").map_or(text.len(), |stop| at + stop);
    &text[from..to]
}

/// `Severity: medium.`, `This one is a blocker.`
pub(super) fn sentence_says_severity(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    // `Critical, fix it first.`
    let first = sentence
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or("");
    if sentence[first.len()..].starts_with([',', '.', '!']) && severity::read(first).is_some() {
        return true;
    }
    // `Critical as well.`, `That's critical.`
    let short = words_in(sentence) <= 5;
    let last = lower.trim_end_matches(|c: char| !c.is_alphanumeric());
    let before = last.trim_end_matches(char::is_alphanumeric);
    let says = ["that", "this", "it", "which"]
        .iter()
        .any(|word| lower.starts_with(word))
        && severity::read(&last[before.len()..]).is_some()
        && words::is_stated(before);
    let again = first.starts_with(char::is_uppercase)
        && severity::read(first).is_some()
        && words::says_again(sentence);
    if short && (says || again) {
        return true;
    }
    words_in(sentence) <= 8
        && (lower.contains("severity")
            || lower.contains("priority")
            || lower.contains(" risk")
            || [
                "is a blocker",
                "is critical",
                "a nit",
                "blocker.",
                "blocking",
            ]
            .iter()
            .flat_map(|words| lower.match_indices(words))
            .any(|(at, _)| words::is_stated(&lower[..at])))
}

//! The labels of answers without the prompt's labels, such as `File:`, and what each says its value is.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// What a label says its value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::review) enum Field {
    Path,
    Lines,
    Place,
    Severity,
    PerhapsSeverity,
    What,
    Why,
    /// Part of a finding, but not of its claim.
    Other,
    Number,
    Verdict,
    /// Whether it is done with.
    Result,
}

#[derive(Deserialize)]
struct LabelData {
    nouns: Vec<String>,
    result: Vec<String>,
    path: Vec<String>,
    lines: Vec<String>,
    place: Vec<String>,
    severity: Vec<String>,
    perhaps_severity: Vec<String>,
    what: Vec<String>,
    why: Vec<String>,
    other: Vec<String>,
    number: Vec<String>,
    verdict: Vec<String>,
}

static LABEL_DATA: LazyLock<LabelData> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../data/prose-labels.toml"))
        .expect("the data file is part of the program, and a test reads it")
});

static LABELS: LazyLock<HashMap<&'static str, Field>> = LazyLock::new(|| {
    let data = &*LABEL_DATA;
    let mut labels = HashMap::new();
    for (names, field) in [
        (&data.path, Field::Path),
        (&data.lines, Field::Lines),
        (&data.place, Field::Place),
        (&data.severity, Field::Severity),
        (&data.perhaps_severity, Field::PerhapsSeverity),
        (&data.what, Field::What),
        (&data.why, Field::Why),
        (&data.other, Field::Other),
        (&data.number, Field::Number),
        (&data.verdict, Field::Verdict),
        (&data.result, Field::Result),
    ] {
        for name in names {
            labels.entry(name.as_str()).or_insert(field);
        }
    }
    labels
});

/// The names of a field.
pub(in crate::review) fn labels(field: Field) -> impl Iterator<Item = &'static str> {
    LABELS
        .iter()
        .filter(move |(_, known)| **known == field)
        .map(|(name, _)| *name)
}

/// The number of a title such as `Issue 2: …`, `Problema 2 – …`, `問題2：…`.
pub(in crate::review) fn numbered_title(line: &str) -> Option<u32> {
    let inner = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let name: String = inner
        .chars()
        .take_while(|c| c.is_alphabetic())
        .take(24)
        .collect();
    let behind = inner[name.len()..].trim_start_matches([' ', '#', '№', '\u{a0}']);
    let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
    let name = name.to_lowercase();
    let is_noun = LABEL_DATA.nouns.contains(&name);
    let rest = behind[digits..].trim_start_matches(['*', '_', ' ']);
    let apart =
        rest.is_empty() || rest.starts_with([':', '：', '.', ')', '–', '—', '-', '(', '[', '、']);
    (is_noun && (1..=3).contains(&digits) && apart)
        .then(|| behind[..digits].parse().ok())
        .flatten()
}

/// The field that a label or a table's heading names.
pub(in crate::review) fn field(name: &str) -> Option<Field> {
    let name = name
        .trim()
        .trim_matches(|c: char| matches!(c, '*' | '_' | '`' | ':' | '：' | '.' | ' ' | '[' | ']'));
    if name.len() > 60 {
        return None;
    }
    let name = name.to_lowercase();
    // `Ligne(s)`, `Zeile(n)`.
    let name = match name
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('))
    {
        Some((stem, plural)) if plural.chars().count() <= 3 => stem.trim_end(),
        _ => name.as_str(),
    };
    LABELS.get(name).copied().or_else(|| {
        // `📍 Location`.
        let bare = name.trim_start_matches(|c: char| !c.is_alphanumeric());
        LABELS.get(bare).copied()
    })
}

/// The label of a line `Label: value`, in small letters.
pub(in crate::review) fn label(line: &str) -> String {
    let name = line
        .trim_start_matches(':')
        .split([':', '：', '=', '|'])
        .next()
        .unwrap_or("");
    let name = name.trim_matches(|c: char| !c.is_alphanumeric());
    name.chars().take(60).collect::<String>().to_lowercase()
}

/// A line `Label: value`, with the label in any emphasis.
pub(in crate::review) fn labelled(line: &str) -> Option<(Field, &str)> {
    if let Some((name, value)) = line.split_once('=')
        && let Some(field) = field(name)
    {
        return Some((field, value.trim().trim_matches('"')));
    }
    let at = line.find([':', '：'])?;
    let (name, rest) = line.split_at(at);
    let field = field(name)?;
    let value = rest.trim_start_matches([':', '：', '*', '_']).trim();
    Some((field, value))
}

/// The longest line that is searched for several labels, in bytes: each is sought from its colon back.
const LONGEST_LABELLED: usize = 1000;

/// Several labels in one line: `**File:** a.rs **Line:** 4 **Severity:** high`. Only if they name a file.
pub(in crate::review) fn several_labelled(line: &str) -> Vec<(Field, &str)> {
    const EDGES: [char; 10] = [',', ';', '|', '·', '*', '_', '—', '–', '，', '；'];
    let mut labels: Vec<(usize, usize, Field)> = Vec::new();
    if line.len() > LONGEST_LABELLED {
        return Vec::new();
    }
    for (at, colon) in line.match_indices([':', '：', '=']) {
        let behind = at + colon.len();
        let name = line[..at].trim_end_matches(['*', '_', ' ']);
        let from = name.rfind(EDGES).map_or(0, |edge| {
            edge + name[edge..].chars().next().map_or(1, char::len_utf8)
        });
        if let Some(field) = field(&name[from..]) {
            labels.push((from, behind, field));
        }
    }
    let named = labels.iter().any(|(.., field)| *field == Field::Path);
    if labels.len() < 2 || !named {
        return Vec::new();
    }
    let ends = labels.iter().skip(1).map(|(from, ..)| *from);
    let ends = ends.chain([line.len()]);
    labels
        .iter()
        .zip(ends)
        .map(|((_, behind, field), end)| {
            let value = line[*behind..end].trim_matches(|c: char| {
                c.is_whitespace() || matches!(c, '*' | '_' | ',' | ';' | '|' | '·' | '—' | '–')
            });
            (*field, value)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_labels_name_a_file() {
        let all = several_labelled("**File:** src/a.rs **Lines:** 4, **Severity:** high");
        let read = [
            (Field::Path, "src/a.rs"),
            (Field::Lines, "4"),
            (Field::Severity, "high"),
        ];
        assert_eq!(all, read);
        assert!(several_labelled("**Severity:** high, **Lines:** 4").is_empty());
    }
}

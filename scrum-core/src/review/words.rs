//! Labels and telling words of answers without the prompt's labels, from the data files.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde::Deserialize;

/// What a label says its value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
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
}

#[derive(Deserialize)]
struct LabelData {
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

static LABELS: LazyLock<HashMap<String, Field>> = LazyLock::new(|| {
    let data: LabelData = toml::from_str(include_str!("../../data/prose-labels.toml"))
        .expect("the data file is part of the program, and a test reads it");
    let mut labels = HashMap::new();
    for (names, field) in [
        (data.path, Field::Path),
        (data.lines, Field::Lines),
        (data.place, Field::Place),
        (data.severity, Field::Severity),
        (data.perhaps_severity, Field::PerhapsSeverity),
        (data.what, Field::What),
        (data.why, Field::Why),
        (data.other, Field::Other),
        (data.number, Field::Number),
        (data.verdict, Field::Verdict),
    ] {
        for name in names {
            labels.entry(name).or_insert(field);
        }
    }
    labels
});

/// The names of a field.
pub(super) fn labels(field: Field) -> impl Iterator<Item = &'static str> {
    LABELS
        .iter()
        .filter(move |(_, known)| **known == field)
        .map(|(name, _)| name.as_str())
}

/// The field that a label or a table's heading names.
pub(super) fn field(name: &str) -> Option<Field> {
    let name = name
        .trim()
        .trim_matches(|c: char| matches!(c, '*' | '_' | '`' | ':' | '：' | '.' | ' ' | '[' | ']'));
    if name.len() > 60 {
        return None;
    }
    let name = name.to_lowercase();
    LABELS.get(&name).copied().or_else(|| {
        // `📍 Location`.
        let bare = name.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '#' && c != '№');
        LABELS.get(bare).copied()
    })
}

/// The label of a line `Label: value`, in small letters.
pub(super) fn label(line: &str) -> String {
    let name = line.split([':', '：']).next().unwrap_or("");
    let name = name.trim_matches(|c: char| !c.is_alphanumeric());
    name.chars().take(60).collect::<String>().to_lowercase()
}

/// A line `Label: value`, with the label in any emphasis.
pub(super) fn labelled(line: &str) -> Option<(Field, &str)> {
    let at = line.find([':', '：'])?;
    let (name, rest) = line.split_at(at);
    let field = field(name)?;
    // A row of words that end in a colon is rare; `file:12` is a place.
    let value = rest.trim_start_matches([':', '：']);
    if value.starts_with(|c: char| c.is_ascii_digit() || c == ':')
        && rest.starts_with(':')
        && !name.contains('*')
    {
        return None;
    }
    let value = value.trim_start_matches(['*', '_']).trim();
    Some((field, value))
}

/// The longest line that is searched for several labels, in bytes: each is sought from its colon back.
const LONGEST_LABELLED: usize = 1000;

/// Several labels in one line, which the first begins: `**File:** a.rs **Line:** 4 **Severity:** high`. Only if they name a
/// file, and its line or how bad it is.
pub(super) fn several_labelled(line: &str) -> Vec<(Field, &str)> {
    const EDGES: [char; 10] = [',', ';', '|', '·', '*', '_', '—', '–', '，', '；'];
    let mut labels: Vec<(usize, usize, Field)> = Vec::new();
    if line.len() > LONGEST_LABELLED {
        return Vec::new();
    }
    for (at, colon) in line.match_indices([':', '：']) {
        let behind = at + colon.len();
        let name = line[..at].trim_end_matches(['*', '_', ' ']);
        let from = name.rfind(EDGES).map_or(0, |edge| {
            edge + name[edge..].chars().next().map_or(1, char::len_utf8)
        });
        if line[behind..].starts_with(|c: char| c.is_ascii_digit()) && colon == ":" {
            continue;
        }
        if let Some(field) = field(&name[from..]) {
            labels.push((from, behind, field));
        }
    }
    let begins = labels
        .first()
        .is_some_and(|(from, ..)| !line[..*from].contains(char::is_alphanumeric));
    let has = |wanted: &[Field]| labels.iter().any(|(.., field)| wanted.contains(field));
    if !begins || labels.len() < 2 || !has(&[Field::Path]) || !has(&[Field::Lines, Field::Severity])
    {
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

#[derive(Deserialize)]
struct Remarks {
    no_findings_below: Vec<String>,
    findings_below: Vec<String>,
    approves: Vec<String>,
    objects: Vec<String>,
    compares: Vec<String>,
    done: Vec<String>,
    noise: Vec<String>,
    problems: Vec<String>,
}

static REMARKS: LazyLock<Remarks> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/remarks.toml"))
        .expect("the data file is part of the program, and a test reads it")
});

struct Finders {
    approves: AhoCorasick,
    objects: AhoCorasick,
    problems: AhoCorasick,
    noise: AhoCorasick,
}

static FINDERS: LazyLock<Finders> = LazyLock::new(|| {
    let finder = |words: &[String]| {
        AhoCorasick::new(words).expect("some hundred short words fit an automaton")
    };
    Finders {
        approves: finder(&REMARKS.approves),
        objects: finder(&REMARKS.objects),
        problems: finder(&REMARKS.problems),
        noise: finder(&REMARKS.noise),
    }
});

/// Whether a heading, or the words before a list, say that nothing below is a finding.
pub(super) fn no_findings_below(heading: &str) -> bool {
    let heading = heading.to_lowercase();
    let short = heading
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !word.bytes().all(|b| b.is_ascii_digit()))
        .count()
        <= 3;
    // A single word may be part of any title; it must be most of a heading.
    let named = REMARKS.no_findings_below.iter().any(|words| {
        let single = words.is_ascii() && !words.contains(' ');
        heading.match_indices(words.as_str()).any(|(at, _)| {
            let starts = !heading[..at].ends_with(char::is_alphanumeric) || !words.is_ascii();
            let negated = ["not ", "un", "nicht ", "never "]
                .iter()
                .any(|no| heading[..at].ends_with(no));
            starts && !negated && (short || !single)
        })
    });
    let findings = REMARKS
        .findings_below
        .iter()
        .any(|words| heading.contains(words.as_str()));
    named && (!findings || heading.contains("no issue") || heading.contains("not an issue"))
}

/// Whether a sentence approves of what it names.
pub(super) fn approves(sentence: &str) -> bool {
    let sentence = sentence.to_lowercase();
    FINDERS.approves.is_match(&sentence) && !FINDERS.objects.is_match(&sentence)
}

/// Whether words speak of a defect.
pub(super) fn speaks_of_a_problem(text: &str) -> bool {
    let text = text.to_lowercase();
    // `change` is no `hang`.
    FINDERS
        .problems
        .find_iter(&text)
        .any(|hit| !text[..hit.start()].ends_with(|c: char| c.is_ascii_alphabetic()))
}

/// Whether a line is what a tool writes around a review.
pub(super) fn is_noise(line: &str) -> bool {
    FINDERS.noise.is_match(&line.to_lowercase())
}

/// Whether an item begins with a mark that says it is done with.
pub(super) fn is_done(text: &str) -> bool {
    let text = text.trim_start_matches(['*', '_', ' ', '-']).to_lowercase();
    REMARKS
        .done
        .iter()
        .any(|mark| text.starts_with(mark.as_str()))
}

/// Whether a place behind these words is named for comparison.
pub(super) fn compares(before: &str) -> bool {
    let before = before.to_lowercase();
    let before = before.trim_end_matches(['`', '*', '"', '(', '[', ' ']);
    REMARKS.compares.iter().any(|words| {
        let words = words.trim_end();
        before
            .strip_suffix(words)
            .is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
    })
}

//! Labels and telling words of answers without the prompt's labels, from the data files.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;
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
    toml::from_str(include_str!("../../data/prose-labels.toml"))
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
pub(super) fn labels(field: Field) -> impl Iterator<Item = &'static str> {
    LABELS
        .iter()
        .filter(move |(_, known)| **known == field)
        .map(|(name, _)| *name)
}

/// The number of a title such as `Issue 2: …`, `Problema 2 – …`, `問題2：…`.
pub(super) fn numbered_title(line: &str) -> Option<u32> {
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
pub(super) fn field(name: &str) -> Option<Field> {
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
        Some((stem, plural)) if !stem.is_empty() && plural.chars().count() <= 3 => stem.trim_end(),
        _ => name.as_str(),
    };
    LABELS.get(name).copied().or_else(|| {
        // `📍 Location`.
        let bare = name.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '#' && c != '№');
        LABELS.get(bare).copied()
    })
}

/// The label of a line `Label: value`, in small letters.
pub(super) fn label(line: &str) -> String {
    let name = line
        .trim_start_matches(':')
        .split([':', '：', '=', '|'])
        .next()
        .unwrap_or("");
    let name = name.trim_matches(|c: char| !c.is_alphanumeric());
    name.chars().take(60).collect::<String>().to_lowercase()
}

/// A line `Label: value`, with the label in any emphasis.
pub(super) fn labelled(line: &str) -> Option<(Field, &str)> {
    // `:File: a.rs` of reStructuredText.
    let line = match line.strip_prefix(':') {
        Some(rest) if rest.contains(": ") => rest,
        _ => line,
    };
    // `SEVERITY | HIGH`.
    if let Some((name, value)) = line.split_once(" | ")
        && let Some(field) = field(name)
        && !value.contains('|')
    {
        return Some((field, value.trim()));
    }
    if let Some((name, value)) = line.split_once('=')
        && let Some(field) = field(name)
        && !value.starts_with('=')
        && !name.contains(':')
    {
        return Some((field, value.trim().trim_matches('"')));
    }
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
    for (at, colon) in line.match_indices([':', '：', '=']) {
        let behind = at + colon.len();
        let name = line[..at].trim_end_matches(['*', '_', ' ']);
        let from = name.rfind(EDGES).map_or(0, |edge| {
            edge + name[edge..].chars().next().map_or(1, char::len_utf8)
        });
        if line[behind..].starts_with(|c: char| c.is_ascii_digit()) && colon == ":" {
            continue;
        }
        let found = field(&name[from..]).map(|field| (from, field)).or_else(|| {
            // The word behind the value before: `File: a.rs Line: 4`.
            let from = name.rfind(' ')? + 1;
            Some((from, field(&name[from..])?)).filter(|_| !labels.is_empty())
        });
        if let Some((from, field)) = found {
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
    praises: Vec<String>,
    asks: Vec<String>,
    objects: Vec<String>,
    compares: Vec<String>,
    done: Vec<String>,
    replies: Vec<String>,
    passes: Vec<String>,
    resolves: Vec<String>,
    failures: Vec<String>,
    noise: Vec<String>,
    problems: Vec<String>,
}

static REMARKS: LazyLock<Remarks> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/remarks.toml"))
        .expect("the data file is part of the program, and a test reads it")
});

struct Finders {
    no_findings: AhoCorasick,
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
        no_findings: finder(&REMARKS.no_findings_below),
        approves: finder(&REMARKS.approves),
        objects: finder(&REMARKS.objects),
        problems: finder(&REMARKS.problems),
        noise: finder(&REMARKS.noise),
    }
});

/// Whether a heading, or the words before a list, say that nothing below is a finding.
pub(super) fn no_findings_below(heading: &str) -> bool {
    let heading = heading.to_lowercase();
    if !FINDERS.no_findings.is_match(&heading) {
        return false;
    }
    let short = heading
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !word.bytes().all(|b| b.is_ascii_digit()))
        .count()
        <= 3;
    REMARKS.no_findings_below.iter().any(|words| {
        let single = words.is_ascii() && !words.contains(' ');
        // A single word may be part of any title; it must be most of a heading.
        (short || !single)
            && heading.match_indices(words.as_str()).any(|(at, _)| {
                let starts = !heading[..at].ends_with(char::is_alphanumeric) || !words.is_ascii();
                let negated = ["not ", "un", "nicht ", "never ", "non-"]
                    .iter()
                    .any(|no| heading[..at].ends_with(no));
                let rest = format!("{}·{}", &heading[..at], &heading[at + words.len()..]);
                let findings = REMARKS.findings_below.iter().any(|known| {
                    rest.contains(known.as_str())
                        || (known.contains(words.as_str()) && heading.contains(known.as_str()))
                });
                starts && !negated && (!findings || is_denial(words))
            })
    })
}

/// Whether words say themselves that there is no issue, whatever else a heading says.
fn is_denial(words: &str) -> bool {
    ["no ", "not ", "nothing"]
        .iter()
        .any(|no| words.starts_with(no))
}

/// Whether a reply says that a remark is done with, and nothing else.
pub(super) fn is_reply(text: &str) -> bool {
    let text = text.to_lowercase();
    let text = text.trim_matches(|c: char| c.is_whitespace() || ".!,*_".contains(c));
    REMARKS.replies.iter().any(|reply| reply == text)
}

/// Whether a tool says of a check that there is nothing to do: `PASSED for …`; or a list of tasks: `DONE …`.
pub(super) fn says_passed(line: &str) -> bool {
    let word = line
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| !word.is_empty());
    word.is_some_and(|word| {
        matches!(
            word,
            "PASSED" | "PASS" | "SKIPPED" | "SKIP" | "OK" | "DONE" | "CANCELLED" | "WONTFIX"
        ) && word.len() + 3 < line.trim().len()
    })
}

/// Whether the value of a result says that there is nothing to do.
pub(super) fn passes(value: &str) -> bool {
    let value = value.to_lowercase();
    let value = value.trim_matches(|c: char| c.is_whitespace() || "*_`.!".contains(c));
    let first = value.trim_start_matches(|c: char| !c.is_alphanumeric());
    REMARKS
        .passes
        .iter()
        .any(|word| word == value || (!first.is_empty() && word == first.trim()))
}

/// Whether a sentence approves of what it names.
pub(super) fn approves(sentence: &str) -> bool {
    let sentence = sentence.to_lowercase();
    FINDERS
        .approves
        .find_iter(&sentence)
        .any(|hit| is_stated(&sentence[..hit.start()]))
        && !FINDERS.objects.is_match(&sentence)
}

/// Whether a claim of an answer that found nothing praises, rather than asks for something.
pub(super) fn praises(claim: &str) -> bool {
    let claim = claim.to_lowercase();
    let has = |word: &String| {
        let mut hits = claim.match_indices(word.as_str());
        hits.any(|(at, _)| is_stated(&claim[..at]))
    };
    (REMARKS.praises.iter().any(has) || approves(&claim))
        && !REMARKS.asks.iter().any(has)
        && !claim.contains(['?', '？'])
        && !FINDERS.objects.is_match(&claim)
        && !speaks_of_a_problem(&claim)
}

/// Whether words behind these begin a word of their own, and are not denied.
fn is_stated(before: &str) -> bool {
    let apart = !before.ends_with(|c: char| c.is_ascii_alphanumeric());
    let denied = before.split_whitespace().rev().take(2).any(|word| {
        matches!(word, "not" | "never" | "nicht" | "pas" | "non" | "не") || word.ends_with("n't")
    });
    apart && !denied
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

/// Whether a line is a forge's note that a thread is resolved.
pub(super) fn resolves(text: &str) -> bool {
    text.len() < 200 && {
        let text = text.to_lowercase();
        REMARKS
            .resolves
            .iter()
            .any(|words| text.contains(words.as_str()))
    }
}

/// How many findings there are, as tools write it below them: `✖ 3 problems (2 errors, 1 warning)`.
static COUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:error\W+)?(?:found |total:? |aborting due to |there (?:is|are) )?(?:\d+|no) (?:previous )?(?:problem|error|warning|issue|finding|offen[cs]e|violation|alert|diagnostic|hint|note|vulnerabilit)(?:s|y|ies)?\b")
        .expect("a constant pattern")
});

/// Whether a text counts findings and says nothing of them.
pub(super) fn is_count(text: &str) -> bool {
    COUNT.is_match(text) && text.len() < 200
}

/// Whether a text says that a review failed.
pub(super) fn says_failed(text: &str) -> bool {
    let text = text.to_lowercase();
    REMARKS
        .failures
        .iter()
        .any(|words| text.contains(words.as_str()))
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

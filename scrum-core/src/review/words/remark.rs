//! Telling words: praise, what is done with, what a tool writes around a review.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;
use serde::Deserialize;

#[derive(Deserialize)]
struct Remarks {
    no_findings_below: Vec<String>,
    findings_below: Vec<String>,
    approves: Vec<String>,
    praises: Vec<String>,
    asks: Vec<String>,
    objects: Vec<String>,
    turns: Vec<String>,
    same_file: Vec<String>,
    again: Vec<String>,
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
    toml::from_str(include_str!("../../../data/remarks.toml"))
        .expect("the data file is part of the program, and a test reads it")
});

struct Finders {
    no_findings: AhoCorasick,
    approves: AhoCorasick,
    objects: AhoCorasick,
    problems: AhoCorasick,
    noise: AhoCorasick,
    same_file: AhoCorasick,
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
        same_file: AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(&REMARKS.same_file)
            .expect("a few short words fit an automaton"),
    }
});

/// Whether a heading, or the words before a list, say that nothing below is a finding.
pub(in crate::review) fn no_findings_below(heading: &str) -> bool {
    let heading = heading.to_lowercase();
    if !FINDERS.no_findings.is_match(&heading) {
        return false;
    }
    let short = heading.split_whitespace().count() <= 3;
    REMARKS.no_findings_below.iter().any(|words| {
        let single = !words.contains(' ');
        // A single word may be part of any title; it must be most of a heading.
        (short || !single)
            && heading.match_indices(words.as_str()).any(|(at, _)| {
                let negated = ["not ", "un", "nicht ", "never ", "non-"]
                    .iter()
                    .any(|no| heading[..at].ends_with(no));
                let rest = format!("{}·{}", &heading[..at], &heading[at + words.len()..]);
                let findings = REMARKS.findings_below.iter().any(|known| {
                    rest.contains(known.as_str())
                        || (known.contains(words.as_str()) && heading.contains(known.as_str()))
                });
                !negated && (!findings || is_denial(words))
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
pub(in crate::review) fn is_reply(text: &str) -> bool {
    let text = text.to_lowercase();
    let text = text.trim_matches(|c: char| c.is_whitespace() || ".!,*_".contains(c));
    REMARKS.replies.iter().any(|reply| reply == text)
}

/// Whether a tool says of a check that there is nothing to do: `PASSED for …`; or a list of tasks: `DONE …`.
pub(in crate::review) fn says_passed(line: &str) -> bool {
    let word = line
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| !word.is_empty());
    word.is_some_and(|word| {
        matches!(
            word,
            "PASSED" | "PASS" | "SKIPPED" | "SKIP" | "OK" | "DONE" | "CANCELLED" | "WONTFIX"
        )
    })
}

/// Whether the value of a result says that there is nothing to do.
pub(in crate::review) fn passes(value: &str) -> bool {
    let value = value.to_lowercase();
    let value = value.trim_matches(|c: char| c.is_whitespace() || "*_`.!".contains(c));
    let first = value.trim_start_matches(|c: char| !c.is_alphanumeric());
    REMARKS
        .passes
        .iter()
        .any(|word| word == value || word == first.trim())
}

/// Whether a sentence approves of what it names.
pub(in crate::review) fn approves(sentence: &str) -> bool {
    let sentence = sentence.to_lowercase();
    let says = |clause: &str| {
        let mut hits = FINDERS.approves.find_iter(clause);
        let Some(hit) = hits.find(|hit| is_stated(&clause[..hit.start()])) else {
            return false;
        };
        // `comme il faut` is no `il faut`.
        let phrase = &clause[hit.range()];
        let objects = if phrase.matches(' ').count() > 1 {
            FINDERS.objects.is_match(&clause.replace(phrase, "§"))
        } else {
            FINDERS.objects.is_match(clause)
        };
        !objects
    };
    // `I had my doubts, but it is correct.`
    let turns = REMARKS.turns.iter();
    let last = turns
        .filter_map(|word| Some(sentence.rfind(word.as_str())? + word.len()))
        .max();
    says(&sentence) || last.is_some_and(|at| says(&sentence[at..]))
}

/// Whether a claim of an answer that found nothing praises, rather than asks for something.
pub(in crate::review) fn praises(claim: &str) -> bool {
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
pub(in crate::review) fn is_stated(before: &str) -> bool {
    let apart = !before.ends_with(|c: char| c.is_ascii_alphanumeric());
    let denied = before.split_whitespace().rev().take(2).any(|word| {
        matches!(word, "not" | "never" | "nicht" | "pas" | "non" | "не") || word.ends_with("n't")
    });
    apart && !denied
}

/// Whether words speak of a defect.
pub(in crate::review) fn speaks_of_a_problem(text: &str) -> bool {
    let text = text.to_lowercase();
    // `change` is no `hang`.
    FINDERS
        .problems
        .find_iter(&text)
        .any(|hit| !text[..hit.start()].ends_with(|c: char| c.is_ascii_alphabetic()))
}

/// Whether a line is a forge's note that a thread is resolved.
pub(in crate::review) fn resolves(text: &str) -> bool {
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
pub(in crate::review) fn is_count(text: &str) -> bool {
    COUNT.is_match(text) && text.len() < 200
}

/// Whether a text says that a review failed.
pub(in crate::review) fn says_failed(text: &str) -> bool {
    let text = text.to_lowercase();
    REMARKS
        .failures
        .iter()
        .any(|words| text.contains(words.as_str()))
}

/// Whether a line is what a tool writes around a review.
pub(in crate::review) fn is_noise(line: &str) -> bool {
    FINDERS.noise.is_match(&line.to_lowercase())
}

/// Whether an item begins with a mark that says it is done with.
pub(in crate::review) fn is_done(text: &str) -> bool {
    let text = text.trim_start_matches(['*', '_', ' ', '-']).to_lowercase();
    REMARKS
        .done
        .iter()
        .any(|mark| text.starts_with(mark.as_str()))
}

/// Where a text names a file by what was named before: `the same file`.
pub(in crate::review) fn same_file(text: &str) -> Option<Range<usize>> {
    FINDERS.same_file.find(text).map(|hit| hit.range())
}

/// Whether a text says that there is the same as elsewhere.
pub(in crate::review) fn says_again(text: &str) -> bool {
    let text = text.to_lowercase();
    REMARKS
        .again
        .iter()
        .any(|word| text.contains(word.as_str()))
}

/// Whether a place behind these words is named for comparison.
pub(in crate::review) fn compares(before: &str) -> bool {
    let before = before.to_lowercase();
    let before = before.trim_end_matches(['`', '*', '"', '(', '[', ' ']);
    REMARKS.compares.iter().any(|words| {
        let words = words.trim_end();
        before
            .strip_suffix(words)
            .is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_above_what_is_no_finding() {
        for heading in ["Strengths", "What I checked", "No problems and no issues"] {
            assert!(no_findings_below(heading), "{heading}");
        }
        for heading in [
            "Findings",
            "Not verified",
            "Resolved and open issues",
            "Nice to have",
        ] {
            assert!(!no_findings_below(heading), "{heading}");
        }
    }

    #[test]
    fn claims_that_praise() {
        for claim in ["The code is clear and tidy", "I verified the lock"] {
            assert!(praises(claim), "{claim}");
        }
        for claim in [
            "The lock is kept",
            "The name isn't clear",
            "Is the code clear?",
            "Clear code, but consider a map",
            "Clear, with a deadlock",
        ] {
            assert!(!praises(claim), "{claim}");
        }
    }

    #[test]
    fn places_named_for_comparison() {
        assert!(compares("unlike `"));
        assert!(!compares("they dislike "));
    }

    #[test]
    fn lines_around_a_review() {
        assert!(resolves("Ana marked this conversation as resolved."));
        assert!(!resolves(&"marked as resolved by hand ".repeat(10)));
        assert!(is_count("Found 3 issues"));
        let long = format!("Found 3 issues: {}", "the lock is kept, ".repeat(20));
        assert!(!is_count(&long));
    }
}

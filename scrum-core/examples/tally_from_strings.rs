//! Counts what reviewers agree on, from strings alone: no repository, no wave, no files.
//!
//! ```sh
//! cargo run -p scrum-core --no-default-features --example tally_from_strings
//! ```

use std::io::{self, Write};

use scrum_core::report::{TextOptions, write_text};
use scrum_core::review::Review;
use scrum_core::tally::lineage::LineageTable;
use scrum_core::tally::{self, NoDiffs, Outcome, Submission, TallyOptions};

const OPUS: &str = "\
SEVERITY: BLOCK
WHERE: src/pool.rs:42
WHAT: The lock is never released when `drain` returns early.
VERDICT: BLOCK
";

/// Another range for the same defect, Markdown around the labels, and a change of mind.
const KIMI: &str = "\
- **WHERE:** `src/pool.rs`, lines 40–43
- **WHAT:** An early return in `drain` keeps the lock.

- **WHERE:** `src/pool.rs:7`
- **WHAT:** The limit is off by one.

RETRACT: src/pool.rs:7
";

fn main() -> io::Result<()> {
    report(&mut io::stdout().lock())
}

fn report(out: &mut dyn Write) -> io::Result<()> {
    let answer = |reviewer: &str, text: &str| {
        Submission::new("core", reviewer, Outcome::Review(Review::from_text(text)))
    };
    let answers = vec![
        answer("opus", OPUS),
        answer("opus-again", OPUS),
        answer("kimi", KIMI),
        answer("house-model", "NONE\nVERDICT: SHIP\n"),
    ];
    // A name that no table knows is unknown until somebody says what the model descends from.
    let lineages =
        LineageTable::builtin().with_overrides([("house-model", ["alibaba".to_owned()])]);
    let options = TallyOptions::default().lineages(lineages);
    let tally = tally::tally(answers, None, &NoDiffs, &options);
    write_text(&tally, &TextOptions::default(), out)
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_lineages_agree_and_the_third_does_not() {
        let mut out = Vec::new();
        super::report(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("1 of 1 issue agreed"), "{text}");
        assert!(text.contains("agreed by 2 of 3 lineages"), "{text}");
        assert!(text.contains("1 retracted"), "{text}");
    }
}

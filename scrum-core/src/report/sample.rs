//! Tallies for the tests of the formats.

use proptest::prelude::*;

use crate::review::Review;
use crate::tally::{self, NoDiffs, Outcome, Submission, Tally, TallyOptions};

/// A tally without a wave: for each entry a bundle, a reviewer and a review.
pub(crate) fn tally_of(reviews: &[(&str, &str, String)]) -> Tally {
    let answers = reviews.iter().map(|(bundle, reviewer, text)| {
        Submission::new(*bundle, *reviewer, Outcome::Review(Review::from_text(text)))
    });
    tally::tally(answers.collect(), None, &NoDiffs, &TallyOptions::default())
}

/// A finding as reviewers write it.
pub(crate) fn finding(severity: &str, location: &str, what: &str) -> String {
    format!("SEVERITY: {severity}\nWHERE: {location}\nWHAT: {what}\nWHY: because\n\n")
}

/// One issue of two lineages, one blocking, one without a severity, an unlocated finding, a citation set aside, a retraction
/// that matches nothing; with `hostile` in every string that others write.
pub(crate) fn with_everywhere(hostile: &str) -> Tally {
    let opus = finding("BLOCK", "src/pool.rs:20-21", "one")
        + &finding("BLOCK", "src/pool.rs:90", "two")
        + "SEVERITY: WARN\nWHAT: nowhere\n\n"
        + &finding("WARN", "src/pool.rs:0", "malformed")
        + "RETRACT: src/pool.rs:500\n";
    let kimi = finding("odd", "src/pool.rs:20", "three") + &finding("", "src/other.rs", "four");
    let mut tally = tally_of(&[("core", "opus", opus), ("core", "kimi", kimi)]);
    let text = || hostile.to_owned();
    let unlocated = |record: &mut tally::UnlocatedRecord| {
        record.bundle = text();
        record.reviewer = text();
        record.what = Some(text());
    };
    let unmatched = |record: &mut tally::RetractionRecord| {
        record.bundle = text();
        record.reviewer = text();
        record.text = text();
    };
    tally
        .findings_without_location
        .iter_mut()
        .for_each(unlocated);
    tally.unmatched_retractions.iter_mut().for_each(unmatched);
    for bundle in &mut tally.bundles {
        let records = &mut bundle.findings_without_location;
        records.iter_mut().for_each(unlocated);
        bundle.unmatched_retractions.iter_mut().for_each(unmatched);
        bundle.id = text();
        for row in &mut bundle.reviewers {
            row.reviewer = text();
            row.lineages = [text()].into_iter().collect();
            row.reason = Some(text());
        }
        for issue in &mut bundle.issues {
            issue.path = text();
        }
        for location in &mut bundle.locations {
            location.path = text();
        }
        for finding in &mut bundle.findings {
            finding.path = text();
            finding.reviewer = text();
            finding.lineages = [text()].into_iter().collect();
            finding.flags = vec![format!("resolved from {hostile}")];
            finding.from_bundle = Some(text());
            finding.what = Some(text());
            finding.why = Some(text());
            finding.severity_text = Some(text());
            finding.link = Some(text());
        }
        bundle.mentions.push(tally::MentionRecord {
            reviewer: text(),
            path: text(),
            start: None,
            end: None,
            old_side: false,
            symbol: Some(text()),
            review_line: 1,
        });
        for record in &mut bundle.set_aside {
            record.reviewer = text();
            record.text = text();
            record.reason = text();
        }
    }
    tally
}

/// Texts that try to be more than text, to a renderer, a filter behind it, or a runner.
pub(crate) fn hostile() -> impl Strategy<Value = String> {
    const PARTS: &[&str] = &[
        "@octocat",
        "@",
        "org/team",
        "#123",
        "#",
        "owner/repo#1",
        "GH-12",
        "KEY-3",
        "_-4",
        "GHSA-ab12-cd34-ef56",
        "!1",
        "$2",
        "&3",
        "%v1",
        "~bug",
        "^alert#1",
        "[issue:1]",
        "[[page]]",
        "1234567",
        "deadbeefcafe",
        "0123456789abcdef",
        "https://example.org/x",
        "http:",
        "//",
        "www.",
        "www.example.org",
        "ftp://x.y",
        "mailto:a@b.org",
        "a@b.org",
        "xmpp:a@b.org",
        ":bomb:",
        ":+1:",
        ":",
        "::",
        "[a](b)",
        "![a](b)",
        "[a][b]",
        "[a]: http://b.org",
        "[^1]",
        "^[x]",
        "[ ]",
        "- [x] ",
        "](",
        "[",
        "]",
        "(",
        ")",
        "!",
        "<a href=x>",
        "</details>",
        "<img src=x>",
        "<!-- ",
        "-->",
        "<script>",
        "<details>",
        "<summary>",
        "<https://a.org>",
        "<a@b.org>",
        "<",
        ">",
        "&lt;",
        "&#64;",
        "&amp;",
        "&",
        "`",
        "``",
        "```",
        "~~~",
        "~~",
        "*",
        "**",
        "_",
        "__",
        "|",
        "\\",
        "\\|",
        "|---|",
        "$",
        "$$",
        "$x$",
        "$`",
        "`$",
        "\n",
        "\n\n",
        "\r",
        "\r\n",
        "\t",
        "    ",
        "  \n",
        "\n- ",
        "\n# ",
        "\n> ",
        "\n1. ",
        "\n---\n",
        "\n===\n",
        "> [!NOTE]",
        "#",
        "# ",
        "- ",
        "+ ",
        "1. ",
        "> ",
        "---",
        "::error::x",
        "::stop-commands::t",
        "##[add-mask]x",
        "##vso[task.x]",
        "%0A",
        "%25",
        "%",
        ",",
        "=",
        "/close",
        "\u{200b}",
        "\u{202e}",
        "\u{1b}[31m",
        "\0",
        "\u{85}",
        "\u{2028}",
        "é",
        "多",
        "word",
        " ",
        "x",
        "1",
        "-",
        ".",
        "{",
        "}",
        "{+",
        "\"",
        "'",
    ];
    let part = prop_oneof![
        4 => prop::sample::select(PARTS).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(part, 0..14).prop_map(|parts| parts.concat())
}

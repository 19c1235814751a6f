use comrak::nodes::NodeValue;
use comrak::{Arena, parse_document};
use proptest::prelude::*;

use super::{MARKER, MarkdownOptions, write_markdown};
use crate::report::escape::tests::{acted_upon, options, seen};
use crate::report::sample::{finding, hostile, tally_of, with_everywhere};
use crate::tally::Tally;

fn page(tally: &Tally) -> String {
    let mut out = Vec::new();
    write_markdown(tally, &MarkdownOptions::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The kinds of nodes in their order, with the HTML that they hold, and without text.
fn structure(page: &str) -> Vec<String> {
    let arena = Arena::new();
    let root = parse_document(&arena, page, &options());
    let kinds = root
        .descendants()
        .filter_map(|node| match &node.data.borrow().value {
            // Inline code of reviewers stays code.
            NodeValue::Text(_) | NodeValue::Code(_) => None,
            NodeValue::HtmlInline(tag) if ["<span>", "</span>", "<br>"].contains(&tag.as_str()) => {
                None
            }
            NodeValue::HtmlInline(tag) => Some(tag.clone()),
            NodeValue::HtmlBlock(block) => Some(block.literal.clone()),
            other => Some(format!("{:?}", std::mem::discriminant(other))),
        });
    kinds.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_others_write_changes_no_structure(text in hostile()) {
        let hostile = page(&with_everywhere(&text));
        let harmless = page(&with_everywhere("word"));
        prop_assert_eq!(structure(&hostile), structure(&harmless), "{}", hostile);
        let arena = Arena::new();
        let acted = acted_upon(&seen(parse_document(&arena, &hostile, &options())));
        prop_assert!(acted.is_empty(), "{:?} in {}", acted, hostile);
    }
}

#[test]
fn a_large_tally_keeps_within_a_comment_and_counts_the_rest() {
    let long = "@team <b> `x` $y$ ".repeat(60);
    let many = |severity: &str, file: &str, count: u32| -> String {
        let findings =
            (0..count).map(|n| finding(severity, &format!("{file}:{}", n * 10 + 1), &long));
        findings.collect()
    };
    for (blocks, warnings) in [(5, 5), (30, 400), (400, 30), (3_000, 0)] {
        let opus = many("BLOCK", "a.rs", blocks) + &many("WARN", "b.rs", warnings);
        let kimi = many("WARN", "a.rs", 3);
        let page = page(&tally_of(&[("core", "opus", opus), ("core", "kimi", kimi)]));
        assert!(page.len() <= 65_000, "{}", page.len());
        assert!(page.starts_with(MARKER));
        let shown = page.matches("\n- **").count();
        let left_out = page.lines().find_map(|line| {
            let rest = line.strip_prefix("**No room for ")?;
            rest.split(' ').next()?.parse::<usize>().ok()
        });
        let total = (blocks + warnings) as usize;
        assert_eq!(shown + left_out.unwrap_or(0), total, "{page}");
        assert_eq!(left_out.is_some(), total > 100);
        assert_eq!(
            page.matches("<details>").count(),
            page.matches("</details>").count()
        );
    }
}

#[test]
fn many_bundles_and_reviewers_are_counted() {
    let names: Vec<(String, String)> = (0..200)
        .map(|n| (format!("b{n}"), format!("r{n}")))
        .collect();
    let reviews: Vec<(&str, &str, String)> = names
        .iter()
        .map(|(bundle, reviewer)| (bundle.as_str(), reviewer.as_str(), "NONE\n".to_owned()))
        .collect();
    let page = page(&tally_of(&reviews));
    assert!(page.contains("\nand 160 more bundles\n"), "{page}");
    assert!(page.contains("\nand 160 more reviewers\n"), "{page}");
}

use std::sync::LazyLock;

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};
use proptest::prelude::*;
use regex::Regex;

use super::{code, cut, markdown, plain};
use crate::report::sample::hostile;

/// A parser with all that GitHub and GitLab know.
pub(crate) fn options() -> Options<'static> {
    let mut options = Options::default();
    let extension = &mut options.extension;
    extension.strikethrough = true;
    extension.table = true;
    extension.autolink = true;
    extension.tasklist = true;
    extension.footnotes = true;
    extension.inline_footnotes = true;
    extension.alerts = true;
    extension.math_dollars = true;
    extension.math_code = true;
    extension.shortcodes = true;
    extension.wikilinks_title_after_pipe = true;
    extension.superscript = true;
    options.parse.relaxed_autolinks = true;
    options
}

/// What filters behind Markdown look for in the text that is not code.
pub(crate) fn acted_upon(text: &str) -> Vec<String> {
    const LOOKED_FOR: &[&str] = &[
        r"@[\w-]",
        r"#[0-9]",
        r"\b[A-Za-z][A-Za-z0-9_]*-[0-9]",
        r"\b[Gg][Hh][Ss][Aa]-[a-z0-9]",
        r"\b[0-9a-f]{7,40}\b",
        r"\b[A-Za-z]+://",
        r"\b[Ww]{3}\.",
        r":[a-z0-9_+-]+:",
        r"[!$&][0-9]",
        r"[%~^]\w",
        r"\[[A-Za-z]\w*:[0-9]",
        r"##[a-z]*\[",
    ];
    static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        LOOKED_FOR
            .iter()
            .map(|pattern| Regex::new(pattern).unwrap())
            .collect()
    });
    let found = PATTERNS.iter().flat_map(|pattern| pattern.find_iter(text));
    found.map(|found| found.as_str().to_owned()).collect()
}

/// The text of a document as a reader sees it, without code.
pub(crate) fn seen<'a>(root: &'a AstNode<'a>) -> String {
    let mut text = String::new();
    for node in root.descendants() {
        match &node.data.borrow().value {
            NodeValue::Text(part) => text.push_str(part),
            NodeValue::Code(_) => text.push('\u{fffc}'),
            NodeValue::HtmlInline(tag) if tag == "<br>" => text.push('\n'),
            NodeValue::SoftBreak
            | NodeValue::LineBreak
            | NodeValue::Paragraph
            | NodeValue::TableCell
            | NodeValue::Item(_) => text.push('\n'),
            _ => {}
        }
    }
    text
}

#[test]
fn what_a_filter_would_act_on_is_broken() {
    for (text, expected) in [
        ("ask @octocat", "ask @|octocat"),
        ("a@b.org", "a@|b.org"),
        ("org/repo#12 and # 12", "org/repo#|12 and # 12"),
        ("GH-12 UTF-8 3-4", "GH-|12 UTF-|8 3-4"),
        ("GHSA-ab12", "GHSA-|ab12"),
        (
            "see 1234567890abcd or 123456",
            "see 123456|7890ab|cd or 123456",
        ),
        ("succeeded, faded123x", "succeeded, faded123x"),
        ("https://x.org www.x.org", "https:|//x.org www|.x.org"),
        (
            ":bomb: a:b std::io::Error x.rs:20",
            ":|bomb: a:b std::|io::Error x.rs:20",
        ),
        ("[a](b) [[a]] arr[0]", "[|a]|(b) [|[|a]] arr[0]"),
        ("<a> a < b", "<|a> a < b"),
        ("##[x] ##vso[x]", "#|# [|x] #|#|vso [|x]"),
        ("!1 $2 &3 %v ~b != &str", "!|1 $|2 &|3 %|v ~|b != &str"),
    ] {
        assert_eq!(plain(text), expected.replace('|', "\u{200b}"), "{text}");
    }
}

#[test]
fn markdown_is_escaped() {
    assert_eq!(
        markdown("`a` *b* _c_ | <d> & $e \\"),
        "\\`a\\` \\*b\\* \\_c\\_ \\| &lt;\u{200b}d&gt; &amp; <span>\\$</span>e \\\\"
    );
    assert_eq!(code("a`b"), "``a`b``");
    assert_eq!(code("`b"), "`` `b ``");
    assert_eq!(cut("äöü", 2), ("äö", 1));
    assert_eq!(cut("äöü", 3), ("äöü", 0));
}

proptest! {
    #[test]
    fn no_text_becomes_more_than_text(text in hostile(), more in hostile()) {
        let document = format!("- by {} | {} end\n", markdown(&text), markdown(&more));
        let arena = Arena::new();
        let root = parse_document(&arena, &document, &options());
        for node in root.descendants() {
            match &node.data.borrow().value {
                NodeValue::Document | NodeValue::List(_) | NodeValue::Item(_) | NodeValue::Paragraph
                | NodeValue::Text(_) => {}
                NodeValue::HtmlInline(tag) => prop_assert!(tag == "<span>" || tag == "</span>", "{document:?}"),
                other => prop_assert!(false, "{other:?} in {document:?}"),
            }
        }
        let acted = acted_upon(&seen(root));
        prop_assert!(acted.is_empty(), "{acted:?} in {document:?}");
    }

    #[test]
    fn plain_text_read_as_markdown_links_and_mentions_nothing(text in hostile()) {
        let document = format!("by {}\n", plain(&text));
        let arena = Arena::new();
        let root = parse_document(&arena, &document, &options());
        for node in root.descendants() {
            let value = &node.data.borrow().value;
            let acts = matches!(
                value,
                NodeValue::Link(_) | NodeValue::Image(_) | NodeValue::WikiLink(_) | NodeValue::ShortCode(_)
                    | NodeValue::HtmlInline(_) | NodeValue::HtmlBlock(_) | NodeValue::CodeBlock(_)
            );
            prop_assert!(!acts, "{value:?} in {document:?}");
        }
        let acted = acted_upon(&plain(&text));
        prop_assert!(acted.is_empty(), "{acted:?} in {document:?}");
    }

    #[test]
    fn code_shows_the_text(text in hostile()) {
        let document = format!("x {} y\n", code(&text));
        let arena = Arena::new();
        let root = parse_document(&arena, &document, &options());
        let spans: Vec<String> = root
            .descendants()
            .filter_map(|node| match &node.data.borrow().value {
                NodeValue::Code(code) => Some(code.literal.clone()),
                _ => None,
            })
            .collect();
        let clean = crate::report::sanitize::line(&text);
        prop_assert_eq!(spans.len(), 1, "{}", document);
        prop_assert_eq!(spans[0].trim(), clean.trim());
        let seen = seen(root);
        prop_assert_eq!(seen.trim(), "x \u{fffc} y");
    }
}

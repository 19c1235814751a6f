//! Whether a file says of itself that a tool wrote it.
//!
//! Takes the lines of a file, or as many of its first ones as are known; gives a yes or no. [`git`](crate::git) and
//! [`patch`](crate::patch) ask it of both ends of a change; [`exclude`](crate::plan::exclude) decides what follows.
//!
//! Only the comments before everything else count, as in Go's rule, so that code which mentions such a header, in a string
//! or further down, is not taken for generated code.

use std::sync::LazyLock;

use serde::Deserialize;

/// No more of a file is read, in bytes. A long licence has 12 KB.
const HEAD_BYTES: usize = 32 << 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GeneratedHeaders {
    lines: Vec<String>,
    words: Vec<String>,
    comments: Vec<String>,
    blocks: Vec<(String, String)>,
    passed_over: Vec<String>,
}

static HEADERS: LazyLock<GeneratedHeaders> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "the data is part of the crate and a test reads it"
    )]
    toml::from_str(include_str!("../data/generated.toml")).expect("the built-in headers are read")
});

impl GeneratedHeaders {
    /// Whether a comment line says so. Its marks are gone.
    fn is_said_by(&self, text: &[u8]) -> bool {
        let text = text.trim_ascii();
        let is_line = |line: &String| match line.split_once('*') {
            Some((start, end)) => {
                text.len() >= start.len() + end.len()
                    && text.starts_with(start.as_bytes())
                    && text.ends_with(end.as_bytes())
            }
            None => text == line.as_bytes(),
        };
        let is_word = |word: &[u8]| {
            let end = word.iter().rposition(|byte| !b".,:;".contains(byte));
            let word = &word[..end.map_or(0, |end| end + 1)];
            self.words.iter().any(|known| known.as_bytes() == word)
        };
        let mut words = text.split(u8::is_ascii_whitespace);
        self.lines.iter().any(is_line) || words.any(is_word)
    }

    /// What follows the mark of a comment that ends with its line.
    fn comment<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        self.comments.iter().find_map(|mark| {
            let mut text = strip_word(line, mark)?;
            // As in `///` and `;;;;`.
            while let Some(rest) = text.strip_prefix(&mark.as_bytes()[..1]) {
                text = rest;
            }
            Some(text)
        })
    }
}

/// Whether the comments at a file's top say that it is generated. Lines may have their line feed or not.
pub(crate) fn says_generated<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> bool {
    let headers = &*HEADERS;
    let mut read = 0;
    // What ends the comment that the line is in.
    let mut inside: Option<&[u8]> = None;
    for (number, line) in lines.into_iter().enumerate() {
        read += line.len();
        if read > HEAD_BYTES {
            return false;
        }
        let line = match number {
            0 => line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line),
            _ => line,
        };
        let mut rest = line.trim_ascii();
        while !rest.is_empty() {
            if let Some(end) = inside {
                let at = memchr::memmem::find(rest, end);
                let text = &rest[..at.unwrap_or(rest.len())];
                let star = text.iter().position(|byte| *byte != b'*');
                if headers.is_said_by(&text[star.unwrap_or(text.len())..]) {
                    return true;
                }
                let Some(at) = at else {
                    break;
                };
                inside = None;
                rest = rest[at + end.len()..].trim_ascii();
                continue;
            }
            let block = headers
                .blocks
                .iter()
                .find(|(start, _)| rest.starts_with(start.as_bytes()));
            if let Some((start, end)) = block {
                inside = Some(end.as_bytes());
                rest = rest[start.len()..].trim_ascii();
                continue;
            }
            if let Some(text) = headers.comment(rest) {
                if headers.is_said_by(text) {
                    return true;
                }
            } else if !headers
                .passed_over
                .iter()
                .any(|start| strip_word(rest, start).is_some())
            {
                return false;
            }
            break;
        }
    }
    false
}

/// What follows `start`, in any case.
fn strip_word<'a>(line: &'a [u8], start: &str) -> Option<&'a [u8]> {
    let (head, rest) = line.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start.as_bytes()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> bool {
        says_generated(text.split_inclusive('\n').map(str::as_bytes))
    }

    #[test]
    fn headers_of_many_languages_and_what_only_looks_like_one() {
        for (text, expected) in [
            (
                "// Code generated by stringer; DO NOT EDIT.\n\npackage x\n",
                true,
            ),
            (
                "// Code generated by stringer; DO NOT EDIT.\r\npackage x\r\n",
                true,
            ),
            (
                "// Copyright\n// and more\n\n// Code generated by x DO NOT EDIT.\npackage x\n",
                true,
            ),
            (
                "/* Copyright\n * more\n */\n// Code generated by x DO NOT EDIT.\n",
                true,
            ),
            (
                "//go:build linux\n\n// Code generated by x DO NOT EDIT.\n",
                true,
            ),
            ("/* Code generated by x DO NOT EDIT. */\nint x;\n", true),
            ("/*\n * Code generated by x DO NOT EDIT.\n */\n", true),
            ("/** a */ /** @generated */\nint x;\n", true),
            ("#!/bin/sh\n# Code generated by x DO NOT EDIT.\n", true),
            (
                "# -*- coding: utf-8 -*-\n# Generated by the protocol buffer compiler.  DO NOT EDIT!\n",
                true,
            ),
            ("-- Code generated by x DO NOT EDIT.\nSELECT 1;\n", true),
            (";; Code generated by x DO NOT EDIT.\n", true),
            ("% Code generated by x DO NOT EDIT.\n", true),
            ("rem Code generated by x DO NOT EDIT.\n", true),
            (
                "<?xml version=\"1.0\"?>\n<!--\n  Code generated by x DO NOT EDIT.\n-->\n",
                true,
            ),
            ("<?php\n\n// @generated SignedSource<<0>>\n", true),
            ("\u{feff}// <auto-generated>\n//     by x\n", true),
            ("// This file is @generated by prost-build.\n", true),
            ("# This file is automatically @generated by Cargo.\n", true),
            ("/// @generated.\n", true),
            // Not the whole line, not the words, or not at the top.
            ("// Code generated DO NOT EDIT.\n", false),
            ("// Code generated by x, do not edit.\n", false),
            ("// Code generated by x DO NOT EDIT. Really.\n", false),
            ("// see: Code generated by x DO NOT EDIT.\n", false),
            ("package x\n\n// Code generated by x DO NOT EDIT.\n", false),
            (
                "/* a */ int x; // Code generated by x DO NOT EDIT.\n",
                false,
            ),
            ("Code generated by x DO NOT EDIT.\n", false),
            ("x = '// Code generated by x DO NOT EDIT.'\n", false),
            ("//! Files with `@generated` in their head.\n", false),
            ("// mail me@generated.org\n", false),
            ("/* unclosed\n", false),
            ("", false),
        ] {
            assert_eq!(says(text), expected, "{text:?}");
        }
    }

    #[test]
    fn only_the_head_is_read() {
        let far = format!("{}// @generated\n", "// x\n".repeat(HEAD_BYTES));
        assert!(!says(&far));
    }
}

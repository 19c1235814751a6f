//! Secrets in a prompt: found before anything is sent to a reviewer, and replaced on request.
//!
//! Takes a prompt's text; gives findings, or the text with the secrets replaced. A finding says where a secret is and what kind it
//! is, never the secret itself. The rules match only what is hardly ever anything else, because people switch off a check that
//! stops them for nothing. `rules` has the secrets within one line, which are data; private keys span lines and are found here.

mod line;
mod position;
mod rules;

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use line::{PromptLine, lines};
use position::PromptPosition;
pub use position::SecretFinding;
use rules::RULES;

/// Lists the secrets of a prompt, in the order of their lines.
///
/// ```
/// let token = format!("gl{}-Zk9wQ2xLr7TnVb4YcXe1", "pat");
/// let found = scrum_core::wave::secret::scan(&format!("first\nkey = {token}\n"));
/// assert_eq!((found[0].kind, found[0].prompt_line), ("GitLab token", 2));
/// ```
pub fn scan(prompt: &str) -> Vec<SecretFinding> {
    let mut scanner = SecretScanner::default();
    for line in lines(prompt) {
        scanner.line(&line);
    }
    scanner.finish()
}

/// Replaces the secrets of a prompt by `[redacted: <kind>]`, line by line, so that lines keep their numbers. Returns the
/// text and what [`scan`] finds in the original.
pub fn redact(prompt: &str) -> (String, Vec<SecretFinding>) {
    let mut scanner = SecretScanner::default();
    let mut text = String::with_capacity(prompt.len());
    for line in lines(prompt) {
        let mut end = 0;
        for (span, kind) in scanner.line(&line) {
            // Spans are sorted; one within the last was replaced with it.
            if span.start >= end {
                text.push_str(&line.text()[end..span.start]);
                text.extend(["[redacted: ", kind, "]"]);
                end = span.end;
            }
        }
        text.push_str(&line.text()[end..]);
    }
    (text, scanner.finish())
}

const PRIVATE_KEY: &str = "private key";

/// Base64 in a row that is taken for a key's body; PEM has 64 a line, OpenSSH 70.
const KEY_RUN: usize = 40;

/// Lines between the first line of a key and its body: headers such as `Proc-Type`, and an empty line.
const KEY_HEADERS: u32 = 6;

/// What follows a key's body: in PEM, in SSH2's own form, in PuTTY's.
const KEY_ENDS: [&str; 3] = ["-----END", "---- END", "Private-MAC"];

/// Reads a prompt line by line.
#[derive(Default)]
struct SecretScanner {
    position: PromptPosition,
    key: KeyState,
    found: Vec<SecretFinding>,
}

/// How far a private key has been read.
#[derive(Default)]
enum KeyState {
    #[default]
    None,
    /// Its first line was read, and no line of its body yet.
    Begun { at: Box<SecretFinding>, lines: u32 },
    /// Its body.
    Body,
}

impl SecretScanner {
    /// Takes the next line, and returns the parts of it that are secret.
    fn line(&mut self, line: &PromptLine<'_>) -> Vec<(Range<usize>, &'static str)> {
        self.position.advance(line.text());
        let mut spans = RULES.find(line, self.position.path());
        let kinds: Vec<&'static str> = spans.iter().map(|(_, kind)| *kind).collect();
        for kind in kinds {
            self.found.push(self.position.finding(kind));
        }
        if let Some(span) = self.key_line(line.text()) {
            spans.push((span, PRIVATE_KEY));
            spans.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        }
        spans
    }

    /// The part of a line that belongs to a private key.
    fn key_line(&mut self, line: &str) -> Option<Range<usize>> {
        if let Some(begin) = key_begin(line) {
            // A key in one line, as in JSON or a string with `\n`.
            if longest_run(&line[begin..]).is_some_and(|run| run.len() >= KEY_RUN) {
                self.found.push(self.position.finding(PRIVATE_KEY));
                let rest = &line[begin..];
                let end = KEY_ENDS.iter().filter_map(|end| rest.find(end)).min();
                self.key = if end.is_some() {
                    KeyState::None
                } else {
                    KeyState::Body
                };
                return Some(begin..begin + end.unwrap_or(rest.trim_end().len()));
            }
            self.key = KeyState::Begun {
                at: Box::new(self.position.finding(PRIVATE_KEY)),
                lines: 0,
            };
            return None;
        }
        if matches!(self.key, KeyState::None) {
            return None;
        }
        if KEY_ENDS.iter().any(|end| line.contains(end)) {
            self.key = KeyState::None;
            return None;
        }
        let start = self.position.content(line);
        let run = longest_run(&line[start..]).map(|run| start + run.start..start + run.end);
        match &mut self.key {
            KeyState::Begun { at, lines } => {
                if let Some(run) = run.filter(|run| run.len() >= KEY_RUN) {
                    self.found.push((**at).clone());
                    self.key = KeyState::Body;
                    return Some(run);
                }
                *lines += 1;
                if *lines > KEY_HEADERS {
                    self.key = KeyState::None;
                }
                None
            }
            KeyState::Body if run.is_none() => {
                self.key = KeyState::None;
                None
            }
            _ => run,
        }
    }

    fn finish(mut self) -> Vec<SecretFinding> {
        // A private key is known to be one only after its first line.
        self.found.sort_by_key(|finding| finding.prompt_line);
        self.found
    }
}

/// The end of a line's `-----BEGIN … PRIVATE KEY-----`, or of what a PuTTY key (`.ppk`) has in its place.
fn key_begin(line: &str) -> Option<usize> {
    static BEGIN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"-{4,5} ?BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)? ?-{4,5}|Private-Lines: [0-9]{1,4}",
        )
        .ok()
    });
    if !line.contains("PRIVATE KEY") && !line.contains("Private-Lines") {
        return None;
    }
    Some(BEGIN.as_ref()?.find(line)?.end())
}

/// The longest run of base64 signs; `None` below four.
fn longest_run(text: &str) -> Option<Range<usize>> {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let mut best = 0..0;
    let mut start = 0;
    for (at, byte) in text.bytes().chain([b' ']).enumerate() {
        if !is_base64(byte) {
            if at - start > best.len() {
                best = start..at;
            }
            start = at + 1;
        }
    }
    (best.len() >= 4).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::rules::{DATA, SecretRulesFile};
    use super::*;

    fn plain(text: &str) -> String {
        text.replace('~', "")
    }

    #[test]
    fn each_rule_finds_its_lines_and_lets_the_others_pass() {
        let data: SecretRulesFile = toml::from_str(DATA).unwrap();
        assert!(!data.rule.is_empty());
        for rule in &data.rule {
            assert!(
                !rule.finds.is_empty() && !rule.passes.is_empty(),
                "{}",
                rule.name
            );
            for line in &rule.finds {
                assert!(line.contains('~'), "{line} is a secret in this file");
                let found = scan(&plain(line));
                assert!(
                    found.iter().any(|finding| finding.kind == rule.name),
                    "{}: {line}: {found:?}",
                    rule.name
                );
                let (text, _) = redact(&plain(line));
                assert!(scan(&text).is_empty(), "{text}");
            }
            for line in &rule.passes {
                assert_eq!(scan(&plain(line)), [], "{}: {line}", rule.name);
            }
        }
    }

    #[test]
    fn the_file_of_the_rules_holds_no_secret() {
        assert_eq!(scan(DATA), []);
    }

    const BODY: &str = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";

    fn key(sign: &str) -> String {
        let begin = ["-----BEGIN RSA PRIV", "ATE KEY-----"].concat();
        let end = ["-----END RSA PRIV", "ATE KEY-----"].concat();
        [&begin, BODY, BODY, "Ab12==", &end]
            .map(|line| format!("{sign}{line}\n"))
            .concat()
    }

    #[test]
    fn a_private_key_is_found_by_its_body_and_redacted_line_by_line() {
        let text = format!("before\n{}after\n", key(""));
        let (redacted, found) = redact(&text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, found[0].prompt_line), (PRIVATE_KEY, 2));
        assert_eq!(redacted.lines().count(), text.lines().count());
        assert!(
            !redacted.contains(&BODY[..20]) && !redacted.contains("Ab12"),
            "{redacted}"
        );
        assert!(redacted.starts_with("before\n") && redacted.ends_with("after\n"));

        let in_json = key("").replace('\n', "\\n");
        let (redacted, found) = redact(&in_json);
        assert_eq!(found.len(), 1, "{in_json}");
        assert!(!redacted.contains(&BODY[..20]), "{redacted}");

        // PuTTY's form, whose lines of the public half are none.
        let putty = format!(
            "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPublic-Lines: 1\n{BODY}\nPrivate-Lines: 2\n{BODY}\nAb12==\nPrivate-MAC: 0f\nafterwards\n"
        );
        let (redacted, found) = redact(&putty);
        assert_eq!((found.len(), found[0].prompt_line), (1, 5));
        assert_eq!(redacted.matches(BODY).count(), 1, "{redacted}");
        assert!(
            redacted.ends_with("Private-MAC: 0f\nafterwards\n"),
            "{redacted}"
        );

        // SSH2's own form, encrypted or not, with headers of its own.
        for kind in ["SSH2 ENCRYPTED PRIV", "SSH2 PRIV"] {
            let begin = format!("---- BEGIN {kind}ATE KEY ----");
            let end = format!("---- END {kind}ATE KEY ----");
            let text =
                format!("{begin}\nComment: \"2048-bit rsa\"\n{BODY}\n{BODY}\n{end}\nafter\n");
            let (redacted, found) = redact(&text);
            assert_eq!((found.len(), found[0].kind), (1, PRIVATE_KEY), "{text}");
            assert!(!redacted.contains(&BODY[..20]), "{redacted}");
            assert!(redacted.ends_with("after\n"), "{redacted}");
        }
        // The public half of one is none.
        let public = "---- BEGIN SSH2 PUBLIC KEY ----";
        assert_eq!(
            scan(&format!(
                "{public}\n{BODY}\n---- END SSH2 PUBLIC KEY ----\n"
            )),
            []
        );

        // Code that names the line is no key.
        assert_eq!(
            scan("if line.startswith('Private-Lines: 14'):\n    return read(line)\n"),
            []
        );
        let begin = ["-----BEGIN PRIV", "ATE KEY-----"].concat();
        assert_eq!(
            scan(&format!(
                "if text.startsWith(\"{begin}\") {{\n    return parse(text)\n"
            )),
            []
        );
    }

    #[test]
    fn a_finding_names_file_and_line() {
        let token = plain("glp~at-Zk9wQ2xLr7TnVb4YcXe1");
        let prompt = format!(
            "{token}\n===== DIFF 1 BEGINS =====\n        diff --git a/a b.txt b/a b.txt\n        --- a/a b.txt\n        \
             +++ b/a b.txt\n        @@ -107,2 +7,2 @@\n      7  same\nold:108 -old {token}\n      8 +new {token}\n       diff \
             --git a/x b/x\n       @@ -1 +0,0 @@\n old:1 -{token}\n===== DIFF 1 ENDS =====\n{token}\n"
        );
        let places: Vec<_> = scan(&prompt)
            .into_iter()
            .map(|found| (found.prompt_line, found.path, found.line, found.removed))
            .collect();
        let file = |name: &str| Some(name.to_owned());
        assert_eq!(
            places,
            [
                (1, None, None, false),
                (8, file("a b.txt"), Some(108), true),
                (9, file("a b.txt"), Some(8), false),
                (12, file("x"), Some(1), true),
                (14, None, None, false),
            ]
        );
        let without_gutter: String = prompt
            .lines()
            .map(|line| {
                let shown = line.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit());
                let shown = shown.strip_prefix("old:108 ").unwrap_or(shown);
                let shown = shown.strip_prefix("old:1 ").unwrap_or(shown);
                format!("{}\n", shown.replace("same", " same"))
            })
            .collect();
        let lines: Vec<_> = scan(&without_gutter)
            .into_iter()
            .map(|found| found.line)
            .collect();
        assert_eq!(lines, [None, Some(108), Some(8), Some(1), None]);
    }

    #[test]
    fn rubbish_is_read_in_linear_time() {
        // Quadratic time would be minutes.
        let long =
            "://a:b".repeat(200_000) + &"A".repeat(1_000_000) + &"-----BEGIN ".repeat(50_000);
        assert_eq!(scan(&long), []);
    }
}

//! Secrets in a prompt: found before anything is sent to a reviewer, and replaced where that is wanted.
//!
//! Only what is hardly ever anything else is looked for, by the rules in `data/secrets.toml`: a check that stops people
//! for nothing is switched off. Takes a prompt's text; gives findings, or the text with the secrets replaced. A finding says where a secret stands and of what kind it is, and never what it is.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;
use serde::{Deserialize, Serialize};

const DATA: &str = include_str!("../../data/secrets.toml");

/// A secret in a prompt. It does not hold the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretFinding {
    /// What it looks like, e.g. `GitHub token`.
    pub kind: &'static str,
    /// Line of the prompt, 1-based.
    pub prompt_line: u64,
    /// The file of the diff, as the diff writes it; `None` outside the diff.
    pub path: Option<String>,
    /// Line of the file, 1-based: of the new one, or of the old one where the line is removed.
    pub line: Option<u32>,
    /// The change removes the line.
    pub removed: bool,
}

/// Lists the secrets of a prompt, in the order of their lines.
///
/// ```
/// let token = format!("gl{}-Zk9wQ2xLr7TnVb4YcXe1", "pat");
/// let found = scrum_core::wave::secret::scan(&format!("first\nkey = {token}\n"));
/// assert_eq!((found[0].kind, found[0].prompt_line), ("GitLab token", 2));
/// ```
pub fn scan(prompt: &str) -> Vec<SecretFinding> {
    let mut scanner = Scanner::default();
    for (around, line) in lines(prompt) {
        scanner.line(line, &around);
    }
    scanner.finish()
}

/// Replaces the secrets of a prompt by `[redacted: <kind>]`, line by line, so that lines keep their numbers. Gives the
/// text and what [`scan`] finds in the original.
pub fn redact(prompt: &str) -> (String, Vec<SecretFinding>) {
    let mut scanner = Scanner::default();
    let mut text = String::with_capacity(prompt.len());
    for (around, line) in lines(prompt) {
        let mut end = 0;
        for (span, kind) in scanner.line(line, &around) {
            // Spans are sorted; one that lies in the last has gone with it.
            if span.start >= end {
                text.push_str(&line[end..span.start]);
                text.extend(["[redacted: ", kind, "]"]);
                end = span.end;
            }
        }
        text.push_str(&line[end..]);
    }
    (text, scanner.finish())
}

/// The lines of a prompt, each with what stands around it.
fn lines(prompt: &str) -> impl Iterator<Item = (Around<'_>, &str)> {
    let mut start = 0;
    prompt.split_inclusive('\n').map(move |line| {
        let around = Around {
            prompt,
            start,
            end: start + line.len(),
        };
        start = around.end;
        (around, line)
    })
}

/// A line's place in its prompt.
struct Around<'a> {
    prompt: &'a str,
    start: usize,
    end: usize,
}

impl<'a> Around<'a> {
    /// The lines in front of and behind a value that say what it is for.
    const LINES: usize = 4;

    fn text(&self) -> &'a str {
        let before = self.prompt[..self.start].rmatch_indices('\n');
        let behind = self.prompt[self.end..].match_indices('\n');
        let start = before.map(|(at, _)| at).nth(Self::LINES).unwrap_or(0);
        let end = behind.map(|(at, _)| self.end + at).nth(Self::LINES);
        &self.prompt[start..end.unwrap_or(self.prompt.len())]
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    rule: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    near: Vec<String>,
    pattern: String,
    except: Option<String>,
    public: Option<String>,
    private: Option<String>,
    #[serde(default = "seven")]
    distinct: usize,
    #[cfg_attr(not(test), expect(dead_code, reason = "lines for the test"))]
    finds: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "lines for the test"))]
    passes: Vec<String>,
}

fn seven() -> usize {
    7
}

struct Rule {
    name: &'static str,
    pattern: Regex,
    except: Option<Regex>,
    public: Option<Regex>,
    private: Option<Regex>,
    distinct: usize,
}

struct Rules {
    rules: Vec<Rule>,
    near: AhoCorasick,
    /// The rule of each text of `near`.
    owners: Vec<usize>,
}

static RULES: LazyLock<Rules> = LazyLock::new(Rules::new);

const PRIVATE_KEY: &str = "private key";

/// Base64 in a row that is taken for a key's body; PEM has 64 a line, OpenSSH 70.
const KEY_RUN: usize = 40;

/// Lines between the first line of a key and its body: headers such as `Proc-Type`, and an empty line.
const KEY_HEADERS: u32 = 6;

/// What stands behind a key's body: in PEM, in SSH2's own form, in PuTTY's.
const KEY_ENDS: [&str; 3] = ["-----END", "---- END", "Private-MAC"];

impl Rules {
    #[expect(
        clippy::expect_used,
        reason = "the data is part of the program, and a test reads all of it"
    )]
    fn new() -> Self {
        let data: Data = toml::from_str(DATA).expect("the data is TOML");
        let mut near = Vec::new();
        let mut owners = Vec::new();
        let mut rules = Vec::with_capacity(data.rule.len());
        for (at, entry) in data.rule.into_iter().enumerate() {
            owners.extend(entry.near.iter().map(|_| at));
            near.extend(entry.near);
            rules.push(Rule {
                name: entry.name.leak(),
                pattern: Regex::new(&entry.pattern).expect("the pattern is a regular expression"),
                except: entry.except.map(|except| {
                    Regex::new(&except).expect("the exception is a regular expression")
                }),
                public: entry.public.map(|public| {
                    Regex::new(&public).expect("the surroundings are a regular expression")
                }),
                private: entry.private.map(|private| {
                    Regex::new(&private).expect("what makes it private is a regular expression")
                }),
                distinct: entry.distinct,
            });
        }
        Self {
            rules,
            near: AhoCorasick::new(near).expect("the texts are few and short"),
            owners,
        }
    }

    /// Where a line of the file `path` holds secrets, sorted.
    fn find(
        &self,
        line: &str,
        path: Option<&str>,
        around: &Around<'_>,
    ) -> Vec<(Range<usize>, &'static str)> {
        let mut tried = vec![false; self.rules.len()];
        let mut found = Vec::new();
        for hit in self.near.find_overlapping_iter(line) {
            let at = self.owners[hit.pattern().as_usize()];
            if !std::mem::replace(&mut tried[at], true) {
                let rule = &self.rules[at];
                let mut spans = rule.find(line).peekable();
                let is_private = |rule: &Rule| {
                    let private = rule.private.as_ref();
                    private.is_some_and(|private| private.is_match(line))
                };
                let is_public = spans.peek().is_some()
                    && !is_private(rule)
                    && rule.public.as_ref().is_some_and(|public| {
                        public.is_match(path.unwrap_or_default()) || public.is_match(around.text())
                    });
                if !is_public {
                    found.extend(spans.map(|span| (span, rule.name)));
                }
            }
        }
        found.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        found
    }
}

impl Rule {
    fn find<'a>(&'a self, line: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        self.pattern.captures_iter(line).filter_map(|captures| {
            let whole = captures.get(0)?;
            let secret = captures.name("secret").unwrap_or(whole);
            let same_user = captures
                .name("user")
                .is_some_and(|user| user.as_str() == secret.as_str());
            let except = self.except.as_ref();
            let excepted = except.is_some_and(|except| except.is_match(whole.as_str()));
            // Prefixes are always the same; what varies is at the end.
            let mut seen: Vec<u8> = secret.as_str().bytes().rev().take(20).collect();
            seen.sort_unstable();
            seen.dedup();
            (!same_user && !excepted && seen.len() >= self.distinct).then(|| secret.range())
        })
    }
}

/// Reads a prompt line by line.
#[derive(Default)]
struct Scanner {
    place: Place,
    key: Key,
    found: Vec<SecretFinding>,
}

/// How far a private key has been read.
#[derive(Default)]
enum Key {
    #[default]
    None,
    /// Its first line has been met; a body has not.
    Begun { at: Box<SecretFinding>, lines: u32 },
    /// Its body.
    Body,
}

impl Scanner {
    /// Takes the next line, and gives the parts of it that are secret.
    fn line(&mut self, line: &str, around: &Around<'_>) -> Vec<(Range<usize>, &'static str)> {
        self.place.line(line);
        let mut spans = RULES.find(line, self.place.path.as_deref(), around);
        let kinds: Vec<&'static str> = spans.iter().map(|(_, kind)| *kind).collect();
        for kind in kinds {
            self.found.push(self.place.finding(kind));
        }
        if let Some(span) = self.key_line(line) {
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
                self.found.push(self.place.finding(PRIVATE_KEY));
                let rest = &line[begin..];
                let end = KEY_ENDS.iter().filter_map(|end| rest.find(end)).min();
                self.key = if end.is_some() { Key::None } else { Key::Body };
                return Some(begin..begin + end.unwrap_or(rest.trim_end().len()));
            }
            self.key = Key::Begun {
                at: Box::new(self.place.finding(PRIVATE_KEY)),
                lines: 0,
            };
            return None;
        }
        if matches!(self.key, Key::None) {
            return None;
        }
        if KEY_ENDS.iter().any(|end| line.contains(end)) {
            self.key = Key::None;
            return None;
        }
        let start = self.place.content(line);
        let run = longest_run(&line[start..]).map(|run| start + run.start..start + run.end);
        match &mut self.key {
            Key::Begun { at, lines } => {
                if let Some(run) = run.filter(|run| run.len() >= KEY_RUN) {
                    self.found.push((**at).clone());
                    self.key = Key::Body;
                    return Some(run);
                }
                *lines += 1;
                if *lines > KEY_HEADERS {
                    self.key = Key::None;
                }
                None
            }
            Key::Body if run.is_none() => {
                self.key = Key::None;
                None
            }
            _ => run,
        }
    }

    fn finish(mut self) -> Vec<SecretFinding> {
        // A private key is known as one only behind its first line.
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

/// Where in prompt and diff a line stands.
#[derive(Default)]
struct Place {
    prompt_line: u64,
    path: Option<String>,
    /// Columns in front of the diff's own lines: 7 with line numbers, else 0.
    gutter: usize,
    /// Next line numbers on the old and new side, where the text stands in a hunk, and what is left of the hunk.
    hunk: Option<Hunk>,
    line: Option<u32>,
    removed: bool,
}

#[derive(Clone, Copy)]
struct Hunk {
    old: u32,
    new: u32,
    old_left: u32,
    new_left: u32,
}

impl Place {
    fn line(&mut self, line: &str) {
        self.prompt_line += 1;
        (self.line, self.removed) = (None, false);
        let bytes = line.as_bytes();
        let at = |width: usize| bytes.get(width..).unwrap_or_default();
        if let Some(mut hunk) = self.hunk.take() {
            let number = line
                .get(..self.gutter)
                .and_then(|text| text.trim().parse().ok());
            let (old, new) = match at(self.gutter).first() {
                Some(b'-') => (1, 0),
                Some(b'+') => (0, 1),
                Some(b'\\') => (0, 0),
                _ => (1, 1),
            };
            self.removed = (old, new) == (1, 0);
            // The gutter knows best: parts of a cut file are numbered otherwise than their `@@` lines say.
            self.line = number.or(if self.removed {
                Some(hunk.old)
            } else {
                Some(hunk.new)
            });
            hunk.old = hunk.old.saturating_add(old);
            hunk.new = hunk.new.saturating_add(new);
            hunk.old_left = hunk.old_left.saturating_sub(old);
            hunk.new_left = hunk.new_left.saturating_sub(new);
            self.hunk = (hunk.old_left > 0 || hunk.new_left > 0).then_some(hunk);
            return;
        }
        for gutter in [0, 7] {
            if let Some(names) = at(gutter).strip_prefix(b"diff --git ")
                && (gutter == 0 || line.starts_with("       "))
            {
                self.gutter = gutter;
                self.path = Some(new_path(&String::from_utf8_lossy(names)));
                return;
            }
        }
        if line.starts_with("===== DIFF ") {
            self.path = None;
        }
        if self.path.is_some()
            && let Some((hunk, _)) = crate::patch::hunk_header(at(self.gutter))
        {
            self.hunk = Some(Hunk {
                old: hunk.old_start,
                new: hunk.new_start,
                old_left: hunk.old_lines,
                new_left: hunk.new_lines,
            });
        }
    }

    /// Where the line's own text begins: behind gutter and sign.
    fn content(&self, line: &str) -> usize {
        let width = if self.line.is_some() {
            self.gutter + 1
        } else {
            0
        };
        if line.is_char_boundary(width) {
            width
        } else {
            0
        }
    }

    fn finding(&self, kind: &'static str) -> SecretFinding {
        SecretFinding {
            kind,
            prompt_line: self.prompt_line,
            path: self.path.clone(),
            line: self.line,
            removed: self.removed,
        }
    }
}

/// The new path of `a/x b/x`, without its prefix.
fn new_path(names: &str) -> String {
    let names = names.trim_end();
    // Both names are the same mostly, and then each is half of the text, whatever spaces it has.
    let half = names.len() / 2;
    let same = names.get(..half).zip(names.get(half + 1..));
    let name = match same {
        Some((old, new)) if old.get(1..) == new.get(1..) => new,
        _ => names.rfind(" b/").map_or(names, |at| &names[at + 1..]),
    };
    name.strip_prefix("b/").unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        text.replace('~', "")
    }

    #[test]
    fn each_rule_finds_its_lines_and_lets_the_others_pass() {
        let data: Data = toml::from_str(DATA).unwrap();
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
            "{token}\n===== DIFF 1 BEGINS =====\n       diff --git a/a b.txt b/a b.txt\n       --- a/a b.txt\n       +++ b/a b.txt\n       @@ -7,2 +7,2 @@\n     7  same\n       -old {token}\n     8 +new {token}\n       diff --git a/x b/x\n       @@ -1 +0,0 @@\n     1 -{token}\n===== DIFF 1 ENDS =====\n{token}\n"
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
                (8, file("a b.txt"), Some(8), true),
                (9, file("a b.txt"), Some(8), false),
                (12, file("x"), Some(1), true),
                (14, None, None, false),
            ]
        );
        let without_gutter: String = prompt
            .lines()
            .map(|line| match line.get(..7) {
                Some(gutter)
                    if gutter.trim().is_empty() || gutter.trim().parse::<u32>().is_ok() =>
                {
                    format!("{}\n", &line[7..])
                }
                _ => format!("{line}\n"),
            })
            .collect();
        let lines: Vec<_> = scan(&without_gutter)
            .into_iter()
            .map(|found| found.line)
            .collect();
        assert_eq!(lines, [None, Some(8), Some(8), Some(1), None]);
    }

    #[test]
    fn rubbish_is_read_in_linear_time() {
        let start = std::time::Instant::now();
        let long =
            "://a:b".repeat(200_000) + &"A".repeat(1_000_000) + &"-----BEGIN ".repeat(50_000);
        assert_eq!(scan(&long), []);
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }
}

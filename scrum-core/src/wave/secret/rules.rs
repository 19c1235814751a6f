//! The rules in `data/secrets.toml`: what a secret within one line looks like.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;
use serde::Deserialize;

use super::line::PromptLine;

pub(super) const DATA: &str = include_str!("../../../data/secrets.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretRulesFile {
    pub(super) rule: Vec<RuleEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleEntry {
    pub(super) name: String,
    near: Vec<String>,
    pattern: String,
    except: Option<String>,
    public: Option<String>,
    private: Option<String>,
    #[serde(default = "seven")]
    distinct: usize,
    #[cfg_attr(not(test), expect(dead_code, reason = "lines for the test"))]
    pub(super) finds: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "lines for the test"))]
    pub(super) passes: Vec<String>,
}

fn seven() -> usize {
    7
}

struct SecretRule {
    name: &'static str,
    pattern: Regex,
    except: Option<Regex>,
    public: Option<Regex>,
    private: Option<Regex>,
    distinct: usize,
}

pub(super) struct SecretRules {
    rules: Vec<SecretRule>,
    near: AhoCorasick,
    /// The rule of each text of `near`.
    owners: Vec<usize>,
}

pub(super) static RULES: LazyLock<SecretRules> = LazyLock::new(SecretRules::new);

impl SecretRules {
    #[expect(
        clippy::expect_used,
        reason = "the data is part of the program, and a test reads all of it"
    )]
    fn new() -> Self {
        let data: SecretRulesFile = toml::from_str(DATA).expect("the data is TOML");
        let mut near = Vec::new();
        let mut owners = Vec::new();
        let mut rules = Vec::with_capacity(data.rule.len());
        for (at, entry) in data.rule.into_iter().enumerate() {
            owners.extend(entry.near.iter().map(|_| at));
            near.extend(entry.near);
            rules.push(SecretRule {
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

    /// The secrets of a line of the file `path`, in order.
    pub(super) fn find(
        &self,
        whole: &PromptLine<'_>,
        path: Option<&str>,
    ) -> Vec<(Range<usize>, &'static str)> {
        let line = whole.text();
        let mut tried = vec![false; self.rules.len()];
        let mut found = Vec::new();
        for hit in self.near.find_overlapping_iter(line) {
            let at = self.owners[hit.pattern().as_usize()];
            if !std::mem::replace(&mut tried[at], true) {
                let rule = &self.rules[at];
                let mut spans = rule.find(line).peekable();
                let is_private = |rule: &SecretRule| {
                    let private = rule.private.as_ref();
                    private.is_some_and(|private| private.is_match(line))
                };
                let is_public = spans.peek().is_some()
                    && !is_private(rule)
                    && rule.public.as_ref().is_some_and(|public| {
                        public.is_match(path.unwrap_or_default())
                            || public.is_match(whole.with_neighbours())
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

impl SecretRule {
    fn find<'a>(&'a self, line: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        self.pattern.captures_iter(line).filter_map(|captures| {
            let whole = captures.get(0)?;
            let secret = captures.name("secret").unwrap_or(whole);
            let same_user = captures
                .name("user")
                .is_some_and(|user| user.as_str() == secret.as_str());
            let except = self.except.as_ref();
            let excepted = except.is_some_and(|except| except.is_match(whole.as_str()));
            // The prefix is always the same; what varies is at the end.
            let mut seen: Vec<u8> = secret.as_str().bytes().rev().take(20).collect();
            seen.sort_unstable();
            seen.dedup();
            (!same_user && !excepted && seen.len() >= self.distinct).then(|| secret.range())
        })
    }
}

//! git's built-in rules for function names in some languages, selected by `diff=<name>` in `.gitattributes`.
//!
//! If a rule is missing here, the default rule applies; this only changes the text after the second `@@` of a hunk
//! header.

use std::fmt;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

/// One language's rule.
pub(crate) struct Language {
    pub(crate) name: &'static str,
    ignore_case: bool,
    /// Tried in order; a line that matches one with a leading `!` names no function. The name is the first group if it
    /// took part in the match, otherwise the whole match. These are git's own groups, even if (as in Perl) they match
    /// only a prototype.
    patterns: &'static [&'static str],
    compiled: OnceLock<Vec<(bool, Regex)>>,
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Language {
    const fn new(name: &'static str, patterns: &'static [&'static str]) -> Self {
        Self {
            name,
            ignore_case: false,
            patterns,
            compiled: OnceLock::new(),
        }
    }

    /// git's rule of this name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|language| language.name == name)
    }

    /// The part of a line (without its line feed) that names a function.
    pub(super) fn function_name<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        for (negated, pattern) in self.compiled() {
            let Some(captures) = pattern.captures(line) else {
                continue;
            };
            if *negated {
                return None;
            }
            return captures.get(1).or(captures.get(0)).map(|m| m.as_bytes());
        }
        None
    }

    fn compiled(&self) -> &[(bool, Regex)] {
        self.compiled.get_or_init(|| {
            self.patterns
                .iter()
                .filter_map(|pattern| {
                    let (negated, text) = match pattern.strip_prefix('!') {
                        Some(text) => (true, text),
                        None => (false, *pattern),
                    };
                    // A test compiles them all.
                    let regex = RegexBuilder::new(text)
                        .unicode(false)
                        .case_insensitive(self.ignore_case)
                        .build()
                        .ok()?;
                    Some((negated, regex))
                })
                .collect()
        })
    }
}

static LANGUAGES: [Language; 14] = [
    Language::new(
        "bash",
        &[concat!(
            r"^[ \t]*([a-zA-Z_][a-zA-Z0-9_]*[ \t]*\([ \t]*\)",
            r"|function[ \t]+[a-zA-Z_][a-zA-Z0-9_]*(?:[ \t]*\([ \t]*\)|[ \t]+))",
            r"[ \t]*(?:\{|\(\(?|\[\[)",
        )],
    ),
    Language::new(
        "cpp",
        &[
            r"!^[ \t]*[A-Za-z_][A-Za-z_0-9]*:\s*($|/[/*])",
            r"^((?:::\s*)?[A-Za-z_].*)$",
        ],
    ),
    Language {
        name: "css",
        ignore_case: true,
        patterns: &[r"![:;]\s*$", r"^[:\[@.#]?[_a-z0-9].*$"],
        compiled: OnceLock::new(),
    },
    Language::new(
        "golang",
        &[
            r"^[ \t]*(func[ \t]*.*(?:\{[ \t]*)?)",
            r"^[ \t]*(type[ \t].*(?:struct|interface)[ \t]*(?:\{[ \t]*)?)",
        ],
    ),
    Language::new("html", &[r"^[ \t]*(<[Hh][1-6](?:[ \t].*)?>.*)$"]),
    Language::new(
        "java",
        &[
            r"!^[ \t]*(catch|do|for|if|instanceof|new|return|switch|throw|while)",
            r"^[ \t]*((?:[a-z-]+[ \t]+)*(?:class|enum|interface|record)[ \t]+.*)$",
            r"^[ \t]*((?:[A-Za-z_<>&][\]\[?&<>.,A-Za-z_0-9]*[ \t]+)+[A-Za-z_][A-Za-z_0-9]*[ \t]*\([^;]*)$",
        ],
    ),
    Language::new(
        "kotlin",
        &[r"^[ \t]*((?:[a-z]+[ \t]+)*(?:fun|class|interface)[ \t]+.*)$"],
    ),
    Language::new("markdown", &[r"^ {0,3}#{1,6}[ \t].*"]),
    Language::new(
        "perl",
        &[
            r"^package .*",
            r"^sub [[:alnum:]_':]+[ \t]*(\([^)]*\)[ \t]*)?(?::[^;#]*)?(?:\{[ \t]*)?(?:#.*)?$",
            r"^(BEGIN|END|INIT|CHECK|UNITCHECK|AUTOLOAD|DESTROY)[ \t]*(?:\{[ \t]*)?(?:#.*)?$",
            r"^=head[0-9] .*",
        ],
    ),
    Language::new(
        "php",
        &[
            r"^[\t ]*((?:(?:public|protected|private|static|abstract|final)[\t ]+)*function.*)$",
            r"^[\t ]*((?:(?:(?:final|abstract)[\t ]+)?class|enum|interface|trait).*)$",
        ],
    ),
    Language::new(
        "python",
        &[r"^[ \t]*((?:class|(?:async[ \t]+)?def)[ \t].*)$"],
    ),
    Language::new("ruby", &[r"^[ \t]*((?:class|module|def)[ \t].*)$"]),
    Language::new(
        "rust",
        &[concat!(
            r#"^[\t ]*((?:pub(?:\([^\)]+\))?[\t ]+)?(?:(?:async|const|unsafe|extern(?:[\t ]+"[^"]+"))[\t ]+)?"#,
            r"(?:struct|enum|union|mod|trait|fn|impl|macro_rules!)[< \t]+[^;]*)$",
        )],
    ),
    Language::new(
        "scheme",
        &[concat!(
            r"^[\t ]*(\((?:(?:define|def(?:struct|syntax|class|method|rules|record|proto|alias)?)[-*/ \t]",
            r"|(?:library|module|struct|class)[*+ \t]).*)$",
        )],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for language in &LANGUAGES {
            assert_eq!(
                language.compiled().len(),
                language.patterns.len(),
                "{language:?}"
            );
        }
    }

    #[test]
    fn names_are_gits() {
        for (language, line, name) in [
            (
                "rust",
                "    pub(crate) fn run(&self) -> u8 {",
                Some("pub(crate) fn run(&self) -> u8 {"),
            ),
            ("rust", "    let x = 1;", None),
            ("golang", "func (s *S) Do() {", Some("func (s *S) Do() {")),
            ("golang", "\ttype T struct {", Some("type T struct {")),
            ("cpp", "out:", None),
            ("cpp", "static int f(void)\r", Some("static int f(void)")),
            (
                "python",
                "    async def go(self):",
                Some("async def go(self):"),
            ),
            ("bash", "build () {", Some("build ()")),
            ("markdown", "## Use", Some("## Use")),
            ("css", "A.b {", Some("A.b {")),
            ("css", "a: b;", None),
            ("perl", "BEGIN {", Some("BEGIN")),
            ("perl", "sub x($) {", Some("($) ")),
            ("perl", "sub x {", Some("sub x {")),
            (
                "java",
                "  public int go(int a) {",
                Some("public int go(int a) {"),
            ),
        ] {
            let rule = Language::named(language).unwrap();
            assert_eq!(
                rule.function_name(line.as_bytes()),
                name.map(str::as_bytes),
                "{language}: {line}"
            );
        }
    }
}

//! The similarity of two claims: Dice's coefficient, 2·|A∩B| / (|A|+|B|), over their stemmed plain words (Dice 1945).
//!
//! Identifiers and numbers are left out: two claims about the same lines nearly always share the names in those lines,
//! whatever they say about them. So are the words of the cited path and those of `data/review-words.txt`. Scripts
//! without spaces are compared by pairs of characters. Two claims cannot be compared if one has no words, or if they
//! are written in different scripts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use super::FindingRecord;

/// A similarity of 1. Integers add up to the same mean in any order.
pub(super) const ONE: u64 = 10_000;

/// Maximum number of different words of one claim.
const MAX_WORDS: usize = 200;

/// Maximum number of characters of one claim.
const MAX_TEXT: usize = 20_000;

static COMMON: LazyLock<HashSet<String>> = LazyLock::new(|| {
    include_str!("../../data/review-words.txt")
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .flat_map(str::split_whitespace)
        .map(|word| stem(word.to_owned()))
        .collect()
});

/// A script, which decides whether two texts can share a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    Indic,
    Thai,
    /// Chinese characters and kana.
    Han,
    Hangul,
    Other,
}

impl Script {
    fn of(c: char) -> Self {
        match u32::from(c) {
            0..=0x24f | 0x1e00..=0x1eff => Self::Latin,
            0x370..=0x3ff | 0x1f00..=0x1fff => Self::Greek,
            0x400..=0x52f => Self::Cyrillic,
            0x590..=0x5ff => Self::Hebrew,
            0x600..=0x6ff | 0x750..=0x77f | 0x8a0..=0x8ff => Self::Arabic,
            0x900..=0xdff => Self::Indic,
            0xe00..=0xe7f => Self::Thai,
            0x3040..=0x30ff
            | 0x31f0..=0x31ff
            | 0x3400..=0x4dbf
            | 0x4e00..=0x9fff
            | 0xf900..=0xfaff
            | 0x20000..=0x3ffff => Self::Han,
            0x1100..=0x11ff | 0x3130..=0x318f | 0xac00..=0xd7af => Self::Hangul,
            _ => Self::Other,
        }
    }

    /// Whether words are written without spaces.
    fn is_unspaced(self) -> bool {
        matches!(self, Self::Han | Self::Thai)
    }
}

/// The words of a claim, as numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    /// Ascending.
    numbers: Vec<u32>,
    /// The script of most of them.
    script: Option<Script>,
}

/// Assigns numbers to the words of claims about one file.
pub(super) struct Reader {
    /// Words of the path, stemmed.
    of_path: BTreeSet<String>,
    numbers: HashMap<String, u32>,
}

impl Reader {
    pub(super) fn new(path: &str) -> Self {
        let words = split(path).flat_map(parts);
        Self {
            of_path: words.map(stem).collect(),
            numbers: HashMap::new(),
        }
    }

    /// The words of a finding: of its WHAT and its WHY.
    pub(super) fn words(&mut self, finding: &FindingRecord) -> Words {
        let texts = [&finding.what, &finding.why];
        self.words_of(texts.into_iter().filter_map(Option::as_deref))
    }

    /// The words of texts.
    pub(super) fn words_of<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Words {
        let mut numbers = BTreeSet::new();
        let mut scripts: BTreeMap<Script, usize> = BTreeMap::new();
        for word in texts.flat_map(plain_words) {
            if COMMON.contains(&word) || self.of_path.contains(&word) {
                continue;
            }
            if numbers.len() >= MAX_WORDS {
                break;
            }
            let script = word.chars().next().map_or(Script::Other, Script::of);
            // A review has fewer words than a 32-bit number can count.
            let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
            if numbers.insert(*self.numbers.entry(word).or_insert(next)) {
                *scripts.entry(script).or_default() += 1;
            }
        }
        let most = scripts.values().copied().max();
        let script = scripts.into_iter().find(|(_, count)| Some(*count) == most);
        Words {
            numbers: numbers.into_iter().collect(),
            script: script.map(|(script, _)| script),
        }
    }
}

/// The similarity of two claims, out of [`ONE`]; `None` if they cannot be compared.
pub(super) fn compare(a: &Words, b: &Words) -> Option<u64> {
    if a.script.is_none() || a.script != b.script {
        return None;
    }
    let (mut left, mut right) = (a.numbers.as_slice(), b.numbers.as_slice());
    let mut shared = 0_u64;
    while let ([x, more_x @ ..], [y, more_y @ ..]) = (left, right) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => left = more_x,
            std::cmp::Ordering::Greater => right = more_y,
            std::cmp::Ordering::Equal => {
                shared += 1;
                (left, right) = (more_x, more_y);
            }
        }
    }
    let all = (a.numbers.len() + b.numbers.len()) as u64;
    Some(2 * shared * ONE / all)
}

/// A similarity as a fraction of 1.
pub(super) fn share(similarity: u64) -> f64 {
    similarity as f64 / ONE as f64
}

/// The plain words of a text, stemmed, in order.
fn plain_words(text: &str) -> Vec<String> {
    let end = text.char_indices().nth(MAX_TEXT).map(|(at, _)| at);
    let mut words = Vec::new();
    for run in split(&text[..end.unwrap_or(text.len())]) {
        // Words of different scripts may follow each other without a space.
        let mut rest = run;
        while let Some(first) = rest.chars().next() {
            let unspaced = Script::of(first).is_unspaced();
            let end = rest
                .find(|c: char| Script::of(c).is_unspaced() != unspaced)
                .unwrap_or(rest.len());
            let (piece, more) = rest.split_at(end);
            rest = more;
            if unspaced {
                let chars: Vec<char> = piece.chars().collect();
                words.extend(chars.windows(2).map(|pair| pair.iter().collect()));
            } else if let [word] = parts(piece).as_slice()
                && word.chars().nth(1).is_some()
                && !word.contains(|c: char| c.is_ascii_digit())
            {
                words.push(stem(word.clone()));
            }
        }
    }
    words
}

/// Runs of letters, digits and `_`.
fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
}

/// The parts of an identifier in lower case, split at `_` and between a small and a capital letter. A plain word has
/// one part.
fn parts(word: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut previous = '_';
    for c in word.chars() {
        if c != '_' {
            let starts = previous == '_' || previous.is_lowercase() && c.is_uppercase();
            match parts.last_mut() {
                Some(part) if !starts => part.extend(c.to_lowercase()),
                _ => parts.push(c.to_lowercase().collect()),
            }
        }
        previous = c;
    }
    parts
}

/// Removes the most common English endings, so that `removing` equals `remove`, and `panics` equals `panic`.
fn stem(mut word: String) -> String {
    for ending in ["ing", "ed", "es", "s"] {
        if word.len() > ending.len() + 3 && word.ends_with(ending) && !word.ends_with("ss") {
            word.truncate(word.len() - ending.len());
            break;
        }
    }
    if word.len() > 4 && word.ends_with('e') {
        word.pop();
    }
    word
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::review::ReadAs;
    use crate::tally::ground::Grounding;
    use crate::tally::lineage::LineageSet;

    /// A finding by `reviewer` that says `what` about these lines of `path`.
    pub(in crate::tally) fn finding(
        reviewer: &str,
        path: &str,
        lines: Option<(u32, u32)>,
        what: &str,
    ) -> FindingRecord {
        FindingRecord {
            reviewer: reviewer.to_owned(),
            lineages: LineageSet::unknown(),
            path: path.to_owned(),
            start: lines.map(|lines| lines.0),
            end: lines.map(|lines| lines.1),
            old_side: false,
            symbol: None,
            symbol_start: None,
            symbol_end: None,
            severity: None,
            severity_text: None,
            what: Some(what.to_owned()),
            why: None,
            review_line: 1,
            read_as: ReadAs::Labelled,
            grounding: Grounding::Unverified,
            from_bundle: None,
            flags: Vec::new(),
            link: None,
            votes: true,
        }
    }

    fn of(path: &str, a: &str, b: &str) -> Option<u64> {
        let mut reader = Reader::new(path);
        let mut words = |what| reader.words(&finding("x", path, None, what));
        compare(&words(a), &words(b))
    }

    #[test]
    fn one_defect_in_two_wordings_is_more_alike_than_two_defects() {
        let path = "src/vscreen.rs";
        let end = "The end offset is computed as ti + 1 although U+009C takes two bytes in UTF-8.";
        let same =
            "On U+009C the end is set to ti + 1, but that character is two bytes long in UTF-8.";
        let other = "The branch consumes whatever character follows ESC, including a newline.";
        assert!(of(path, end, same) > of(path, end, other));
        assert_eq!(of(path, end, end), Some(ONE));
    }

    #[test]
    fn names_paths_and_words_of_every_review_weigh_nothing() {
        for (a, b, similarity) in [
            ("src leaks", "src overflows", Some(0)),
            ("buf_len leaks", "buf_len overflows", Some(0)),
            ("bufLen leaks", "bufLen overflows", Some(0)),
            ("consider avoiding leaks", "ensure no overflow", Some(0)),
            (
                "removing the lock deadlocks",
                "remove of lock deadlock",
                Some(ONE),
            ),
            // What would leave three letters is no ending.
            ("pins", "pin", Some(0)),
            ("locks", "lock", Some(ONE)),
            ("a.rs: WARN", "leaks", None),
            ("`x1` y2", "leaks", None),
            ("", "", None),
        ] {
            assert_eq!(of("src/a.rs", a, b), similarity, "{a} | {b}");
        }
    }

    #[test]
    fn other_scripts_are_compared_with_themselves_alone() {
        let chinese = "释放锁之前返回";
        assert_eq!(of("a", chinese, chinese), Some(ONE));
        assert!(of("a", chinese, "返回之前没有释放锁").is_some_and(|alike| alike > 3_000));
        assert_eq!(of("a", chinese, "Returns before releasing the lock."), None);
        assert_eq!(
            of("a", "Возвращается до освобождения", "returns early"),
            None
        );
        // The script of most words counts, not that of a name in between.
        assert_eq!(
            of("a", "释放锁之前返回 Mutex", "Mutex poisoned early"),
            None
        );
        assert_eq!(
            of("a", "Блокировка утекает", "блокировка утекает"),
            Some(ONE)
        );
    }

    #[test]
    fn every_script_is_one_of_its_own() {
        for (letters, script) in [
            ("aZé\u{1e00}ỹ", Script::Latin),
            ("αΩἀ", Script::Greek),
            ("жЯ", Script::Cyrillic),
            ("א", Script::Hebrew),
            ("بݐࢠ", Script::Arabic),
            ("हத", Script::Indic),
            ("ก", Script::Thai),
            ("漢かカ㐀豈𠀀", Script::Han),
            ("한", Script::Hangul),
            ("ა", Script::Other),
        ] {
            for letter in letters.chars() {
                assert_eq!(Script::of(letter), script, "{letter}");
            }
        }
    }

    #[test]
    fn a_claim_of_a_million_words_ends_in_time() {
        let letters = |number: u32| {
            number
                .to_string()
                .replace(['0', '1', '2'], "q")
                .replace(|c: char| c.is_ascii_digit(), "z")
        };
        let long: String = (0..300_000).map(|n| format!("{} ", letters(n))).collect();
        assert!(of("p", &long, &long).is_some());
    }
}

//! "Did you mean": the known name nearest to an unknown one.
//!
//! Takes a name as a person or a model wrote it and the known names, and gives one of them or none. Several stages use
//! it: [`git`](crate::git) for revisions, [`config`](crate::config) for keys, [`ground`](crate::tally::ground) for
//! paths, the binary for bundles and reviewers.
//!
//! The distance is the number of characters that were deleted, inserted, replaced, or swapped with their neighbour
//! (optimal string alignment). The computation stops as soon as a limit is exceeded, because there can be tens of
//! thousands of names, also from hostile text; existing crates either have no limit or are not maintained.

/// Maximum length of a name, in characters; longer names are not compared.
pub(crate) const MAX_NAME: usize = 100;

/// The known name that was most likely meant: case ignored, the nearest by edit distance, at most a third of the name's
/// length (5 at most) away; else the shortest one that contains `written` as a whole word, as `origin/main` contains
/// `main`. Among equals the first by bytes. `None` if nothing is near, and for names above 100 characters.
///
/// ```
/// use scrum_core::nearest::nearest;
///
/// assert_eq!(nearest("wran", ["fail", "warn"]), Some("warn"));
/// assert_eq!(nearest("main", ["origin/main", "topic"]), Some("origin/main"));
/// assert_eq!(nearest("core", ["web", "docs"]), None);
/// ```
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = written.to_lowercase();
    let name: Vec<char> = lower.chars().collect();
    if name.is_empty() || name.len() > MAX_NAME {
        return None;
    }
    let mut limit = limit(name.len());
    // The rank of the best so far: by distance, then whole words.
    let mut best: Option<((usize, usize), &str)> = None;
    for known in known {
        let other = known.to_lowercase();
        let rank = match distance_within(&name, &other, limit) {
            Some(distance) => {
                limit = distance;
                (distance, 0)
            }
            None if holds_word(&other, &lower) => (usize::MAX, known.len()),
            None => continue,
        };
        if best.is_none_or(|least| (rank, known) < least) {
            best = Some((rank, known));
        }
    }
    best.map(|(_, known)| known)
}

/// The maximum distance for a name of this many characters.
pub(crate) fn limit(characters: usize) -> usize {
    (characters / 3).min(5)
}

/// Whether a name contains a text of at least three characters as a whole word, delimited by slashes, dashes, dots,
/// underscores or the ends.
fn holds_word(name: &str, word: &str) -> bool {
    if word.chars().nth(2).is_none() {
        return false;
    }
    let is_joint = |c: char| matches!(c, '/' | '-' | '.' | '_');
    name.match_indices(word).any(|(start, _)| {
        let before = name[..start].chars().next_back();
        let after = name[start + word.len()..].chars().next();
        before.is_none_or(is_joint) && after.is_none_or(is_joint)
    })
}

/// The edit distance if it is at most `limit`. Stops once a whole row of the table exceeds the limit.
pub(crate) fn distance_within(a: &[char], b: &str, limit: usize) -> Option<usize> {
    if b.chars().count().abs_diff(a.len()) > limit {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=a.len()).collect();
    let mut previous = None;
    for (line, other) in b.chars().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(line + 1);
        for (at, own) in a.iter().enumerate() {
            let exchanged = last[at] + usize::from(*own != other);
            let mut least = exchanged.min(last[at + 1] + 1).min(row[at] + 1);
            if at > 0 && previous == Some(*own) && a[at - 1] == other {
                least = least.min(before[at - 1] + 1);
            }
            row.push(least);
        }
        // A swap costs one more than the entry two rows and columns before.
        let alive = |row: &[usize]| row.iter().any(|distance| *distance <= limit);
        if !alive(&row) && !alive(&last) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
        previous = Some(other);
    }
    last.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let within = |a: &str, b, limit| distance_within(&a.chars().collect::<Vec<_>>(), b, limit);
        for (a, b, distance) in [
            ("kitten", "sitting", 3),
            ("shard.rs", "sharded.rs", 2),
            ("wran", "warn", 1),
            ("ab", "ba", 1),
            ("ca", "abc", 3),
            ("", "", 0),
            ("", "ab", 2),
        ] {
            assert_eq!(within(a, b, distance), Some(distance), "{a} {b}");
            assert_eq!(within(b, a, distance), Some(distance), "{b} {a}");
            if distance > 0 {
                assert_eq!(within(a, b, distance - 1), None, "{a} {b}");
            }
        }
    }

    #[test]
    fn a_name_is_found_by_its_letters_then_by_its_words() {
        for (written, known, found) in [
            ("spilt", &["by", "split", "pack"][..], Some("split")),
            ("Core", &["core", "cord"], Some("core")),
            ("opus", &["opus-2", "kimi"], Some("opus-2")),
            (
                "sync",
                &["tokio-src-sync", "tokio-src-sync-mpsc"],
                Some("tokio-src-sync"),
            ),
            ("mian", &["origin/main", "main"], Some("main")),
            ("in", &["origin/in"], None),
            ("ab", &["ac"], None),
            ("ain", &["origin/main"], None),
            ("core", &["cord", "corn"], Some("cord")),
            ("", &["a"], None),
        ] {
            assert_eq!(nearest(written, known.iter().copied()), found, "{written}");
        }
        let long = "x".repeat(MAX_NAME + 1);
        assert_eq!(nearest(&long, [long.as_str()]), None);
    }
}

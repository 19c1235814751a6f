//! The similarity of two files.
//!
//! The measure is git's (`diffcore-delta`): content is split into chunks at each line feed, or after 64 bytes; each
//! chunk is hashed to a number below 107927; for each number, two files share the smaller of their byte counts. In
//! text, a carriage return before a line feed does not count. The similarity is the shared fraction of the larger file.

/// A score of 100 %.
pub(in crate::git) const MAX_SCORE: u64 = 60_000;

const CHUNK_BYTES: u32 = 64;
const CHUNK_KINDS: u32 = 107_927;

/// The signature of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::git) struct Signature {
    /// Length of the file in bytes.
    size: u64,
    /// Chunk number and total bytes, sorted by number.
    chunks: Vec<(u32, u32)>,
}

impl Signature {
    /// Cuts content into chunks.
    pub(in crate::git) fn new(content: &[u8], is_text: bool) -> Self {
        let mut chunks = Vec::with_capacity(content.len() / 32);
        let (mut low, mut high, mut length) = (0u32, 0u32, 0u32);
        for (at, &byte) in content.iter().enumerate() {
            if is_text && byte == b'\r' && content.get(at + 1) == Some(&b'\n') {
                continue;
            }
            (low, high) = ((low << 7) ^ (high >> 25), (high << 7) ^ (low >> 25));
            low = low.wrapping_add(u32::from(byte));
            length += 1;
            if length == CHUNK_BYTES || byte == b'\n' {
                chunks.push((number(low, high), length));
                (low, high, length) = (0, 0, 0);
            }
        }
        // Since git 2.44 a last chunk without line feed counts as well.
        if length > 0 {
            chunks.push((number(low, high), length));
        }
        chunks.sort_unstable_by_key(|&(number, _)| number);
        chunks.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        chunks.shrink_to_fit();
        Self {
            size: content.len() as u64,
            chunks,
        }
    }

    /// The similarity of two files, 0 to [`MAX_SCORE`].
    pub(in crate::git) fn score(&self, other: &Self) -> u64 {
        self.score_of(self.shared(other), other.size)
    }

    fn score_of(&self, shared: u64, other_size: u64) -> u64 {
        match self.size.max(other_size) {
            0 => 0,
            largest => shared * MAX_SCORE / largest,
        }
    }

    fn shared(&self, other: &Self) -> u64 {
        let mut shared = 0;
        let mut theirs = other.chunks.iter().copied().peekable();
        for &(number, bytes) in &self.chunks {
            while theirs.next_if(|&(n, _)| n < number).is_some() {}
            if let Some((_, other_bytes)) = theirs.next_if(|&(n, _)| n == number) {
                shared += u64::from(bytes.min(other_bytes));
            }
        }
        shared
    }
}

/// Many files, for comparing another file with each of them.
///
/// Most pairs of files share little except blank lines and braces. So instead of walking through both chunk lists of
/// every pair, this stores for each chunk number the files that have it.
pub(in crate::git) struct Collection {
    sizes: Vec<u64>,
    /// Start of the entries of each chunk number, and the end of the last.
    starts: Vec<usize>,
    /// A file's index and its bytes with this number.
    entries: Vec<(u32, u32)>,
}

impl Collection {
    /// Builds the index; files with an empty signature never match.
    pub(in crate::git) fn new(files: &[Signature]) -> Self {
        let mut starts = vec![0; CHUNK_KINDS as usize + 1];
        let all = || {
            (0u32..)
                .zip(files)
                .flat_map(|(i, f)| f.chunks.iter().map(move |&c| (i, c)))
        };
        for (_, (number, _)) in all() {
            starts[number as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut entries = vec![(0, 0); starts[CHUNK_KINDS as usize]];
        let mut next = starts.clone();
        for (index, (number, bytes)) in all() {
            let place = &mut next[number as usize];
            entries[*place] = (index, bytes);
            *place += 1;
        }
        Self {
            sizes: files.iter().map(|file| file.size).collect(),
            starts,
            entries,
        }
    }

    /// The scores of one file with each of these.
    pub(in crate::git) fn scores(&self, file: &Signature) -> Vec<u64> {
        let mut shared = vec![0; self.sizes.len()];
        for &(number, bytes) in &file.chunks {
            let of_number = self.starts[number as usize]..self.starts[number as usize + 1];
            for &(index, theirs) in &self.entries[of_number] {
                shared[index as usize] += u64::from(bytes.min(theirs));
            }
        }
        let sizes = self.sizes.iter();
        let scores = shared
            .iter()
            .zip(sizes)
            .map(|(&shared, &size)| file.score_of(shared, size));
        scores.collect()
    }
}

/// Whether the sizes alone rule out a score of `minimum`. This is git's test, which is not exact and lets some more
/// through.
pub(in crate::git) fn sizes_too_far(a: u64, b: u64, minimum: u64) -> bool {
    let (largest, smallest) = (a.max(b), a.min(b));
    largest.saturating_mul(MAX_SCORE - minimum) < (largest - smallest).saturating_mul(MAX_SCORE)
}

fn number(low: u32, high: u32) -> u32 {
    low.wrapping_add(high.wrapping_mul(0x61)) % CHUNK_KINDS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn score(a: &[u8], b: &[u8]) -> u64 {
        Signature::new(a, true).score(&Signature::new(b, true))
    }

    #[test]
    fn same_content_scores_all() {
        let text = b"one\ntwo\nthree, without a line feed";
        assert_eq!(score(text, text), MAX_SCORE);
        assert_eq!(score(b"", b""), 0);
        assert_eq!(score(b"", b"x"), 0);
    }

    #[test]
    fn lines_count_by_their_bytes() {
        // 8 of 12 bytes are found again.
        assert_eq!(score(b"aaa\nbbb\nccc\n", b"bbb\nccc\n"), MAX_SCORE * 8 / 12);
        // Order does not matter.
        assert_eq!(score(b"aaa\nbbb\n", b"bbb\naaa\n"), MAX_SCORE);
    }

    #[test]
    fn line_ends_do_not_count_in_text() {
        let (unix, dos) = (&b"aaa\nbbb\n"[..], &b"aaa\r\nbbb\r\n"[..]);
        assert_eq!(score(unix, dos), MAX_SCORE * 8 / 10);
        let binary = Signature::new(unix, false).score(&Signature::new(dos, false));
        assert_eq!(binary, 0);
    }

    #[test]
    fn sizes_rule_out() {
        assert!(sizes_too_far(100, 49, 30_000));
        assert!(!sizes_too_far(100, 50, 30_000));
        assert!(!sizes_too_far(0, 0, 30_000));
        assert!(sizes_too_far(0, 1, 30_000));
    }

    proptest! {
        #[test]
        fn a_collection_gives_the_scores_of_pairs(
            files in proptest::collection::vec("([a-d]{0,3}\n){0,9}", 0..6), other in "([a-d]{0,3}\n){0,9}",
        ) {
            let signature = |text: &String| Signature::new(text.as_bytes(), true);
            let (files, other): (Vec<_>, _) = (files.iter().map(signature).collect(), signature(&other));
            let pairs: Vec<_> = files.iter().map(|file| file.score(&other)).collect();
            prop_assert_eq!(Collection::new(&files).scores(&other), pairs);
        }

        #[test]
        fn symmetric_and_bounded(a: Vec<u8>, b: Vec<u8>) {
            prop_assert_eq!(score(&a, &b), score(&b, &a));
            prop_assert!(score(&a, &b) <= MAX_SCORE);
        }
    }
}

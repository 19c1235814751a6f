//! Blind mutations of the seeds, for where no fuzzer is at hand. A number says everything, so a failure can be repeated.

/// Marsaglia's xorshift, 64 bits wide.
struct Dice(u64);

impl Dice {
    /// A number below `limit`, which is not 0.
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % limit as u64).unwrap_or(0)
    }

    /// A short span of a text.
    fn span(&mut self, text: &[u8]) -> std::ops::Range<usize> {
        let start = self.below(text.len() + 1);
        let length = self.below(1 + (text.len() - start).min(40));
        start..start + length
    }
}

/// One of the seeds, changed at a few places, mostly by pieces of the others.
pub(crate) fn mutated(seeds: &[Vec<u8>], number: u64) -> Vec<u8> {
    let mut dice = Dice(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut text = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(6) {
        let span = dice.span(&text);
        match dice.below(8) {
            0 => {
                text.drain(span);
            }
            1 => {
                let piece = text[span.clone()].to_vec();
                text.splice(span.start..span.start, piece);
            }
            2 => {
                let byte = b"\n\r\t :\"'`\\/[]{}()<>|*#-+,.;0159\0\xff\xc3"[dice.below(33)];
                text.splice(span.start..span.start, [byte]);
            }
            3 if !text.is_empty() => {
                let at = span.start.min(text.len() - 1);
                text[at] ^= 1 << dice.below(8);
            }
            4 => {
                let words: [&[u8]; 6] = [
                    b"4294967295",
                    b"0",
                    b"WHERE: ",
                    "\u{202e}\u{130}".as_bytes(),
                    b"\r\n\r\n",
                    b"-1",
                ];
                text.splice(span, words[dice.below(words.len())].iter().copied());
            }
            5 => text.truncate(span.end.max(1)),
            _ => {
                let other = &seeds[dice.below(seeds.len())];
                let piece = other[dice.span(other)].to_vec();
                text.splice(span, piece);
            }
        }
    }
    text
}

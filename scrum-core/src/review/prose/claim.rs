//! How bad a unit says it is, and what it says.

use super::reader::ProseReader;
use super::text::{letters, sentence_says_severity, sentences, tidy, words_in};
use super::unit::{Start, Unit};
use crate::review::location;
use crate::review::span;
use crate::review::statement::LONGEST_CLAIM;
use crate::review::{Severity, severity};

impl ProseReader<'_> {
    pub(super) fn own_severity(
        &self,
        unit: &Unit,
        used: &Option<(usize, usize)>,
    ) -> Option<(Severity, String)> {
        let (index, start) = used.unwrap_or((0, usize::MAX));
        // `path:4: error TS7: …`, as compilers print it.
        if let Some((_, text)) = unit.lines.get(index)
            && let Some(place) = self
                .places(text)
                .iter()
                .find(|place| place.range.start == start)
            && let Some(behind) = text[place.range.end..]
                .trim_start_matches(':')
                .strip_prefix(' ')
        {
            let behind = behind.trim_start_matches(['-', '–', '—', '•', ' ', '✖', '⚠', '×']);
            let word: String = behind.chars().take_while(|c| c.is_alphabetic()).collect();
            let next = behind[word.len()..].trim_start();
            if next.starts_with(char::is_uppercase)
                && let Some(level) = severity::read(&word)
            {
                return Some((level, word));
            }
        }
        // `4:7  error  …`, as linters print it below a path.
        if let Some((_, text)) = unit.lines.get(index)
            && let Some(row) = text.get(start..)
            && let Some((_, len)) = location::lines_at_start(row)
            && let Some(word) = row[len..].split_whitespace().next()
            && let Some(level) = severity::read(word)
        {
            return Some((level, word.to_owned()));
        }
        for (at, (_, text)) in unit.lines.iter().enumerate().take(6) {
            let text = self.without_places(text);
            let found = severity::marked(&text);
            if at == 0 {
                let found = found.or_else(|| severity::at_end(&text));
                if found.is_some() {
                    return found;
                }
                continue;
            }
            // Below the title only what is nothing but a severity, or the rest of the title.
            if found.is_some()
                && (words_in(&text) <= 3
                    || at == index
                    || is_number(unit)
                    || index == 0 && self.is_only_place(&unit.lines[0].1)
                    || matches!(unit.start, Start::Text))
            {
                return found;
            }
        }
        // `One nit, feel free to ignore it: line 4 of …`
        let lead = unit
            .lines
            .get(index)
            .and_then(|(_, text)| text.get(..start));
        if let Some(nit) = lead.and_then(|lead| {
            let mut words = lead.split(|c: char| !c.is_alphanumeric());
            words.find(|word| {
                ["nit", "nitpick"]
                    .iter()
                    .any(|nit| nit.eq_ignore_ascii_case(word))
            })
        }) {
            return Some((Severity::Info, nit.to_owned()));
        }
        let labelled = unit.what.as_deref().and_then(severity::marked);
        if labelled.is_some() {
            return labelled;
        }
        let texts = unit.lines.iter().map(|(_, text)| text.as_str());
        texts.clone().flat_map(sentences).find_map(|sentence| {
            sentence_says_severity(sentence)
                .then(|| severity::marked(sentence).or_else(|| severity::first_word(sentence)))
                .flatten()
        })
    }

    /// A text with a mark in place of each path and its lines.
    pub(super) fn without_places(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for place in self.places(text).iter() {
            out.push_str(&text[at..place.range.start.max(at)]);
            out.push('§');
            at = place.range.end.max(at);
        }
        out.push_str(&text[at..]);
        out
    }

    pub(super) fn claim(
        &self,
        unit: &Unit,
        used: Option<(usize, usize)>,
    ) -> (Option<String>, Option<String>) {
        let mut parts: Vec<String> = Vec::new();
        let mut quotes: Vec<String> = Vec::new();
        for (index, (_, text)) in unit.lines.iter().enumerate() {
            let start = used.filter(|(at, _)| *at == index).map(|(_, start)| start);
            let cleaned = match start {
                Some(start) => {
                    let places = self.places(text);
                    let place = places.iter().find(|place| place.range.start == start);
                    let at_edge = |range: &std::ops::Range<usize>| {
                        letters(&text[..range.start]) < 2 || letters(&text[range.end..]) < 2
                    };
                    match place {
                        Some(place) if at_edge(&place.range) => {
                            format!("{}{}", &text[..place.range.start], &text[place.range.end..])
                        }
                        _ => text.clone(),
                    }
                }
                None => text.clone(),
            };
            let cleaned = cleaned
                .trim_start_matches(|c: char| {
                    !c.is_alphanumeric() && !matches!(c, '`' | '[' | '«' | '“' | '"')
                })
                .trim_end_matches(['(', '*', '—', '–', '`', '[']);
            // A backtick without its other one is what a place left behind.
            let lone = cleaned.matches('`').count() % 2 == 1;
            let cleaned = cleaned.trim_start_matches(|c: char| {
                matches!(c, ']' | ')' | ':' | ' ' | '—' | '–' | '-' | ',' | '*') || c == '`' && lone
            });
            let cleaned = tidy(cleaned);
            if letters(&cleaned) > 1 {
                let quoted = unit.quoted.contains(&index);
                let list = if quoted { &mut quotes } else { &mut parts };
                list.push(cleaned);
            }
        }
        // `Comment at: src/a.rs:4` says less than what follows.
        let bare = unit
            .lines
            .first()
            .is_some_and(|(_, title)| self.has_place(title));
        let is_short = parts
            .first()
            .is_some_and(|first| words_in(first) <= 2 && !first.contains(": "));
        if (bare || is_number(unit)) && parts.len() > 1 && is_short {
            parts.remove(0);
        }
        parts.append(&mut quotes);
        // A heading that is nothing but a severity says nothing of the record below it.
        let is_group = unit.what.is_some()
            && unit.lines.first().is_some_and(|(_, title)| {
                words_in(title) <= 2 && severity::of_heading(title).is_some()
            });
        if is_group && !parts.is_empty() {
            parts.remove(0);
        }
        let labelled = [&unit.what, &unit.why].into_iter().flatten().cloned();
        let mut all: Vec<String> = Vec::new();
        all.extend(parts.first().cloned());
        all.extend(labelled);
        all.extend(parts.into_iter().skip(1));
        let cut = |text: String| span::cut(&text, LONGEST_CLAIM).into_owned();
        let mut all = all.into_iter();
        let what = all.next().map(cut);
        let why = all.collect::<Vec<_>>().join("\n");
        (what, (!why.is_empty()).then(|| cut(why)))
    }
}

/// Whether a title is a number and nothing else: `Comment 1`.
pub(super) fn is_number(unit: &Unit) -> bool {
    unit.number.is_some()
        && unit
            .lines
            .first()
            .is_some_and(|(_, title)| words_in(title) <= 1)
}

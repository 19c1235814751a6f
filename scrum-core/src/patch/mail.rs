//! Mails around patches: where one begins, what it says of the change, and how its text is encoded.

use std::borrow::Cow;

use memchr::memmem;

use super::{PatchError, lines, trimmed};
use crate::change::ChangeMessage;
use crate::range::{BODY_BYTES, Commit};

/// Whether a mail of an mbox begins here: `From `, and a line of its head after it.
pub(super) fn begins(line: &[u8], next: &[u8]) -> bool {
    line.starts_with(b"From ") && (is_head_line(next) || commit_id(line).is_some())
}

/// Whether the text is one mail without the line `From ` of an mbox.
pub(super) fn begins_with_head(text: &[u8]) -> bool {
    let first = lines(text).next().map(trimmed).unwrap_or_default();
    is_head_line(first) && !first.starts_with(b"Index: ")
}

/// `Word-Word: value`.
fn is_head_line(line: &[u8]) -> bool {
    let word = line.iter().position(|byte| *byte == b':').unwrap_or(0);
    word > 0
        && line[..word]
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        && matches!(line.get(word + 1), Some(b' ' | b'\t') | None)
}

fn commit_id(line: &[u8]) -> Option<String> {
    let rest = line.strip_prefix(b"From ")?;
    let word = rest.split(|byte| *byte == b' ').next()?;
    let is_id = matches!(word.len(), 40 | 64) && word.iter().all(u8::is_ascii_hexdigit);
    is_id.then(|| String::from_utf8_lossy(word).into_owned())
}

/// `Subject: [PATCH v2 0/3] …`: the mail in front of a series, which is no commit.
pub(super) fn is_cover_subject(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"Subject: [") else {
        return false;
    };
    let tag = rest.split(|byte| *byte == b']').next().unwrap_or_default();
    tag.split(|byte| *byte == b' ').any(|word| {
        let mut parts = word.splitn(2, |byte| *byte == b'/');
        let (number, of) = (parts.next().unwrap_or_default(), parts.next());
        let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
        digits(number) && number.iter().all(|digit| *digit == b'0') && of.is_some_and(digits)
    })
}

/// Whether a text without sections is the cover letter of a series.
pub(super) fn is_only_cover(text: &[u8]) -> bool {
    let mut lines = lines(text).map(trimmed);
    let head = |line: &&[u8]| !line.is_empty();
    lines.by_ref().take_while(head).any(is_cover_subject)
}

/// A mail of a series, as far as it says something of the change.
#[derive(Debug, Default)]
pub(super) struct Mail {
    id: Option<String>,
    subject: Option<String>,
    body: String,
    cover: bool,
}

impl Mail {
    /// Whether it introduces a series, and is no commit itself.
    pub(super) fn is_cover(&self) -> bool {
        self.cover
    }

    /// The commit that it announces, if it has a subject.
    pub(super) fn commit(self) -> Option<Commit> {
        let subject = bare(&words(&self.subject?)).to_owned();
        Some(Commit::new(
            self.id.unwrap_or_default(),
            subject,
            &self.body,
        ))
    }

    /// What a cover letter says of the series. `git format-patch` leaves a text to be replaced.
    pub(super) fn message(self) -> ChangeMessage {
        let written = |text: &str| match text.trim() {
            "*** SUBJECT HERE ***" | "*** BLURB HERE ***" => String::new(),
            text => text.to_owned(),
        };
        ChangeMessage {
            title: written(bare(&words(&self.subject.unwrap_or_default()))),
            text: written(&self.body),
        }
    }
}

/// Where in a mail a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MailPart {
    Before,
    Head,
    /// In the subject, which may have more lines.
    Subject,
    Body,
    After,
}

/// The mails between two sections, each with its subject and its text up to `---`. `first`: the text is the beginning of a
/// patch, which may be a mail without a line `From `.
pub(super) fn mails(between: &[u8], first: bool) -> Vec<Mail> {
    let mut mails: Vec<Mail> = Vec::new();
    let mut part = MailPart::Before;
    if first && begins_with_head(between) {
        mails.push(Mail::default());
        part = MailPart::Head;
    }
    let mut rows = lines(between).map(trimmed).peekable();
    while let Some(line) = rows.next() {
        if begins(line, rows.peek().copied().unwrap_or_default()) {
            mails.push(Mail {
                id: commit_id(line),
                ..Mail::default()
            });
            part = MailPart::Head;
            continue;
        }
        let Some(mail) = mails.last_mut() else {
            continue;
        };
        part = match part {
            MailPart::Subject if line.starts_with(b" ") || line.starts_with(b"\t") => {
                let subject = mail.subject.get_or_insert_default();
                subject.push(' ');
                subject.push_str(String::from_utf8_lossy(line).trim());
                MailPart::Subject
            }
            MailPart::Head | MailPart::Subject if line.is_empty() => MailPart::Body,
            MailPart::Head | MailPart::Subject => match line.strip_prefix(b"Subject: ") {
                Some(subject) => {
                    mail.cover = is_cover_subject(line);
                    mail.subject = Some(String::from_utf8_lossy(subject).into_owned());
                    MailPart::Subject
                }
                None => MailPart::Head,
            },
            MailPart::Body if ends_message(line, mail.cover) => MailPart::After,
            MailPart::Body => {
                // The author of somebody else's commit is the first line of the text.
                let author = mail.body.is_empty() && line.starts_with(b"From: ");
                if !author && mail.body.len() <= 2 * BODY_BYTES {
                    mail.body.push_str(&String::from_utf8_lossy(line));
                    mail.body.push('\n');
                }
                MailPart::Body
            }
            MailPart::Before | MailPart::After => part,
        };
    }
    mails
}

/// Whether a line ends what a person wrote: `---`, a signature, and in a cover letter the list of commits, which begins with
/// `Author (2):`.
fn ends_message(line: &[u8], cover: bool) -> bool {
    let count = || {
        let count = line.strip_suffix(b"):").unwrap_or_default();
        let digits = count
            .rsplit(|byte| *byte == b'(')
            .next()
            .unwrap_or_default();
        digits.len() < count.len() && !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
    };
    matches!(line.trim_ascii_end(), b"---" | b"--") || (cover && count())
}

/// A subject without its `[PATCH 1/2]`.
fn bare(subject: &str) -> &str {
    match subject
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((tag, bare)) if tag.split(' ').any(|word| word == "PATCH" || word == "RFC") => {
            bare.trim_start()
        }
        _ => subject,
    }
}

/// A head line with its encoded words (`=?UTF-8?q?Gr=C3=BCn?=`, RFC 2047) read. One of a character set that is
/// neither UTF-8 nor Latin 1 stays as it is.
fn words(text: &str) -> String {
    let mut out = String::new();
    // White space between two encoded words belongs to neither.
    let mut encoded_before = false;
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest.len() - rest.trim_start().len();
        let (gap, after) = rest.split_at(length);
        let end = after.find(char::is_whitespace).unwrap_or(after.len());
        let (word, after) = after.split_at(end);
        let decoded = encoded_word(word);
        if !(encoded_before && decoded.is_some()) {
            out.push_str(gap);
        }
        out.push_str(decoded.as_deref().unwrap_or(word));
        encoded_before = decoded.is_some();
        rest = after;
    }
    out
}

fn encoded_word(word: &str) -> Option<String> {
    let inner = word.strip_prefix("=?")?.strip_suffix("?=")?;
    let mut parts = inner.splitn(3, '?');
    let (set, kind, text) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = match kind {
        "q" | "Q" => {
            let text = text.replace('_', " ");
            let mut out = Vec::new();
            quoted_printable(text.as_bytes(), &mut out)?;
            out
        }
        "b" | "B" => base64(text.as_bytes())?,
        _ => return None,
    };
    match set.to_ascii_lowercase().as_str() {
        "utf-8" | "us-ascii" => String::from_utf8(bytes).ok(),
        "iso-8859-1" => Some(bytes.into_iter().map(char::from).collect()),
        _ => None,
    }
}

/// The boundaries between parts that the heads of mails declare.
pub(super) fn boundaries(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    const WORD: &[u8] = b"boundary=\"";
    memmem::find_iter(text, WORD).filter_map(move |at| {
        let rest = &text[at + WORD.len()..];
        let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\n'))?;
        (rest[end] == b'"' && end > 0).then(|| &rest[..end])
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Plain,
    QuotedPrintable,
    Base64,
}

/// The text with the transfer encoding of its mails undone. What is in no mail stays as it is.
///
/// # Errors
///
/// [`PatchError::Mail`] with the line that is not in the encoding the mail names.
pub(super) fn decode(text: &[u8]) -> Result<Cow<'_, [u8]>, PatchError> {
    const NAME: &[u8] = b"content-transfer-encoding";
    let named = text
        .windows(NAME.len())
        .any(|word| word.eq_ignore_ascii_case(NAME));
    if !named {
        return Ok(Cow::Borrowed(text));
    }
    let boundaries: Vec<&[u8]> = boundaries(text).collect();
    let is_boundary = |line: &[u8]| {
        line.strip_prefix(b"--")
            .is_some_and(|rest| boundaries.iter().any(|name| rest.starts_with(name)))
    };
    let mut out = Vec::with_capacity(text.len());
    let mut in_head = begins_with_head(text);
    let mut encoding = Encoding::Plain;
    // Text in base 64 up to the end of its part, and its first line.
    let mut block: (Vec<u8>, usize) = (Vec::new(), 0);
    let flush = |block: &mut (Vec<u8>, usize), out: &mut Vec<u8>| {
        let (text, line) = std::mem::take(block);
        let encoding = "base64";
        let bytes = base64(&text).ok_or(PatchError::Mail { line, encoding })?;
        out.extend_from_slice(&bytes);
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            out.push(b'\n');
        }
        Ok(())
    };
    let mut rows = lines(text).enumerate().peekable();
    while let Some((row, raw)) = rows.next() {
        let line = trimmed(raw);
        let next = rows.peek().map_or(&b""[..], |(_, next)| trimmed(next));
        if begins(line, next) || is_boundary(line) {
            flush(&mut block, &mut out)?;
            (in_head, encoding) = (true, Encoding::Plain);
        } else if in_head {
            if line.is_empty() {
                in_head = false;
            } else if line.len() > NAME.len() && line[..NAME.len()].eq_ignore_ascii_case(NAME) {
                let value = line[NAME.len() + 1..].trim_ascii().to_ascii_lowercase();
                encoding = match value.as_slice() {
                    b"quoted-printable" => Encoding::QuotedPrintable,
                    b"base64" => Encoding::Base64,
                    _ => Encoding::Plain,
                };
            }
        } else if encoding == Encoding::QuotedPrintable {
            let line_number = row + 1;
            quoted_printable(line.trim_ascii_end(), &mut out).ok_or(PatchError::Mail {
                line: line_number,
                encoding: "quoted-printable",
            })?;
            // A `=` at the end joins two lines.
            if !line.trim_ascii_end().ends_with(b"=") {
                out.push(b'\n');
            }
            continue;
        } else if encoding == Encoding::Base64 {
            if block.0.is_empty() {
                block.1 = row + 1;
            }
            block.0.extend_from_slice(line);
            continue;
        }
        out.extend_from_slice(raw);
    }
    flush(&mut block, &mut out)?;
    Ok(Cow::Owned(out))
}

/// Appends one line of quoted-printable text, without the `=` at its end that joins it to the next.
fn quoted_printable(line: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut rest = line;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'=' {
            out.push(*byte);
            continue;
        }
        match after {
            [] => break,
            [high, low, after @ ..] => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                out.push(u8::try_from(digit(high)? * 16 + digit(low)?).ok()?);
                rest = after;
            }
            _ => return None,
        }
    }
    Some(())
}

fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    let digits = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    let mut padded = false;
    for byte in digits {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padded = true;
                continue;
            }
            _ => return None,
        };
        // Nothing follows the padding.
        if padded {
            return None;
        }
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
        bits &= (1 << held) - 1;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_of_a_subject() {
        for (text, read) in [
            ("=?UTF-8?q?Gr=C3=BCn:_a?= b", "Grün: a b"),
            ("=?UTF-8?q?Gr=C3=BC?= =?utf-8?Q?n?=", "Grün"),
            ("=?utf-8?B?R3LDvG4=?=", "Grün"),
            ("=?iso-8859-1?q?Gr=FCn?=", "Grün"),
            ("=?koi8-r?q?=FC?=", "=?koi8-r?q?=FC?="),
            ("a  =?b?= c", "a  =?b?= c"),
        ] {
            assert_eq!(words(text), read);
        }
    }

    #[test]
    fn cover_letters_have_number_zero() {
        for (line, cover) in [
            ("Subject: [PATCH 0/2] x", true),
            ("Subject: [PATCH v2 00/12] x", true),
            ("Subject: [RFC PATCH net-next v3 0/7] x", true),
            ("Subject: [PATCH 1/2] 0/2", false),
            ("Subject: [PATCH 10/12] x", false),
            ("Subject: x 0/2", false),
        ] {
            assert_eq!(is_cover_subject(line.as_bytes()), cover, "{line}");
        }
    }

    #[test]
    fn what_is_in_no_mail_is_not_decoded() {
        let text = b"diff --git a/m b/m\n--- a/m\n+++ b/m\n@@ -1,2 +1,2 @@\n-x\n+From: x\n Content-Transfer-Encoding: base64\n";
        assert_eq!(decode(text).unwrap(), &text[..]);
    }

    #[test]
    fn both_encodings_are_undone_up_to_the_next_mail() {
        let text = b"From x Mon Sep 17\nSubject: a\nContent-Transfer-Encoding: quoted-printable\n\n=3D a=\nb  \n=0D\nFrom y Mon Sep 17\r\nsubject: b\r\ncontent-transfer-encoding: BASE64\r\n\r\nYQpi\r\nCg==\r\n";
        let read = decode(text).unwrap();
        let read = String::from_utf8_lossy(&read);
        assert!(read.contains("\n\n= ab\n\r\nFrom y"), "{read}");
        assert!(read.ends_with("\r\n\r\na\nb\n"), "{read:?}");
    }

    #[test]
    fn a_mail_that_is_not_in_its_encoding_is_refused() {
        for (encoding, body) in [("quoted-printable", "=zz"), ("base64", "YQ==YQ")] {
            let text = format!("Subject: a\nContent-Transfer-Encoding: {encoding}\n\n{body}\n");
            let error = decode(text.as_bytes()).unwrap_err();
            assert_eq!(error, PatchError::Mail { line: 4, encoding });
        }
    }
}

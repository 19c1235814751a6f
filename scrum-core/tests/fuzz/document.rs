//! Documents in the place of an answer, and dumps of forges: what is imported reads back as what was imported.

use scrum_core::review::import::{ImportFormat, ImportOptions, import};
use scrum_core::review::{ReadAs, Review};

use super::answer;

pub(crate) fn check(data: &[u8]) {
    answer::check(data);
    for format in [
        ImportFormat::Auto,
        ImportFormat::GitHub,
        ImportFormat::GitLab,
        ImportFormat::Gerrit,
        ImportFormat::Bitbucket,
        ImportFormat::Azure,
        ImportFormat::Sarif,
        ImportFormat::Rdjson,
    ] {
        let options = ImportOptions::default().format(format);
        let Ok(dump) = import(data, &options) else {
            continue;
        };
        assert_eq!(Ok(&dump), import(data, &options).as_ref());
        for author in &dump.authors {
            assert!(is_file_name(&author.reviewer), "{:?}", author.reviewer);
            assert!(!author.says_clean || author.findings.is_empty());
            let findings: Vec<_> = author.findings.iter().collect();
            let written = author.to_json_lines(&findings);
            let read = Review::from_text(&written);
            assert_eq!(read.says_clean, author.says_clean, "{written}");
            assert_eq!(read.findings.len(), findings.len(), "{written}");
            for (read, finding) in read.findings.iter().zip(findings) {
                assert_eq!(read.read_as, ReadAs::Document);
                let Ok(location) = &read.location else {
                    panic!("{finding:?} reads as {read:?}");
                };
                let lines = location.lines.map(|lines| (lines.start, lines.end));
                assert_eq!(
                    lines,
                    finding.start_line.zip(finding.end_line),
                    "{finding:?}"
                );
                assert_eq!(location.path, finding.path);
            }
        }
    }
}

/// A reviewer's name becomes a file's name in the wave.
fn is_file_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0', ':'])
}

//! Any CODEOWNERS: owners are in the file, warnings name its lines, and comments change nothing.

use scrum_core::path::RepoPath;
use scrum_core::plan::codeowners::{self, Codeowners, CodeownersFile};

const PATHS: [&str; 8] = [
    "README.md",
    "src/lib.rs",
    "docs/a b.md",
    "docs/deep/er/x",
    "apps/github/x.js",
    "#x",
    "a[1]{2}",
    "Stra\u{df}e/\u{e9}",
];

pub(crate) fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    for place in codeowners::PATHS {
        check_at(place, &text);
    }
}

fn parse(place: &str, text: String) -> Codeowners {
    Codeowners::parse(&CodeownersFile {
        path: place.into(),
        text,
    })
}

fn check_at(place: &str, text: &str) {
    let file = parse(place, text.to_owned());
    let lines: Vec<&str> = text.lines().collect();
    for warning in file.warnings() {
        let stands = warning
            .line
            .checked_sub(1)
            .and_then(|at| lines.get(at).copied());
        // Line 0 says that the patterns are too large together.
        assert!(
            warning.line == 0 || stands == Some(&warning.text),
            "{warning}"
        );
    }
    let with_comment = parse(place, format!("# x\n\n{text}\n# y @z"));
    for path in PATHS.map(RepoPath::from) {
        let owners = file.owners(&path);
        assert!(owners.windows(2).all(|two| two[0] < two[1]), "{owners:?}");
        assert!(
            owners.iter().all(|owner| text.contains(owner)),
            "{owners:?}"
        );
        assert_eq!(with_comment.owners(&path), owners, "{path}");
    }
}

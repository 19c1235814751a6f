//! Code blocks of a Markdown page, fenced and indented: as much of Markdown as this project's own pages use.

/// A block of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// Word behind the opening fence; empty where there is none, and for an indented block.
    pub(crate) language: String,
    /// Index of its first line of content in the page.
    pub(crate) start: usize,
    /// Spaces in front of each line.
    pub(crate) indent: usize,
    /// Without the indentation and the fences.
    pub(crate) lines: Vec<String>,
}

/// All blocks of a page, in order.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate().peekable();
    let mut blank_before = true;
    while let Some((number, line)) = lines.next() {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        if let Some(info) = text.strip_prefix("```") {
            let mut block = Block {
                language: info.split([',', ' ']).next().unwrap_or_default().to_owned(),
                start: number + 1,
                indent,
                lines: Vec::new(),
            };
            for (_, line) in lines.by_ref() {
                if line.trim() == "```" {
                    break;
                }
                block
                    .lines
                    .push(line.get(indent..).unwrap_or_default().to_owned());
            }
            blocks.push(block);
            blank_before = false;
            continue;
        }
        if indent >= 4 && blank_before && !text.is_empty() {
            let mut block = Block {
                language: String::new(),
                start: number,
                indent: 4,
                lines: vec![line[4..].to_owned()],
            };
            while let Some((_, line)) =
                lines.next_if(|(_, line)| line.starts_with("    ") || line.trim().is_empty())
            {
                block
                    .lines
                    .push(line.get(4..).unwrap_or_default().to_owned());
            }
            while block
                .lines
                .last()
                .is_some_and(|line| line.trim().is_empty())
            {
                block.lines.pop();
            }
            blocks.push(block);
            blank_before = true;
            continue;
        }
        blank_before = text.is_empty();
    }
    blocks
}

/// README, the pages of `docs/` and the skill for agents: name and text, sorted by name.
pub(crate) fn pages() -> Vec<(std::path::PathBuf, String)> {
    let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut paths = vec![
        top.join("README.md"),
        top.join("CONTRIBUTING.md"),
        top.join("skills/scrum/SKILL.md"),
    ];
    let docs = std::fs::read_dir(top.join("docs"))
        .into_iter()
        .flatten()
        .flatten();
    paths.extend(
        docs.map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "md")),
    );
    paths.sort();
    let read = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

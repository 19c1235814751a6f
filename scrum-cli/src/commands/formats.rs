//! The formats of a tally: their names, their file endings, and how each is written.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use scrum_core::gauntlet::assess::Assessment;
use scrum_core::report::{
    HtmlOptions, MarkdownOptions, Only, SarifOptions, TextOptions, write_github, write_gitlab,
    write_html, write_json, write_markdown, write_rdjsonl, write_sarif, write_text,
};
use scrum_core::tally::{DiffText, Tally};
use scrum_core::wave::manifest::Manifest;

use super::cores;
use crate::error::{CommandError, Context as _, Result, usage_error};
use crate::terminal::Output;
use crate::wave::{remove_left_behind, replace};

/// A format of a tally.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people
    Text,
    /// JSON for programs
    Json,
    /// Markdown for a pull request
    Markdown,
    /// SARIF 2.1.0 for code scanning
    Sarif,
    /// Diagnostics for reviewdog
    Rdjsonl,
    /// Annotations of GitHub Actions
    Github,
    /// Code Quality report of GitLab
    Gitlab,
    /// An HTML page in one file
    Html,
}

/// The file endings of the formats.
pub(crate) const ENDINGS: &[(&str, Format)] = &[
    (".txt", Format::Text),
    // Before `.json`, which is also its ending.
    (".sarif.json", Format::Sarif),
    (".json", Format::Json),
    (".md", Format::Markdown),
    (".markdown", Format::Markdown),
    (".sarif", Format::Sarif),
    (".rdjsonl", Format::Rdjsonl),
    (".jsonl", Format::Rdjsonl),
    (".html", Format::Html),
];

/// The files that a tally writes into its wave.
const KEPT: [(&str, Format); 3] = [
    ("tally.json", Format::Json),
    ("tally.md", Format::Markdown),
    ("report.html", Format::Html),
];

impl Format {
    /// The format of a file by its ending.
    pub(crate) fn of_ending(path: &Path) -> Result<Self> {
        let name = path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().to_ascii_lowercase();
        let found = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending));
        found.map(|(_, format)| *format).ok_or_else(|| {
            let endings: Vec<&str> = ENDINGS.iter().map(|(ending, _)| *ending).collect();
            let text = format!("`{}`: the ending is not that of a format", path.display());
            usage_error(text).hint(format!(
                "choose one with `scrum tally --format FORMAT -o FILE`; known endings are {}",
                endings.join(", ")
            ))
        })
    }
}

/// What a path to write to is.
enum FormatTarget {
    /// A file, which is replaced atomically; for a symbolic link, the file that it points to.
    File(PathBuf),
    /// A device or a pipe, such as /dev/stdout, which must not be replaced.
    Stream,
}

impl FormatTarget {
    fn of(path: &Path) -> Self {
        match std::fs::metadata(path) {
            Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => Self::Stream,
            Ok(_) => Self::File(path.canonicalize().unwrap_or_else(|_| path.to_owned())),
            Err(_) => Self::File(path.to_owned()),
        }
    }
}

/// A tally to be written.
pub(crate) struct Report<'a> {
    pub(crate) tally: &'a Tally,
    /// The bundles, if there is a wave.
    pub(crate) manifest: Option<&'a Manifest>,
    /// The diffs of the bundles, if there is a wave.
    pub(crate) diffs: &'a dyn DiffText,
    pub(crate) output: &'a Output,
    /// What text and Markdown show.
    pub(crate) only: Only,
    /// Whether the release can ship, if that was assessed.
    pub(crate) assessment: Option<&'a Assessment>,
}

impl Report<'_> {
    /// Prints the tally.
    pub(crate) fn print(&self, format: Format) -> Result<()> {
        let mut told = Vec::new();
        self.output.data(|out| {
            told = self.render(format, self.output.color, out)?;
            Ok(())
        })?;
        self.tell(&told);
        Ok(())
    }

    /// Writes the tally into a file.
    pub(crate) fn write(&self, format: Format, path: &Path) -> Result<()> {
        self.write_to(format, path)
            .with_context(|| format!("{} cannot be written", path.display()))
    }

    fn write_to(&self, format: Format, path: &Path) -> io::Result<()> {
        let mut told = Vec::new();
        let mut content = |out: &mut dyn Write| {
            told = self.render(format, false, out)?;
            Ok(())
        };
        match FormatTarget::of(path) {
            FormatTarget::File(path) => replace(&path, &mut content)?,
            FormatTarget::Stream => {
                let mut out = io::BufWriter::new(File::options().write(true).open(path)?);
                content(&mut out)?;
                out.flush()?;
            }
        }
        self.tell(&told);
        Ok(())
    }

    /// Writes the tally into the wave, which may be read-only if somebody else made it.
    pub(crate) fn keep(&self, wave: &Path) -> Result<()> {
        use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        let whole = Report {
            only: Only::default(),
            ..*self
        };
        for (name, format) in KEPT {
            let path = wave.join(name);
            let Err(error) = whole.write_to(format, &path) else {
                continue;
            };
            let read_only = matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem);
            let error = Err(error).with_context(|| format!("{} cannot be written", path.display()));
            match error {
                Err::<(), CommandError>(error) if read_only => self
                    .output
                    .warning(&format!("the wave has no {name}: {}", error.sentence())),
                other => return other,
            }
        }
        // A file that cannot be removed does no harm: it is not taken for a review.
        let _ = remove_left_behind(wave);
        Ok(())
    }

    /// Writes the tally, and returns what a limit of the format left out.
    fn render(&self, format: Format, color: bool, out: &mut dyn Write) -> io::Result<Vec<String>> {
        let tally = self.tally;
        match format {
            Format::Text => {
                let options = TextOptions::default()
                    .color(color)
                    .width(self.output.width)
                    .verbose(self.output.verbose)
                    .only(self.only.clone())
                    .jobs(cores());
                write_text(tally, &options, out)?;
            }
            Format::Json => write_json(tally, out)?,
            Format::Markdown => {
                let options = MarkdownOptions::default().only(self.only.clone());
                write_markdown(tally, &options, out)?;
            }
            Format::Sarif => {
                return write_sarif(tally, self.diffs, &SarifOptions::default(), out);
            }
            Format::Rdjsonl => write_rdjsonl(tally, out)?,
            Format::Github => write_github(tally, out)?,
            Format::Gitlab => write_gitlab(tally, self.diffs, out)?,
            Format::Html => {
                let options = HtmlOptions::default().assessment(self.assessment.cloned());
                write_html(tally, self.manifest, self.diffs, &options, out)?;
            }
        }
        Ok(Vec::new())
    }

    fn tell(&self, told: &[String]) {
        told.iter().for_each(|told| self.output.warning(told));
    }
}

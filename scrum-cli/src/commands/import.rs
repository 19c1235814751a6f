//! `scrum import`: makes reviews of a wave from the comments of a pull request, one for each author.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum, ValueHint};
use scrum_core::report::Only;
use scrum_core::review::import::{
    IMPORTED, Import, ImportError, ImportFormat, ImportOptions, Imported, ImportedFinding, LeftOut,
    import,
};
use scrum_core::size::counted;
use scrum_core::wave::layout;

use super::formats::{Format, Report};
use crate::error::{Context as _, ExitCode, Result, usage_error};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::submissions::{head_lines, known_paths, of_import, sidecar_of};
use crate::wave::{Wave, find_wave, remove_left_behind, write_atomically};

/// Import the comments of a pull request as reviews
///
/// FILE is the output of a forge's API or of `gh`, or a linter's SARIF or rdjson; `-` is standard input. Each author
/// becomes a reviewer of the wave. Replies are left out, resolved threads are listed as resolved, and existing reviews
/// are never overwritten. Importing a file twice changes nothing, and several files of one pull request add up. Without
/// a wave, only the imported comments are tallied.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  gh api --paginate repos/O/R/pulls/7/comments | scrum import -\n  gh pr view 7 --json comments,reviews | scrum import -\n  scrum import semgrep.sarif --into .scrum/main-HEAD"
)]
pub(crate) struct ImportArgs {
    /// The file to import, or - for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// The wave that the reviews belong to [default: the newest wave, if there is one]
    #[arg(long, value_name = "WAVE")]
    into: Option<PathBuf>,
    /// Format of the file; another format is an error
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    format: Forge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Forge {
    /// Detect the format
    Auto,
    /// GitHub: REST, GraphQL or `gh pr view --json`
    Github,
    /// GitLab discussions
    Gitlab,
    /// Gerrit comments and robot comments
    Gerrit,
    /// Bitbucket comments
    Bitbucket,
    /// Azure DevOps threads
    Azure,
    /// SARIF, one reviewer for each tool
    Sarif,
    /// rdjson or rdjsonl, one reviewer for each source
    Rdjson,
}

impl Forge {
    fn format(self) -> ImportFormat {
        match self {
            Self::Auto => ImportFormat::Auto,
            Self::Github => ImportFormat::GitHub,
            Self::Gitlab => ImportFormat::GitLab,
            Self::Gerrit => ImportFormat::Gerrit,
            Self::Bitbucket => ImportFormat::Bitbucket,
            Self::Azure => ImportFormat::Azure,
            Self::Sarif => ImportFormat::Sarif,
            Self::Rdjson => ImportFormat::Rdjson,
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &ImportArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    let bytes = read_input(&args.file)?;
    let failed = |error: ImportError| {
        let hint = match &error {
            ImportError::OtherFormat {
                found: Some(found), ..
            } => format!("--format {found} reads it, and so does --format auto"),
            _ => {
                "docs/reading.md has the command that gets the comments, for each forge".to_owned()
            }
        };
        usage_error(format!("{}: {error}", args.file.display())).hint(hint)
    };
    if args.into.is_none() && !session.waves().join("current").exists() {
        let options = ImportOptions::default().format(args.format.format());
        let imported = import(&bytes, &options).map_err(failed)?;
        tell_left_out(&imported.left_out, output);
        let silent = silent_authors(&imported.authors);
        if !silent.is_empty() {
            output.detail(&silent);
        }
        return tally(imported, &args.file, session, output);
    }
    let folder = find_wave(args.into.as_deref(), session)?;
    let wave = Wave::open(&folder)?;
    let (paths, head) = (known_paths(&wave), head_lines(&wave));
    let options = ImportOptions::default()
        .format(args.format.format())
        .paths(&paths)
        .head(&head);
    let imported = import(&bytes, &options).map_err(failed)?;
    let mut written = ImportResult::default();
    let silent = silent_authors(&imported.authors);
    let mut authors = 0;
    for author in imported.authors {
        if author.says_something() {
            written.author(author, &wave)?;
            authors += 1;
        }
    }
    remove_left_behind(&wave.folder)?;
    for path in &written.kept {
        output.warning(&format!(
            "{path} exists already and is kept; this author is not imported"
        ));
    }
    output.data(|out| {
        writeln!(
            out,
            "imported: {} in {} of {}",
            counted(written.findings, "finding"),
            counted(written.reviews, "review"),
            counted(authors, "author")
        )?;
        for (reason, all) in by_reason(&imported.left_out) {
            let names: Vec<_> = all.iter().map(|out| out.author.as_str()).collect();
            writeln!(out, "left out: {reason}: {} ({})", all.len(), listed(names))?;
        }
        if !silent.is_empty() {
            writeln!(out, "{silent}")?;
        }
        Ok(())
    })?;
    tell_left_out(&imported.left_out, output);
    Ok(ExitCode::Done)
}

/// Lists what is left out: each comment, and how many have neither an address nor words.
fn tell_left_out(left_out: &[LeftOut], output: &Output) {
    let mut without_words: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for out in left_out {
        if out.comment.is_empty() {
            *without_words.entry((out.reason, &out.author)).or_default() += 1;
        } else {
            output.detail(&format!(
                "left out: {}, {}: {}",
                out.reason, out.author, out.comment
            ));
        }
    }
    for ((reason, author), count) in without_words {
        output.detail(&format!("left out: {reason}, {author}: {count}"));
    }
}

/// A line that names the authors who get no review; empty if there are none.
fn silent_authors(authors: &[Imported]) -> String {
    let names: Vec<_> = authors
        .iter()
        .filter(|author| !author.says_something())
        .map(|author| author.reviewer.as_str())
        .collect();
    if names.is_empty() {
        return String::new();
    }
    format!(
        "no review, because no location was named and nothing was approved: {}",
        listed(names)
    )
}

/// Tallies a dump without a wave.
fn tally(imported: Import, file: &Path, session: &Session, output: &Output) -> Result<ExitCode> {
    let options = session.config.tally_options();
    let submissions = of_import(imported, file, false);
    let tally = scrum_core::tally::tally(submissions, None, &scrum_core::tally::NoDiffs, &options);
    output.warnings(&tally.warnings);
    let report = Report {
        tally: &tally,
        manifest: None,
        assessment: None,
        diffs: &scrum_core::tally::NoDiffs,
        output,
        only: Only::default(),
    };
    report.print(Format::Text)?;
    Ok(ExitCode::Done)
}

/// Names, each once, in their order.
fn listed(mut names: Vec<&str>) -> String {
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

fn by_reason(left_out: &[LeftOut]) -> BTreeMap<&str, Vec<&LeftOut>> {
    let mut reasons: BTreeMap<&str, Vec<&LeftOut>> = BTreeMap::new();
    for out in left_out {
        reasons.entry(out.reason).or_default().push(out);
    }
    reasons
}

fn read_input(file: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    read.with_context(|| format!("{} cannot be read", file.display()))
}

/// The result of an import.
#[derive(Default)]
struct ImportResult {
    reviews: usize,
    findings: usize,
    /// Reviews that exist already.
    kept: Vec<String>,
}

impl ImportResult {
    /// Writes an author's reviews, together with those of earlier imports.
    fn author(&mut self, mut author: Imported, wave: &Wave) -> Result<()> {
        let folders: Vec<(&str, PathBuf)> = wave
            .manifest
            .bundles
            .iter()
            .map(|bundle| {
                let folder = wave.folder.join(layout::REVIEWS).join(&bundle.id);
                (bundle.id.as_str(), folder)
            })
            .collect();
        let file_in = |folder: &Path| folder.join(format!("{}.jsonl", author.reviewer));
        let files: Vec<PathBuf> = folders.iter().map(|(_, folder)| file_in(folder)).collect();
        for earlier in files.iter().filter_map(|file| imported_text(file)) {
            author.merge(&earlier);
        }
        let mut bundles = by_bundle(&author, wave);
        for ((id, folder), file) in folders.iter().zip(&files) {
            let sidecar = file.with_extension("json");
            let Some(own) = bundles.remove(*id) else {
                // An earlier import found no problems here; now there are findings elsewhere.
                if imported_text(file).is_some() {
                    // The sidecar alone would be taken for an existing review.
                    std::fs::remove_file(&sidecar)
                        .or_else(|error| match error.kind() {
                            std::io::ErrorKind::NotFound => Ok(()),
                            _ => Err(error),
                        })
                        .and_then(|()| std::fs::remove_file(file))
                        .with_context(|| format!("{} cannot be removed", file.display()))?;
                }
                continue;
            };
            if let Some(given) = given_review(folder, &author.reviewer) {
                self.kept.push(given.display().to_string());
                continue;
            }
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
            let (lines, told) = (author.to_json_lines(&own), sidecar_of(&author.author));
            // In this order: a review without its sidecar is recognised as imported, a sidecar alone is not.
            write_atomically(file, &mut |out| out.write_all(lines.as_bytes()))?;
            write_atomically(&sidecar, &mut |out| out.write_all(told.as_bytes()))?;
            self.reviews += 1;
            self.findings += own.len();
        }
        Ok(())
    }
}

/// The text of a review that an import wrote.
fn imported_text(file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    text.starts_with(IMPORTED).then_some(text)
}

/// An author's findings by the bundle of their file. An author who approved the whole change cleared every bundle.
fn by_bundle<'a>(author: &'a Imported, wave: &Wave) -> BTreeMap<String, Vec<&'a ImportedFinding>> {
    let mut bundles: BTreeMap<String, Vec<&ImportedFinding>> = BTreeMap::new();
    let all = &wave.manifest.bundles;
    if author.findings.is_empty() {
        return all
            .iter()
            .map(|bundle| (bundle.id.clone(), Vec::new()))
            .collect();
    }
    for finding in &author.findings {
        let holds =
            |path: &str| finding.path == path || finding.path.ends_with(&format!("/{path}"));
        let bundle = all.iter().find(|bundle| {
            bundle
                .files
                .iter()
                .any(|file| holds(&file.path) || file.old_path.as_deref().is_some_and(holds))
        });
        // A finding in no bundle goes to the first one, as an unknown path.
        if let Some(bundle) = bundle.or(all.first()) {
            bundles.entry(bundle.id.clone()).or_default().push(finding);
        }
    }
    bundles
}

/// A review of this reviewer, or its sidecar, that was not written by an import.
fn given_review(folder: &Path, reviewer: &str) -> Option<PathBuf> {
    let own = folder.join(format!("{reviewer}.jsonl"));
    let is_own = imported_text(&own).is_some();
    let entries = std::fs::read_dir(folder).ok()?;
    entries.flatten().map(|entry| entry.path()).find(|path| {
        let same = path.file_stem().is_some_and(|stem| stem == reviewer);
        let imported = is_own && (*path == own || *path == own.with_extension("json"));
        same && !imported
    })
}

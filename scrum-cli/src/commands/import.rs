//! `scrum import`: what already lies in a pull request becomes reviews of a wave, one for each author.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum, ValueHint};
use scrum_core::review::ReadOptions;
use scrum_core::review::import::{IMPORTED, ImportFormat, Imported, ImportedFinding, import};
use scrum_core::wave::layout;

use crate::error::{Context as _, ExitCode, Result, failure, usage_error};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::submissions::known_paths;
use crate::wave::{FoundWave, Wave, find, no_wave, remove_left_behind, write_atomically};

/// The largest dump that is read, in bytes.
const LARGEST: u64 = 256 << 20;

/// Import the comments of a pull request as reviews
///
/// FILE is what a forge's API or `gh` printed, or a linter's SARIF or rdjson; `-` is standard input. Each author becomes a
/// reviewer of the wave. Replies are left out, resolved threads are listed as such, and a review that a reviewer gave is
/// never overwritten. Importing twice changes nothing.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  gh api --paginate repos/O/R/pulls/7/comments | scrum import -\n  gh pr view 7 --json comments,reviews | scrum import -\n  scrum import semgrep.sarif --into .scrum/main-HEAD"
)]
pub(crate) struct ImportArgs {
    /// The dump, or - for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// The wave that the reviews belong to [default: the newest wave]
    #[arg(long, value_name = "WAVE")]
    into: Option<PathBuf>,
    /// Who wrote it
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    format: Forge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Forge {
    /// Found out by its content
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
    let folder = match find(args.into.as_slice(), session)? {
        FoundWave::Wave(folder) => folder,
        FoundWave::Files(paths) => {
            let name: String = paths
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            return Err(no_wave(&name, None));
        }
    };
    let wave = Wave::open(&folder)?;
    let bytes = read(&args.file)?;
    let paths = known_paths(&wave);
    let options = ReadOptions::default().paths(&paths);
    let imported = import(&bytes, args.format.format(), &options)
        .map_err(|error| usage_error(format!("{}: {error}", args.file.display())))?;
    let (mut written, mut findings, mut kept) = (0_usize, 0_usize, Vec::new());
    for author in imported
        .authors
        .iter()
        .filter(|author| author.says_something())
    {
        for (bundle, own) in by_bundle(author, &wave) {
            let folder = wave.folder.join(layout::REVIEWS).join(&bundle);
            if let Some(given) = given_review(&folder, &author.reviewer) {
                kept.push(given.display().to_string());
                continue;
            }
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
            let text = author.to_json_lines(&own);
            let path = folder.join(format!("{}.jsonl", author.reviewer));
            write_atomically(&path, &mut |out| out.write_all(text.as_bytes()))?;
            written += 1;
            findings += own.len();
        }
    }
    remove_left_behind(&wave.folder)?;
    for path in &kept {
        output.warning(&format!(
            "{path} is a review that was given; it is kept, and not imported over"
        ));
    }
    let quiet = imported
        .authors
        .iter()
        .filter(|author| !author.says_something())
        .count();
    output.data(|out| {
        writeln!(
            out,
            "imported: {findings} findings in {written} reviews of {} authors",
            imported.authors.len() - quiet
        )?;
        for (reason, count) in &imported.left_out {
            writeln!(out, "left out: {count} {reason}")?;
        }
        if quiet > 0 {
            writeln!(
                out,
                "without a review: {quiet} authors who named no place and cleared nothing"
            )?;
        }
        Ok(())
    })?;
    Ok(ExitCode::Done)
}

fn read(file: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let context = || format!("{} cannot be read", file.display());
    let mut limited: Box<dyn Read> = if file == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(file).with_context(context)?)
    };
    let mut limited = limited.by_ref().take(LARGEST + 1);
    limited.read_to_end(&mut bytes).with_context(context)?;
    if bytes.len() as u64 > LARGEST {
        return Err(failure(std::io::Error::other(format!(
            "{} is larger than {LARGEST} bytes",
            file.display()
        ))));
    }
    Ok(bytes)
}

/// An author's findings by the bundle that their files are in. One who cleared the whole cleared every bundle.
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
        // What is in no bundle is counted where the first one is, as a path that is not there.
        if let Some(bundle) = bundle.or(all.first()) {
            bundles.entry(bundle.id.clone()).or_default().push(finding);
        }
    }
    bundles
}

/// A review of this reviewer that was not imported.
fn given_review(folder: &Path, reviewer: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries.flatten().map(|entry| entry.path()).find(|path| {
        let same = path.file_stem().is_some_and(|stem| stem == reviewer);
        let own = path.extension().is_some_and(|ending| ending == "jsonl")
            && std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(IMPORTED.as_bytes()));
        same && !own
    })
}

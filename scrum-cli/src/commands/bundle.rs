//! `scrum bundle`: from a range to bundles, prompts and a manifest.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context as _;
use bytesize::ByteSize;
use clap::{Args as ClapArgs, ValueEnum};
use scrum_core::bundle::{self, Bundle, BundleOptions, SuggestedComponent};
use scrum_core::change::ChangeSet;
use scrum_core::component::{self, ComponentRule};
use scrum_core::config::{self, Config, Grouping};
use scrum_core::exclude::ExcludeOptions;
use scrum_core::git::DiffOptions;
use scrum_core::guard::Verdict;
use scrum_core::manifest::Manifest;
use scrum_core::path::RepoPath;
use scrum_core::prompt::Template;
use scrum_core::range::RangeSpec;
use scrum_core::report::bundles::{self, BundlesOptions};
use scrum_core::wave::{self as core_wave, Discard, WaveOptions};
use scrum_core::{digest, patch, size};

use crate::error::{ExitCode, UsageError};
use crate::output::Output;
use crate::progress::Progress;
use crate::session::Session;
use crate::wave::{Folder, default_name, write_atomically};

/// Divide a range into bundles, and write a prompt for each
///
/// RANGE is A..B (the two trees), A...B (from their merge base to B) or one revision X (from the merge base of X and
/// HEAD, to HEAD). Without it: from the merge base of HEAD and its upstream (else main, else master) to HEAD.
///
/// A bundle above the warn limit is warned about. One above the fail limit stops everything: nothing is written, and
/// the message says how to go on.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  scrum bundle main...HEAD -- src/\n  git diff main | scrum bundle --diff -"
)]
pub(crate) struct Args {
    /// What to review: A..B, A...B, or one revision
    #[arg(value_name = "RANGE")]
    range: Option<String>,
    /// Only files that match, seen from the current folder
    #[arg(last = true, value_name = "PATHSPEC")]
    pathspec: Vec<String>,
    /// Write the wave into DIR in place of .scrum/BASE-HEAD
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Group the files that no component claims [default: workspace]
    #[arg(long, value_name = "RULE")]
    by: Option<By>,
    /// A component and one of its globs; may be repeated, first match wins
    #[arg(long, value_name = "NAME=GLOB")]
    component: Vec<ComponentArg>,
    /// Leave found components above the warn limit whole
    #[arg(long)]
    no_divide: bool,
    /// Join small neighbours below the warn limit
    #[arg(long)]
    pack: bool,
    /// Warn above this size of a bundle's diff [default: 60KB]
    #[arg(long, value_name = "SIZE")]
    warn: Option<ByteSize>,
    /// Fail above this size of a bundle's diff [default: 100KB]
    #[arg(long, value_name = "SIZE")]
    fail: Option<ByteSize>,
    /// Write bundles above the fail limit all the same
    #[arg(long)]
    force_oversize: bool,
    /// Cut bundles above the warn limit into parts
    #[arg(long)]
    split: bool,
    /// Do not show files that match this glob; may be repeated
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Show what is excluded by default
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    show: Vec<Shown>,
    /// Do not show the bodies of deleted files
    #[arg(long)]
    exclude_deleted: bool,
    /// Take a patch in git's format in place of a range; - is stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["range", "pathspec"])]
    diff: Option<PathBuf>,
    /// Render prompts with this template
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// Lines of context around a change [default: 3]
    #[arg(long, value_name = "N", conflicts_with = "diff")]
    context: Option<u32>,
    /// Replace a wave that has reviews of other bundles; the reviews are moved aside
    #[arg(long)]
    overwrite: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Threads [default: one a core]
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Nearest folder with Cargo.toml, go.mod, package.json, …
    Workspace,
    /// Owners in CODEOWNERS
    Codeowners,
    /// First folder of the path
    TopLevel,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shown {
    /// Binary content
    Binary,
    /// Lock files of package managers
    LockFiles,
    /// Generated and minified files
    Generated,
    /// Vendored files
    Vendored,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a person
    Text,
    /// The manifest
    Json,
}

/// `NAME=GLOB`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ComponentArg {
    name: String,
    glob: String,
}

impl FromStr for ComponentArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, glob)) if !name.is_empty() && !glob.is_empty() => Ok(Self {
                name: name.to_owned(),
                glob: glob.to_owned(),
            }),
            _ => Err("write NAME=GLOB, as in core=crates/core/**"),
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &Session, output: &Output) -> anyhow::Result<ExitCode> {
    let config = args.config(session)?;
    let template = template(args, &config, session)?;
    let jobs = args.jobs.unwrap_or_else(super::cores).max(1);
    let progress = Progress::start(output.quiet);
    let read = read_changes(args, &config, session, jobs, &progress);
    progress.clear();
    let (changes, name) = read?;
    changes
        .warnings
        .iter()
        .for_each(|warning| output.warning(warning));

    let plan = bundle::plan(&changes, &bundle_options(&config, &changes, session)?)?;
    plan.warnings
        .iter()
        .for_each(|warning| output.warning(&warning.to_string()));
    plan.notes
        .iter()
        .for_each(|note| output.note(&note.to_string()));

    let force = args.force_oversize
        || std::env::var_os("SCRUM_FORCE_OVERSIZE").is_some_and(|value| value == "1");
    let options = WaveOptions::default()
        .limits(config.limits())
        .force(force)
        .line_numbers(config.prompt.line_numbers)
        .config_sha256(config.bundling_digest(template.text()))
        .context(args.diff.is_none().then_some(config.bundle.context))
        .jobs(jobs);
    let oversize: Vec<&Bundle> = plan
        .bundles
        .iter()
        .filter(|bundle| bundle.verdict == Verdict::Fail)
        .collect();
    let refused = !oversize.is_empty() && !force;
    let empty = changes.changes.is_empty();

    if args.dry_run || refused || empty {
        let manifest = core_wave::write(&changes, &plan, &template, &options, &Discard)?;
        args.print(&manifest, None, output)?;
        warn_sizes(&manifest, output);
        if refused {
            explain_oversize(&oversize, &changes, &manifest, output);
            return Ok(ExitCode::Refused);
        }
        if empty {
            output.warning(&format!(
                "nothing changed in {}; no wave is written",
                manifest.range.spec
            ));
        }
        return Ok(ExitCode::Done);
    }

    let path = args
        .out
        .clone()
        .unwrap_or_else(|| session.waves().join(&name));
    let folder = Folder::inspect(&path)?;
    let write =
        |sink: &dyn core_wave::Sink| core_wave::write(&changes, &plan, &template, &options, sink);
    // With reviews in place the new bundles must be known before a byte of the old ones is touched.
    if folder.has_reviews() && folder.has_foreign_reviews(&write(&Discard)?) {
        if !args.overwrite {
            return Err(UsageError::HasReviews {
                path: path.display().to_string(),
            }
            .into());
        }
        let aside = folder.move_reviews_aside()?;
        output.warning(&format!(
            "the reviews of the old bundles are in {}",
            aside.display()
        ));
    }
    if args.out.is_none() {
        ignore_waves(&session.waves())?;
    }
    folder.prepare()?;
    let manifest = write(&folder)?;
    folder.finish(&manifest)?;
    set_current(session, folder.path())?;
    args.print(&manifest, Some(folder.path()), output)?;
    warn_sizes(&manifest, output);
    Ok(ExitCode::Done)
}

impl Args {
    /// The configuration with the flags over it.
    fn config(&self, session: &Session) -> anyhow::Result<Config> {
        let mut config = session.config.clone();
        if let Some(by) = self.by {
            config.bundle.by = match by {
                By::Workspace => Grouping::Workspace,
                By::Codeowners => Grouping::Codeowners,
                By::TopLevel => Grouping::TopLevel,
            };
        }
        let mut components: Vec<config::Component> = Vec::new();
        for ComponentArg { name, glob } in &self.component {
            match components
                .iter_mut()
                .find(|component| component.name == *name)
            {
                Some(component) => component.paths.push(glob.clone()),
                None => components.push(config::Component {
                    name: name.clone(),
                    paths: vec![glob.clone()],
                }),
            }
        }
        // A flag replaces the configured component of its name and goes before all others.
        config
            .components
            .retain(|old| components.iter().all(|new| new.name != old.name));
        components.append(&mut config.components);
        config.components = components;
        config.bundle.divide &= !self.no_divide;
        config.bundle.pack |= self.pack;
        config.bundle.split |= self.split;
        config.bundle.context = self.context.unwrap_or(config.bundle.context);
        config.guard.warn = self.warn.unwrap_or(config.guard.warn);
        config.guard.fail = self.fail.unwrap_or(config.guard.fail);
        config.exclude.paths.extend(self.exclude.iter().cloned());
        config.exclude.deleted |= self.exclude_deleted;
        for shown in &self.show {
            match shown {
                Shown::Binary => config.exclude.binary = false,
                Shown::LockFiles => config.exclude.lock_files = false,
                Shown::Generated => config.exclude.generated = false,
                Shown::Vendored => config.exclude.vendored = false,
            }
        }
        config.check()?;
        Ok(config)
    }

    fn print(
        &self,
        manifest: &Manifest,
        folder: Option<&Path>,
        output: &Output,
    ) -> anyhow::Result<()> {
        output.data(|out| match self.format {
            Format::Json => out.write_all(&manifest.to_json()),
            Format::Text => {
                let most = if output.verbose > 0 { usize::MAX } else { 20 };
                let options = BundlesOptions::default()
                    .color(output.color)
                    .most_excluded(most);
                bundles::write(manifest, &options, out)?;
                match folder {
                    Some(folder) => writeln!(out, "\nwave: {}", shown_path(folder)),
                    None => Ok(()),
                }
            }
        })
    }
}

/// A path, from the current folder where it lies below it.
fn shown_path(path: &Path) -> String {
    let below = std::env::current_dir()
        .ok()
        .and_then(|folder| path.strip_prefix(folder).ok().map(Path::to_owned));
    below.as_deref().unwrap_or(path).display().to_string()
}

fn template(args: &Args, config: &Config, session: &Session) -> anyhow::Result<Template> {
    // A path on the command line counts from the current folder, one in the configuration from the top.
    let configured = || {
        config
            .prompt
            .template
            .as_ref()
            .map(|path| session.top.join(path))
    };
    let Some(path) = args.template.clone().or_else(configured) else {
        return Ok(Template::builtin());
    };
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|source| UsageError::Read {
        path: shown.clone(),
        source,
    })?;
    Template::new(&text).map_err(|source| {
        UsageError::Template {
            path: shown,
            source,
        }
        .into()
    })
}

/// The change set, and the name of its wave.
fn read_changes(
    args: &Args,
    config: &Config,
    session: &Session,
    jobs: usize,
    progress: &Progress,
) -> anyhow::Result<(ChangeSet, String)> {
    if let Some(path) = &args.diff {
        let (name, text) = read_patch(path)?;
        let wave = format!("patch-{}", &digest::sha256(&text)[..7]);
        let changes =
            patch::change_set(&name, text).map_err(|source| UsageError::Patch { name, source })?;
        return Ok((changes, wave));
    }
    let spec = args
        .range
        .as_deref()
        .map_or(Ok(RangeSpec::Default), str::parse)?;
    let pathspec = args
        .pathspec
        .iter()
        .map(|spec| session.seen_from_top(spec))
        .collect::<Vec<_>>();
    let options = DiffOptions::default()
        .with_pathspec(pathspec)
        .with_context(config.bundle.context)
        .with_jobs(Some(jobs))
        .with_progress(progress.of_git());
    let changes = session.repository()?.changes(&spec, &options)?;
    let name = default_name(&changes.range);
    Ok((changes, name))
}

fn read_patch(path: &Path) -> anyhow::Result<(String, Vec<u8>)> {
    let mut text = Vec::new();
    let name = path.display().to_string();
    let read = if name == "-" {
        std::io::stdin().lock().read_to_end(&mut text)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut text))
    };
    read.map_err(|source| UsageError::Read {
        path: name.clone(),
        source,
    })?;
    Ok((name, text))
}

fn bundle_options(
    config: &Config,
    changes: &ChangeSet,
    session: &Session,
) -> anyhow::Result<BundleOptions> {
    let by = match config.bundle.by {
        Grouping::Workspace => component::By::Workspace,
        Grouping::Codeowners => component::By::Codeowners,
        Grouping::TopLevel => component::By::TopLevel,
    };
    let rules = config.components.iter().map(|component| ComponentRule {
        name: component.name.clone(),
        paths: component.paths.clone(),
    });
    let exclude = &config.exclude;
    let exclude = ExcludeOptions::default()
        .paths(exclude.paths.clone())
        .binary(exclude.binary)
        .lock_files(exclude.lock_files)
        .generated(exclude.generated)
        .vendored(exclude.vendored)
        .deleted(exclude.deleted);
    let owners = match by {
        component::By::Codeowners => Some(codeowners(changes, session)?),
        _ => None,
    };
    Ok(BundleOptions::default()
        .components(rules.collect())
        .by(by)
        .divide(config.bundle.divide)
        .pack(config.bundle.pack)
        .split(config.bundle.split)
        .context(config.bundle.context)
        .limits(config.limits())
        .exclude(exclude)
        .codeowners(owners))
}

/// The text of CODEOWNERS at the head of the range, from the first of the places where forges look. A patch has no
/// head tree; its owners are those of the work tree.
fn codeowners(changes: &ChangeSet, session: &Session) -> anyhow::Result<String> {
    const PLACES: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
    for place in PLACES {
        let text = if changes.range.head_tree.is_some() {
            session
                .repository()?
                .file_at_head(&changes.range, &RepoPath::from(place))?
        } else {
            std::fs::read(session.top.join(place)).ok()
        };
        if let Some(text) = text {
            return Ok(String::from_utf8_lossy(&text).into_owned());
        }
    }
    Err(UsageError::Other {
        text: format!("--by codeowners needs one of {}", PLACES.join(", ")),
        hint: Some("--by workspace and --by top-level need no file".to_owned()),
    }
    .into())
}

fn warn_sizes(manifest: &Manifest, output: &Output) {
    const SHOWN: usize = 10;
    let guard = &manifest.guard;
    let warned: Vec<_> = manifest
        .bundles
        .iter()
        .filter(|bundle| {
            bundle.verdict == Verdict::Warn || (guard.forced && bundle.verdict == Verdict::Fail)
        })
        .collect();
    for bundle in warned.iter().take(SHOWN) {
        let (limit, bytes) = match bundle.verdict {
            Verdict::Fail => ("fail", guard.fail_bytes),
            _ => ("warn", guard.warn_bytes),
        };
        output.warning(&format!(
            "bundle `{}` has {}, above the {limit} limit of {}",
            bundle.id,
            size::decimal(bundle.bytes),
            size::decimal(bytes)
        ));
    }
    if warned.len() > SHOWN {
        output.warning(&format!(
            "and {} more bundles above a limit",
            warned.len() - SHOWN
        ));
    }
    // The guard judges the diff. A prompt that passes the limit by what is around the diff is no failure.
    let around = manifest
        .bundles
        .iter()
        .filter(|bundle| bundle.verdict != Verdict::Fail && bundle.prompt_bytes > guard.fail_bytes);
    for bundle in around {
        output.warning(&format!(
            "the prompt of `{}` has {}, above the fail limit of {}; its diff has {}",
            bundle.id,
            size::decimal(bundle.prompt_bytes),
            size::decimal(guard.fail_bytes),
            size::decimal(bundle.bytes)
        ));
    }
}

/// Says which bundles are too large, what makes them so, and the ways on as lines to paste.
fn explain_oversize(
    oversize: &[&Bundle],
    changes: &ChangeSet,
    manifest: &Manifest,
    output: &Output,
) {
    const SHOWN: usize = 5;
    output.error(&format!(
        "{} of {} bundles above the fail limit of {}; nothing is written",
        oversize.len(),
        manifest.bundles.len(),
        size::decimal(manifest.guard.fail_bytes)
    ));
    for bundle in oversize {
        output.more(&format!(
            "  {}: {}; its largest files:",
            bundle.id,
            size::decimal(bundle.bytes)
        ));
        for (path, bytes) in bundle::largest_files(bundle, changes, SHOWN) {
            output.more(&format!(
                "    {:>9}  {}",
                size::decimal(bytes),
                path.display()
            ));
        }
    }
    output.hint("one of these, added to the command, goes on:");
    for bundle in oversize {
        for SuggestedComponent { rule, .. } in bundle::suggested_components(bundle, changes)
            .iter()
            .take(SHOWN)
        {
            for glob in &rule.paths {
                output.more(&format!("  --component '{}={glob}'", rule.name));
            }
        }
    }
    output.more("  --split             cut them into parts below the warn limit");
    output.more("  --force-oversize    write them as they are (or SCRUM_FORCE_OVERSIZE=1)");
}

/// Makes `.scrum` with a `.gitignore` that hides it.
fn ignore_waves(waves: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(waves)
        .with_context(|| format!("{} cannot be made", waves.display()))?;
    let path = waves.join(".gitignore");
    if path.exists() {
        return Ok(());
    }
    write_atomically(&path, &mut |out| out.write_all(b"*\n"))
}

/// Remembers the newest wave in `.scrum/current`: by its name, or by its whole path where it lies elsewhere.
fn set_current(session: &Session, folder: &Path) -> anyhow::Result<()> {
    let waves = session.waves();
    ignore_waves(&waves)?;
    let name = match folder.strip_prefix(&waves) {
        Ok(name) => name.to_owned(),
        Err(_) => std::path::absolute(folder)?,
    };
    let line = format!("{}\n", name.display());
    write_atomically(&waves.join("current"), &mut |out| {
        out.write_all(line.as_bytes())
    })
}

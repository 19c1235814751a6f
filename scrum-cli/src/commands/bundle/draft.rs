//! A wave in the making: the change set and its plan, then the files.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use scrum_core::change::ChangeSet;
use scrum_core::config::Config;
use scrum_core::git::DiffOptions;
use scrum_core::path::RepoPath;
use scrum_core::plan::codeowners;
use scrum_core::plan::component::By;
use scrum_core::plan::{Bundle, BundleOptions, Plan};
use scrum_core::range::RangeSpec;
use scrum_core::wave::manifest::Manifest;
use scrum_core::wave::prompt::Template;
use scrum_core::wave::{self as core_wave, Discard, Sink, WaveOptions};
use scrum_core::{digest, patch};

use super::options::Bundling;
use super::sizes::explain_oversize;
use crate::error::{Context as _, Result, cannot_read, patch_error, template_error, usage_error};
use crate::session::Session;
use crate::terminal::{Output, Progress};
use crate::wave::{WaveFolder, default_name, shown_path, write_atomically};

/// A wave that is planned and not written yet.
pub(crate) struct Draft {
    changes: ChangeSet,
    plan: Plan,
    template: Template,
    options: WaveOptions,
    /// The wave's name, where no folder is given.
    name: String,
}

impl Draft {
    /// Reads the range or the patch, and plans its bundles.
    pub(crate) fn plan(
        range: Option<&str>,
        bundling: &Bundling,
        jobs: usize,
        session: &Session,
        output: &Output,
    ) -> Result<Self> {
        let config = bundling.config(session)?;
        let template = template(bundling, &config, session)?;
        let progress = Progress::start(output.quiet);
        let read = read_changes(range, bundling, &config, session, jobs, &progress);
        progress.clear();
        let (changes, name) = read?;
        changes
            .warnings
            .iter()
            .for_each(|warning| output.warning(warning));

        let force = bundling.force_oversize
            || std::env::var_os("SCRUM_FORCE_OVERSIZE").is_some_and(|value| value == "1");
        let plan = Plan::new(&changes, &bundle_options(&config, &changes, session)?)?.force(force);
        plan.warnings
            .iter()
            .for_each(|warning| output.warning(&warning.to_string()));
        plan.notes
            .iter()
            .for_each(|note| output.note(&note.to_string()));

        let options = WaveOptions::default()
            .line_numbers(config.prompt.line_numbers)
            .config_sha256(config.bundling_digest(template.text()))
            .context(bundling.diff.is_none().then_some(config.bundle.context))
            .jobs(jobs);
        Ok(Self {
            changes,
            plan,
            template,
            options,
            name,
        })
    }

    /// Whether the range changes nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.changes().is_empty()
    }

    /// Whether the guard says no.
    pub(crate) fn is_refused(&self) -> bool {
        !self.plan.is_forced() && self.plan.oversize().next().is_some()
    }

    /// Says why the guard says no, and the ways on.
    pub(crate) fn explain_refusal(&self, manifest: &Manifest, output: &Output) {
        let oversize: Vec<&Bundle> = self.plan.oversize().collect();
        explain_oversize(&oversize, &self.changes, manifest, output);
    }

    /// Makes the files of the wave, which the sink does not keep.
    pub(crate) fn dry_run(&self, sink: &dyn Sink) -> Result<Manifest> {
        let (changes, plan) = (&self.changes, &self.plan);
        let manifest = core_wave::dry_run(changes, plan, &self.template, &self.options, sink)?;
        Ok(manifest)
    }

    /// Where the wave goes.
    pub(crate) fn folder(&self, bundling: &Bundling, session: &Session) -> PathBuf {
        let default = || session.waves().join(&self.name);
        bundling.out.clone().unwrap_or_else(default)
    }

    /// Writes the wave into its folder, and makes it the newest one.
    pub(crate) fn write(
        &self,
        bundling: &Bundling,
        session: &Session,
        output: &Output,
    ) -> Result<(PathBuf, Manifest)> {
        let path = self.folder(bundling, session);
        let mut folder = WaveFolder::inspect(&path)?;
        folder.also_clean(&session.waves());
        // With reviews in place the new bundles must be known before a byte of the old ones is touched.
        let reviewed = folder.has_reviews();
        if (reviewed || folder.has_reports()) && folder.has_other_bundles(&self.dry_run(&Discard)?)
        {
            if reviewed && !bundling.overwrite {
                return Err(
                    usage_error(format!("`{}` has reviews of other bundles", path.display())).hint(
                        "`scrum bundle` with --overwrite moves them aside; with -o NEW-FOLDER it leaves them",
                    ),
                );
            }
            if reviewed || folder.has_reports_of_answers() {
                let what = if reviewed { "reviews" } else { "reports" };
                let aside = folder.move_reviews_aside()?;
                output.warning(&format!(
                    "the {what} of the old bundles are in {}",
                    shown_path(&aside)
                ));
            } else {
                folder.remove_reports()?;
            }
        }
        if bundling.out.is_none() {
            ignore_waves(&session.waves())?;
        }
        folder.prepare()?;
        let (changes, plan) = (&self.changes, &self.plan);
        let manifest = core_wave::write(changes, plan, &self.template, &self.options, &folder)?;
        folder.finish(&manifest)?;
        set_current(session, folder.path())?;
        Ok((path, manifest))
    }
}

fn template(bundling: &Bundling, config: &Config, session: &Session) -> Result<Template> {
    // A path on the command line counts from the current folder, one in the configuration from the top.
    let configured = || {
        config
            .prompt
            .template
            .as_ref()
            .map(|path| session.top.join(path))
    };
    let Some(path) = bundling.template.clone().or_else(configured) else {
        return Ok(Template::builtin());
    };
    let text = std::fs::read_to_string(&path).map_err(|error| cannot_read(&path, &error))?;
    Template::new(&text).map_err(|error| template_error(&path, &error))
}

/// The change set, and the name of its wave.
fn read_changes(
    range: Option<&str>,
    bundling: &Bundling,
    config: &Config,
    session: &Session,
    jobs: usize,
    progress: &Progress,
) -> Result<(ChangeSet, String)> {
    if let Some(path) = &bundling.diff {
        let (name, text) = read_patch(path)?;
        let wave = format!("patch-{}", &digest::sha256(&text)[..7]);
        let changes = patch::change_set(&name, text).map_err(|error| patch_error(&name, &error))?;
        return Ok((changes, wave));
    }
    let spec = range.map_or(Ok(RangeSpec::Default), str::parse)?;
    let pathspec = bundling
        .pathspec
        .iter()
        .map(|spec| session.pathspec_from_top(spec))
        .collect::<Result<Vec<_>, _>>()?;
    let options = DiffOptions::default()
        .with_pathspec(pathspec)
        .with_context(config.bundle.context)
        .with_jobs(Some(jobs))
        .with_progress(progress.of_git());
    let changes = session.repository()?.changes(&spec, &options)?;
    let name = default_name(&changes.range);
    Ok((changes, name))
}

fn read_patch(path: &Path) -> Result<(String, Vec<u8>)> {
    let mut text = Vec::new();
    let name = path.display().to_string();
    let read = if name == "-" {
        std::io::stdin().lock().read_to_end(&mut text)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut text))
    };
    read.map_err(|error| cannot_read(path, &error))?;
    Ok((name, text))
}

fn bundle_options(
    config: &Config,
    changes: &ChangeSet,
    session: &Session,
) -> Result<BundleOptions> {
    let owners = match config.bundle.by {
        By::Codeowners => Some(codeowners(changes, session)?),
        _ => None,
    };
    Ok(config.bundle_options().codeowners(owners))
}

/// The text of CODEOWNERS at the head of the range, from the first of the places where forges look. A patch has no
/// head tree; its owners are those of the work tree.
fn codeowners(changes: &ChangeSet, session: &Session) -> Result<String> {
    for place in codeowners::PATHS {
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
    Err(usage_error(format!(
        "--by codeowners needs one of {}",
        codeowners::PATHS.join(", ")
    ))
    .hint("`scrum bundle --by workspace` and `--by top-level` need no file"))
}

/// Makes `.scrum` with a `.gitignore` that hides it.
fn ignore_waves(waves: &Path) -> Result<()> {
    std::fs::create_dir_all(waves)
        .with_context(|| format!("{} cannot be made", waves.display()))?;
    let path = waves.join(".gitignore");
    if path.exists() {
        return Ok(());
    }
    write_atomically(&path, &mut |out| out.write_all(b"*\n"))
}

/// Remembers the newest wave in `.scrum/current`: by its name, or by its whole path where it lies elsewhere.
fn set_current(session: &Session, folder: &Path) -> Result<()> {
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

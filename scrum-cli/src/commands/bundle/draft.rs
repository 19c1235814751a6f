//! Makes a wave: the change set and its plan first, then the files.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use scrum_core::change::ChangeSet;
use scrum_core::config::{self, Config};
use scrum_core::git::{DiffOptions, Repository};
use scrum_core::path::RepoPath;
use scrum_core::plan::codeowners::{self, CodeownersFile};
use scrum_core::plan::component::By;
use scrum_core::plan::{Bundle, BundleOptions, Plan};
use scrum_core::range::RangeSpec;
use scrum_core::wave::instructions::{Instructions, section};
use scrum_core::wave::manifest::Manifest;
use scrum_core::wave::prompt::Template;
use scrum_core::wave::{self as core_wave, Discard, Sink, WaveOptions};
use scrum_core::{digest, patch};

use super::options::Bundling;
use super::sizes::explain_oversize;
use crate::error::{Context as _, Result, cannot_read, patch_error, template_error, usage_error};
use crate::runner::store::Lock;
use crate::session::Session;
use crate::terminal::{Output, ProgressLine};
use crate::trust;
use crate::uncommitted::{Kind, UncommittedSnapshot};
use crate::wave::{WaveFolder, default_name, shown_path, write_atomically};

/// A wave that is planned but not written yet.
pub(crate) struct PlannedWave {
    changes: ChangeSet,
    plan: Plan,
    template: Template,
    options: WaveOptions,
    /// The wave's name if no folder is given.
    name: String,
}

impl PlannedWave {
    /// Reads the range or the patch, and plans its bundles.
    pub(crate) fn plan(
        range: Option<&str>,
        bundling: &Bundling,
        jobs: usize,
        session: &Session,
        output: &Output,
    ) -> Result<Self> {
        let config = bundling.config(session)?;
        let template = template(bundling, &config, session, output)?;
        let instructions = instructions(&config, session, output)?;
        let description = description(bundling)?;
        let progress = ProgressLine::start(output.quiet);
        let read = read_changes(range, bundling, &config, session, jobs, &progress);
        progress.clear();
        let Read {
            mut changes,
            name,
            repository,
            snapshot,
        } = read?;
        // The objects must exist until the plan is made.
        if let Some(snapshot) = &snapshot {
            snapshot.notes.iter().for_each(|note| output.detail(note));
            output.warnings(&snapshot.warnings);
        }
        output.warnings(&changes.warnings);
        if let Some(title) = &bundling.title {
            changes.message.title.clone_from(title);
        }
        if let Some(text) = description {
            changes.message.text = text;
        }

        let force = bundling.force_oversize
            || std::env::var_os("SCRUM_FORCE_OVERSIZE").is_some_and(|value| value == "1");
        let plan = Plan::new(
            &changes,
            &bundle_options(&config, &changes, repository.as_ref(), session)?,
        )?
        .force(force);
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
            .instructions(instructions)
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

    /// Whether the guard fails.
    pub(crate) fn is_refused(&self) -> bool {
        !self.plan.is_forced() && self.plan.oversize().next().is_some()
    }

    /// Explains why the guard fails, and how to continue.
    pub(crate) fn explain_refusal(&self, manifest: &Manifest, output: &Output) {
        let oversize: Vec<&Bundle> = self.plan.oversize().collect();
        explain_oversize(&oversize, &self.changes, manifest, output);
    }

    /// Produces the files of the wave for a sink that does not keep them.
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

    /// Writes the wave into its folder, and makes it the newest wave unless the user named the folder.
    pub(crate) fn write(
        &self,
        bundling: &Bundling,
        session: &Session,
        output: &Output,
    ) -> Result<(PathBuf, Manifest)> {
        let path = self.folder(bundling, session);
        let mut folder = WaveFolder::inspect(&path)?;
        // Held until the wave is written: answers to the old bundles would be stored among the new ones.
        let _lock = Lock::hold_if_asked(&path)?;
        folder.also_clean(&session.waves());
        // If there are reviews, find out whether the new bundles are the same before changing any file.
        let reviewed = folder.has_reviews();
        if (reviewed || folder.has_reports()) && folder.has_other_bundles(&self.dry_run(&Discard)?)
        {
            if reviewed && !bundling.overwrite {
                return Err(
                    usage_error(format!("`{}` already holds reviews of a different division", path.display())).hint(
                        "`scrum bundle` with --overwrite moves them to another folder; with -o NEW-FOLDER it keeps them in place",
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
        // A folder that the user named is found by that name.
        if bundling.out.is_none() {
            set_current(session, folder.path())?;
        }
        Ok((path, manifest))
    }
}

fn template(
    bundling: &Bundling,
    config: &Config,
    session: &Session,
    output: &Output,
) -> Result<Template> {
    // A path on the command line is relative to the current folder, one in the configuration to the top folder.
    let (path, text) = match (&bundling.template, &config.prompt.template) {
        (Some(path), _) => {
            let text = std::fs::read_to_string(path).map_err(|error| cannot_read(path, &error))?;
            (path.clone(), Some(text))
        }
        (None, Some(path)) => {
            let full = session.top.join(path);
            (full, trust::configured(session, path, output)?)
        }
        (None, None) => return Ok(Template::builtin()),
    };
    match text {
        Some(text) => Template::new(&text).map_err(|error| template_error(&path, &error)),
        None => Ok(Template::builtin()),
    }
}

/// The instructions for reviewers in the configuration.
fn instructions(config: &Config, session: &Session, output: &Output) -> Result<Instructions> {
    let general = match &config.prompt.instructions {
        None => None,
        Some(config::InstructionsSource::Text(text)) => Some(text.clone()),
        Some(config::InstructionsSource::File(named)) => {
            let text = trust::configured(session, &named.file, output)?;
            match (&named.section, text) {
                (Some(name), Some(text)) => Some(section(&text, name).ok_or_else(|| {
                    usage_error(format!("`{}` has no heading `{name}`", named.file)).hint(
                        "`section` under [prompt] instructions is the text of a Markdown heading",
                    )
                })?),
                (_, text) => text,
            }
        }
    };
    Instructions::new(general, &config.components, &config.prompt.rules)
        .map_err(|error| usage_error(format!("[[prompt.rules]], pattern {error}")))
}

/// What is to be divided.
struct Read {
    changes: ChangeSet,
    /// The wave's name if no folder is given.
    name: String,
    /// `None` for a patch.
    repository: Option<Repository>,
    /// The index or the work tree, if that is what is divided.
    snapshot: Option<UncommittedSnapshot>,
}

fn read_changes(
    range: Option<&str>,
    bundling: &Bundling,
    config: &Config,
    session: &Session,
    jobs: usize,
    progress: &ProgressLine,
) -> Result<Read> {
    if let Some(path) = &bundling.diff {
        let (name, text) = read_patch(path)?;
        let wave = format!("patch-{}", &digest::sha256(&text)[..7]);
        let changes = patch::change_set(&name, text).map_err(|error| patch_error(&name, &error))?;
        return Ok(Read {
            changes,
            name: wave,
            repository: None,
            snapshot: None,
        });
    }
    let pathspec = bundling
        .pathspec
        .iter()
        .map(|spec| session.pathspec_from_top(spec))
        .collect::<Result<Vec<_>, _>>()?;
    let named: Option<RangeSpec> = range.map(str::parse).transpose()?;
    let mut repository = session.repository()?;
    let kind = match (bundling.staged, bundling.uncommitted) {
        (true, _) => Some(Kind::Staged),
        (_, true) => Some(Kind::Uncommitted {
            untracked: !bundling.no_untracked,
        }),
        _ => None,
    };
    let mut snapshot = None;
    let spec = match (kind, named, &config.bundle.base) {
        (Some(kind), ..) => {
            let out = bundling.out.as_deref();
            let taken = UncommittedSnapshot::take(kind, &repository, &pathspec, out)?;
            repository = repository.with_objects(&taken.objects());
            snapshot.insert(taken).spec.clone()
        }
        (None, Some(spec), _) => spec,
        (None, None, Some(base)) => RangeSpec::Configured(base.clone()),
        (None, None, None) => RangeSpec::Default,
    };
    let options = DiffOptions::default()
        .pathspec(pathspec)
        .context(config.bundle.context)
        .jobs(Some(jobs))
        .control(progress.control());
    let changes = repository.changes(&spec, &options)?;
    Ok(Read {
        name: default_name(&changes.range),
        changes,
        repository: Some(repository),
        snapshot,
    })
}

/// The file, or stdin if it is `-`.
fn read_file(path: &Path) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut text)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut text))
    };
    read.map_err(|error| cannot_read(path, &error))?;
    Ok(text)
}

/// What `--description` names.
fn description(bundling: &Bundling) -> Result<Option<String>> {
    let Some(path) = &bundling.description else {
        return Ok(None);
    };
    let stdin = |path: &PathBuf| path.as_os_str() == "-";
    if stdin(path) && bundling.diff.as_ref().is_some_and(stdin) {
        return Err(
            usage_error("--diff and --description cannot both be read from stdin")
                .hint("write one of the two to a file"),
        );
    }
    let text = read_file(path)?;
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

fn read_patch(path: &Path) -> Result<(String, Vec<u8>)> {
    let name = path.display().to_string();
    let text = read_file(path)?;
    if text.trim_ascii().is_empty() {
        return Err(
            usage_error(format!("`{name}` contains no patch: it is empty")).hint(
                "`git diff` alone omits staged changes: `git diff HEAD | scrum bundle --diff -`, or `scrum bundle \
                 --uncommitted`, which also takes untracked files",
            ),
        );
    }
    Ok((name, text))
}

fn bundle_options(
    config: &Config,
    changes: &ChangeSet,
    repository: Option<&Repository>,
    session: &Session,
) -> Result<BundleOptions> {
    let owners = match config.bundle.by {
        By::Codeowners => Some(codeowners(changes, repository, session)?),
        _ => None,
    };
    Ok(config.bundle_options().codeowners(owners))
}

/// CODEOWNERS at the head of the range, from the first of the paths that forges look at. A patch has no head tree, so
/// it gets the owners of the work tree.
fn codeowners(
    changes: &ChangeSet,
    repository: Option<&Repository>,
    session: &Session,
) -> Result<CodeownersFile> {
    for place in codeowners::PATHS {
        let path = RepoPath::from(place);
        let text = if let Some(repository) = repository {
            repository.file_at_head(&changes.range, &path)?
        } else {
            std::fs::read(session.top.join(place)).ok()
        };
        if let Some(text) = text {
            let text = String::from_utf8_lossy(&text).into_owned();
            return Ok(CodeownersFile { path, text });
        }
    }
    Err(usage_error(format!(
        "--by codeowners needs one of {}",
        codeowners::PATHS.join(", ")
    ))
    .hint("`scrum bundle --by workspace` and `--by top-level` need no such file"))
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

/// Records the newest wave in `.scrum/current`: by its name, or by its full path if it is elsewhere.
fn set_current(session: &Session, folder: &Path) -> Result<()> {
    let waves = session.waves();
    let name = folder.strip_prefix(&waves).unwrap_or(folder);
    let line = format!("{}\n", name.display());
    write_atomically(&waves.join("current"), &mut |out| {
        out.write_all(line.as_bytes())
    })
}

//! The wave to review: an existing one, or a new one made from a range.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use scrum_core::report::bundles::base_line;
use scrum_core::size::counted;
use scrum_core::wave::manifest::Manifest;
use scrum_core::wave::{Sink, layout};

use super::arguments::ReviewArgs;
use crate::commands::bundle::{PlannedWave, hint_if_empty, warn_sizes};
use crate::error::{ExitCode, Result, usage_error};
use crate::runner::secrets::{self, Leak};
use crate::session::Session;
use crate::source::Source;
use crate::terminal::Output;
use crate::wave::{Wave, find_wave, has_newest, named, read_manifest, shown_path};

/// What to review.
pub(super) struct ReviewTarget {
    pub(super) folder: PathBuf,
    pub(super) manifest: Manifest,
    /// The secrets found in prompts that were made but not written; `None` if the prompts are on disk.
    leaks: Option<BTreeMap<String, Leak>>,
}

impl ReviewArgs {
    /// Where the configuration comes from, which depends on the range of the wave or the range to bundle.
    pub(super) fn source(&self, session: &Session) -> Result<Source> {
        let wave = match &self.name {
            Some(name) => named(Path::new(name), session),
            None if self.bundling.is_silent() && has_newest(session) => {
                find_wave(None, session).ok()
            }
            None => None,
        };
        // Errors in the wave are reported when it is opened.
        let manifest = wave.and_then(|folder| read_manifest(&folder).ok());
        match (manifest, session.repository()) {
            (Some(manifest), Ok(repository)) => Ok(Source::base_of(&manifest.range, repository)),
            (Some(_), Err(_)) => Ok(Source::Disk),
            (None, _) => self.bundling.source(self.name.as_deref(), false, session),
        }
    }

    /// The wave; the inner error if there is none and the command is done.
    pub(super) fn target(
        &self,
        session: &Session,
        output: &Output,
    ) -> Result<Result<ReviewTarget, ExitCode>> {
        let wave = match &self.name {
            Some(name) => {
                let folder = named(Path::new(name), session);
                if folder.is_none() && Path::new(name).exists() {
                    return Err(usage_error(format!("`{name}` is not a wave"))
                        .hint("name a wave's folder, its name under .scrum/, or a range"));
                }
                folder
            }
            // If there is no wave yet, the default range is bundled first.
            None if self.bundling.is_silent() && has_newest(session) => {
                Some(find_wave(None, session)?)
            }
            None => None,
        };
        if let Some(folder) = wave {
            if !self.bundling.is_silent() {
                let text = format!("`{}` is a wave, so it is already bundled", folder.display());
                return Err(usage_error(text).hint(
                    "these options of `scrum bundle` need a range; name one, or leave them out",
                ));
            }
            let Wave { folder, manifest } = Wave::open(&folder)?;
            return Ok(Ok(ReviewTarget {
                folder,
                manifest,
                leaks: None,
            }));
        }
        let threads = crate::commands::cores();
        let draft = PlannedWave::plan(
            self.name.as_deref(),
            &self.bundling,
            threads,
            session,
            output,
        )?;
        let searching = Searching::default();
        let unwritten = self.dry_run || draft.is_refused() || draft.is_empty();
        let (folder, manifest) = if unwritten {
            let manifest = draft.dry_run(&searching)?;
            (draft.folder(&self.bundling, session), manifest)
        } else {
            draft.write(&self.bundling, session, output)?
        };
        if let Some(line) = base_line(&manifest.range) {
            output.detail(&line);
        }
        warn_sizes(&manifest, output);
        if draft.is_refused() {
            draft.explain_refusal(&manifest, output);
            return Ok(Err(ExitCode::Refused));
        }
        if draft.is_empty() {
            output.warning(&format!(
                "nothing changed in {}; no reviewer is asked",
                manifest.range.spec
            ));
            hint_if_empty(&manifest.range, "review", session, output);
            return Ok(Err(ExitCode::Done));
        }
        if !unwritten {
            output.detail(&format!(
                "wave: {} ({})",
                shown_path(&folder),
                counted(manifest.bundles.len(), "bundle")
            ));
        }
        let leaks = searching
            .leaks
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(Ok(ReviewTarget {
            folder,
            manifest,
            leaks: unwritten.then_some(leaks),
        }))
    }
}

impl ReviewTarget {
    /// The secrets in the prompts of these bundles.
    pub(super) fn leaks(&self, bundles: &[usize]) -> Result<Vec<Leak>> {
        let mut leaks = Vec::new();
        for at in bundles {
            let bundle = &self.manifest.bundles[*at];
            match &self.leaks {
                Some(known) => leaks.extend(known.get(&bundle.prompt).cloned()),
                None => {
                    let prompt = std::fs::read(self.folder.join(&bundle.prompt))?;
                    leaks.extend(secrets::leak(&bundle.id, &prompt));
                }
            }
        }
        Ok(leaks)
    }
}

/// Receives the files of a wave that is not written, and keeps only the secrets found in the prompts.
#[derive(Default)]
struct Searching {
    leaks: Mutex<BTreeMap<String, Leak>>,
}

impl Sink for Searching {
    fn write_file(
        &self,
        name: &str,
        content: &mut dyn FnMut(&mut dyn Write) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        let Some(id) = layout::bundle_of_prompt(name) else {
            return content(&mut std::io::sink());
        };
        let mut prompt = Vec::new();
        content(&mut prompt)?;
        if let Some(leak) = secrets::leak(id, &prompt) {
            let mut leaks = self.leaks.lock().unwrap_or_else(PoisonError::into_inner);
            leaks.insert(name.to_owned(), leak);
        }
        Ok(())
    }
}

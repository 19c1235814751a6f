//! How a range is divided: what a caller can choose.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::change::{Change, DEFAULT_CONTEXT};
use crate::control::Control;
use crate::hook::Hook;
use crate::plan::codeowners::CodeownersFile;
use crate::plan::component::{By, ComponentFinder, ComponentRule};
use crate::plan::exclude::{ExcludeFn, ExcludeOptions, Reason};
use crate::plan::guard::Limits;

/// How components are found and divided; `[bundle]` in `scrum.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Division {
    /// How files that no `[[components]]` entry claims are grouped. Default `workspace`.
    pub by: By,
    /// Divide a found component above the warn limit at its sub-folders. Default true.
    pub divide: bool,
    /// Pack small found components into one bundle with their neighbours, up to a third of the warn limit. Default true.
    pub pack: bool,
    /// Cut bundles above the warn limit into parts. Default false.
    pub split: bool,
    /// Context lines around a change. Default 3. The pieces of a cut hunk get at most 32, and at least one if git needs a
    /// line to find the place.
    pub context: u32,
    /// The revision that `HEAD` is compared with if no range is named, e.g. `origin/develop`. Default none: the default
    /// branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
}

impl Default for Division {
    fn default() -> Self {
        Self {
            by: By::default(),
            divide: true,
            pack: true,
            split: false,
            context: DEFAULT_CONTEXT,
            base: None,
        }
    }
}

/// How a range is divided, and what of it is shown.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct BundleOptions {
    /// Explicit components; of those that match a path, the first has it. Default none.
    pub components: Vec<ComponentRule>,
    /// How the rest is found and divided.
    pub division: Division,
    /// Sizes above which a bundle is warned about, or fails. Default 60 KB and 100 KB.
    pub limits: Limits,
    /// What is not shown.
    pub exclude: ExcludeOptions,
    /// The CODEOWNERS file, needed for [`By::Codeowners`]. Default none.
    pub codeowners: Option<CodeownersFile>,
    /// Progress callback and cancel switch. Default none.
    pub control: Control,
    /// Asked of each change that [`exclude`](Self::exclude) keeps.
    pub(crate) exclude_if: Option<Hook<ExcludeFn>>,
    /// Asked of each path that no explicit component has.
    pub(crate) finder: Option<Hook<dyn ComponentFinder>>,
}

impl BundleOptions {
    /// Sets the explicit components.
    #[must_use]
    pub fn components(mut self, components: Vec<ComponentRule>) -> Self {
        self.components = components;
        self
    }

    /// Sets how the rest is found and divided.
    #[must_use]
    pub fn division(mut self, division: Division) -> Self {
        self.division = division;
        self
    }

    /// Sets how the rest is grouped.
    #[must_use]
    pub fn by(mut self, by: By) -> Self {
        self.division.by = by;
        self
    }

    /// Sets whether large found components are divided.
    #[must_use]
    pub fn divide(mut self, yes: bool) -> Self {
        self.division.divide = yes;
        self
    }

    /// Sets whether small found components are packed with their neighbours.
    #[must_use]
    pub fn pack(mut self, yes: bool) -> Self {
        self.division.pack = yes;
        self
    }

    /// Sets whether large bundles are cut into parts.
    #[must_use]
    pub fn split(mut self, yes: bool) -> Self {
        self.division.split = yes;
        self
    }

    /// Sets the context lines of cut hunks.
    #[must_use]
    pub fn context(mut self, lines: u32) -> Self {
        self.division.context = lines;
        self
    }

    /// Sets the size limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets what is not shown.
    #[must_use]
    pub fn exclude(mut self, exclude: ExcludeOptions) -> Self {
        self.exclude = exclude;
        self
    }

    /// Sets the CODEOWNERS file.
    #[must_use]
    pub fn codeowners(mut self, file: Option<CodeownersFile>) -> Self {
        self.codeowners = file;
        self
    }

    /// Sets who hears how far the work is, and can end it.
    #[must_use]
    pub fn control(mut self, control: Control) -> Self {
        self.control = control;
        self
    }

    /// Sets a rule of the caller's for what is not shown: why, or `None` for a change that is shown. It is asked of each
    /// change that [`exclude`](Self::exclude) keeps; [`Reason::Other`] carries words of its own. A unit is excluded only if
    /// every change of it is.
    ///
    /// ```
    /// use scrum_core::plan::BundleOptions;
    /// use scrum_core::plan::exclude::Reason;
    ///
    /// let options = BundleOptions::default().exclude_if(|change| {
    ///     (change.additions > 10_000).then(|| Reason::Other("imported data".into()))
    /// });
    /// ```
    #[must_use]
    pub fn exclude_if(
        mut self,
        rule: impl Fn(&Change) -> Option<Reason> + Send + Sync + 'static,
    ) -> Self {
        self.exclude_if = Some(Hook(Arc::new(rule)));
        self
    }

    /// Sets a finder of the caller's. It is asked of each path that no explicit component has, before the rest is grouped
    /// [by](Self::by) what the repository says. A closure `Fn(&RepoPath) -> Option<String>` is one.
    #[must_use]
    pub fn finder(mut self, finder: impl ComponentFinder + 'static) -> Self {
        self.finder = Some(Hook(Arc::new(finder)));
        self
    }
}

//! How a range is divided: what a caller can choose.

use crate::plan::component::{By, ComponentRule};
use crate::plan::exclude::ExcludeOptions;
use crate::plan::guard::Limits;

/// How a range is divided.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BundleOptions {
    /// Explicit components; of those that match a path, the first has it. Default none.
    pub components: Vec<ComponentRule>,
    /// How the rest is grouped. Default [`By::Workspace`].
    pub by: By,
    /// Divide a found component above the warn limit at its sub-folders. Default true.
    pub divide: bool,
    /// Join small neighbours up to the warn limit. Default false.
    pub pack: bool,
    /// Cut every bundle above the warn limit into parts. Default false.
    pub split: bool,
    /// Context lines that the pieces of a cut hunk get where there are as many, at most 32. Default 3. Where git needs
    /// a line to find the place, there is one even at 0.
    pub context: u32,
    /// Sizes above which a bundle is warned about, or fails. Default 60 KB and 100 KB.
    pub limits: Limits,
    /// What is not shown.
    pub exclude: ExcludeOptions,
    /// Text of the CODEOWNERS file, needed for [`By::Codeowners`]. Default none.
    pub codeowners: Option<String>,
}

impl Default for BundleOptions {
    fn default() -> Self {
        Self {
            components: Vec::new(),
            by: By::default(),
            divide: true,
            pack: false,
            split: false,
            context: 3,
            limits: Limits::default(),
            exclude: ExcludeOptions::default(),
            codeowners: None,
        }
    }
}

impl BundleOptions {
    /// Sets the explicit components.
    #[must_use]
    pub fn components(mut self, components: Vec<ComponentRule>) -> Self {
        self.components = components;
        self
    }

    /// Sets how the rest is grouped.
    #[must_use]
    pub fn by(mut self, by: By) -> Self {
        self.by = by;
        self
    }

    /// Sets whether large found components are divided.
    #[must_use]
    pub fn divide(mut self, yes: bool) -> Self {
        self.divide = yes;
        self
    }

    /// Sets whether small neighbours are joined.
    #[must_use]
    pub fn pack(mut self, yes: bool) -> Self {
        self.pack = yes;
        self
    }

    /// Sets whether large bundles are cut into parts.
    #[must_use]
    pub fn split(mut self, yes: bool) -> Self {
        self.split = yes;
        self
    }

    /// Sets the context lines of cut hunks.
    #[must_use]
    pub fn context(mut self, lines: u32) -> Self {
        self.context = lines;
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

    /// Sets the text of the CODEOWNERS file.
    #[must_use]
    pub fn codeowners(mut self, text: Option<String>) -> Self {
        self.codeowners = text;
        self
    }
}

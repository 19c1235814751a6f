//! The forges and tools whose dumps are read.

use std::fmt;

/// Which forge wrote a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ImportFormat {
    /// Found out by its keys.
    #[default]
    Auto,
    /// GitHub: REST, GraphQL, or `gh pr view --json`.
    GitHub,
    /// GitLab discussions.
    GitLab,
    /// Gerrit comments.
    Gerrit,
    /// Bitbucket comments.
    Bitbucket,
    /// Threads of Azure DevOps.
    Azure,
    /// SARIF: one reviewer for each tool.
    Sarif,
    /// rdjson or rdjsonl: one reviewer for each source.
    Rdjson,
}

impl ImportFormat {
    /// Every format that can be insisted on.
    pub const ALL: [Self; 7] = [
        Self::GitHub,
        Self::GitLab,
        Self::Gerrit,
        Self::Bitbucket,
        Self::Azure,
        Self::Sarif,
        Self::Rdjson,
    ];
}

impl fmt::Display for ImportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::Gerrit => "gerrit",
            Self::Bitbucket => "bitbucket",
            Self::Azure => "azure",
            Self::Sarif => "sarif",
            Self::Rdjson => "rdjson",
        })
    }
}

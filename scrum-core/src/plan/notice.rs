//! What a plan has to say about itself.

use std::fmt;

use crate::path::RepoPath;
use crate::plan::codeowners::CodeownersWarning;
use crate::plan::component::DoubleClaim;
use crate::plan::exclude::{Mark, Reason};

/// What a person should know about a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanWarning {
    /// A rule matches neither a changed file nor a file of the head tree.
    UnusedRule {
        /// The rule's component.
        component: String,
    },
    /// The range itself gives files a mark that would exclude them. They are shown.
    IntroducedMark {
        /// The mark that the range brings in.
        mark: Mark,
        /// The files, by path.
        paths: Vec<RepoPath>,
    },
    /// Files are excluded because their header says that they are generated, and the range adds them: nothing but the range
    /// itself says so.
    NewGenerated {
        /// The files, by path.
        paths: Vec<RepoPath>,
    },
    /// A line of CODEOWNERS was skipped.
    Codeowners(CodeownersWarning),
    /// A file cannot be cut into parts that stay below the fail limit, so its whole patch is excluded.
    CannotCut {
        /// The file.
        path: RepoPath,
        /// Why not.
        reason: Reason,
    },
}

impl fmt::Display for PlanWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnusedRule { component } => {
                write!(f, "component `{component}` matches no file")
            }
            Self::IntroducedMark { mark, paths } => write!(
                f,
                "this range itself marks files as {mark}; they are shown all the same: {}",
                FirstPaths(paths)
            ),
            Self::NewGenerated { paths } => write!(
                f,
                "new files say in their header that they are generated, and are not shown: {}",
                FirstPaths(paths)
            ),
            Self::Codeowners(warning) => warning.fmt(f),
            Self::CannotCut { path, reason } => {
                write!(
                    f,
                    "{path} cannot be cut into parts and is excluded whole: {reason}"
                )?;
                match reason {
                    Reason::TooLarge { bytes, limit } => {
                        write!(f, " ({bytes} bytes, the limit is {limit})")
                    }
                    Reason::HeaderTooLarge { bytes } => write!(f, " ({bytes} bytes)"),
                    _ => Ok(()),
                }
            }
        }
    }
}

/// The first paths, and how many more there are.
struct FirstPaths<'a>(&'a [RepoPath]);

impl fmt::Display for FirstPaths<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 3;
        let names: Vec<_> = self.0.iter().take(MOST).map(RepoPath::display).collect();
        f.write_str(&names.join(", "))?;
        if self.0.len() > MOST {
            write!(f, " and {} more", self.0.len() - MOST)?;
        }
        Ok(())
    }
}

/// A detail of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanNote {
    /// Two components claim the same files.
    DoubleClaim(DoubleClaim),
    /// A change is shown although a reason would exclude it, because it only applies together with others.
    KeptInUnit {
        /// The change's path.
        path: RepoPath,
        /// The reason that would exclude it.
        reason: Reason,
    },
}

impl fmt::Display for PlanNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DoubleClaim(DoubleClaim {
                winner,
                loser,
                files,
                example,
            }) => write!(
                f,
                "components `{winner}` and `{loser}` both match {files} changed file(s), e.g. {example}; `{winner}` has them"
            ),
            Self::KeptInUnit { path, reason } => write!(
                f,
                "{path} is shown although it is {reason}: it only applies together with changes that are shown"
            ),
        }
    }
}

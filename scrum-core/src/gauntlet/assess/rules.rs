//! The rules of an assessment, in one table: what can be found, and its default effect on the verdict.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A phase of the gauntlet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The smoke chain: `smoke.json`.
    Smoke,
    /// The review: `tally.json`.
    Review,
    /// The parity probe: `parity.json`.
    Parity,
}

impl Phase {
    /// All of them, in the order in which they are run.
    pub const ALL: [Self; 3] = [Self::Smoke, Self::Review, Self::Parity];

    /// The word in `[assess] require`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Smoke => "smoke",
            Self::Review => "review",
            Self::Parity => "parity",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The effect of a finding on the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// It is reported, but does not change the verdict.
    Note,
    /// The release can ship, with this as a known gap.
    Gap,
    /// The release must not ship.
    Hold,
}

impl Effect {
    /// `note`, `gap` or `hold`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Gap => "gap",
            Self::Hold => "hold",
        }
    }
}

/// Generates [`Rule`], [`Assess`] and the connection between them from the rows of the table.
macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $key:ident $variant:ident $effect:ident;)+) => {
        /// What an assessment can find. The word is the key in `[assess]`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Rule {
            /// All rules, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The key in `[assess]`.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($key),)+
                }
            }
        }

        /// `[assess]`: which phases must have been run, and the effect of each rule.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields, default)]
        pub struct Assess {
            /// Phases without which the verdict is `hold`.
            pub require: Vec<Phase>,
            $($(#[doc = $doc])+ pub $key: Effect,)+
        }

        impl Default for Assess {
            fn default() -> Self {
                Self {
                    require: Vec::new(),
                    $($key: Effect::$effect,)+
                }
            }
        }

        impl Assess {
            /// The effect of a finding of this rule.
            pub fn effect(&self, rule: Rule) -> Effect {
                match rule {
                    $(Rule::$variant => self.$key,)+
                }
            }
        }
    };
}

rules! {
    /// A phase that `require` names was not run, or no phase was run.
    not_run NotRun Hold;
    /// The smoke chain or the parity probe ran on another commit than the wave's head, or on files that were not
    /// committed.
    stale Stale Hold;
    /// A step of the smoke chain failed.
    smoke_failed SmokeFailed Hold;
    /// A step of the smoke chain was skipped.
    smoke_skipped SmokeSkipped Gap;
    /// Two or more independent lineages report one issue, and one of them calls it BLOCK.
    agreed_block AgreedBlock Hold;
    /// Two or more independent lineages cite exactly the same lines, and one of them calls it BLOCK.
    convergent_block ConvergentBlock Hold;
    /// Only one lineage reports an issue of severity BLOCK.
    single_block SingleBlock Note;
    /// An issue of severity BLOCK that a person has dismissed (`scrum triage`).
    dismissed Dismissed Note;
    /// Fewer than `[tally] min_lineages` lineages, or none at all, reviewed a bundle.
    few_lineages FewLineages Hold;
    /// A bundle is above the fail limit, but was written anyway.
    forced_oversize ForcedOversize Hold;
    /// A case of the parity probe diverges, and it is not a known gap.
    parity_diverges ParityDiverges Hold;
    /// A case of the parity probe failed: a side gave no usable answer.
    parity_failed ParityFailed Hold;
    /// The last day of an accepted gap is over.
    gap_expired GapExpired Hold;
    /// A gap in gaps.toml without a decision.
    gap_open GapOpen Hold;
    /// An accepted gap, in gaps.toml or in `[parity] known_gaps`.
    gap_accepted GapAccepted Gap;
    /// A known gap of the parity probe whose case no longer diverges or no longer exists: remove it.
    gap_closed GapClosed Note;
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Rule {
    /// The phase that a finding of this rule concerns, if any.
    pub fn phase(self) -> Option<Phase> {
        match self {
            Self::SmokeFailed | Self::SmokeSkipped => Some(Phase::Smoke),
            Self::AgreedBlock
            | Self::ConvergentBlock
            | Self::SingleBlock
            | Self::Dismissed
            | Self::FewLineages
            | Self::ForcedOversize => Some(Phase::Review),
            Self::ParityDiverges | Self::ParityFailed => Some(Phase::Parity),
            Self::NotRun
            | Self::Stale
            | Self::GapExpired
            | Self::GapOpen
            | Self::GapAccepted
            | Self::GapClosed => None,
        }
    }
}

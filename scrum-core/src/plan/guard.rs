//! The size guard: a bundle that is too large gets no review, so it is judged before anyone is asked.
//!
//! Takes a size and [`Limits`]; gives a [`Verdict`]. Before it: [`bundle`](crate::plan); after it:
//! [`prompt`](crate::wave::prompt).

use serde::{Deserialize, Serialize};

use crate::size;
use crate::word::words;

/// Default of [`Limits::warn`]: 60 KB.
pub const DEFAULT_WARN: u64 = 60_000;
/// Default of [`Limits::fail`]: 100 KB.
pub const DEFAULT_FAIL: u64 = 100_000;

/// Small bundles are packed up to this fraction of the warn limit: 20 KB by default. docs/bundles.md has the figures that
/// it was chosen by.
const PACK_SHARE: u64 = 3;

/// Size limits of a bundle's diff, in bytes; `[guard]` in `scrum.toml`. Both are exceeded strictly above. The warn limit is
/// never above the fail limit. Sizes are `"60KB"` (1000 bytes), `"60KiB"` (1024) or a number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "StatedLimits")]
pub struct Limits {
    warn: u64,
    fail: u64,
}

// Limits as they are written, before they are checked.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Limits")
)]
#[serde(deny_unknown_fields, default)]
struct StatedLimits {
    /// Warn above this size of a diff. Default 60 KB.
    #[serde(deserialize_with = "size::deserialize")]
    #[cfg_attr(
        feature = "schema",
        schemars(schema_with = "size::schema", extend("default" = DEFAULT_WARN))
    )]
    warn: u64,
    /// Fail above this size of a diff. Default 100 KB.
    #[serde(deserialize_with = "size::deserialize")]
    #[cfg_attr(
        feature = "schema",
        schemars(schema_with = "size::schema", extend("default" = DEFAULT_FAIL))
    )]
    fail: u64,
}

impl Default for StatedLimits {
    fn default() -> Self {
        Self {
            warn: DEFAULT_WARN,
            fail: DEFAULT_FAIL,
        }
    }
}

impl TryFrom<StatedLimits> for Limits {
    type Error = LimitsError;

    fn try_from(stated: StatedLimits) -> Result<Self, LimitsError> {
        Self::new(stated.warn, stated.fail)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            warn: DEFAULT_WARN,
            fail: DEFAULT_FAIL,
        }
    }
}

/// The warn limit is above the fail limit, so no bundle could ever be warned about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the warn limit ({warn} bytes) is above the fail limit ({fail} bytes)")]
pub struct LimitsError {
    /// The warn limit, in bytes.
    pub warn: u64,
    /// The fail limit, in bytes.
    pub fail: u64,
}

impl Limits {
    /// Limits in bytes.
    ///
    /// # Errors
    ///
    /// [`LimitsError`] if `warn` is above `fail`.
    pub fn new(warn: u64, fail: u64) -> Result<Self, LimitsError> {
        if warn > fail {
            return Err(LimitsError { warn, fail });
        }
        Ok(Self { warn, fail })
    }

    /// Above this a bundle is warned about, in bytes.
    pub fn warn(self) -> u64 {
        self.warn
    }

    /// Above this a bundle fails, in bytes.
    pub fn fail(self) -> u64 {
        self.fail
    }

    /// Small bundles are packed up to this size, in bytes: a third of the warn limit.
    pub fn pack(self) -> u64 {
        self.warn / PACK_SHARE
    }

    /// Judges one size.
    pub fn judge(self, bytes: u64) -> Verdict {
        if bytes > self.fail {
            Verdict::Fail
        } else if bytes > self.warn {
            Verdict::Warn
        } else {
            Verdict::Ok
        }
    }
}

/// What the guard says of a bundle. Ordered from best to worst.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// At or below the warn limit.
    #[default]
    Ok,
    /// Above the warn limit, at or below the fail limit.
    Warn,
    /// Above the fail limit.
    Fail,
}

words!(Verdict {
    Ok => "ok",
    Warn => "warn",
    Fail => "fail",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_exceeded_strictly_above() {
        let limits = Limits::default();
        assert_eq!(limits.judge(60_000), Verdict::Ok);
        assert_eq!(limits.judge(60_001), Verdict::Warn);
        assert_eq!(limits.judge(100_000), Verdict::Warn);
        assert_eq!(limits.judge(100_001), Verdict::Fail);
    }

    #[test]
    fn a_warn_limit_above_the_fail_limit_is_refused() {
        assert!(Limits::new(1, 1).is_ok());
        let (warn, fail) = (2, 1);
        assert_eq!(Limits::new(warn, fail), Err(LimitsError { warn, fail }));
    }
}

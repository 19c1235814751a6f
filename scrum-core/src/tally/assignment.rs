//! One assignment for each bundle and reviewer, with its submissions and the source of its lineage.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::ground::WaveIndex;
use super::lineage::LineageSet;
use super::{Outcome, ReviewerConfig, Sidecar, Submission, TallyOptions};
use crate::nearest::nearest;
use crate::review::{Fault, Review};

/// Maximum number of unknown bundles for which a similar name is searched.
const MAX_MEANT: usize = 20;

/// Maximum number of assignments without a review that are listed as missing.
const MAX_ASSIGNMENTS: usize = 1_000_000;

/// Maximum number of warnings from one sidecar.
const MAX_NOTES: usize = 5;

/// One reviewer and one bundle.
#[derive(Debug, Default)]
pub(super) struct Assignment {
    /// Index of the bundle.
    pub(super) bundle: usize,
    pub(super) reviewer: String,
    /// Usually one. More if the caller submitted several with the same name.
    pub(super) reviews: Vec<Review>,
    pub(super) failed: Option<String>,
    pub(super) not_asked: bool,
    pub(super) sidecar: Option<Sidecar>,
    pub(super) lineages: LineageSet,
    pub(super) lineage_source: String,
}

/// The bundles and their assignments, in an order that does not depend on that of the submissions.
#[derive(Debug)]
pub(super) struct Assignments {
    /// Ids; the manifest's first.
    pub(super) bundles: Vec<String>,
    /// By bundle, then by reviewer's name.
    pub(super) assignments: Vec<Assignment>,
    pub(super) warnings: Vec<String>,
}

pub(super) fn assign(
    submissions: Vec<Submission>,
    wave_index: Option<&WaveIndex>,
    options: &TallyOptions,
) -> Assignments {
    let mut warnings = Vec::new();
    let mut bundles: Vec<String> = wave_index
        .iter()
        .flat_map(|wave_index| wave_index.bundles())
        .map(|(id, _)| id.to_owned())
        .collect();
    let known: BTreeSet<&str> = bundles.iter().map(String::as_str).collect();
    let more: BTreeSet<String> = submissions
        .iter()
        .map(|submission| submission.bundle.as_str())
        .filter(|id| !known.contains(id))
        .map(str::to_owned)
        .collect();
    if wave_index.is_some() {
        let lacks = |(at, id): (usize, &String)| {
            let meant = (at < MAX_MEANT)
                .then(|| nearest(id, bundles.iter().map(String::as_str)))
                .flatten();
            let meant = meant.map_or(String::new(), |known| format!(" (did you mean `{known}`?)"));
            format!("the manifest has no bundle `{id}`{meant}; its reviews are counted anyway")
        };
        warnings.extend(more.iter().enumerate().map(lacks));
    }
    bundles.extend(more);
    let number: HashMap<String, usize> = bundles
        .iter()
        .enumerate()
        .rev()
        .map(|(at, id)| (id.clone(), at))
        .collect();

    let mut handed_in: Vec<(usize, Submission)> = submissions
        .into_iter()
        .map(|submission| (number[&submission.bundle], submission))
        .collect();
    handed_in.sort_by(|(bundle, a), (other, b)| (bundle, &a.reviewer).cmp(&(other, &b.reviewer)));
    let mut reviewers: BTreeSet<&str> = handed_in
        .iter()
        .map(|(_, submission)| submission.reviewer.as_str())
        .collect();
    reviewers.extend(options.reviewers.iter().map(|config| config.name.as_str()));
    let reviewers: Vec<String> = reviewers.into_iter().map(str::to_owned).collect();
    let taken = taken(handed_in);
    let all = bundles.len().saturating_mul(reviewers.len());
    let assignments = if all <= MAX_ASSIGNMENTS {
        with_missing(taken, bundles.len(), &reviewers)
    } else {
        let empty = all - taken.len();
        warnings.push(format!(
            "{} at {}: missing reviews are not listed ({empty})",
            crate::size::counted(reviewers.len(), "reviewer"),
            crate::size::counted(bundles.len(), "bundle")
        ));
        taken
    };

    // An assignment without an answer has no sidecar; take the reviewer's model from another bundle.
    let mut models: BTreeMap<String, String> = BTreeMap::new();
    for assignment in &assignments {
        if let Some(model) = assignment
            .sidecar
            .as_ref()
            .and_then(|sidecar| sidecar.model.as_ref())
        {
            models
                .entry(assignment.reviewer.clone())
                .or_insert_with(|| model.clone());
        }
    }
    let mut lineages = Lineages::new(options);
    let assignments = assignments
        .into_iter()
        .map(|mut assignment| {
            let (bundle, reviewer) = (assignment.bundle, &assignment.reviewer);
            if assignment.reviews.len() > 1 {
                warnings.push(format!(
                    "bundle {}: {} reviews by {reviewer}; they count as one reviewer",
                    bundles[bundle],
                    assignment.reviews.len()
                ));
                // Which came first is unknown, and must not depend on the order of the input.
                assignment
                    .reviews
                    .sort_by_cached_key(|review| format!("{review:?}"));
            }
            let faults = assignment.reviews.iter().flat_map(|review| &review.faults);
            let told = faults.map(|fault| {
                format!(
                    "bundle {}, {reviewer}: {}",
                    bundles[bundle],
                    fault_text(fault)
                )
            });
            warnings.extend(told);
            // A sidecar may come from anybody.
            let noted = assignment
                .sidecar
                .iter()
                .flat_map(|sidecar| &sidecar.warnings);
            warnings.extend(noted.take(MAX_NOTES).map(|note| {
                let note: String = note.chars().take(500).collect();
                format!("bundle {}, {reviewer}: {note}", bundles[bundle])
            }));
            let own = assignment
                .sidecar
                .as_ref()
                .and_then(|sidecar| sidecar.model.as_ref());
            let other = models
                .get(reviewer)
                .filter(|_| assignment.reviews.is_empty());
            let model = own.or(other).map(String::as_str);
            let told = assignment.sidecar.as_ref();
            let (set, source) = lineages.of(reviewer, model, told);
            Assignment {
                lineages: set,
                lineage_source: source,
                ..assignment
            }
        })
        .collect();
    warnings.extend(lineages.unknown.iter().map(|reviewer| {
        format!(
            "the lineage of reviewer `{reviewer}` is unknown, so it adds no vote to others; set it with \
             `--lineage {reviewer}=LINEAGE` or under [lineages] in scrum.toml"
        )
    }));
    Assignments {
        bundles,
        assignments,
        warnings,
    }
}

/// The assignments with a submission, in the order of the submissions, which is by bundle and reviewer.
fn taken(handed_in: Vec<(usize, Submission)>) -> Vec<Assignment> {
    let mut assignments: Vec<Assignment> = Vec::with_capacity(handed_in.len());
    for (bundle, submission) in handed_in {
        let last = assignments.last().is_some_and(|assignment| {
            assignment.bundle == bundle && assignment.reviewer == submission.reviewer
        });
        if !last {
            assignments.push(Assignment {
                bundle,
                reviewer: submission.reviewer,
                ..Assignment::default()
            });
        }
        if let Some(assignment) = assignments.last_mut() {
            take(assignment, submission.outcome, submission.sidecar);
        }
    }
    assignments
}

/// Adds an empty assignment for every bundle for which a reviewer has none. `reviewers` are sorted.
fn with_missing(taken: Vec<Assignment>, bundles: usize, reviewers: &[String]) -> Vec<Assignment> {
    let mut assignments = Vec::with_capacity(bundles * reviewers.len());
    let mut taken = taken.into_iter().peekable();
    for bundle in 0..bundles {
        for reviewer in reviewers {
            let assignment = taken.next_if(|assignment| {
                assignment.bundle == bundle && assignment.reviewer == *reviewer
            });
            assignments.push(assignment.unwrap_or_else(|| Assignment {
                bundle,
                reviewer: reviewer.clone(),
                ..Assignment::default()
            }));
        }
    }
    assignments
}

/// Adds a submission to an assignment. A review takes precedence over a failure, and a failure over not having been
/// asked.
fn take(assignment: &mut Assignment, outcome: Outcome, sidecar: Option<Sidecar>) {
    match outcome {
        Outcome::Review(review) => assignment.reviews.push(review),
        Outcome::Failed { reason } => {
            assignment.failed = Some(match assignment.failed.take() {
                Some(other) => other.min(reason),
                None => reason,
            });
        }
        Outcome::NotAsked => assignment.not_asked = true,
        Outcome::Missing => {}
    }
    // Of several, take the one that sorts first, whatever their order.
    assignment.sidecar = match (assignment.sidecar.take(), sidecar) {
        (Some(a), Some(b)) => Some(if format!("{a:?}") <= format!("{b:?}") {
            a
        } else {
            b
        }),
        (a, b) => a.or(b),
    };
}

fn fault_text(fault: &Fault) -> String {
    match fault {
        Fault::NotUtf8 => "the review is not UTF-8; invalid bytes were replaced".to_owned(),
        Fault::Nul => "the review has NUL bytes".to_owned(),
        Fault::TooLarge { bytes, limit } => {
            format!("the review has {bytes} bytes; only the first {limit} were read")
        }
        Fault::TooMany { left_out } => {
            format!("the review has too many citations; {left_out} are left out")
        }
    }
}

/// What a lineage depends on: the reviewer's name, the model, and the sidecar.
type Asked = (String, Option<String>, Option<Vec<String>>);

/// The lineages of reviewers, each looked up once.
struct Lineages<'a> {
    options: &'a TallyOptions,
    configs: HashMap<&'a str, &'a ReviewerConfig>,
    known: HashMap<Asked, (LineageSet, String)>,
    unknown: BTreeSet<String>,
}

impl<'a> Lineages<'a> {
    fn new(options: &'a TallyOptions) -> Self {
        let configs = options
            .reviewers
            .iter()
            .map(|config| (config.name.as_str(), config));
        Self {
            options,
            configs: configs.collect(),
            known: HashMap::new(),
            unknown: BTreeSet::new(),
        }
    }

    fn of(
        &mut self,
        reviewer: &str,
        model: Option<&str>,
        sidecar: Option<&Sidecar>,
    ) -> (LineageSet, String) {
        let stated = sidecar.and_then(|sidecar| match &sidecar.lineage {
            None if sidecar.human => Some(vec![reviewer.to_owned()]),
            stated => stated.clone(),
        });
        let key = (reviewer.to_owned(), model.map(str::to_owned), stated);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let found = self.look_up(reviewer, model, key.2.as_deref());
        if found.0.is_unknown() {
            self.unknown.insert(reviewer.to_owned());
        }
        self.known.insert(key, found.clone());
        found
    }

    fn look_up(
        &self,
        reviewer: &str,
        model: Option<&str>,
        stated: Option<&[String]>,
    ) -> (LineageSet, String) {
        let config = self.configs.get(reviewer);
        if let Some(stated) = config.and_then(|config| config.lineage.as_ref()) {
            return (
                stated.iter().map(String::as_str).collect(),
                "the configuration".to_owned(),
            );
        }
        if config.is_some_and(|config| config.human) {
            return ([reviewer].into_iter().collect(), "a person".to_owned());
        }
        let table = &self.options.lineages;
        if let Some(own) = table.of_own_name(reviewer) {
            return (own, "[lineages] in the configuration".to_owned());
        }
        if let Some(stated) = stated {
            let source = if stated == [reviewer] {
                "a person"
            } else {
                "the sidecar"
            };
            return (
                stated.iter().map(String::as_str).collect(),
                source.to_owned(),
            );
        }
        // If the table says that a model id tells nothing, such as a router's, the reviewer's name is not used instead.
        let models = [
            (model, "in the sidecar"),
            (
                config.and_then(|config| config.model.as_deref()),
                "in the configuration",
            ),
        ];
        for (model, place) in models {
            let Some(model) = model else {
                continue;
            };
            if let Some(lineages) = table.of_model(model) {
                return (lineages, format!("the model id {model} {place}"));
            }
        }
        match table.of_name(reviewer) {
            Some(lineages) => (lineages, "the reviewer's name".to_owned()),
            None => (LineageSet::unknown(), "neither a model id nor a known name".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::lineage::LineageTable;

    #[test]
    fn config_then_model_then_name() {
        let own = [("house".to_owned(), vec!["mine".to_owned()])];
        let options = TallyOptions::default()
            .lineages(LineageTable::builtin().with_overrides(own))
            .reviewers([
                ReviewerConfig::new("opus").lineage(["stated"]),
                ReviewerConfig::new("anna").human(true),
                ReviewerConfig::new("seat").model("kimi-k2"),
                ReviewerConfig::new("blank").lineage([] as [&str; 0]),
            ]);
        let mut lineages = Lineages::new(&options);
        for (reviewer, model, set, source) in [
            ("opus", Some("gpt-5"), "stated", "the configuration"),
            ("anna", None, "anna", "a person"),
            (
                "house",
                Some("gpt-5"),
                "mine",
                "[lineages] in the configuration",
            ),
            (
                "seat",
                Some("gpt-5"),
                "openai",
                "the model id gpt-5 in the sidecar",
            ),
            (
                "seat",
                None,
                "moonshot",
                "the model id kimi-k2 in the configuration",
            ),
            (
                "qwen-2",
                Some("my-deployment"),
                "alibaba",
                "the reviewer's name",
            ),
            (
                "qwen-2",
                Some("openrouter/auto"),
                "unknown",
                "the model id openrouter/auto in the sidecar",
            ),
            ("bob", None, "unknown", "neither a model id nor a known name"),
            ("blank", Some("gpt-5"), "unknown", "the configuration"),
        ] {
            let (found, from) = lineages.of(reviewer, model, None);
            assert_eq!(
                (found.to_string().as_str(), from.as_str()),
                (set, source),
                "{reviewer}"
            );
        }
        let person = Sidecar {
            human: true,
            ..Sidecar::default()
        };
        let stated = Sidecar {
            lineage: Some(vec!["google".to_owned()]),
            ..Sidecar::default()
        };
        for (reviewer, sidecar, set, source) in [
            ("claude", &person, "claude", "a person"),
            ("reviewer", &stated, "google", "the sidecar"),
            ("opus", &person, "stated", "the configuration"),
            ("house", &stated, "mine", "[lineages] in the configuration"),
        ] {
            let (found, from) = lineages.of(reviewer, None, Some(sidecar));
            assert_eq!(
                (found.to_string().as_str(), from.as_str()),
                (set, source),
                "{reviewer}"
            );
        }
        assert_eq!(
            lineages.unknown.iter().collect::<Vec<_>>(),
            ["blank", "bob", "qwen-2"]
        );
    }
}

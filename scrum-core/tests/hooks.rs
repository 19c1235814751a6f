//! What a caller can put in: rules of its own, and an end to the work.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::io::{self, Write};

use scrum_core::change::ChangeSet;
use scrum_core::control::{Cancel, Control};
use scrum_core::patch;
use scrum_core::path::RepoPath;
use scrum_core::plan::component::ComponentRule;
use scrum_core::plan::exclude::Reason;
use scrum_core::plan::guard::Limits;
use scrum_core::plan::{BundleOptions, Plan, PlanError};
use scrum_core::review::Review;
use scrum_core::tally::{self, NoDiffs, Outcome, Submission, TallyOptions};
use scrum_core::wave::prompt::Template;
use scrum_core::wave::{self, Discard, Sink, WaveError, WaveOptions};

fn changes(paths: &[&str], lines: usize) -> ChangeSet {
    let section = |path: &&str| {
        let body = "+some new line of text\n".repeat(lines);
        format!(
            "diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{lines} @@\n{body}"
        )
    };
    let text: String = paths.iter().map(section).collect();
    patch::change_set("test.patch", text.into_bytes()).unwrap()
}

fn components(plan: &Plan) -> Vec<&str> {
    let bundles = plan.bundles.iter();
    bundles.map(|bundle| bundle.component.as_str()).collect()
}

#[test]
fn a_rule_of_the_callers_excludes_with_its_own_words() {
    let set = changes(&["src/a.rs", "src/b.rs", "vendor/c.rs"], 1);
    let options = BundleOptions::default().exclude_if(|change| {
        let generated =
            change.path.as_bytes().ends_with(b"b.rs") || change.path.folder() == b"vendor";
        generated.then(|| Reason::Other("made by our generator".into()))
    });
    let plan = Plan::new(&set, &options).unwrap();
    let reasons: Vec<String> = plan
        .excluded
        .iter()
        .map(|excluded| excluded.reason.to_string())
        .collect();
    // What is excluded anyway keeps its reason.
    assert_eq!(reasons, ["made by our generator", "vendored"]);
    assert_eq!(plan.bundles.len(), 1);
}

#[test]
fn a_finder_of_the_callers_comes_after_rules_and_before_folders() {
    let set = changes(&["api/x.rs", "docs/y.md", "web/z.ts"], 1);
    let rule = ComponentRule {
        name: "contract".into(),
        paths: vec!["api/**".into()],
        instructions: None,
    };
    let by_ending = |path: &RepoPath| {
        path.file_name()
            .ends_with(b".md")
            .then(|| "prose".to_owned())
    };
    let options = BundleOptions::default()
        .by(scrum_core::plan::component::By::TopLevel)
        .components(vec![rule.clone()])
        .finder(by_ending);
    assert_eq!(
        components(&Plan::new(&set, &options).unwrap()),
        ["contract", "prose", "web"]
    );
    // The name of a rule is that rule's component.
    let options =
        options.finder(|path: &RepoPath| (path.folder() == b"web").then(|| "contract".to_owned()));
    assert_eq!(
        components(&Plan::new(&set, &options).unwrap()),
        ["contract", "docs"]
    );
}

#[test]
fn the_callers_counter_counts_the_tokens_of_whole_prompts() {
    let set = changes(&["a.rs"], 3);
    let plan = Plan::new(&set, &BundleOptions::default()).unwrap();
    let write = |options: &WaveOptions| {
        wave::write(&set, &plan, &Template::builtin(), options, &Discard).unwrap()
    };
    let plain = write(&WaveOptions::default());
    assert_eq!(
        plain.bundles[0].tokens,
        plain.bundles[0].prompt_bytes.div_ceil(4)
    );
    let counted = write(&WaveOptions::default().tokens(|prompt| prompt.lines().count() as u64));
    assert!((10..1_000).contains(&counted.bundles[0].tokens));
    assert_eq!(
        counted.bundles[0].prompt_sha256,
        plain.bundles[0].prompt_sha256
    );
}

/// A sink that cancels when the first bytes reach it.
struct Cancels(Cancel);

impl Sink for Cancels {
    fn write_file(
        &self,
        _name: &str,
        content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        struct Out<'a>(&'a Cancel);
        impl Write for Out<'_> {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                assert!(!self.0.is_cancelled(), "bytes after the cancel");
                self.0.cancel();
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        content(&mut Out(&self.0))
    }
}

#[test]
fn every_long_stage_ends_when_cancelled() {
    // One file, so that the cancel must be seen inside it.
    let set = changes(&["huge.txt"], 500_000);
    let cancel = Cancel::new();
    let control = Control::default().cancel(&cancel);
    let limits = Limits::new(60_000, u64::MAX).unwrap();
    let options = BundleOptions::default()
        .limits(limits)
        .control(control.clone());
    let plan = Plan::new(&set, &options).unwrap();
    let wave_options = WaveOptions::default().control(control.clone());
    let sink = Cancels(cancel.clone());
    let written = wave::write(&set, &plan, &Template::builtin(), &wave_options, &sink);
    assert!(
        matches!(written, Err(WaveError::Cancelled(_))),
        "{written:?}"
    );

    // Pieces of the file are cut until the cancel is seen.
    let split = Plan::new(&set, &options.split(true));
    assert!(matches!(split, Err(PlanError::Cancelled(_))), "{split:?}");

    let answer = Submission::new("core", "opus", Outcome::Review(Review::from_text("NONE\n")));
    let options = TallyOptions::default().control(control);
    let counted = tally::try_tally(vec![answer.clone()], None, &NoDiffs, &options);
    assert!(counted.is_err());
    // `tally` knows no cancel.
    assert_eq!(
        tally::tally(vec![answer], None, &NoDiffs, &options)
            .bundles
            .len(),
        1
    );
}

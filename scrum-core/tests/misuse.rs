//! Calls in any order and with things that do not belong together: an error at most, never a panic or another file's
//! text.

use proptest::prelude::*;
use scrum_core::change::ChangeSet;
use scrum_core::patch;
use scrum_core::plan::guard::Limits;
use scrum_core::plan::{self, BundleOptions, DiffWriter, Plan};
use scrum_core::wave::prompt::Template;
use scrum_core::wave::{self, Discard, WaveError, WaveOptions};

/// A change set of `files` files, each with `lines` added lines.
fn changes(files: usize, lines: usize) -> ChangeSet {
    let mut text = String::new();
    for file in 0..files {
        text.push_str(&format!(
            "diff --git a/d{file}/f b/d{file}/f\nnew file mode 100644\nindex 0000000..1111111\n--- /dev/null\n\
             +++ b/d{file}/f\n@@ -0,0 +1,{lines} @@\n"
        ));
        (0..lines).for_each(|line| text.push_str(&format!("+line {line} of {file}\n")));
    }
    patch::change_set("test", text.into_bytes()).expect("a patch")
}

fn options(split: bool, warn: u64) -> BundleOptions {
    BundleOptions::default()
        .split(split)
        .limits(Limits::new(warn, warn * 2).expect("warn is below fail"))
}

/// One call of a program that embeds the library.
#[derive(Debug, Clone)]
enum Call {
    Plan {
        set: usize,
        split: bool,
        warn: u64,
        force: bool,
    },
    Retain {
        set: usize,
        modulus: usize,
    },
    Write {
        set: usize,
    },
    DryRun {
        set: usize,
    },
    Diffs {
        set: usize,
    },
    Advice {
        set: usize,
    },
    Read {
        set: usize,
        index: usize,
    },
}

fn call() -> impl Strategy<Value = Call> {
    let set = 0..2_usize;
    prop_oneof![
        (set.clone(), any::<bool>(), 50..2000_u64, any::<bool>()).prop_map(
            |(set, split, warn, force)| Call::Plan {
                set,
                split,
                warn,
                force
            }
        ),
        (set.clone(), 1..4_usize).prop_map(|(set, modulus)| Call::Retain { set, modulus }),
        set.clone().prop_map(|set| Call::Write { set }),
        set.clone().prop_map(|set| Call::DryRun { set }),
        set.clone().prop_map(|set| Call::Diffs { set }),
        set.clone().prop_map(|set| Call::Advice { set }),
        (set, 0..12_usize).prop_map(|(set, index)| Call::Read { set, index }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_order_of_calls_gives_errors_at_most(calls in prop::collection::vec(call(), 1..20)) {
        let mut sets = [changes(5, 30), changes(9, 10)];
        let mut plan = Plan::new(&sets[0], &BundleOptions::default()).unwrap();
        let (template, wave_options) = (Template::builtin(), WaveOptions::default());
        for call in calls {
            match call {
                Call::Plan { set, split, warn, force } => {
                    plan = Plan::new(&sets[set], &options(split, warn)).unwrap().force(force);
                }
                Call::Retain { set, modulus } => {
                    sets[set].retain(|change| change.path.display().len() % modulus == 0);
                }
                Call::Write { set } => {
                    match wave::write(&sets[set], &plan, &template, &wave_options, &Discard) {
                        Ok(manifest) => {
                            let known = |path: &str| {
                                sets[set].changes().iter().any(|change| change.path.display() == path)
                            };
                            for file in manifest.bundles.iter().flat_map(|bundle| &bundle.files) {
                                prop_assert!(known(&file.path));
                            }
                        }
                        Err(WaveError::Oversize { bundles }) => {
                            prop_assert!(!plan.is_forced() && !bundles.is_empty());
                        }
                        Err(error) => prop_assert!(matches!(error, WaveError::OtherChanges), "{error}"),
                    }
                }
                Call::DryRun { set } => {
                    let _ = wave::dry_run(&sets[set], &plan, &template, &wave_options, &Discard);
                }
                Call::Diffs { set } => {
                    let mut writer = DiffWriter::new(&sets[set]);
                    for bundle in &plan.bundles {
                        let _ = writer.bundle(bundle, &mut Vec::new());
                    }
                    let _ = writer.excluded(&plan, &mut Vec::new());
                }
                Call::Advice { set } => {
                    for bundle in &plan.bundles {
                        let _ = plan::largest_files(bundle, &sets[set], 3);
                        let _ = plan::suggested_components(bundle, &sets[set]);
                    }
                }
                Call::Read { set, index } => {
                    let read = sets[set].read_patch(index, &mut Vec::new());
                    prop_assert_eq!(read.is_ok(), index < sets[set].changes().len());
                }
            }
        }
    }
}

#[test]
fn a_plan_serves_its_own_change_set_alone() {
    let (one, mut other) = (changes(2, 3), changes(3, 3));
    let plan = Plan::new(&one, &BundleOptions::default()).unwrap();
    let written = |set: &ChangeSet| {
        wave::write(
            set,
            &plan,
            &Template::builtin(),
            &WaveOptions::default(),
            &Discard,
        )
    };
    assert!(written(&one).is_ok());
    assert!(matches!(written(&other), Err(WaveError::OtherChanges)));
    // What is retained is read from the right places.
    other.retain(|change| change.path.display() == "d2/f");
    let mut text = Vec::new();
    other.read_patch(0, &mut text).unwrap();
    assert!(text.starts_with(b"diff --git a/d2/f b/d2/f\n"));
    assert!(other.read_patch(1, &mut text).is_err());
}

#[test]
fn bundles_above_the_fail_limit_are_written_by_force_alone() {
    let changes = changes(1, 100);
    let plan = Plan::new(&changes, &options(false, 100)).unwrap();
    let template = Template::builtin();
    let write =
        |plan: &Plan| wave::write(&changes, plan, &template, &WaveOptions::default(), &Discard);
    assert!(
        matches!(write(&plan), Err(WaveError::Oversize { bundles }) if bundles == [plan.bundles[0].id.as_str()])
    );
    let manifest = write(&plan.force(true)).unwrap();
    assert!(manifest.guard.forced);
}

//! Reviews that many jobs made, put together: the folders that a CI hands on.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::place::{Place, files_below};
use crate::tally::finding;

/// A repository with a range of three bundles and no reviews.
fn three_bundles() -> Place {
    let place = Place::repository();
    let bundles = ["api", "core", "docs"];
    for bundle in bundles {
        place.write(&format!("{bundle}/x.rs"), "one\ntwo\nthree\n");
    }
    place.commit("Base");
    for bundle in bundles {
        place.write(&format!("{bundle}/x.rs"), "one\nzwei\nthree\n");
    }
    place.commit("Change");
    place
}

fn bundle(place: &Place, wave: &str) {
    place
        .scrum(&[
            "bundle",
            "HEAD~1..HEAD",
            "--by",
            "top-level",
            "--no-pack",
            "-o",
            wave,
        ])
        .expect(0);
}

/// What a job writes for its bundle: two answers, and a reviewer that failed.
fn answer(place: &Place, folder: &str, bundle: &str) {
    let said = |severity| finding(severity, &format!("{bundle}/x.rs:2"), "Two is gone.");
    place.write(&format!("{folder}/{bundle}/opus.md"), said("BLOCK"));
    place.write(&format!("{folder}/{bundle}/kimi.md"), said("WARN"));
    place.write(
        &format!("{folder}/{bundle}/kimi.json"),
        "{\"model\": \"kimi-k2\"}",
    );
    place.write(
        &format!("{folder}/{bundle}/qwen.json"),
        "{\"error\": \"timed out\"}",
    );
}

fn tally(place: &Place, names: &[&str]) -> Value {
    let args = [&["tally", "--format", "json"][..], names].concat();
    let run = place.scrum(&args).expect(0);
    assert!(!run.stderr.contains("warning"), "{}", run.all());
    run.json()
}

/// The tally with all reviews put into the wave by hand.
fn by_hand(place: &Place) -> Value {
    bundle(place, "by-hand");
    for id in ["api", "core", "docs"] {
        answer(place, "by-hand/reviews", id);
    }
    let tally = tally(place, &["by-hand"]);
    assert_eq!(tally["totals"]["convergent"], 3);
    tally
}

fn copy(place: &Place, from: &str, to: &str) {
    let from = place.path().join(from);
    for file in files_below(&from) {
        let target = place.path().join(to).join(&file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(from.join(Path::new(&file)), target).unwrap();
    }
}

#[test]
fn a_folder_a_job_or_one_for_all() {
    let place = three_bundles();
    let expected = by_hand(&place);
    bundle(&place, "wave");
    for id in ["api", "core", "docs"] {
        // As artifacts of their own, named as anyone likes, with `reviews/` in them or its content.
        answer(&place, &format!("each/scrum-reviews-{id}"), id);
        answer(&place, &format!("deeper/{id}/reviews"), id);
        // All unpacked into one folder.
        answer(&place, "merged", id);
    }
    for folder in ["each", "deeper", "merged"] {
        assert_eq!(tally(&place, &["wave", folder]), expected, "{folder}");
    }
    let folders = [
        "wave",
        "each/scrum-reviews-api",
        "each/scrum-reviews-core",
        "each/scrum-reviews-docs",
    ];
    assert_eq!(tally(&place, &folders), expected);
    // One bundle's folder alone; the wave by its range.
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--by", "top-level", "--no-pack"])
        .expect(0);
    let one = tally(&place, &["HEAD~1..HEAD", "merged/core"]);
    assert_eq!(one["totals"]["convergent"], 1);
}

#[test]
fn whole_waves_of_jobs() {
    let place = three_bundles();
    let expected = by_hand(&place);
    for id in ["api", "core", "docs"] {
        let wave = format!("jobs/job-{id}");
        bundle(&place, &wave);
        answer(&place, &format!("{wave}/reviews"), id);
        // What a job's own run leaves in its wave is no review.
        place.scrum(&["tally", "-q", &wave]).expect(0);
    }
    assert_eq!(tally(&place, &["jobs"]), expected);
    bundle(&place, "wave");
    assert_eq!(tally(&place, &["wave", "jobs"]), expected);
    // All unpacked over each other are one wave.
    for id in ["api", "core", "docs"] {
        copy(&place, &format!("jobs/job-{id}"), "over");
    }
    assert_eq!(tally(&place, &["over"]), expected);
}

#[test]
fn a_review_that_was_handed_on_twice_is_one() {
    let place = three_bundles();
    let expected = by_hand(&place);
    bundle(&place, "wave");
    for id in ["api", "core", "docs"] {
        answer(&place, "wave/reviews", id);
        answer(&place, "again", id);
    }
    assert_eq!(tally(&place, &["wave", "again"]), expected);
    // A second answer of the same seat adds no vote, and an answer beats a failure.
    place.write("more/api/opus.md", finding("INFO", "api/x.rs:3", "More."));
    place.write("more/api/qwen.md", "NONE\n");
    let run = place.scrum(&["tally", "--format", "json", "wave", "again", "more"]);
    let more = run.expect(0).json();
    assert_eq!(more["bundles"][0]["locations"].as_array().unwrap().len(), 2);
    assert_eq!(more["totals"]["convergent"], 3);
    let rows = more["bundles"][0]["reviewers"].as_array().unwrap();
    let qwen = rows.iter().find(|row| row["reviewer"] == "qwen").unwrap();
    assert_eq!(qwen["state"], "clean");
}

#[test]
fn what_does_not_belong_is_told() {
    let place = three_bundles();
    bundle(&place, "wave");
    answer(&place, "each/a", "core");
    place.write("each/a/opus.md", "NONE\n");
    let run = place.scrum(&["tally", "wave", "each"]).expect(0);
    insta::assert_snapshot!(run.stderr);

    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--no-divide", "-o", "each/other"])
        .expect(0);
    let run = place.scrum(&["tally", "wave", "each"]).expect(2);
    assert!(
        run.stderr.contains("each/other` is a different wave"),
        "{}",
        run.all()
    );
    let run = place.scrum(&["tally", "wave", "absent"]).expect(2);
    assert!(
        run.stderr.contains("`absent` is not a folder"),
        "{}",
        run.all()
    );
}

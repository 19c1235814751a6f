//! Any `manifest.json`: what is read is written the same, and answers are counted against it.

use scrum_core::review::Review;
use scrum_core::tally::ground::WaveIndex;
use scrum_core::tally::{self, NoDiffs, Outcome, Submission, TallyOptions};
use scrum_core::wave::manifest::Manifest;

pub(crate) fn check(data: &[u8]) {
    let Ok(manifest) = Manifest::from_json(data) else {
        return;
    };
    let json = manifest.to_json();
    assert_eq!(Manifest::from_json(&json).unwrap(), manifest);
    // A reviewer names every file, whole and by its first line, and one that nobody has.
    let mut answer = String::from("WHERE: no/such/file.rs:1\nWHAT: x\n\n");
    for file in manifest.bundles.iter().flat_map(|bundle| &bundle.files) {
        answer.push_str(&format!("WHERE: {}:1\nWHAT: x\n\n", file.path));
        answer.push_str(&format!("WHERE: {}\nWHAT: y\n\n", file.path));
    }
    for tree in [&b""[..], data] {
        let wave_index = WaveIndex::new(&manifest, tree);
        let review = Review::from_text(&answer);
        let submissions = manifest
            .bundles
            .iter()
            .map(|bundle| Submission::new(&bundle.id, "opus", Outcome::Review(review.clone())))
            .collect();
        let tally = tally::tally(
            submissions,
            Some(&wave_index),
            &NoDiffs,
            &TallyOptions::default(),
        );
        let sum = tally.buckets.each().iter().map(|(_, n)| n).sum::<u64>();
        assert_eq!(sum, tally.buckets.citations);
        let listed: usize = tally
            .bundles
            .iter()
            .map(|bundle| bundle.findings.len())
            .sum();
        assert_eq!(listed as u64, tally.buckets.counted);
    }
}

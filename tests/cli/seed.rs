//! The case that scrum was made for: a change set that came back unreviewed when it was sent whole.

use crate::place::Place;

/// Text that makes `kb` KB of diff: 25 lines a KB, each 40 bytes with the `+` in front and the line feed.
fn text(kb: usize, word: &str) -> String {
    (0..kb * 25)
        .map(|line| format!("{word:<14} line {line:>6} of the text\n"))
        .collect()
}

/// Four components whose diffs are 46, 36, 71 and 45 KB, a header more each.
fn seed() -> Place {
    let place = Place::repository();
    place.write("README", "x\n");
    place.commit("Base");
    for (component, kb) in [
        ("validatord", 46),
        ("gateway", 36),
        ("ledger", 71),
        ("proto", 45),
    ] {
        place.write(&format!("{component}/src.txt"), text(kb, component));
    }
    place.commit("Change");
    place
}

const BY: [&str; 4] = ["bundle", "HEAD~1..HEAD", "--by", "top-level"];

#[test]
fn four_bundles_one_warned() {
    let run = seed().scrum(&BY).expect(0);
    insta::assert_snapshot!(run.all());
}

#[test]
fn one_bundle_of_165_kb_fails_and_passes_with_the_override() {
    let place = seed();
    place.write("whole/a/big.txt", text(100, "whole"));
    place.write("whole/b/rest.txt", text(65, "whole"));
    place.commit("Everything at once");
    let whole = ["bundle", "HEAD~1..HEAD", "--component", "whole=whole/**"];

    let refused = place.scrum(&whole).expect(1);
    insta::assert_snapshot!(refused.all());
    assert!(
        !place.path().join(".scrum").exists(),
        "a refused run writes nothing"
    );

    let json = [&whole[..], &["--format", "json"]].concat();
    let manifest = place.scrum(&json).expect(1).json();
    assert_eq!(manifest["bundles"][0]["verdict"], "fail");
    assert_eq!(manifest["guard"]["forced"], false);

    let forced = place
        .scrum(&[&whole[..], &["--force-oversize"]].concat())
        .expect(0);
    insta::assert_snapshot!(forced.all());
    let manifest: serde_json::Value = serde_json::from_str(&place.read(&format!(
        ".scrum/{}/manifest.json",
        place.read(".scrum/current").trim()
    )))
    .unwrap();
    assert_eq!(manifest["guard"]["forced"], true);

    // Only the value 1 sets it from outside.
    for (value, code) in [("1", 0), ("true", 1), ("", 1)] {
        let mut command = place.scrum_command();
        let status = command
            .args(whole)
            .env("SCRUM_FORCE_OVERSIZE", value)
            .output()
            .unwrap()
            .status;
        assert_eq!(status.code(), Some(code), "SCRUM_FORCE_OVERSIZE={value}");
    }
}

#[test]
fn the_headline_of_the_hand_count() {
    let place = seed();
    place.scrum(&BY).expect(0);
    let wave = format!(".scrum/{}", place.read(".scrum/current").trim());
    // Eleven locations, none named by both lineages; three of the eight issues are.
    let opus = [10, 100, 200, 300, 400];
    let kimi = [11, 101, 201, 500, 600, 700];
    for (reviewer, lines) in [("opus", &opus[..]), ("kimi", &kimi[..])] {
        let mut review = String::new();
        for line in lines {
            review.push_str(&format!(
                "SEVERITY: WARN\nWHERE: validatord/src.txt:{line}\nWHAT: w{line}\nWHY: y\n\n"
            ));
        }
        review.push_str("VERDICT: FIX\n");
        place.write(&format!("{wave}/reviews/validatord/{reviewer}.md"), review);
    }
    let run = place.scrum(&["tally"]).expect(0);
    let headline = "validatord (46 KB): 0 convergent / 11 distinct · 3 of 8 issues agreed";
    assert!(
        run.stdout.lines().any(|line| line == headline),
        "{}",
        run.all()
    );
}

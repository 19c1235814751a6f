//! Two waves of one branch: compared, triaged, listed.

use crate::place::Place;
use crate::tally::finding;

/// A repository in which a file is renamed, code moves and a line is fixed between two reviewed waves.
fn two_rounds() -> (Place, String, String) {
    let place = Place::repository();
    let lines =
        |from: u32, to: u32| (from..=to).map(|n| format!("let entry_{n} = pool.take({n});\n"));
    let text: String = lines(1, 40).collect();
    place.write("core/pool.rs", "fn pool() {}\n");
    place.write("core/stays.rs", "fn stays() {}\n");
    place.commit("Base");
    place.write("core/pool.rs", &text);
    place.write("core/stays.rs", "fn stays() {}\nfn too() {}\n");
    place.write("docs/a.md", "One\nTwo\n");
    place.commit("First round");
    place.git(&["tag", "v1"]);
    // Renamed; two lines at the top; line 20 fixed; lines 30 to 32 moved to the end.
    let mut fixed: Vec<String> = lines(1, 40).collect();
    fixed[19] = "let entry_20 = pool.try_take(20)?;\n".to_owned();
    let moved: Vec<String> = fixed.drain(29..32).collect();
    fixed.extend(moved);
    place.git(&["mv", "core/pool.rs", "core/store.rs"]);
    place.write(
        "core/store.rs",
        format!("//! A store.\n\n{}", fixed.concat()),
    );
    place.commit("Second round");
    place.git(&["tag", "v2"]);
    let wave = |head: &str| {
        let range = format!("main~2..{head}");
        place
            .scrum(&["bundle", &range, "--by", "top-level"])
            .expect(0);
        format!(".scrum/{}", place.read(".scrum/current").trim())
    };
    let (old, new) = (wave("v1"), wave("v2"));
    let review = |wave: &str, bundle: &str, reviewer: &str, text: &str| {
        place.write(&format!("{wave}/reviews/{bundle}/{reviewer}.md"), text);
    };
    let opus = [
        finding(
            "BLOCK",
            "core/pool.rs:20",
            "Taking from an empty pool panics here.",
        ),
        finding("WARN", "core/pool.rs:10", "Entry ten leaks its handle."),
        finding(
            "WARN",
            "core/pool.rs:31",
            "Holds the guard across the await point.",
        ),
        finding(
            "INFO",
            "core/stays.rs:2",
            "Name says nothing about its purpose.",
        ),
    ]
    .concat();
    review(&old, "core", "opus", &opus);
    review(
        &old,
        "core",
        "kimi",
        &finding(
            "WARN",
            "core/pool.rs:10-11",
            "The handle of entry ten leaks.",
        ),
    );
    review(
        &old,
        "docs",
        "qwen",
        &finding("INFO", "docs/a.md:1", "Title lacks an article."),
    );
    let opus = [
        finding(
            "BLOCK",
            "core/store.rs:12",
            "Entry ten still leaks the handle.",
        ),
        finding(
            "WARN",
            "core/store.rs:41",
            "The guard is held across an await point.",
        ),
        finding(
            "BLOCK",
            "core/store.rs:5",
            "Integer overflow with large numbers.",
        ),
    ]
    .concat();
    review(&new, "core", "opus", &opus);
    (place, old, new)
}

#[test]
fn two_waves_compared() {
    let (place, old, new) = two_rounds();
    insta::assert_snapshot!(place.scrum(&["compare", &old, &new]).expect(0).all());
    let markdown = place.scrum(&["compare", &old, &new, "--format", "markdown"]);
    insta::assert_snapshot!(markdown.expect(0).all());
    let json = place
        .scrum(&["compare", "main~2..v1", "main~2..v2", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(json["schema"], "scrum.compare/1");
    let totals = json["totals"].as_object().unwrap();
    let sum: u64 = totals.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(sum, json["findings"].as_array().unwrap().len() as u64);
    crate::schemas::conforms("compare", &json);
}

#[test]
fn a_wave_of_a_patch_has_no_head_to_compare() {
    let (place, old, _) = two_rounds();
    let patch = place.git(&["diff", "main~1", "main"]);
    place
        .scrum_with_stdin(&["bundle", "--diff", "-", "-o", "patch"], patch.as_bytes())
        .expect(0);
    let run = place.scrum(&["compare", &old, "patch"]).expect(2);
    assert!(
        run.stderr.contains("patch was made from a patch"),
        "{}",
        run.all()
    );
    // The same patch twice is the same head.
    place.scrum(&["compare", "patch", "patch"]).expect(0);
    let run = place.scrum(&["compare", &old, "main~9..main"]).expect(2);
    assert!(run.stderr.contains("main~9"), "{}", run.all());
}

//! `scrum tally --format html`, and the page that a tally leaves in the wave. What the page does in a browser is tested
//! in tests/browser.

use crate::place::Place;

const REVIEW: &str = "SEVERITY: WARN\nWHERE: src/a.rs:1\nWHAT: <b>x</b>\nWHY: y\n\nVERDICT: FIX\n";

#[test]
fn the_page_by_ending_by_format_and_in_the_wave() {
    let place = Place::repository();
    place.write("src/a.rs", "one\n");
    place.commit("Base");
    place.write("src/a.rs", "two\n");
    place.commit("Change");
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--by", "top-level"])
        .expect(0);
    let wave = format!(".scrum/{}", place.read(".scrum/current").trim());
    place.write(&format!("{wave}/reviews/src/opus.md"), REVIEW);
    let printed = place.scrum(&["tally", "--format", "html"]).expect(0);
    let kept = place.read(&format!("{wave}/report.html"));
    assert_eq!(printed.stdout, kept);
    place.scrum(&["tally", "-o", "page.HTML"]).expect(0);
    assert_eq!(place.read("page.HTML"), kept);
    assert!(kept.starts_with("<!doctype html>"));
    assert!(kept.contains("<ins class=\"m\" data-n=\"1\">+two</ins>"));
    assert!(kept.contains("&lt;b&gt;x") && !kept.contains("<b>x"));
}

#[test]
fn the_page_of_review_files() {
    let place = Place::empty();
    place.write("out/core/opus.md", REVIEW);
    let page = place
        .scrum(&["tally", "out", "--format", "html"])
        .expect(0)
        .stdout;
    assert!(page.contains("Reviews without a wave"));
    assert!(page.contains("a.rs:1</a></h5>"));
}

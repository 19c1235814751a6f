//! What Windows does to files, on any system: line ends, `\` in paths, names that no file there may have.

use std::collections::BTreeSet;

use crate::place::{Place, files_below};

const REVIEW: &str = "\
SEVERITY: BLOCK
WHERE: src/pool.rs:2
WHAT: The last entry is never drained.
WHY: `len() - 1` is the last index, not the length.

SEVERITY: WARN
WHERE: src/pool.rs:1
WHAT: The name says nothing.

RETRACT: src/pool.rs:1

VERDICT: BLOCK
";

fn place() -> Place {
    let place = Place::repository();
    place.write("src/pool.rs", "fn drain() {\n    all();\n}\n");
    place.write("src/dos.txt", "one\r\ntwo\r\nthree\r\n");
    place.commit("First");
    place.write("src/pool.rs", "fn drain() {\n    most();\n}\n");
    place.write("src/dos.txt", "one\r\nTWO\r\nthree\r\n");
    place.commit("Second");
    place
}

const BUNDLE: [&str; 4] = ["bundle", "HEAD~1..HEAD", "--by", "top-level"];

fn dos(text: &str) -> String {
    text.replace('\n', "\r\n")
}

fn tally_of(place: &Place, review: &str) -> serde_json::Value {
    place.scrum(&BUNDLE).expect(0);
    let wave = format!(".scrum/{}", place.read(".scrum/current").trim());
    place.write(&format!("{wave}/reviews/src/opus.md"), review);
    let mut tally = place.scrum(&["tally", "--format", "json"]).expect(0).json();
    // Estimates from the review's bytes; a carriage return is one.
    for estimate in ["tokens_out", "tokens_per_kb"] {
        tally["bundles"][0]["reviewers"][0][estimate] = 0.into();
    }
    tally
}

#[test]
fn a_review_from_windows_counts_the_same() {
    let place = place();
    let plain = tally_of(&place, REVIEW);
    assert_eq!(plain["buckets"]["counted"], 1, "{plain}");
    assert_eq!(plain["buckets"]["retracted"], 1, "{plain}");
    for review in [
        dos(REVIEW),
        REVIEW.replace("src/pool.rs", r"src\pool.rs"),
        dos(&REVIEW.replace("src/pool.rs", r".\src\pool.rs")),
        dos(&REVIEW.replace("src/pool.rs", r"C:\work\project\src\pool.rs")),
        // Some editors there begin a file with a mark of its encoding.
        format!("\u{feff}{}", dos(REVIEW)),
    ] {
        let mut tally = tally_of(&place, &review);
        // What is set aside is shown in the reviewer's own words.
        tally["bundles"][0]["set_aside"][0]["text"] =
            plain["bundles"][0]["set_aside"][0]["text"].clone();
        // Where a path had to be resolved, a flag says from what.
        tally["bundles"][0]["findings"][0]["flags"] = serde_json::json!([]);
        assert_eq!(tally, plain, "{review}");
    }
}

#[test]
fn configuration_and_template_with_carriage_returns_make_the_same_wave() {
    let config = "# Limits\n[guard]\nwarn = \"1KB\"\n\n[[components]]\nname = \"all\"\npaths = [\"src/**\"]\n\n\
                  [prompt]\ntemplate = \"mine.md\"\n";
    let template = "Review {{ bundle.component }}.\n{% for other in others %}\n- {{ other.id }}\n{% endfor %}\n{{ diff }}\n";
    let wave = |config: &str, template: &str| {
        let place = place();
        place.write("scrum.toml", config);
        place.write("mine.md", template);
        let run = place.scrum(&["bundle", "HEAD~1..HEAD"]).expect(0);
        let wave = place
            .path()
            .join(".scrum")
            .join(place.read(".scrum/current").trim());
        let read =
            |name: &String| String::from_utf8(std::fs::read(wave.join(name)).unwrap()).unwrap();
        let files: Vec<_> = files_below(&wave)
            .into_iter()
            .map(|name| (read(&name), name))
            .collect();
        (run.all(), files)
    };
    let plain = wave(config, template);
    let (prompt, _) = plain
        .1
        .iter()
        .find(|(_, name)| name == "prompts/all.md")
        .unwrap();
    assert!(prompt.starts_with("Review all.\n"), "{prompt:?}");
    // The diff's own carriage returns are content, and are shown.
    assert!(prompt.contains("TWO\\x0D\n"), "{prompt:?}");
    assert_eq!(wave(&dos(config), &dos(template)), plain);
    let marked = |text: &str| format!("\u{feff}{}", dos(text));
    assert_eq!(wave(&marked(config), &marked(template)), plain);
}

#[test]
fn owners_and_the_newest_wave_are_read_with_carriage_returns() {
    let place = place();
    place.write(
        "CODEOWNERS",
        "# Owners\r\n/src/*.rs @pool\r\n* @rest\r\n/src/*.rs @pool\r\n",
    );
    place.commit("Owners");
    let run = place.scrum(&[
        "bundle",
        "HEAD~2..HEAD",
        "--by",
        "codeowners",
        "--format",
        "json",
    ]);
    let manifest = run.expect(0).json();
    let components: Vec<_> = manifest["bundles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| &b["component"])
        .collect();
    assert_eq!(components, ["@pool", "@rest"]);
    place.write(".scrum/current", dos(&place.read(".scrum/current")));
    place.scrum(&["tally"]).expect(0);
}

#[test]
fn a_patch_keeps_the_carriage_returns_of_its_content() {
    let place = place();
    let range = ["diff", "--full-index", "-M", "HEAD~1", "HEAD"];
    let patch = place.git(&range);
    assert!(patch.contains("+TWO\r\n"));
    let out = place.beside("wave");
    let out = out.to_str().unwrap();
    place
        .scrum_with_stdin(
            &["bundle", "--diff", "-", "--by", "top-level", "-o", out],
            patch.as_bytes(),
        )
        .expect(0);
    let diff = std::fs::read_to_string(place.beside("wave/bundles/src.diff")).unwrap();
    assert_eq!(diff, patch);
    // Something on the way may have replaced every line end: the paths and hunks stay those of the patch.
    let run = place.scrum_with_stdin(
        &["bundle", "--diff", "-", "--format", "json"],
        dos(&patch.replace("\r\n", "\n")).as_bytes(),
    );
    let manifest = run.expect(0).json();
    let files = manifest["bundles"][0]["files"].as_array().unwrap();
    assert_eq!(
        (files.len(), &files[1]["path"]),
        (2, &"src/pool.rs".into()),
        "{manifest}"
    );
    assert_eq!(files[1]["hunks"][0]["new_lines"], 3, "{manifest}");
    // `git diff > file` in an old PowerShell.
    let wide: Vec<u8> = patch.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let run = place
        .scrum_with_stdin(&["bundle", "--diff", "-"], &wide)
        .expect(2);
    assert!(
        run.stderr.contains("UTF-16") && run.stderr.contains("git diff --output=FILE"),
        "{}",
        run.all()
    );
}

/// The rules of Windows: no `<>:"/\|?*`, no control character, no trailing dot or space, no device, whatever follows it,
/// and no two names that differ in case alone.
#[test]
fn every_file_of_a_wave_has_a_name_that_windows_takes() {
    let place = Place::repository();
    let names = [
        "CON",
        "aux",
        "nul.txt",
        "com1",
        "LPT9.log",
        "Core",
        "core",
        "CORE",
        "a:b",
        "a*b?",
        "trail.",
        "trail ",
        "dots...",
        "pipe|<>\"",
        "back\\slash",
        ".hidden",
        "\u{e4}\u{f6}",
        "new\u{1}line",
        "core.1",
    ];
    place.write("base", "");
    place.commit("Base");
    let mut arguments = vec!["bundle".to_owned(), "HEAD~1..HEAD".to_owned()];
    for (number, name) in names.iter().enumerate() {
        place.write(&format!("f{number}/file.txt"), "text\n");
        arguments.extend(["--component".to_owned(), format!("{name}=f{number}/**")]);
    }
    place.commit("Change");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    place.scrum(&arguments).expect(0);
    let files = files_below(&place.path().join(".scrum"));
    let prompts = files
        .iter()
        .filter(|name| name.contains("/prompts/"))
        .count();
    assert_eq!(prompts, names.len(), "{files:?}");
    let mut seen = BTreeSet::new();
    for file in &files {
        assert!(
            seen.insert(file.to_lowercase()),
            "{file} twice but for case"
        );
        for part in file.split('/') {
            let forbidden = |c: char| c.is_control() || r#"<>:"\|?*"#.contains(c) || !c.is_ascii();
            assert!(!part.contains(forbidden), "{file}");
            assert!(!part.ends_with(['.', ' ']), "{file}");
            let stem = part.split('.').next().unwrap().to_ascii_lowercase();
            let device = ["con", "prn", "aux", "nul"].contains(&stem.as_str())
                || (stem.len() == 4
                    && (stem.starts_with("com") || stem.starts_with("lpt"))
                    && stem.as_bytes()[3].is_ascii_digit());
            assert!(!device, "{file}");
        }
    }
}

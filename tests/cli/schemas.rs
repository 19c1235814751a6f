//! What the program writes has the shape that the files in `schemas/` promise.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic, also in the functions that it shares"
)]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::place::Place;

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../schemas")
        .join(format!("{name}.schema.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Where `value` is not what `part` of the schema `root` says; patterns and formats are not looked at.
fn faults(root: &Value, part: &Value, value: &Value, at: &str) -> Vec<String> {
    let Some(part) = part.as_object() else {
        return match part {
            Value::Bool(false) => vec![format!("{at}: not expected")],
            _ => Vec::new(),
        };
    };
    let mut found = Vec::new();
    let mut check = |fits: bool, what: &str| {
        if !fits {
            found.push(format!("{at}: {what}"));
        }
    };
    let mut deeper = Vec::new();
    for (keyword, said) in part {
        let subschemas = || said.as_array().unwrap().iter();
        let fitting = || subschemas().filter(|sub| faults(root, sub, value, at).is_empty());
        match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "default" | "format" | "pattern" => {}
            "$ref" => {
                let pointer = said.as_str().unwrap().strip_prefix('#').unwrap();
                deeper.extend(faults(root, root.pointer(pointer).unwrap(), value, at));
            }
            "type" => {
                let one = std::slice::from_ref(said);
                let kinds = said.as_array().map_or(one, Vec::as_slice);
                check(kinds.iter().any(|kind| is_a(value, kind)), "type");
            }
            "const" => check(value == said, "const"),
            "anyOf" => check(fitting().count() > 0, "anyOf"),
            "oneOf" => check(fitting().count() == 1, "oneOf"),
            "minimum" => check(value.as_f64() >= said.as_f64() || value.is_null(), keyword),
            "maximum" => check(value.as_f64() <= said.as_f64(), keyword),
            "minLength" => {
                let length = value.as_str().map(|text| text.chars().count() as u64);
                check(length >= said.as_u64(), keyword);
            }
            "minItems" | "maxItems" => {
                let count = value.as_array().map(|items| items.len() as u64);
                let fits = match keyword.as_str() {
                    "minItems" => count >= said.as_u64(),
                    _ => count <= said.as_u64(),
                };
                check(fits, keyword);
            }
            "uniqueItems" => {
                let items = value.as_array().unwrap();
                let twice = (1..items.len()).any(|end| items[..end].contains(&items[end]));
                check(!twice, keyword);
            }
            "required" => {
                for name in subschemas() {
                    check(
                        value.get(name.as_str().unwrap()).is_some(),
                        &name.to_string(),
                    );
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    deeper.extend(faults(root, said, item, &format!("{at}/{index}")));
                }
            }
            "properties" => {
                for (name, sub) in said.as_object().unwrap() {
                    if let Some(field) = value.get(name) {
                        deeper.extend(faults(root, sub, field, &format!("{at}/{name}")));
                    }
                }
            }
            "additionalProperties" => {
                let known = part.get("properties");
                for (name, field) in value.as_object().into_iter().flatten() {
                    if known.is_none_or(|known| known.get(name).is_none()) {
                        deeper.extend(faults(root, said, field, &format!("{at}/{name}")));
                    }
                }
            }
            unknown => panic!("{at}: the schema says `{unknown}`, which this test cannot judge"),
        }
    }
    found.extend(deeper);
    found
}

fn is_a(value: &Value, kind: &Value) -> bool {
    match kind.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no such type: {other}"),
    }
}

#[track_caller]
pub(crate) fn conforms(name: &str, value: &Value) {
    let schema = schema(name);
    let found = faults(&schema, &schema, value, "");
    assert!(found.is_empty(), "{name}: {found:#?}\n{value:#}");
}

/// `value` without the field `name` of the object at `pointer`.
fn without(value: &Value, pointer: &str, name: &str) -> Value {
    let mut value = value.clone();
    let object = value.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
    object.remove(name).unwrap();
    value
}

/// A wave with a renamed, a new, a deleted and an excluded file, and reviews that end up everywhere.
fn reviewed() -> Place {
    let place = Place::repository();
    let lines = |mark: &str| (1..=60).map(|n| format!("line {n}{mark}\n")).collect();
    let (old, text): (String, String) = (lines(" of old"), lines(""));
    place.write("core/pool.rs", &text);
    place.write("core/old.rs", &old);
    place.write("core/gone.rs", "gone\n");
    place.write("core/untouched.rs", "same\n");
    place.commit("Base");
    place.write("core/pool.rs", text.replace("line 20\n", "line twenty\n"));
    place.git(&["mv", "core/old.rs", "core/new.rs"]);
    place.git(&["rm", "-q", "core/gone.rs"]);
    place.write("cli/main.rs", "fn main() {}\n");
    place.write("Cargo.lock", "version = 4\n");
    place.commit("Change");
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--by", "top-level", "--no-pack"])
        .expect(0);
    let wave = format!(".scrum/{}", place.read(".scrum/current").trim());
    let review = |reviewer: &str, text: &str| {
        place.write(&format!("{wave}/reviews/core/{reviewer}.md"), text);
    };
    review(
        "opus",
        "SEVERITY: BLOCK\nWHERE: core/pool.rs:20\nWHAT: off by one\nWHY: empty pool\n\n\
         SEVERITY: odd\nWHERE: core/pool.rs:19-21\nWHAT: again\n\n\
         WHERE: core/nowhere.rs:3\nWHAT: invented\n\n\
         SEVERITY: WARN\nWHAT: nowhere in particular\n\n\
         RETRACT: core/untouched.rs:1\n\nVERDICT: BLOCK\n",
    );
    review(
        "kimi",
        "SEVERITY: WARN\nWHERE: core/pool.rs:20\nWHAT: off by one, too\nVERDICT: FIX\n",
    );
    review("qwen", "NONE\n\nVERDICT: SHIP\n");
    place.write(
        &format!("{wave}/reviews/core/kimi.json"),
        r#"{ "model": "kimi-k2", "tokens_out": 812, "finish_reason": "stop", "http_status": 200 }"#,
    );
    place
}

#[test]
fn manifest_tally_and_verify_are_what_their_schemas_say() {
    let place = reviewed();
    let wave = format!(".scrum/{}", place.read(".scrum/current").trim());
    let manifest = serde_json::from_str(&place.read(&format!("{wave}/manifest.json"))).unwrap();
    conforms("manifest", &manifest);
    assert_eq!(manifest["excluded"].as_array().unwrap().len(), 1);

    let tally = place.scrum(&["tally", "--format", "json"]).expect(0).json();
    conforms("tally", &tally);
    for filled in [
        "/bundles/1/findings/0",
        "/bundles/1/locations/0",
        "/bundles/1/issues/0",
        "/bundles/1/set_aside/0",
        "/findings_without_location/0",
        "/unmatched_retractions/0",
    ] {
        assert!(tally.pointer(filled).is_some(), "{filled}\n{tally:#}");
    }

    let verify = place
        .scrum(&["verify", "--format", "json"])
        .expect(0)
        .json();
    conforms("verify", &verify);

    let sidecar = serde_json::from_str(&place.read(&format!("{wave}/reviews/core/kimi.json")));
    conforms("sidecar", &sidecar.unwrap());

    // The check itself can fail.
    for (name, value, pointer, field) in [
        ("manifest", &manifest, "", "guard"),
        ("manifest", &manifest, "/bundles/0/files/0", "hunks"),
        ("tally", &tally, "/totals", "agreed"),
        ("tally", &tally, "/bundles/1/findings/0", "grounding"),
        ("verify", &verify, "", "result_tree"),
    ] {
        let schema = schema(name);
        let found = faults(&schema, &schema, &without(value, pointer, field), "");
        assert_eq!(found, [format!("{pointer}: \"{field}\"")]);
    }
}

#[test]
fn reports_of_the_other_phases_are_what_their_schemas_say() {
    let place = reviewed();
    place.write(
        "scrum.toml",
        "[[smoke]]\nname = 'a'\ncommand = ['no-such-command-here']\n[[smoke]]\nname = 'b'\ncommand = ['x']\nneeds = ['a']\n\
         [parity]\nknown_gaps = [{ case = 'one', reason = 'decided' }]\n",
    );
    place.write(
        "gaps.toml",
        "[[gap]]\nid = 'g'\nwhat = 'w'\nstatus = 'open'\n",
    );
    place.write(
        "answers.jsonl",
        "{\"schema\":\"scrum.recording/1\",\"sides\":[\"go\",\"rust\"],\"exchanges\":2}\n\
         {\"case\":\"one\",\"left\":{\"answer\":{\"status\":200,\"body\":\"1\"}},\"right\":{\"answer\":{\"status\":200,\"body\":\"[]\"}}}\n\
         {\"case\":\"two\",\"left\":{\"failed\":{\"reason\":\"x\"}},\"right\":{\"failed\":{\"reason\":\"x\"}}}\n",
    );
    for (name, args, filled) in [
        ("smoke", &["smoke"][..], "/steps/1/reason"),
        (
            "parity",
            &["parity", "answers.jsonl"][..],
            "/results/0/differences/0",
        ),
        ("assess", &["assess"][..], "/reasons/0"),
    ] {
        let args = [args, &["--format", "json"]].concat();
        let report = place.scrum(&args).expect(1).json();
        assert!(report.pointer(filled).is_some(), "{report:#}");
        conforms(name, &report);
    }
}

#[test]
fn a_patch_without_a_repository_conforms_too() {
    let place = Place::empty();
    let patch = "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n";
    let manifest = place
        .scrum_with_stdin(
            &["bundle", "--diff", "-", "--format", "json"],
            patch.as_bytes(),
        )
        .expect(0)
        .json();
    assert_eq!(manifest["range"]["base"], Value::Null);
    conforms("manifest", &manifest);
}

#[test]
fn the_configuration_is_judged_as_the_program_judges_it() {
    let schema = schema("config");
    let faults = |text: &str| faults(&schema, &schema, &toml::from_str(text).unwrap(), "");
    let good = r#"
        guard = { warn = "60KB", fail = 100000 }
        bundle = { by = "codeowners", split = true }
        components = [ { name = "core", paths = ["core/**"] } ]
        reviewers = [ { name = "opus", lineage = ["anthropic"], api = "openai", url = "http://h/v1",
            model = "m", headers = { "x-team" = "pool" }, max_output = "1MB" } ]
        lineages = { "our-finetune" = ["alibaba"] }
        parity = { known_gaps = [ { case = "a", reason = "b" } ] }
        assess = { require = ["smoke"], smoke_skipped = "note" }
    "#;
    assert_eq!(faults(good), Vec::<String>::new());
    let place = Place::repository();
    place.commit("Base");
    for (text, fits) in [
        (good, true),
        ("", true),
        ("guard = { wran = '1KB' }", false),
        ("guard = { warn = true }", false),
        ("bundle = { by = 'hand' }", false),
        ("components = [ { name = 'core' } ]", false),
        ("reviewers = [ { model = 'kimi-k2' } ]", false),
        ("review = { jobs = -1 }", false),
    ] {
        assert_eq!(faults(text).is_empty(), fits, "{text}");
        place.write("scrum.toml", text);
        let run = place.scrum(&["bundle", "HEAD..HEAD", "--dry-run"]);
        let refused = run.stderr.contains("scrum.toml");
        assert_eq!(!refused, fits, "{text}\n{}", run.all());
    }
    assert_eq!(
        schema["$defs"]["Limits"]["properties"]["warn"]["default"],
        json!(60_000)
    );
}

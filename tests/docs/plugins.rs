//! What lets an agent or another tool call the program: the skill, the plug-in manifests, the hook, the component. That the
//! skill names only commands and options that there are is seen to by `pages`.

use std::path::{Path, PathBuf};

use serde_json::Value;

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(top().join(name)).unwrap()
}

fn json(name: &str) -> Value {
    serde_json::from_str(&read(name)).unwrap()
}

#[test]
fn the_skill_has_the_fields_that_its_format_asks_for() {
    let text = read("skills/scrum/SKILL.md");
    let front = text
        .strip_prefix("---\n")
        .unwrap()
        .split("\n---\n")
        .next()
        .unwrap();
    let field = |name: &str| {
        let start = format!("{name}: ");
        front
            .lines()
            .find_map(|line| line.strip_prefix(&start))
            .unwrap()
    };
    let name = field("name");
    assert_eq!(name, "scrum");
    assert!(name.len() <= 64 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
    let description = field("description");
    assert!((1..=1024).contains(&description.len()));
    // A colon and a space in a plain scalar would begin a mapping.
    assert!(!description.contains(": "), "{description}");
    for command in [
        "scrum bundle",
        "scrum review",
        "scrum tally",
        "scrum verify",
    ] {
        assert!(text.contains(command), "{command}");
    }
}

#[test]
fn the_plug_ins_lead_to_the_skill() {
    for name in [".claude-plugin/plugin.json", ".codex-plugin/plugin.json"] {
        let plugin = json(name);
        assert_eq!(plugin["name"], "scrum", "{name}");
        assert_eq!(plugin["version"], env!("CARGO_PKG_VERSION"), "{name}");
        let skills = plugin["skills"].as_str().unwrap();
        let skill = top()
            .join(skills.trim_start_matches("./"))
            .join("scrum/SKILL.md");
        assert!(skill.is_file(), "{name}");
    }
    let market = json(".claude-plugin/marketplace.json");
    assert!(market["name"].is_string() && market["owner"]["name"].is_string());
    let plugin = &market["plugins"][0];
    assert_eq!(
        (&plugin["name"], &plugin["source"]),
        (&"scrum".into(), &"./".into())
    );
    assert!(plugin["description"].is_string());
}

#[test]
fn the_hook_and_the_component_run_commands_that_there_are() {
    let hooks = read(".pre-commit-hooks.yaml");
    let entry = hooks
        .lines()
        .find_map(|line| line.trim().strip_prefix("entry: "))
        .unwrap();
    let template = read("templates/scrum.yml");
    assert!(template.starts_with("spec:\n  inputs:\n") && template.contains("\n---\n"));
    let scripts = template
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- scrum "))
        .map(|line| format!("scrum {line}"));
    let mut parsed = 0;
    for line in std::iter::once(entry.to_owned()).chain(scripts) {
        let line = line
            .replace("$[[ inputs.args ]]", "")
            .replace("$[[ inputs.fail-on ]]", "block");
        let words = shlex::split(&line).unwrap();
        let result = scrum_cli::command_line().try_get_matches_from(&words);
        assert!(result.is_ok(), "{line}: {:?}", result.err());
        parsed += 1;
    }
    assert_eq!(parsed, 3);
}

//! Holds the parts of docs/ that are made from types and data against what they are made from.
//!
//! Such a part stands between `<!-- generated: NAME -->` and `<!-- end -->`; the words around it are written by hand.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use scrum_core::config::Config;
use scrum_core::gauntlet::assess::{Assess, Rule};
use scrum_core::schema;
use scrum_core::wave::prompt::Template;
use serde_json::Value;

/// The tables of scrum.toml in the order in which a person meets them.
const TABLES: [&str; 12] = [
    "guard",
    "bundle",
    "components",
    "exclude",
    "prompt",
    "reviewers",
    "review",
    "lineages",
    "tally",
    "smoke",
    "parity",
    "assess",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

fn read(name: &str) -> String {
    let path = folder().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_generated_parts_are_current() {
    let update = env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1");
    let mut stale = Vec::new();
    for (file, name, part) in [
        ("config.md", "keys", keys()),
        ("prompt.md", "variables", variables()),
        ("lineages.md", "lineages", lineages()),
        ("reviewers.md", "tools", tools()),
        ("gauntlet.md", "rules", rules()),
    ] {
        let text = read(file);
        let begin = format!("<!-- generated: {name} -->\n");
        let (before, rest) = text
            .split_once(&begin)
            .unwrap_or_else(|| panic!("{file}: {begin}"));
        let (_, after) = rest
            .split_once("<!-- end -->")
            .unwrap_or_else(|| panic!("{file}: end"));
        let current = format!("{before}{begin}\n{}\n\n<!-- end -->{after}", part.trim());
        if update {
            fs::write(folder().join(file), current).unwrap();
        } else if current != text {
            stale.push(file);
        }
    }
    assert!(
        stale.is_empty(),
        "{stale:?} in docs/ are not what types and data say; \
         `UPDATE_DOCS=1 cargo test -p scrum-cli docs` writes the parts again"
    );
}

#[test]
fn every_page_stands_in_the_index_once() {
    let index = read("README.md");
    for page in fs::read_dir(folder()).unwrap() {
        let name = page.unwrap().file_name().into_string().unwrap();
        if name == "README.md" || !name.ends_with(".md") {
            continue;
        }
        let named = index.matches(&format!("({name})")).count();
        assert_eq!(named, 1, "how often docs/README.md names {name}");
    }
}

/// The rules of an assessment, as the schema of the configuration has them.
fn rules() -> String {
    let schema = serde_json::to_value(schema::config()).unwrap();
    let keys = &schema["$defs"]["Assess"]["properties"];
    let mut text = "| rule | effect | found |\n|---|---|---|\n".to_owned();
    for rule in Rule::ALL {
        let effect = Assess::default().effect(*rule).word();
        let found = keys[rule.word()]["description"].as_str().unwrap();
        let _ = writeln!(text, "| `{rule}` | {effect} | {found} |");
    }
    text
}

/// The programs that `scrum init` knows.
fn tools() -> String {
    let mut text = "| command | what it rests on |\n|---|---|\n".to_owned();
    for (command, source) in scrum_cli::reviewer_tools() {
        let _ = writeln!(text, "| `{command}` | {source} |");
    }
    text
}

#[test]
fn every_format_of_a_tally_is_described() {
    let page = read("formats.md");
    let (formats, endings) = scrum_cli::tally_formats();
    assert!(!formats.is_empty() && !endings.is_empty());
    for format in formats {
        let row = format!("\n| `{format}` |");
        assert!(page.contains(&row), "formats.md has no row of {format}");
    }
    for ending in endings {
        assert!(page.contains(&format!("`{ending}`")), "{ending}");
    }
}

#[test]
fn the_examples_are_read_by_the_program() {
    for block in blocks(&read("config.md"), "toml") {
        Config::from_toml(&block).unwrap_or_else(|error| panic!("{error}\n{block}"));
    }
    for block in blocks(&read("lineages.md"), "toml") {
        Config::from_toml(&block).unwrap_or_else(|error| panic!("{error}\n{block}"));
    }
    let templates = blocks(&read("prompt.md"), "jinja");
    assert!(!templates.is_empty());
    for block in templates {
        Template::new(&block).unwrap_or_else(|error| panic!("{error}\n{block}"));
    }
}

#[test]
fn every_module_of_the_library_says_what_it_takes_and_gives() {
    let source = folder().join("../scrum-core/src");
    let lib = fs::read_to_string(source.join("lib.rs")).unwrap();
    let guide: String = lib
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .collect();
    let lines: Vec<&str> = lib.lines().collect();
    // What is hidden from the documentation is for the binary alone.
    let shown = lines.windows(2).filter(|pair| pair[0] != "#[doc(hidden)]");
    let modules = shown.filter_map(|pair| pair[1].strip_prefix("pub mod ")?.strip_suffix(';'));
    for module in modules {
        let files = [format!("{module}.rs"), format!("{module}/mod.rs")];
        let text = files
            .iter()
            .find_map(|file| fs::read_to_string(source.join(file)).ok());
        let text = text.unwrap_or_else(|| panic!("{module}"));
        let head: String = text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .collect();
        assert!(
            head.contains(" Takes ") && (head.contains("give") || head.contains("write")),
            "the head of {module} does not say what it takes and gives"
        );
        let ways = [
            format!("`{module}`"),
            format!("`mod@{module}`"),
            format!("{module}::"),
        ];
        let named = ways.iter().any(|way| guide.contains(way.as_str()));
        assert!(named, "the guide does not name {module}");
    }
}

/// The fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let begin = format!("```{language}\n");
    let parts = text.split(&begin).skip(1);
    parts
        .map(|part| part.split("```").next().unwrap_or_default().to_owned())
        .collect()
}

fn keys() -> String {
    let schema = schema::config().to_value();
    let properties = schema["properties"].as_object().unwrap();
    let mut known: Vec<&str> = TABLES.to_vec();
    known.sort_unstable();
    assert!(properties.keys().eq(known), "a table of scrum.toml is new");
    let mut out = String::new();
    for name in TABLES {
        let property = &properties[name];
        let (_, about) = about(property)
            .split_once(": ")
            .map_or(("", String::new()), |(head, rest)| (head, rest.to_owned()));
        let list = property["type"] == "array";
        let heading = if list {
            format!("[[{name}]]")
        } else {
            format!("[{name}]")
        };
        let _ = writeln!(out, "## `{heading}`\n\n{}\n", sentence(&about));
        let own = definition(&schema, if list { &property["items"] } else { property });
        if let Some((_, words)) = about_of(own).split_once(". ") {
            let _ = writeln!(out, "{words}\n");
        }
        if own["properties"].is_object() {
            table(&mut out, &schema, own, "key");
        } else {
            let _ = writeln!(
                out,
                "Keys are free; each is {}.\n",
                kind(&schema, &own["additionalProperties"])
            );
        }
    }
    out
}

fn variables() -> String {
    let schema = schema::prompt_context().to_value();
    let mut out = String::from("| variable | value | meaning |\n|---|---|---|\n");
    out.push_str("| `diff` | text | The diff between its fence lines, as reviewers see it. A template must show it. |\n");
    for (name, property) in schema["properties"].as_object().unwrap() {
        let target = definition(&schema, property);
        let item = definition(&schema, &property["items"]);
        if target["properties"].is_object() {
            rows(&mut out, &schema, target, &format!("{name}."));
        } else {
            let _ = writeln!(
                out,
                "| `{name}` | {} | {} |",
                kind(&schema, property),
                about(property)
            );
            rows(&mut out, &schema, item, &format!("{name}[].",));
        }
    }
    out
}

fn rows(out: &mut String, schema: &Value, table: &Value, prefix: &str) {
    for (name, field) in table["properties"].as_object().into_iter().flatten() {
        let _ = writeln!(
            out,
            "| `{prefix}{name}` | {} | {} |",
            kind(schema, field),
            about(field)
        );
    }
}

fn table(out: &mut String, schema: &Value, table: &Value, first: &str) {
    let _ = writeln!(
        out,
        "| {first} | value | default | meaning |\n|---|---|---|---|"
    );
    let fields = table["properties"].as_object().unwrap();
    let required: Vec<&str> = table["required"]
        .as_array()
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let mut names: Vec<_> = fields.keys().collect();
    names.sort_by_key(|name| !required.contains(&name.as_str()));
    for name in names {
        let field = &fields[name];
        let meaning = about(field);
        // The column says it.
        let (meaning, stated) = match meaning.split_once(" Default ") {
            Some((meaning, stated)) => (meaning, stated.trim_end_matches('.')),
            None => (&*meaning, "–"),
        };
        let default = match &field["default"] {
            _ if required.contains(&name.as_str()) => "required".to_owned(),
            // What is absent from the file is filled in by the program.
            Value::Null => stated.to_owned(),
            // Sizes are numbers in the schema and read better with their unit.
            Value::Number(bytes) if field["anyOf"].is_array() => {
                format!("`\"{}KB\"`", bytes.as_u64().unwrap() / 1000)
            }
            value => format!("`{value}`"),
        };
        let _ = writeln!(
            out,
            "| `{name}` | {} | {default} | {meaning} |",
            kind(schema, field)
        );
    }
    out.push('\n');
}

/// What stands for a value, in words.
fn kind(schema: &Value, field: &Value) -> String {
    let own = definition(schema, field);
    let choices = own["oneOf"].as_array().or_else(|| own["anyOf"].as_array());
    if let Some(choices) = choices {
        let words: Vec<String> = choices
            .iter()
            .filter(|choice| choice["type"] != "null")
            .map(|choice| match &choice["const"] {
                Value::String(word) => format!("`\"{word}\"`"),
                _ if choice["pattern"].is_string() => "size".to_owned(),
                _ => kind(schema, choice),
            })
            .collect();
        return if words.first().is_some_and(|word| word == "size") {
            "size".to_owned()
        } else {
            words.join(", ")
        };
    }
    if let Some(words) = own["enum"].as_array() {
        let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
        return words.join(", ");
    }
    let name = match &own["type"] {
        Value::Array(types) => types[0].as_str().unwrap(),
        name => name.as_str().unwrap_or("table"),
    };
    let least = own["minimum"].as_u64();
    match (name, least, own["maximum"].as_u64()) {
        ("string", ..) => "text".to_owned(),
        ("boolean", ..) => "true or false".to_owned(),
        ("integer", Some(least), Some(most)) => format!("{least} to {most}"),
        ("integer", Some(least), None) => format!("number from {least}"),
        ("array", ..) => format!("list of {}", plural(&kind(schema, &own["items"]))),
        ("object", ..) if own["additionalProperties"].is_object() => {
            format!(
                "table of {}",
                plural(&kind(schema, &own["additionalProperties"]))
            )
        }
        ("object", ..) => "table".to_owned(),
        (other, ..) => other.to_owned(),
    }
}

fn plural(kind: &str) -> String {
    match kind {
        "text" => "texts".to_owned(),
        "table" => "tables".to_owned(),
        kind => kind.to_owned(),
    }
}

/// Follows a reference into the definitions.
fn definition<'a>(schema: &'a Value, field: &'a Value) -> &'a Value {
    match field["$ref"].as_str() {
        Some(target) => schema.pointer(target.trim_start_matches('#')).unwrap(),
        None => field,
    }
}

fn about(field: &Value) -> String {
    about_of(field).replace('|', "\\|")
}

fn about_of(field: &Value) -> String {
    field["description"]
        .as_str()
        .unwrap_or_default()
        .replace('\n', " ")
}

/// With a capital in front and a full stop at the end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().collect::<String>() + letters.as_str(),
        None => String::new(),
    }
}

/// Which names lead to which lineages, from the data of the library.
fn lineages() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scrum-core/data/lineages.toml");
    let file: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    let mut tokens: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (key, makers) in file["rules"].as_table().unwrap() {
        let mut makers: Vec<&str> = makers
            .as_array()
            .unwrap()
            .iter()
            .map(|maker| maker.as_str().unwrap())
            .collect();
        makers.sort_unstable();
        tokens.entry(makers.join(" + ")).or_default().push(key);
    }
    let mut out = String::from("| lineages | tokens of the id |\n|---|---|\n");
    // One maker first, then mixtures, then what says nothing.
    let mut rows: Vec<_> = tokens.into_iter().collect();
    rows.sort_by_key(|(makers, _)| (makers.is_empty(), makers.contains('+')));
    for (makers, keys) in rows {
        let makers = if makers.is_empty() {
            "none: the id says nothing".to_owned()
        } else {
            makers
        };
        let keys: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
        let _ = writeln!(out, "| {makers} | {} |", keys.join(", "));
    }
    out
}

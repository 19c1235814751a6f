//! The public names of the library: `docs/api.md` lists them, and no two types share a name.
//!
//! The listing is read from the source, which rustfmt keeps in one form: items begin a line, and what belongs to one is
//! indented by four spaces. `UPDATE_DOCS=1` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[derive(Default)]
struct Module {
    /// Public items by name: the declaration, and its public parts.
    items: BTreeMap<String, Item>,
    /// Modules by name: whether they are public and documented.
    modules: BTreeMap<String, bool>,
    /// What is handed on: path, and the name under which.
    uses: Vec<(Vec<String>, String)>,
}

#[derive(Clone, Default)]
struct Item {
    head: String,
    parts: Vec<String>,
}

type Modules = BTreeMap<Vec<String>, Module>;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The files below a folder that are no tests.
fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            files(&path, into);
        } else if name.ends_with(".rs")
            && !["tests.rs", "fixture.rs", "sample.rs"].contains(&&*name)
        {
            into.push(path);
        }
    }
}

/// The lines of a file without its tests.
fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end].lines().map(str::to_owned).collect()
}

/// `src/plan/split/mod.rs` is the module `plan::split`.
fn module_path(file: &Path) -> Vec<String> {
    let relative = file.strip_prefix(source()).unwrap().with_extension("");
    let names = relative
        .iter()
        .map(|name| name.to_string_lossy().into_owned());
    names
        .filter(|name| name != "mod" && name != "lib")
        .collect()
}

/// A declaration in one line, up to its body.
fn declaration(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        let line = line.trim();
        let end = line.ends_with('{') || line.ends_with(';') || line.ends_with("{}");
        text.push_str(line);
        if end {
            break;
        }
        text.push(' ');
    }
    let text = text.trim_end_matches(['{', '}', ';', ' ']);
    text.replace("( ", "(")
        .replace(", )", ")")
        .replace(" )", ")")
}

fn name_after(text: &str, words: &str) -> Option<String> {
    let rest = text.strip_prefix(words)?;
    let name: String = rest
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    (!name.is_empty()).then_some(name)
}

const KINDS: [&str; 9] = [
    "pub struct ",
    "pub enum ",
    "pub trait ",
    "pub type ",
    "pub fn ",
    "pub const fn ",
    "pub const ",
    "pub static ",
    "pub union ",
];

fn read() -> (Modules, BTreeMap<String, Vec<String>>) {
    let mut paths = Vec::new();
    files(&source(), &mut paths);
    paths.sort();
    let mut modules = Modules::new();
    let mut methods: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in paths {
        let lines = lines(&path);
        let mut module = Module::default();
        let mut hidden = false;
        let mut at = 0;
        while at < lines.len() {
            let line = &lines[at];
            if line.starts_with("#[doc(hidden)]") {
                hidden = true;
            } else if let Some(name) = name_after(line, "pub mod ") {
                module.modules.insert(name, !std::mem::take(&mut hidden));
            } else if let Some(name) = name_after(line, "mod ") {
                module.modules.insert(name, false);
            } else if line.starts_with("pub use ") {
                let text = declaration(
                    &lines[at..at + lines[at..].iter().position(|l| l.ends_with(';')).unwrap() + 1]
                        .iter()
                        .map(|l| l.replace('{', "<").replace('}', ">"))
                        .collect::<Vec<_>>(),
                );
                handed_on(&text["pub use ".len()..], &mut module);
            } else if let Some((kind, name)) = KINDS
                .iter()
                .find_map(|kind| Some((kind, name_after(line, kind)?)))
            {
                let mut item = Item {
                    head: declaration(&lines[at..]),
                    parts: Vec::new(),
                };
                if matches!(*kind, "pub struct " | "pub enum " | "pub trait ")
                    && line.ends_with('{')
                {
                    parts(&lines[at + 1..], kind, &mut item.parts);
                }
                if !std::mem::take(&mut hidden) {
                    module.items.insert(name, item);
                }
            } else if line.starts_with("impl") && line.ends_with('{') && !line.contains(" for ") {
                let text = line.trim_end_matches(" {");
                let name = text
                    .rsplit("> ")
                    .next()
                    .unwrap()
                    .trim_start_matches("impl ");
                let name: String = name
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                parts(&lines[at + 1..], "impl", methods.entry(name).or_default());
            } else if !line.starts_with("#[") && !line.is_empty() && !line.starts_with("//") {
                hidden = false;
            }
            at += 1;
        }
        modules.insert(module_path(&path), module);
    }
    (modules, methods)
}

/// `a::b::{C, D as E}`, with `<` and `>` for the braces.
fn handed_on(text: &str, module: &mut Module) {
    let (prefix, names) = match text.split_once('<') {
        Some((prefix, names)) => (prefix, names.trim_end_matches('>')),
        None => ("", text),
    };
    for name in names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        let (path, alias) = name.split_once(" as ").unwrap_or((name, ""));
        let path: Vec<String> = format!("{prefix}{path}")
            .split("::")
            .map(str::to_owned)
            .collect();
        let alias = if alias.is_empty() {
            path.last().unwrap().clone()
        } else {
            alias.to_owned()
        };
        module.uses.push((path, alias));
    }
}

/// The public parts of an item up to its closing brace.
fn parts(lines: &[String], kind: &str, into: &mut Vec<String>) {
    let end = lines
        .iter()
        .position(|line| line == "}")
        .unwrap_or(lines.len());
    for (at, line) in lines[..end].iter().enumerate() {
        let Some(own) = line
            .strip_prefix("    ")
            .filter(|own| !own.starts_with([' ', '/', '#', '}']))
        else {
            continue;
        };
        let text = match kind {
            "pub enum " => own.split([' ', ',', '(', '{']).next().unwrap().to_owned(),
            "pub trait " => declaration(&lines[at..end]),
            "pub struct " if own.starts_with("pub ") => own.trim_end_matches(',').to_owned(),
            "impl" if own.starts_with("pub ") && !own.starts_with("pub(") => {
                declaration(&lines[at..end])
            }
            _ => continue,
        };
        let text = text.strip_prefix("pub ").unwrap_or(&text).to_owned();
        into.push(text);
    }
}

/// The public items of each public module, those that it hands on among them.
fn public() -> BTreeMap<String, BTreeMap<String, Item>> {
    let (modules, methods) = read();
    let mut listing = BTreeMap::new();
    let mut open = vec![Vec::<String>::new()];
    while let Some(path) = open.pop() {
        let module = &modules[&path];
        for (name, public) in &module.modules {
            let inner: Vec<String> = path.iter().chain([name]).cloned().collect();
            if *public && modules.contains_key(&inner) {
                open.push(inner);
            }
        }
        let mut items = module.items.clone();
        for (used, alias) in &module.uses {
            let mut from: Vec<String> = match used[0].as_str() {
                "crate" => Vec::new(),
                "super" => path[..path.len() - 1].to_vec(),
                "self" => path.clone(),
                first => path.iter().cloned().chain([first.to_owned()]).collect(),
            };
            from.extend(used[1..used.len() - 1].iter().cloned());
            let name = used.last().unwrap();
            let found = modules.get(&from).and_then(|module| module.items.get(name));
            if let Some(item) = found {
                items.insert(alias.clone(), item.clone());
            }
        }
        for (name, item) in &mut items {
            item.parts
                .extend(methods.get(name).into_iter().flatten().cloned());
        }
        let name = std::iter::once("scrum_core".to_owned())
            .chain(path)
            .collect::<Vec<_>>()
            .join("::");
        listing.insert(name, items);
    }
    listing
}

#[test]
fn the_listing_of_public_names_is_current() {
    let mut text = String::from(
        "# Public names of scrum-core\n\n\
         Made from the source; `UPDATE_DOCS=1 cargo test -p scrum-core --test api` writes it anew. What is not here is not meant\n\
         for others, even if the binary can reach it.\n",
    );
    let public = public();
    for (module, items) in &public {
        write!(text, "\n## {module}\n\n```rust\n").unwrap();
        for item in items.values() {
            writeln!(text, "{}", item.head.trim_start_matches("pub ")).unwrap();
            item.parts
                .iter()
                .for_each(|part| writeln!(text, "    {part}").unwrap());
        }
        text.push_str("```\n");
    }
    assert!(public["scrum_core::plan"].contains_key("Plan"));
    assert!(text.contains("fn retain(&mut self"));
    let page = source().join("../../docs/api.md");
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&page, &text).unwrap();
    }
    let written = fs::read_to_string(&page).unwrap_or_default();
    assert!(
        written == text,
        "docs/api.md is not what the source says: UPDATE_DOCS=1 cargo test -p scrum-core --test api"
    );
}

#[test]
fn no_two_public_types_share_a_name() {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, items) in public() {
        for (name, item) in items {
            let is_type = ["struct", "enum", "trait", "type"]
                .iter()
                .any(|kind| item.head.starts_with(&format!("pub {kind} ")));
            if is_type {
                // A type that is handed on has one declaration and one set of parts.
                let what = format!("{} {}", item.head, item.parts.join(" "));
                places
                    .entry(name)
                    .or_default()
                    .insert(format!("{what}\u{0}{module}"));
            }
        }
    }
    let shared: Vec<String> = places
        .into_iter()
        .filter(|(_, places)| {
            let declared: BTreeSet<&str> = places
                .iter()
                .map(|place| place.split('\u{0}').next().unwrap())
                .collect();
            declared.len() > 1
        })
        .map(|(name, places)| {
            format!(
                "{name}: {}",
                places
                    .iter()
                    .map(|place| place.split('\u{0}').nth(1).unwrap())
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        })
        .collect();
    assert!(shared.is_empty(), "{}", shared.join("\n"));
}

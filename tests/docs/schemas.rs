//! Holds the files in `schemas/` against the types that they are generated from.

use std::path::Path;
use std::{env, fs};

use scrum_core::schema;

use crate::proof::Proof;

#[test]
fn the_schema_files_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let schemas = [
        ("compare", schema::comparison()),
        ("config", schema::config()),
        ("manifest", schema::manifest()),
        ("sidecar", schema::sidecar()),
        ("tally", schema::tally()),
        ("smoke", schema::smoke()),
        ("parity", schema::parity()),
        ("assess", schema::assess()),
        (
            "verify",
            schema::of_written::<Proof>("scrum: scrum verify --format json"),
        ),
    ];
    let update = env::var_os("UPDATE_SCHEMAS").is_some_and(|value| value == "1");
    let mut stale = Vec::new();
    for (name, schema) in &schemas {
        let path = folder.join(format!("{name}.schema.json"));
        let text = serde_json::to_string_pretty(schema).unwrap() + "\n";
        if update {
            fs::write(&path, text).unwrap();
        } else if fs::read_to_string(&path).unwrap_or_default() != text {
            stale.push(path.file_name().unwrap().to_owned());
        }
    }
    assert!(
        stale.is_empty(),
        "{stale:?} in schemas/ is not what the types say; \
         `UPDATE_SCHEMAS=1 cargo test -p scrum-cli schemas` writes the files again"
    );
    let files = fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, schemas.len(), "a file in schemas/ has no type");
}

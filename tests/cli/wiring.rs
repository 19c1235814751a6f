//! Every test file is part of a test program: in a virtual workspace nothing finds them by itself.

use std::fs;
use std::path::Path;

#[test]
fn every_test_file_is_wired_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    let manifest = manifest.unwrap();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let in_rust = |folder: &Path| {
            let mut files = fs::read_dir(folder).unwrap();
            files.any(|file| file.unwrap().path().extension() == Some("rs".as_ref()))
        };
        // The browser's tests are JavaScript, and have a script of their own.
        if path.is_dir() && in_rust(&path) {
            assert!(
                manifest.contains(&format!("../tests/{name}/main.rs")),
                "tests/{name}"
            );
            let main = fs::read_to_string(path.join("main.rs")).unwrap();
            for module in fs::read_dir(&path).unwrap() {
                let module = module.unwrap().path();
                let stem = module.file_stem().unwrap().to_string_lossy().into_owned();
                if module.extension().is_some_and(|ending| ending == "rs") && stem != "main" {
                    assert!(
                        main.contains(&format!("mod {stem};")),
                        "tests/{name}/{stem}.rs"
                    );
                }
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            assert!(
                manifest.contains(&format!("../tests/{name}")),
                "tests/{name}"
            );
        }
    }
}

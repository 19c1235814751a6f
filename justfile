# The habits of this project; `just` lists them.

default:
    @just --list

# Everything that a change must pass
check:
    .ci/run

# Format, lint and test, the quick round
quick:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings
    cargo test --workspace

# Accept changed snapshots after reading them
snapshots:
    INSTA_UPDATE=always cargo test --workspace

# The page in a real browser; pictures are left in target/page/
page:
    .ci/test-page

# The picture of the README
picture:
    node tests/browser/picture.mjs

# Licences, advisories and sources of the dependencies
deny:
    cargo deny check

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

# Fuzz a target for some seconds; needs `cargo install cargo-fuzz`
fuzz target seconds="1200":
    cd fuzz && RUSTC_BOOTSTRAP=1 cargo fuzz run -s none {{target}} corpus/{{target}} ../fixtures/fuzz/{{target}} -- -max_total_time={{seconds}} -rss_limit_mb=2048

# Random repositories and random work trees; `just random 1000` makes as many of each kind
random cases="200":
    SCRUM_RANDOM_CASES={{cases}} cargo test --locked -p scrum-cli --test lossless random

# Which changes of the counting and the dividing no test of scrum-core notices; `just mutants 0/12` takes a twelfth
mutants shard="0/1":
    cargo mutants -p scrum-core --shard {{shard}}

# Lines of scrum-core that its tests run; needs cargo-llvm-cov and the llvm-tools of the toolchain
coverage:
    cargo llvm-cov --locked -p scrum-core --ignore-filename-regex '(tests|fixture|sample)\.rs$|/tests/' --summary-only

# The largest inputs: time and memory
load:
    cargo build --release --locked
    benches/load.sh

#!/usr/bin/env bash
# Times `scrum review` against a server on loopback that takes 200 ms for each answer: 40 bundles, 4 reviewers, 16
# questions at once. Prints the wall time beside the ideal of ten rounds, and the peak memory.
#
#     benches/review.sh [RUNS]
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-3}
cargo test --release --locked -p scrum-cli --test cli --no-run
for _ in $(seq "$runs"); do
    cargo test --release --locked -q -p scrum-cli --test cli load:: -- --ignored --nocapture | grep questions
done

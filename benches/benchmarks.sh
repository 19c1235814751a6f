#!/usr/bin/env bash
# Writes docs/benchmarks.md anew: every figure with the command that makes it.
#
#     benches/benchmarks.sh [DATA]
#
# DATA (default: target/benchmarks) keeps what is fetched: bare clones of three public repositories, and the peers from npm
# and PyPI. What is there already is not fetched again, so a machine without a network can be given the folder.
#
# Needs git, cargo, GNU time (/usr/bin/time), Node.js with npm, and Python; for the page Chromium (CHROMIUM, or on the
# PATH). SCRUM names a program that is built already, ROUNDS the rounds of each timing (5). Times are of one machine in one
# run: compare figures of one table with each other.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
data=${1:-$top/target/benchmarks}
rounds=${ROUNDS:-5}
for needed in git cargo node npm python3 /usr/bin/time; do
    command -v "$needed" > /dev/null || { echo "$needed is needed" >&2; exit 2; }
done
mkdir -p "$data"
data=$(cd "$data" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
page=$work/benchmarks.md
# Nobody's configuration.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null NO_COLOR=1

# What is fetched, by name and version.
repository() {
    [ -d "$data/$1.git" ] || git clone --quiet --bare "$2" "$data/$1.git"
}
repository ripgrep https://github.com/BurntSushi/ripgrep
repository tokio https://github.com/tokio-rs/tokio
# Known defects of 50 pull requests, and which of twelve tools found them (MIT).
repository code-review-benchmark https://github.com/withmartian/code-review-benchmark
if [ ! -d "$data/npm/node_modules" ]; then
    mkdir -p "$data/npm"
    (cd "$data/npm" && npm install --silent --no-audit --no-fund --no-package-lock --prefix . \
        repomix@1.18.1 git-split-diffs@2.3.0)
fi
if [ ! -d "$data/python" ]; then
    python3 -m venv "$data/python"
    "$data/python/bin/pip" install --quiet sarif-tools==3.0.5
fi
if [ -z "${SCRUM:-}" ]; then
    cargo build --quiet --release --locked -p scrum-cli
    SCRUM=$top/target/release/scrum
fi

say() { printf '%s\n' "$@" >> "$page"; }
# The output of a command, kept as it is.
block() { { printf '```text\n'; cat; printf '```\n\n'; } >> "$page"; }

# median NAME INPUT COMMAND…: a row of a table, wall milliseconds and peak MiB of ROUNDS runs after one more to warm up.
# INPUT is a file, or - for none.
median() {
    local name=$1 input=$2 at start end
    shift 2
    [ "$input" = - ] && input=/dev/null
    for at in $(seq 0 "$rounds"); do
        rm -rf "$work/out"
        mkdir -p "$work/out"
        # GNU time counts hundredths; bash's own clock counts microseconds.
        start=${EPOCHREALTIME/[.,]/}
        /usr/bin/time -q -o "$work/time" -f %M "$@" < "$input" > "$work/out/stdout" 2> "$work/stderr" || {
            echo "$name failed:" >&2
            tail -n 5 "$work/stderr" >&2
            exit 3
        }
        end=${EPOCHREALTIME/[.,]/}
        # The first run warms up. One of more than ten seconds is figure enough.
        if [ "$at" -gt 0 ] || [ $((end - start)) -gt 10000000 ]; then
            echo "$(((end - start) / 1000)) $(cat "$work/time")"
        fi
        if [ $((end - start)) -gt 10000000 ]; then break; fi
    done > "$work/figures"
    local wall peak written
    wall=$(cut -d ' ' -f 1 "$work/figures" | sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }')
    peak=$(cut -d ' ' -f 2 "$work/figures" | sort -n | awk '{ all[NR] = $1 } END { printf "%.0f", all[int((NR + 1) / 2)] / 1024 }')
    written=$(find "$work/out" -type f -exec cat {} + | wc -c | awk '{ printf "%.0f", $1 / 1000 }')
    say "| $name | $wall | $peak | $written |"
}

say '# Benchmarks' '' \
    'How well scrum reads and groups reviews, and what it costs compared with `git` and with other tools for the same step.' \
    '`benches/benchmarks.sh` writes this page; each part names its own command. [performance.md](performance.md) says where the time' \
    'goes and how it grows.' '' \
    "Measured on $(date -u +%Y-%m-%d): $(uname -sm), $(nproc) cores, git $(git --version | cut -d ' ' -f 3)," \
    "Node.js $(node --version | tr -d v), $("$SCRUM" --version | cut -d ' ' -f 1,2), median of $rounds runs. Times are wall clock, memory" \
    'is the peak, on a machine that others share.' ''

# Reading: every file of fixtures/answers has beside it what is to be read from it, and the test compares byte for byte.
cargo test --quiet --locked -p scrum-core --test answers > "$work/answers" 2>&1 || { cat "$work/answers" >&2; exit 3; }
answers=$(find fixtures/answers -name '*.expected' | wc -l)
findings=$(find fixtures/answers -name '*.expected' -exec cat {} + | grep -c .)
say '## Reading' '' '    cargo test -p scrum-core --test answers' '' \
    "$answers answers in the forms that models, linters and forges write (Markdown, JSON, YAML, XML, CSV, compiler output, several" \
    "languages) are labelled with what must be read from them, $findings lines in all. The test compares every line:" \
    "all $answers are read as labelled. These are examples that rules were written for. They say what is covered, not how often" \
    'an answer of another form is misread.' ''

# Grouping: the labelled reviews, by the program itself.
cargo test --locked -p scrum-cli --test corpus -- --nocapture --test-threads 1 > "$work/corpus" 2>&1 || { tail -n 30 "$work/corpus" >&2; exit 3; }
say '## Grouping' '' '    cargo test -p scrum-cli --test corpus -- --nocapture' '' \
    'The labelled reviews in `fixtures/corpus`: which pairs of findings are put into one issue (precision and recall over pairs).' \
    'What the test prints:' ''
grep -vE '^(test |running |warning|   *(Compiling|Finished|Running|Blocking)|successes|failures|$)|test result|Running|^/|^ok$' "$work/corpus" | block
say '[counting.md](counting.md#what-it-finds) has the figures on two public benchmarks, and where the rule is wrong. The same test makes' \
    'them from claims given by `SCRUM_AGREEMENT=FOLDER` (layout: `tests/corpus/claims.rs`).' ''

# Estimate: changes whose defects are known, and a simulation that the test blesses.
cargo test --quiet --locked -p scrum-core --lib estimate > "$work/estimate" 2>&1 || { tail -n 30 "$work/estimate" >&2; exit 3; }
git -C "$data/code-review-benchmark.git" show \
    012d682:offline/results/anthropic_claude-opus-4-5-20251101/evaluations.json > "$work/evaluations.json"
say '## Estimate of unreported defects' '' \
    '    cargo run -p scrum-core --example estimate_known_defects -- offline/results/anthropic_claude-opus-4-5-20251101/evaluations.json' '' \
    '[code-review-benchmark](https://github.com/withmartian/code-review-benchmark) (MIT, commit 012d682) lists the known defects of 50 pull' \
    'requests and which of 12 tools found them. For every choice of some tools: how many defects these found, how many the estimate' \
    'says there are, and how many of the estimates are above the number known.' ''
cargo run --quiet --locked -p scrum-core --example estimate_known_defects -- "$work/evaluations.json" >> "$page"
say '' '    cargo test -p scrum-core --lib estimate' '' \
    'Simulated reviews of 100 defects, some harder to see than others. The test compares this table byte for byte:' ''
grep '^|' scrum-core/src/estimate/snapshots/*simulation*.snap >> "$page"
say ''

# Speed: one range, the same machine, in turn.
range() {
    local name=$1 base=$2 head=$3 repository=$data/$1.git tree=$work/tree
    local size files
    git -C "$repository" diff --full-index -M "$base" "$head" > "$work/diff"
    size=$(wc -c < "$work/diff" | awk '{ printf "%.1f", $1 / 1000000 }')
    files=$(git -C "$repository" diff -M --name-only "$base" "$head" | wc -l)
    rm -rf "$tree"
    git clone --quiet --no-checkout "$repository" "$tree"
    git -C "$tree" -c advice.detachedHead=false checkout --quiet "$head"
    git -C "$repository" diff --diff-filter=d --name-only "$base" "$head" > "$work/names"
    say "### $name \`$base..$head\`: $files files, $size MB of diff" '' '| step | wall ms | peak MiB | written KB |' '|---|---|---|---|'
    median '`git diff --full-index -M`' - git -C "$repository" diff --full-index -M --output="$work/out/diff" "$base" "$head"
    median '`scrum bundle`' - "$SCRUM" -q -C "$repository" bundle "$base..$head" --force-oversize -o "$work/out/wave"
    (cd "$tree" && median 'repomix 1.18.1: the changed files, packed whole for a model' "$work/names" \
        "$data/npm/node_modules/.bin/repomix" --stdin --quiet -o "$work/out/repomix.xml")
    median 'git-split-diffs 2.3.0: the diff, laid out for a reader' "$work/diff" "$data/npm/node_modules/.bin/git-split-diffs"
    say ''
}
say '## Getting a range ready' '' '    benches/benchmarks.sh' '' \
    'The tools do different work. git writes one file. scrum writes the same patches divided into bundles, with a prompt and' \
    'digests for each, and lists every path. repomix packs the text of the changed files (not the diff) and counts tokens;' \
    'git-split-diffs lays the diff out side by side with highlighting.' ''
range ripgrep 14.0.0 14.1.0
range tokio tokio-1.40.0 tokio-1.48.0

# Merging: reviews of 20 bundles by four reviewers, and the same findings as one SARIF file a reviewer for the peer.
benches/generate-reviews.sh "$work/reviews" 80 800000 > /dev/null
mkdir "$work/sarif"
for name in $(find "$work/reviews" -name '*.md' -exec basename {} \; | sort -u); do
    find "$work/reviews" -name "$name" -print0 | sort -z | xargs -0 "$SCRUM" -q tally -o "$work/sarif/${name%.md}.sarif" > /dev/null
done
say '## Merging reviews' '' '    benches/benchmarks.sh' '' \
    "80 generated reviews, $(find "$work/reviews" -type f -exec cat {} + | wc -c | awk '{ printf "%.1f", $1 / 1000000 }') MB," \
    "by $(find "$work/sarif" -type f | wc -l) reviewers. scrum reads the reviews themselves and groups what they say; sarif-tools gets the same findings" \
    'as one SARIF file for each reviewer. It puts them into one file, or counts them by rule, and compares no two findings.' '' \
    '| step | wall ms | peak MiB | written KB |' '|---|---|---|---|'
median '`scrum tally --format sarif`' - "$SCRUM" -q tally "$work/reviews" --format sarif
median 'sarif-tools 3.0.5, `sarif copy`' - "$data/python/bin/sarif" copy -o "$work/out/merged.sarif" "$work/sarif"
median 'sarif-tools 3.0.5, `sarif summary`' - "$data/python/bin/sarif" summary "$work/sarif"
say ''

say '## The page' '' '    .ci/test-page' ''
if [ -n "${CHROMIUM:-}" ] || command -v chromium chromium-browser google-chrome > /dev/null; then
    .ci/test-page > "$work/page" 2>&1 || { tail -n 30 "$work/page" >&2; exit 3; }
    say 'A page of 40 bundles and 2,000 locations in Chromium, median of three loads:' ''
    block < target/page/large.json
else
    say 'Not measured in this run: it needs Chromium.' ''
fi

mv "$page" docs/benchmarks.md
echo "docs/benchmarks.md is written"

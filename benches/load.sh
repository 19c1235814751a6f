#!/usr/bin/env bash
# The largest inputs that scrum is built for: wall and processor time, and the peak memory, as a Markdown table.
#
#     benches/load.sh [SHARE]
#
# SHARE (1) divides every size; the tables of 1 and 2 beside each other show how time and memory grow.
#
# Needs git, awk, GNU time (/usr/bin/time), and the program as `cargo build --release` leaves it; SCRUM names another one. Where
# chromium is installed, it also loads the page. All files go below $TMPDIR, about 3 GB.
set -euo pipefail

share=${1:-1}
here=$(cd "$(dirname "$0")" && pwd)
scrum=${SCRUM:-$here/../target/release/scrum}
for needed in git awk /usr/bin/time "$scrum"; do
    command -v "$needed" >/dev/null || { echo "$needed is needed" >&2; exit 2; }
done
scrum=$(realpath "$scrum")
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

bundles=$((2000 / share)) comments=$((10000 / share)) answer=$((100000000 / share)) issues=$((5000 / share))
patch=$((500000000 / share))

# repository FOLDER FILES LINES: a folder for each file; the second commit changes every eighth line.
repository() {
    git init -q --initial-branch=main "$1"
    awk -v files="$2" -v lines="$3" '
    function commit(edited,    file, line, text) {
        print "commit refs/heads/main\ncommitter A <a@example.org> 1700000000 +0000\ndata 1\nx"
        for (file = 1; file <= files; file++) {
            text = ""
            for (line = 1; line <= lines; line++)
                text = text sprintf("value_%d = compute(%d, %d);%s\n", line, file, line * 7 % 31,
                    edited && line % 8 == 1 ? " // edited" : "")
            printf "M 100644 inline part%05d/file.c\ndata %d\n%s\n", file, length(text), text
        }
    }
    BEGIN { commit(0); commit(1) }' | git -C "$1" fast-import --quiet
    git -C "$1" reset -q --hard
}

# Claims that share no more than a word or two, so that they stay apart.
claims='
function hex(n) { return sprintf("%x", n * 2654435 % 2147483647) }
function claim(n) { return "the " hex(n) " of `f" hex(n + 7) "` and its " hex(n + 13) " " hex(n + 29) " are never released" }
function block(path, line, n) {
    return "SEVERITY: " (n % 3 ? "WARN" : "BLOCK") "\nWHERE: " path ":" line "\nWHAT: " claim(n) ".\nWHY: " hex(n + 31) \
        " callers wait for " hex(n + 37) " after an error in the " hex(n + 41) ".\n\n"
}'

# row NAME BOUND COMMAND...: runs it, and prints its row. A gate that holds back (1) is no failure.
row() {
    local name=$1 bound=$2 code=0
    shift 2
    /usr/bin/time -q -o "$work/time" -f '%e %U %S %M' "$@" >"$work/out" 2>"$work/said" || code=$?
    if [ "$code" -gt 1 ]; then
        cat "$work/said" >&2
        exit 3
    fi
    tail -n 1 "$work/time" | awk -v name="$name" -v bound="$bound" \
        '{ printf "| %s | %.2f s | %.2f s | %.0f | %s |\n", name, $1, $2 + $3, $4 / 1024, bound }'
}

echo '| what | wall | processor | peak (MiB) | bound |'
echo '|---|---|---|---|---|'

# A wave of many bundles and eight reviewers.
repository "$work/many" "$bundles" 40
cd "$work/many"
row "\`bundle\`, $bundles bundles" 'text on disk' "$scrum" bundle main~1..main -o "$work/wave" --no-pack -q
[ "$(find "$work/wave/bundles" -type f | wc -l)" = "$bundles" ] || { echo "not $bundles bundles" >&2; exit 3; }
seq -f "$work/wave/reviews/part%05g" "$bundles" | tr '\n' '\0' | xargs -0 mkdir -p
awk -v folder="$work/wave/reviews" -v bundles="$bundles" "$claims"'
BEGIN {
    split("opus gpt-5 gemini kimi qwen3 deepseek-v3 grok-4 mistral-large", reviewer, " ")
    for (b = 1; b <= bundles; b++) for (r = 1; r <= 8; r++) {
        part = sprintf("part%05d", b); file = folder "/" part "/" reviewer[r] ".md"
        # One defect that all report, and three of its own.
        printf "%s", block(part "/file.c", 9, b) > file
        for (n = 0; n < 3; n++) printf "%s", block(part "/file.c", 1 + (r * 3 + n) % 40, (b * 8 + r) * 3 + n) > file
        close(file)
    }
}'
row "\`tally\`, $((bundles * 8)) reviews, $((bundles * 32)) findings" 'about 2 KB a finding' "$scrum" tally -q "$work/wave"
row "\`tally --format json\` of the same" 'the same' "$scrum" tally -q --format json "$work/wave"

# Comments of a pull request, as GitHub's API has them.
awk -v comments="$comments" -v bundles="$bundles" "$claims"'
BEGIN {
    printf "["
    for (n = 1; n <= comments; n++)
        printf "%s{\"id\":%d,\"path\":\"part%05d/file.c\",\"line\":%d,\"side\":\"RIGHT\",\"user\":{\"login\":\"person%d\"}," \
            "\"body\":\"%s.\",\"html_url\":\"https://example.org/%d\",\"created_at\":\"2024-01-01T00:00:00Z\"}",
            (n > 1 ? ",\n" : ""), n, 1 + n % bundles, 1 + n % 40, n % 20, claim(n), n
    print "]"
}' >"$work/comments.json"
row "\`import\`, $comments comments" 'the dump, and its comments' "$scrum" import -q "$work/comments.json" --into "$work/wave"

# only_bundle RANGE: a wave of one bundle, and the folder of its reviews.
only_bundle() {
    rm -rf "$work/wave"
    "$scrum" bundle "$1" -o "$work/wave" -q --force-oversize >/dev/null
    reviews=$work/wave/reviews/$(basename "$work"/wave/bundles/*.diff .diff)
    mkdir -p "$reviews"
}

# One answer, far beyond what is read.
repository "$work/one" 1 1000
cd "$work/one"
only_bundle main~1..main
awk -v bytes="$answer" "$claims"'
BEGIN { for (n = 1; size < bytes; n++) { text = block("part00001/file.c", 1 + n % 1000, n); size += length(text); printf "%s", text } }' \
    >"$reviews/opus.md"
row "\`tally\`, one answer of $((answer / 1000000)) MB" '16 MB of an answer are read' "$scrum" tally -q "$work/wave"

# A page of many issues, at every third line of one file: findings at neighbouring lines may be one issue.
repository "$work/page" 1 $((issues * 3))
cd "$work/page"
only_bundle main~1..main
awk -v issues="$issues" "$claims"'BEGIN { for (n = 1; n <= issues; n++) printf "%s", block("part00001/file.c", n * 3, n) }' \
    >"$reviews/opus.md"
row "\`tally -o report.html\`, $issues findings" '5,000 issues, 4 MB of diff' "$scrum" tally -q "$work/wave" -o "$work/report.html"
page="$(grep -o '<article' "$work/report.html" | wc -l) cards, $(wc -c <"$work/report.html") bytes"
if command -v chromium >/dev/null; then
    row 'that page in chromium (with its start)' '' chromium --headless --no-sandbox --disable-gpu --window-size=1280,800 \
        --user-data-dir="$work/profile" --dump-dom "file://$work/report.html"
fi

# A patch of one file.
awk -v bytes="$patch" 'BEGIN {
    lines = int((bytes - 100) / 80)
    print "diff --git a/big.txt b/big.txt\nnew file mode 100644\n--- /dev/null\n+++ b/big.txt"
    print "@@ -0,0 +1," lines " @@"
    for (n = 0; n < lines; n++) printf "+%078d\n", n
}' >"$work/big.patch"
row "\`bundle --diff\`, $((patch / 1000000)) MB in one file" 'once the patch' "$scrum" bundle --diff "$work/big.patch" \
    -o "$work/big" --force-oversize -q
row "\`bundle --diff --split\` of the same" 'once the patch' "$scrum" bundle --diff "$work/big.patch" \
    -o "$work/split" --split --force-oversize -q

echo
echo "The page: $page."

#!/usr/bin/env bash
# How time and memory grow: four sizes each of files, bytes and findings, and the slope of the line through them.
#
#     benches/growth.sh [ROUNDS]
#
# A slope is fitted by least squares through the logarithms: 1 means that twice the size takes twice the time, 2 that it takes
# four times. Below 1, what every run takes weighs in. Times are the least user and system time of ROUNDS runs (3) with one
# thread, since a median still has the neighbours of a shared machine in it.
#
# Needs git, awk, GNU time (/usr/bin/time), and the program as `cargo build --release` leaves it; SCRUM names another one.
# All files go below $TMPDIR, about 400 MB.
set -euo pipefail

rounds=${1:-3}
here=$(cd "$(dirname "$0")" && pwd)
scrum=${SCRUM:-$here/../target/release/scrum}
for needed in git awk /usr/bin/time "$scrum"; do
    command -v "$needed" >/dev/null || { echo "$needed is needed" >&2; exit 2; }
done
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# repository FOLDER FILES LINES: two commits; the second changes three places of every file.
repository() {
    git init -q --bare "$1"
    LC_ALL=C awk -v files="$2" -v lines="$3" '
    function commit(edited,    file, line, text) {
        print "commit refs/heads/main\ncommitter A <a@example.org> 1700000000 +0000\ndata 1\nx"
        for (file = 0; file < files; file++) {
            text = ""
            for (line = 1; line <= lines; line++)
                text = text sprintf("value_%d = compute(%d, %d);%s\n", line, file, line * 7 % 31,
                    edited && line % int(lines / 3) == 5 ? " // edited" : "")
            printf "M 100644 inline src/part%d/file%d.c\ndata %d\n%s\n", file % 20, file, length(text), text
        }
    }
    BEGIN { commit(0); commit(1) }' | git -C "$1" fast-import --quiet
    # As git packs it: what fast-import leaves are chains of differences between files that only follow each other.
    git -C "$1" repack -q -a -d -f
}

# measure OUT COMMAND...: the least CPU seconds of the rounds, and the peak in MiB.
measure() {
    local out=$1 round
    shift
    for ((round = 0; round < rounds; round++)); do
        rm -rf "$work/wave"
        /usr/bin/time -q -o "$work/time" -f '%U %S %M' "$@" >/dev/null 2>"$work/said" || {
            cat "$work/said" >&2
            exit 3
        }
        tail -n 1 "$work/time"
    done | awk '{ t = $1 + $2; if (NR == 1 || t < least) least = t; if ($3 > peak) peak = $3 }
        END { printf "%.3f %.1f\n", least, peak / 1024 }' >>"$out"
}

# table TITLE UNIT SIZES...: the figures of "$work/figures", one line a size.
table() {
    local title=$1 unit=$2
    shift 2
    printf '%s\n' "$@" | paste -d ' ' - "$work/figures" | awk -v title="$title" -v unit="$unit" '
        { n++; x[n] = log($1); t[n] = log($2 > 0 ? $2 : 0.005); m[n] = log($3)
          printf "%-10s %9d %-9s %8.2fs %9.1f MiB\n", title, $1, unit, $2, $3; title = "" }
        function slope(y,    i, sx, sy, sxx, sxy) {
            for (i = 1; i <= n; i++) { sx += x[i]; sy += y[i]; sxx += x[i] * x[i]; sxy += x[i] * y[i] }
            return (n * sxy - sx * sy) / (n * sxx - sx * sx)
        }
        END { printf "%-10s %9s %-9s %8.2f  %9.2f\n\n", "", "", "slope", slope(t), slope(m) }'
    rm "$work/figures"
}

printf '%-10s %9s %-9s %9s %13s\n' what size "" "cpu time" "peak"
sizes=(1000 2000 4000 8000)
for files in "${sizes[@]}"; do
    repository "$work/files$files" "$files" 120
    measure "$work/figures" "$scrum" bundle -C "$work/files$files" main~1..main -o "$work/wave" --force-oversize -j 1 -q
done
table files files "${sizes[@]}"

sizes=(2000 4000 8000 16000)
for lines in "${sizes[@]}"; do
    repository "$work/lines$lines" 100 "$lines"
    measure "$work/figures" "$scrum" bundle -C "$work/lines$lines" main~1..main -o "$work/wave" --force-oversize -j 1 -q
done
table lines "a file" "${sizes[@]}"

sizes=(25000 50000 100000 200000)
for findings in "${sizes[@]}"; do
    "$here/generate-reviews.sh" "$work/findings$findings" 400 $((findings * 400))
    measure "$work/figures" "$scrum" tally -q "$work/findings$findings" --format json
done
table findings findings "${sizes[@]}"

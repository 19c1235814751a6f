#!/usr/bin/env bash
# Compares whole runs of `scrum bundle` with `git diff` of the same range, taking turns, with one thread and with two.
#
#     benches/whole.sh REPOSITORY A B [ROUNDS]
#
# Prints the median wall time, user and system time and the peak memory of both, and their ratios; then in how many files
# the patches are equal byte for byte. scrum also divides, guards, digests and writes prompts; git writes one file.
#
# Needs git, GNU time (/usr/bin/time) and cargo, which builds the program in release mode; SCRUM and COMPARE name a program
# and a compare_with_git that are built already. All files go below $TMPDIR. Put it on a file system in memory, or leave a
# minute between two runs: on disk, the removal of many files slows down those who make new ones soon after.
set -euo pipefail

if [ $# -lt 3 ]; then
    sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
repository=$(cd "$1" && pwd) base=$2 head=$3 rounds=${4:-5}
top=$(cd "$(dirname "$0")/.." && pwd)
for needed in git /usr/bin/time; do
    command -v "$needed" >/dev/null || { echo "$needed is needed" >&2; exit 2; }
done
if [ -z "${SCRUM:-}" ] || [ -z "${COMPARE:-}" ]; then
    (cd "$top" && cargo build --quiet --release --locked -p scrum-cli -p scrum-core --bins --example compare_with_git)
fi
target=${CARGO_TARGET_DIR:-$top/target}
scrum=${SCRUM:-$target/release/scrum}
compare=${COMPARE:-$target/release/examples/compare_with_git}

# Nobody's configuration.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_ATTR_NOSYSTEM=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

measure() {
    local name=$1
    shift
    # GNU time counts hundredths; bash's own clock counts microseconds.
    local start=$EPOCHREALTIME
    /usr/bin/time -q -o "$work/time" -f '%U %S %M' "$@" >"$work/said" 2>&1 || {
        cat "$work/said" >&2
        exit 3
    }
    local end=$EPOCHREALTIME
    echo "$((${end/[.,]/} - ${start/[.,]/})) $(tail -n 1 "$work/time")" >>"$work/$name"
}

# The first round fills the page cache and is not counted.
for ((round = 0; round <= rounds; round++)); do
    measure git git -C "$repository" diff --full-index -M --output="$work/$round.diff" "$base" "$head"
    for jobs in 1 2; do
        measure "scrum$jobs" "$scrum" bundle -C "$repository" "$base..$head" -o "$work/$jobs-$round" \
            --force-oversize --jobs "$jobs" -q
    done
    [ "$round" -gt 0 ] || rm "$work/git" "$work/scrum1" "$work/scrum2"
done

median() {
    sort -n -k "$2,$2" "$work/$1" | awk -v n="$2" '{ at[NR] = $n }
        END { print NR % 2 ? at[(NR + 1) / 2] : (at[NR / 2] + at[NR / 2 + 1]) / 2 }'
}
size=$(wc -c <"$work/0.diff")
files=$(grep -ac '^diff --git ' "$work/0.diff" || true)
echo "$base..$head: $files files, $((size / 1000)) KB of diff; medians of $rounds rounds"
printf '%-22s %9s %9s %9s %10s %8s %8s\n' program wall user system 'peak MiB' time memory
for name in git scrum1 scrum2; do
    case $name in
    git) title="git diff" ;;
    scrum1) title="scrum bundle, 1 thread" ;;
    scrum2) title="scrum bundle, 2" ;;
    esac
    awk -v title="$title" -v wall="$(median $name 1)" -v user="$(median $name 2)" -v kernel="$(median $name 3)" \
        -v peak="$(median $name 4)" -v wall0="$(median git 1)" -v peak0="$(median git 4)" 'BEGIN {
            printf "%-22s %8.3fs %8.2fs %8.2fs %10.1f %8.2f %8.2f\n", title, wall / 1e6, user, kernel, peak / 1024,
                wall / wall0, peak / peak0 }'
done
echo
"$compare" "$repository" "$base" "$head"

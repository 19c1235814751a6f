#!/bin/sh
# Times `scrum tally` beside `rg -c 'WHERE:'` on the same reviews, taking turns, and prints medians, ratio and peak memory.
#
#     benches/tally.sh FOLDER [ROUNDS]
#
# FOLDER as benches/generate-reviews.sh makes it, or a wave. Needs ripgrep, GNU time (/usr/bin/time), and the program as
# `cargo build --release` leaves it; SCRUM names another one.
set -eu

if [ $# -lt 1 ]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
folder=$1 rounds=${2:-5}
scrum=${SCRUM:-$(dirname "$0")/../target/release/scrum}
for needed in rg /usr/bin/time "$scrum"; do
    command -v "$needed" >/dev/null || { echo "$needed is needed" >&2; exit 2; }
done
reviews=$folder
[ -d "$folder/reviews" ] && reviews=$folder/reviews

figures=$(mktemp -d)
trap 'rm -rf "$figures"' EXIT
measure() {
    name=$1
    shift
    /usr/bin/time -o "$figures/one" -f '%e %U %S %M' "$@" >/dev/null 2>&1 || [ "$name" = rg ] || {
        echo "$* failed" >&2
        exit 3
    }
    tail -n 1 "$figures/one" >>"$figures/$name"
}
# The first round fills the page cache and is not counted.
round=0
while [ "$round" -le "$rounds" ]; do
    measure rg rg -c 'WHERE:' --no-ignore "$reviews"
    measure text "$scrum" tally -q "$folder"
    measure json "$scrum" tally -q "$folder" --format json
    [ "$round" -gt 0 ] || rm "$figures/rg" "$figures/text" "$figures/json"
    round=$((round + 1))
done

median() { sort -n -k "$2,$2" "$figures/$1" | awk -v n="$2" '{ at[NR] = $n } END { print at[int((NR + 1) / 2)] }'; }
base=$(median rg 1)
printf '%-22s %8s %8s %8s %10s %8s\n' program wall user system 'peak MB' ratio
for name in rg text json; do
    case $name in
    rg) title="rg -c 'WHERE:'" ;;
    *) title="scrum tally ($name)" ;;
    esac
    wall=$(median $name 1)
    peak=$(median $name 4)
    awk -v title="$title" -v wall="$wall" -v user="$(median $name 2)" -v kernel="$(median $name 3)" -v peak="$peak" \
        -v base="$base" 'BEGIN {
            printf "%-22s %7.2fs %7.2fs %7.2fs %10.1f %8.2f\n", title, wall, user, kernel, peak / 1000,
                wall / (base > 0 ? base : 0.01) }'
done

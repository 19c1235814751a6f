#!/bin/sh
# Writes FILES reviews of about BYTES in all into FOLDER, four reviewers a bundle: the same ones each time.
#
#     benches/generate-reviews.sh FOLDER FILES BYTES [BYTES_A_FINDING]
#
# A finding takes about 400 bytes in what models write (the default); more thins the findings out with prose.
# Needs a POSIX shell and awk.
set -eu

if [ $# -lt 3 ]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
folder=$1 files=$2 bytes=$3 each=${4:-400}
if [ -e "$folder" ]; then
    echo "$folder exists already" >&2
    exit 2
fi

bundles=$(((files + 3) / 4))
mkdir -p "$folder"
awk -v n="$bundles" -v folder="$folder" 'BEGIN { for (b = 1; b <= n; b++) printf "%s/b%05d\n", folder, b }' |
    tr '\n' '\0' | xargs -0 mkdir -p

LC_ALL=C awk -v folder="$folder" -v files="$files" -v bytes="$bytes" -v each="$each" '
# The minimal standard generator (Park and Miller 1988): exact in double precision, so the same with every awk.
function random(below) { seed = seed * 16807 % 2147483647; return seed % below }
function words(count,    text, at) {
    text = ""
    for (at = 0; at < count; at++) text = text " " word[random(vocabulary)]
    return substr(text, 2)
}
function finding(    path, start, at) {
    path = folders[random(6)] "/" names[random(12)] random(40) ".rs"
    start = 1 + random(1500)
    at = random(10)
    if (at < 5) where = "WHERE: " path ":" start
    else if (at < 8) where = "WHERE: " path ":" start "-" start + random(12)
    else if (at < 9) where = "**WHERE:** `" path "` (lines " start "-" start + 3 ")"
    else where = "- Where: `" path "#L" start "`"
    return "SEVERITY: " severity[random(3)] "\n" where "\nWHAT: " words(14) ".\nWHY: " words(20) ".\n\n"
}
BEGIN {
    seed = 20240229
    split("BLOCK WARN INFO", given, " "); for (at = 0; at < 3; at++) severity[at] = given[at + 1]
    split("src src/net src/store cmd/serve internal/lease lib", given, " ")
    for (at = 0; at < 6; at++) folders[at] = given[at + 1]
    split("queue lease parse render cache token index frame shard route watch merge", given, " ")
    for (at = 0; at < 12; at++) names[at] = given[at + 1]
    split("opus kimi qwen gemini", given, " "); for (at = 0; at < 4; at++) reviewer[at] = given[at + 1]
    vocabulary = split("the lock is held while an error returns early and `drop_guard` never runs so another caller " \
        "waits for ever when limit passes zero or the buffer ends inside a character with no bound on attempts which " \
        "makes `read_frame` skip one byte after each retry under load", given, " ")
    for (at = 0; at < vocabulary; at++) word[at] = given[at + 1]

    for (file = 0; file < files; file++) {
        name = sprintf("%s/b%05d/%s.md", folder, int(file / 4) + 1, reviewer[file % 4])
        # By what was written so far, so that the total comes out.
        wanted = int(bytes * (file + 1) / files) - written
        size = 0
        while (size < wanted - 16) {
            text = finding()
            prose = each - length(text)
            while (prose > 0) { line = words(16) ".\n"; text = text line; prose -= length(line) }
            printf "%s", text > name
            size += length(text)
        }
        printf "VERDICT: FIX\n" > name
        close(name)
        written += size + 13
    }
}'

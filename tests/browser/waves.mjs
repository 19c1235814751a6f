// Waves to look at, made by the program itself from patches and reviews.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const top = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const artefacts = join(top, "target", "page");
const scrum = process.env.SCRUM ?? join(top, "target", "debug", process.platform === "win32" ? "scrum.exe" : "scrum");
const corpus = join(top, "fixtures", "corpus");

/** Runs scrum in a folder; its stdout. */
function run(folder, args) {
  return execFileSync(scrum, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 });
}

/** A new empty folder for one wave. */
function place(name) {
  const folder = join(artefacts, "waves", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Bundles a patch, puts the reviews in, counts, and returns the path of the page.
 *
 * @param {string} name
 * @param {string} patch
 * @param {Record<string, string>} components name to glob
 * @param {Record<string, Record<string, string>>} reviews bundle to reviewer to text
 */
export function wave(name, patch, components, reviews, { bundle = [], sidecars = {}, config = "" } = {}) {
  const folder = place(name);
  writeFileSync(join(folder, `${name}.patch`), patch);
  writeFileSync(join(folder, "scrum.toml"), config);
  const rules = Object.entries(components).flatMap(([component, globs]) =>
    [globs].flat().flatMap((glob) => ["--component", `${component}=${glob}`]));
  const common = ["--config", "scrum.toml"];
  run(folder, ["bundle", ...common, "--diff", `${name}.patch`, ...rules, "-o", "wave", "-q", ...bundle]);
  for (const [files, ending] of [[reviews, "md"], [sidecars, "json"]]) {
    for (const [id, seats] of Object.entries(files)) {
      const target = join(folder, "wave", "reviews", id);
      mkdirSync(target, { recursive: true });
      for (const [seat, text] of Object.entries(seats)) writeFileSync(join(target, `${seat}.${ending}`), text);
    }
  }
  run(folder, ["tally", ...common, "wave", "-q"]);
  return join(folder, "wave", "report.html");
}

/** A patch that adds a file. */
export function added(path, lines) {
  return `diff --git a/${path} b/${path}\nnew file mode 100644\nindex 0000000..1111111\n--- /dev/null\n+++ b/${path}\n`
    + `@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join("")}`;
}

/** A block of a review. */
export function finding(severity, where, what, why = "because") {
  return `SEVERITY: ${severity}\nWHERE: ${where}\nWHAT: ${what}\nWHY: ${why}\n\n`;
}

/** The labelled reviews of fixtures/corpus as one wave of three bundles. */
export function corpusWave() {
  const read = (bundle, file) => readFileSync(join(corpus, bundle, file), "utf8");
  const names = ["queue", "lease", "quiet"];
  const seats = ["kimi", "opus", "qwen", "sonnet"];
  const reviews = Object.fromEntries(names.map((name) =>
    [name, Object.fromEntries(seats.map((seat) => [seat, read(name, `reviews/${seat}.md`)]))]));
  return wave("corpus", names.map((name) => read(name, "standin.patch")).join(""), {
    queue: ["docs/**", "src/**"],
    lease: ["cmd/**", "internal/**", "tools/**"],
    quiet: "lib/**",
  }, reviews);
}

export const EVIL = `<script>window.harmed = 1</script><img src=x onerror="window.harmed = 2"><svg onload="window.harmed = 3">`;

/** Everything that could break out of its place, in the diff, in paths, in names and in words. */
export function hostileWave() {
  const code = [
    EVIL, "</script></style></template></textarea></title>-->]]>", "{{ 7 * 7 }}{% raw %}", "&lt;b&gt; &amp; \"quoted\" 'single'",
    "if (user\u202e \u2066// admin\u2069 \u2066) {", "zero\u200bwidth\u00ad\ufeff", "\u001b[31mred\u001b[0m\u0007", "a\u2028b\u2029c",
    "javascript:window.harmed=4", "x".repeat(5000), "carriage\r",
  ];
  const path = `src/<img src=x onerror=window.harmed=5>.js`;
  const patch = added(path, code) + added("src/plain.js", code.slice(0, 3));
  const words = `${EVIL} [link](javascript:window.harmed=6) \`${EVIL}\` {{ 7 * 7 }} \u202egnp.exe\u202c`;
  const review = finding("BLOCK", `\`${path}\`:1-3`, words, words)
    + finding("WARN", "src/plain.js:2", words)
    + finding(`<b onclick=window.harmed=7>`, "src/plain.js:3", words)
    + finding("INFO", `src/"><script>window.harmed=8</script>.js:3`, words)
    + finding("INFO", "src/plain.js:0", words)
    + `RETRACT: src/plain.js${EVIL}:77\n\nSEVERITY: WARN\nWHAT: ${words}\n\nVERDICT: BLOCK\n`;
  return wave("hostile", patch, { hostile: "src/**" }, {
    hostile: { opus: review, [`a" onmouseover="window.harmed=9" x="`]: review, [`<b>kimi<${"b"}>`]: review },
  }, { sidecars: { hostile: { qwen: JSON.stringify({ error: `refused ${EVIL}`, model: EVIL }) } } });
}

/** Seven seats, long paths and lines, scripts of the world, every state. */
export function wideWave() {
  const deep = `services/${"a-rather-long-folder-name/".repeat(6)}QuiteALongFileNameForAClassThatDoesManyThingsFactoryProvider.java`;
  const chinese = [
    "# 租约存储", "租约 = {}", "def 获取(名称, 持有者, 期限):", "    # 如果租约已经被别人持有，则返回假",
    "    if 名称 in 租约 and 租约[名称].持有者 != 持有者:", "        return False",
    `    raise 值错误("${"这一行非常长".repeat(40)}")`, "# שלום עולם", "# 🧵🪡 emoji and é combining",
  ];
  const long = Array.from({ length: 30 }, (_, at) => `    public static final String CONSTANT_${at} = "${"value ".repeat(at)}";`);
  const patch = added("存储/租约.py", chinese) + added(deep, long) + added("core/one.rs", ["fn one() {}", "fn two() {}"])
    + added("core/Cargo.lock", ["version = 4"]) + added("vendor/x/y.c", ["int y;"]);
  const seats = ["claude-opus-4-5-with-a-long-name-20260101", "deepseek-r1-distill-qwen-32b", "gemini-3-pro", "glm-5", "gpt-6", "kimi-k3", "mystery"];
  const all = Object.fromEntries(seats.map((seat, at) => [seat,
    finding(["BLOCK", "WARN", "INFO"][at % 3], "存储/租约.py:5-6", `检查持有者时没有考虑租约是否已经过期，所以第 ${at} 个请求会永远失败。`, "两个客户端同时请求。")
    + finding("WARN", "存储/租约.py:8", "הערה בעברית בתוך הקוד `שלום` ולא ברור למה.")
    + (at % 2 ? finding("INFO", `${deep}:${at}`, "A very long constant: ".repeat(20)) : "") + "VERDICT: FIX\n"]));
  return wave("wide", patch, { storage: "存储/**", "services-with-a-name-that-is-long": "services/**", core: "core/**" }, {
    storage: all,
    "services-with-a-name-that-is-long": {
      "gpt-6": "NONE\n\nVERDICT: SHIP\n",
      "glm-5": "I have looked at the change and it is about constants. ".repeat(8),
      "kimi-k3": finding("INFO", deep, "No test.") + "VERDICT: FIX\n",
    },
  }, {
    sidecars: {
      "services-with-a-name-that-is-long": {
        "gemini-3-pro": JSON.stringify({ error: "HTTP 529 after 5 attempts: the model is overloaded", attempts: 5 }),
        "kimi-k3": JSON.stringify({ model: "moonshot/kimi-k3", tokens_out: 1234, finish_reason: "length" }),
      },
    },
  });
}

/** Reviewed, and nothing was found. */
export function cleanWave() {
  const patch = added("core/one.rs", ["fn one() {}"]);
  return wave("clean", patch, { core: "core/**" }, {
    core: { opus: "NONE\n\nVERDICT: SHIP\n", kimi: "NONE\n\nVERDICT: SHIP\n" },
  });
}

/** Nobody has reviewed yet. */
export function unreviewedWave() {
  const patch = added("core/one.rs", ["fn one() {}"]) + added("api/two.rs", ["fn two() {}"]);
  const config = `[[reviewers]]\nname = "opus"\n\n[[reviewers]]\nname = "kimi"\n`;
  return wave("unreviewed", patch, { core: "core/**", api: "api/**" }, {}, { config });
}

/** Reviews without a wave. */
export function filesOnly() {
  const folder = place("files");
  cpSync(join(corpus, "queue", "reviews"), join(folder, "queue"), { recursive: true });
  run(folder, ["tally", "queue", "-o", "report.html", "-q"]);
  return join(folder, "report.html");
}

/** 40 bundles of about 50 KB and 2,000 places, each named by one to four of four reviewers. */
export function largeWave() {
  // The minimal standard generator (Park and Miller 1988), so that every run measures the same page.
  let seed = 20240229;
  const random = (below) => {
    seed = (seed * 16807) % 2147483647;
    return seed % below;
  };
  const words = ("the lock is held while an error returns early and `drop_guard` never runs so another caller waits for ever when "
    + "limit passes zero or the buffer ends inside a character with no bound on attempts which makes `read_frame` skip one byte").split(" ");
  const sentence = (count) => Array.from({ length: count }, () => words[random(words.length)]).join(" ");
  const components = {};
  const reviews = {};
  let patch = "";
  for (let b = 1; b <= 40; b += 1) {
    const id = `part${String(b).padStart(2, "0")}`;
    components[id] = `${id}/**`;
    reviews[id] = { opus: "", kimi: "", qwen: "", gemini: "" };
    for (let f = 1; f <= 5; f += 1) {
      const path = `${id}/src/module_${f}.rs`;
      patch += added(path, Array.from({ length: 250 }, (_, at) =>
        `${"    ".repeat(at % 4)}let value_${at} = compute(${random(9999)}, "${random(9999)}")?;`.slice(0, 90)));
      for (let place = 0; place < 10; place += 1) {
        const line = 5 + place * 24;
        const seats = Object.keys(reviews[id]);
        const first = random(4);
        const others = random(place % 3 === 0 ? 4 : 1);
        for (let at = first; at <= first + others; at += 1) {
          const seat = seats[at % 4];
          const end = random(2) ? `-${line + random(5)}` : "";
          reviews[id][seat] += finding(["BLOCK", "WARN", "INFO"][random(3)], `${path}:${line}${end}`, sentence(16), sentence(24));
        }
      }
    }
    for (const seat of Object.keys(reviews[id])) reviews[id][seat] += "VERDICT: FIX\n";
  }
  return wave("large", patch, components, reviews, { bundle: ["--force-oversize"] });
}

// Runs each report through its validator. Fails on any result of level error, and on what no validator looks at.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const [npm, reports] = process.argv.slice(2);
const require = createRequire(join(npm, 'package.json'));
const Ajv = require('ajv').default;
const multitool = join(npm, 'node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool');
const rdformat = join(npm, 'node_modules/@umbrelladocs/rdformat-validator/bin/rdformat-validator.js');
const schema = JSON.parse(readFileSync(new URL('gitlab.schema.json', import.meta.url)));
const gitlab = new Ajv({ allErrors: true }).compile(schema);

let faults = 0;
const fault = (file, text) => {
  faults += 1;
  console.log(`FAULT ${basename(file)}: ${text}`);
};
const told = (file, text) => console.log(`ok    ${basename(file)}: ${text}`);

const checks = {
  sarif(file) {
    const out = `${file}.validated`;
    execFileSync(multitool, ['validate', file, '--rule-kind', 'Sarif;Gh', '-o', out, '--log', 'ForceOverwrite'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const log = JSON.parse(readFileSync(out));
    const levels = { error: 0, warning: 0, note: 0 };
    const rules = new Set();
    for (const run of log.runs) {
      const known = run.tool.driver.rules ?? [];
      for (const result of run.results ?? []) {
        const rule = known[result.ruleIndex] ?? known.find((rule) => rule.id === result.ruleId.split('/')[0]);
        const level = result.level ?? rule?.defaultConfiguration?.level ?? 'warning';
        levels[level] += 1;
        rules.add(`${result.ruleId} ${level}`);
        if (level === 'error') fault(file, `${result.ruleId}: ${JSON.stringify(result.message)}`);
      }
      for (const note of run.invocations?.flatMap((i) => i.toolExecutionNotifications ?? []) ?? []) {
        if (note.level === 'error') fault(file, JSON.stringify(note.message));
      }
    }
    const text = readFileSync(file);
    const { runs } = JSON.parse(text);
    const gzipped = gzipSync(text).length;
    if (runs.length > 20) fault(file, `${runs.length} runs`);
    if (gzipped > 10_000_000) fault(file, `${gzipped} bytes gzipped`);
    const categories = runs.map((run) => run.automationDetails.id);
    if (new Set(categories).size !== categories.length) fault(file, 'two runs of one category');
    const prints = runs.flatMap((run) => run.results.map((result) => result.partialFingerprints['scrumIssue/v1']));
    if (prints.includes(undefined)) fault(file, 'a result without a fingerprint');
    if (new Set(prints).size !== prints.length) fault(file, 'a fingerprint twice');
    told(file, `${runs.length} runs, ${prints.length} results, ${gzipped} bytes gzipped; ` +
      `${levels.error} errors, ${levels.warning} warnings, ${levels.note} notes [${[...rules].join(', ')}]`);
  },
  rdjsonl(file) {
    // The validator reads one JSON text a file; so the lines become a list.
    const lines = readFileSync(file, 'utf8').split('\n');
    if (lines.pop() !== '') fault(file, 'no line feed at the end');
    // The validator refuses an empty list; a file without lines is a run without diagnostics.
    if (lines.length === 0) return told(file, '0 diagnostics');
    const list = `${file}.json`;
    writeFileSync(list, JSON.stringify(lines.map((line) => JSON.parse(line))));
    try {
      const out = execFileSync('node', [rdformat, '--strict', '--no-extra-fields', '--format', 'json', list]);
      const { totalErrors, totalWarnings } = JSON.parse(out);
      return told(file, `${lines.length} diagnostics; ${totalErrors} errors, ${totalWarnings} warnings`);
    } catch (error) {
      return fault(file, `${error.stdout ?? error}`.slice(0, 2000));
    }
  },
  gitlab(file) {
    const issues = JSON.parse(readFileSync(file));
    if (!gitlab(issues)) fault(file, JSON.stringify(gitlab.errors.slice(0, 5)));
    const prints = new Set(issues.map((issue) => issue.fingerprint));
    if (prints.size !== issues.length) fault(file, 'a fingerprint twice');
    told(file, `${issues.length} issues, ${prints.size} fingerprints`);
  },
  github(file) {
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    const counts = { error: 0, warning: 0, notice: 0 };
    for (const line of lines) {
      const command = /^::(error|warning|notice) ((?:file|line|endLine|title)=[^,:]*(?:,(?:file|line|endLine|title)=[^,:]*)*)::/;
      const found = command.exec(line);
      if (found) counts[found[1]] += 1;
      else fault(file, `not a command of ours: ${line.slice(0, 200)}`);
      if (/[\u0000-\u001f\u007f]/.test(line)) fault(file, `a control character: ${line.slice(0, 200)}`);
    }
    if (Object.values(counts).some((count) => count > 10)) fault(file, JSON.stringify(counts));
    told(file, JSON.stringify(counts));
  },
  md(file) {
    const text = readFileSync(file, 'utf8');
    if (text.length > 65_536) fault(file, `${text.length} characters`);
    if (/(^|[^\w`])@\w/.test(text.replace(/`+[^\n]*?`+/g, ''))) fault(file, 'a mention');
    told(file, `${text.length} characters`);
  },
};

for (const name of readdirSync(reports).sort()) {
  const check = checks[name.split('.').pop()];
  if (check) check(join(reports, name));
}
console.log(faults === 0 ? 'all reports are valid' : `${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;

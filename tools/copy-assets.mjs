// Copies what tsc leaves behind, the sources that are not TypeScript, beside the compiled files in dist/; tables in YAML
// become JSON there, which `readTable` reads faster. A word names another folder than dist/, as the tests do.
// Plain JavaScript: it also runs under the machine's own, older Node (20).
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = resolve(root, process.argv[2] ?? 'dist');
const kinds = new Set(['.py', '.yaml', '.wasm', '.html', '.css']);
const testFolders = new Set(['fixtures', 'expected']);

if (!existsSync(dist)) {
  console.error(`There is no ${dist} to copy into: run \`npm run build\`, which compiles first.`);
  process.exit(1);
}
for (const name of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
  if (!kinds.has(extname(name)) || name.split(sep).some((folder) => testFolders.has(folder))) continue;
  const target = join(dist, name);
  mkdirSync(dirname(target), { recursive: true });
  const source = join(root, 'src', name);
  if (extname(name) !== '.yaml') cpSync(source, target);
  else writeFileSync(target.replace(/\.yaml$/, '.json'), JSON.stringify(parse(readFileSync(source, 'utf8'))));
}

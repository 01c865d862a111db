// Installs the npm dependencies when they are missing or older than the lock file.
// Plain JavaScript: it also runs under the machine's own, older Node (20), before Node 24 is there.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.plimsoll-setup');

/** The digest of what the installed tree depends on: both package files. */
function wantedState() {
  const hash = createHash('sha256');
  for (const name of ['package.json', 'package-lock.json']) hash.update(readFileSync(join(root, name)));
  return hash.digest('hex');
}

/** Runs npm with the words given, in the open; ends this process with npm's exit code when it fails. */
function npm(...words) {
  const program = process.env.npm_execpath;
  const [command, first] = program ? [process.execPath, [program]] : ['npm', []];
  const result = spawnSync(command, [...first, ...words, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.status === 0) return;
  console.error(`npm ${words[0]} failed; see its message above.`);
  process.exit(result.status ?? 1);
}

const wanted = wantedState();
const node = join(root, 'node_modules', 'node', 'bin', 'node');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted || !existsSync(node)) {
  console.error('Installing the npm dependencies (once, or after a change of package-lock.json) …');
  // Not `npm ci`: it refuses a lock file without the optional packages of other platforms, and such is every lock file
  // that was made where these cannot be fetched. This takes the locked versions as well, and writes no lock file.
  npm('install', '--no-save', '--include=dev');
  // The package `node` fetches its binary in an install script, which npm skips where it has been told to.
  if (!existsSync(node)) npm('rebuild', 'node', '--no-ignore-scripts');
  if (!existsSync(node)) {
    console.error('The npm package "node" came without its binary: its install script did not run.');
    console.error('Allow it: npm install-scripts approve node, or npm config delete ignore-scripts');
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}

#!/usr/bin/env node
import { readFileSync } from 'node:fs';

// What an older Node reads of the program: syntax and names that it has, and all else only once it is known to be new enough.
// The package's own file.
const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  engines: { node: string };
};
const needed = engines.node.replace('>=', '');
const present = process.versions.node;

/** Whether a version is at least another one: `24.2.0` and `22.18`. */
function isAtLeast(version: string, least: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [place, wanted] of least.split('.').map(Number).entries()) {
    const part = parts[place] || 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

if (isAtLeast(present, needed)) {
  const { runProgram } = await import('./command-line.ts');
  await runProgram();
} else {
  process.stderr.write(
    `error: Plimsoll needs Node ${needed} or newer; this is ${present}.\nhint: Install a newer one from https://nodejs.org.\n`,
  );
  process.exitCode = 2;
}

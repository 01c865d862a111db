import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scanPythonFiles } from './index.ts';

const oracle = new URL('fixtures/ast-oracle.py', import.meta.url).pathname;

/** Line, module, level of a relative import, names. */
type AstImport = readonly [number, string, number, readonly string[]];

/** Some eighty files of the standard library, with syntax of every kind. */
function sample(): { readonly root: string; readonly paths: readonly string[] } | undefined {
  const found = spawnSync('python3', ['-c', 'import os; print(os.__file__)'], { encoding: 'utf8' });
  if (found.status !== 0) return undefined;
  const root = dirname(found.stdout.trim());
  const all = globSync('{*,email/*,asyncio/*,importlib/**/*,lib2to3/**/*,test/test_[a-i]*}.py', {
    cwd: root,
  }).sort();
  return { root, paths: all.filter((_, position) => position % 9 === 0).slice(0, 80) };
}

const files = sample();

describe.skipIf(files === undefined)('imports against CPython’s own ast', () => {
  test('every import of the sample is found, with its line and names, and no other', async () => {
    const { root, paths } = files ?? { root: '', paths: [] };
    const input = paths.map((path) => join(root, path)).join('\n');
    const run = spawnSync('python3', [oracle], { input, encoding: 'utf8', maxBuffer: 1e8 });
    const answers: (readonly AstImport[] | null)[] = JSON.parse(run.stdout); // Written by the oracle.
    expect(answers.filter((one) => one !== null).length).toBeGreaterThan(50);
    const differing: unknown[] = [];
    for (const [position, path] of paths.entries()) {
      const wanted = answers[position];
      const text = readUtf8(join(root, path));
      // What CPython cannot parse, or what is in another encoding, nobody here has to.
      if (wanted === null || wanted === undefined || text === undefined) continue;
      const expected = wanted.map(([line, module, level, names]) =>
        told(line, absolute(path, module, level), names),
      );
      const { files: scanned } = await scanPythonFiles([{ path, text }]);
      const found = (scanned[0]?.imports ?? [])
        .filter((one) => !one.isDynamic)
        .map((one) => told(one.line, one.module, one.names));
      const missing = expected.filter((one) => !found.includes(one));
      const added = found.filter((one) => !expected.includes(one));
      if (missing.length + added.length > 0) differing.push({ path, missing, added });
    }
    expect(differing).toEqual([]);
  });
});

function readUtf8(path: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch {
    return undefined;
  }
}

function absolute(path: string, module: string, level: number): string {
  if (level === 0) return module;
  const folder = path.split('/').slice(0, -1);
  return [...folder.slice(0, folder.length - (level - 1)), ...(module === '' ? [] : [module])].join('.');
}

function told(line: number, module: string, names: readonly string[]): string {
  return `${line} ${module} ${names.join(',')}`;
}

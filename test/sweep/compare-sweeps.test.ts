import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compareSweeps, type ImportOutcome, parseSweep, sweepScript } from './index.ts';

/** A folder with an application, and a distribution in a folder of its own. */
const whole: Readonly<Record<string, string>> = {
  'app/main.py': 'import lib.deep\n',
  'app/other.py': 'x = 1\n',
  'site/lib/__init__.py': '',
  'site/lib/deep.py': 'from lib import data\n',
  'site/lib/data.py': 'x = 1\n',
  'site/single.py': 'import sys\nprint("loaded", file=sys.stderr)\n',
  'site/lib-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: lib\nVersion: 1.0\n',
  'site/lib-1.0.dist-info/RECORD':
    'lib/__init__.py,,\nlib/deep.py,,\nlib/data.py,,\nsingle.py,,\nlib-1.0.dist-info/METADATA,,\n',
};

/** Imports everything in a folder with these files; what an earlier run found, where that is given. */
function sweep(
  files: Readonly<Record<string, string>>,
  known?: readonly ImportOutcome[],
): readonly ImportOutcome[] {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-sweep-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const words = known === undefined ? [] : [JSON.stringify(known.map(({ name }) => name))];
  const { stdout, stderr, status } = spawnSync('python3', ['-S', '-', ...words], {
    cwd: join(folder, 'app'),
    input: sweepScript(),
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], PYTHONPATH: join(folder, 'site'), PYTHONDONTWRITEBYTECODE: '1' },
  });
  expect([status, stderr]).toEqual([0, '']);
  return parseSweep(stdout);
}

describe.skipIf(spawnSync('python3', ['--version']).status !== 0)('a sweep', () => {
  test('imports what distributions and the application have', () => {
    const found = sweep(whole);
    expect(found.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual(
      expect.arrayContaining(['lib: ok', 'main: ok', 'other: ok', 'single: ok']),
    );
    expect(compareSweeps(found, sweep(whole, found))).toEqual([]);
  });

  test.each<[reason: string, path: string, text: string | undefined, difference: RegExp]>([
    [
      'a file that another one imports is gone',
      'site/lib/data.py',
      undefined,
      /^main:.*cannot import name 'data'/s,
    ],
    ['a module is gone', 'site/single.py', undefined, /^single:.*ModuleNotFoundError/s],
    ['a module fails', 'app/other.py', 'raise OSError("no libx.so")\n', /^other:.*OSError: no libx\.so/s],
    ['a module ends its process', 'app/other.py', 'import os\nos.abort()\n', /^other:.*ended by signal 6/s],
    ['a module says something else', 'site/single.py', 'print("degraded")\n', /^single:.*degraded/s],
  ])('tells that %s', (_, path, text, difference) => {
    const before = sweep(whole);
    const { [path]: __, ...rest } = whole;
    const differences = compareSweeps(
      before,
      sweep(text === undefined ? rest : { ...rest, [path]: text }, before),
    );
    expect(differences).toEqual([expect.stringMatching(difference)]);
  });

  test('that was not made is a difference', () => {
    expect(compareSweeps([{ name: 'lib', outcome: 'ok', output: '' }], [])).toEqual(['lib: not tried after']);
  });
});

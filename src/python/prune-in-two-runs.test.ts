import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pruneScript } from './index.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const hasCompiler = spawnSync('cc', ['--version']).status === 0;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plimsoll-prune-twice-'));
  writeFileSync(join(root, 'prune.py'), pruneScript());
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Writes the files and a dist-info whose RECORD lists them, as pip does. */
function install(environment: string, distribution: string, files: Files): void {
  const info = `${distribution}.dist-info`;
  const all: Files = { ...files, [`${info}/METADATA`]: `Name: ${distribution.split('-')[0]}\n` };
  const site = siteOf(environment);
  const record = Object.entries(all).map(([path, content]) => {
    mkdirSync(dirname(join(site, path)), { recursive: true });
    writeFileSync(join(site, path), content);
    return `${path},sha256=${createHash('sha256').update(content).digest('base64url')},${Buffer.from(content).length}`;
  });
  writeFileSync(join(site, `${info}/RECORD`), [...record, `${info}/RECORD,,`, ''].join('\n'));
}

/** Removes what RECORD lists, and the dist-info: `pip uninstall`. */
function uninstall(environment: string, distribution: string): void {
  const record = readFileSync(join(siteOf(environment), `${distribution}.dist-info/RECORD`), 'utf8');
  for (const line of record.split('\n').filter(Boolean))
    rmSync(join(siteOf(environment), line.split(',')[0] ?? ''), { force: true });
}

function siteOf(environment: string): string {
  return join(root, environment, 'lib/python3.11/site-packages');
}

function prune(environment: string, ...words: readonly string[]): string {
  const told = execFileSync('python3', [join(root, 'prune.py'), join(root, environment), ...words], {
    encoding: 'utf8',
  });
  letClockTick();
  return told;
}

/** Whatever is written next is newer: the clock of a file system ticks every few milliseconds, which is less than lies between two steps of a build. */
function letClockTick(): void {
  const probe = join(root, 'probe');
  const writtenAt = (): bigint => {
    writeFileSync(probe, '');
    return statSync(probe, { bigint: true }).ctimeNs;
  };
  const start = writtenAt();
  while (writtenAt() <= start);
}

const asideOf = (environment: string): string => join(root, `${environment}.aside`);

/** Path → content of every file; lines of RECORD in one order. */
function contentsOf(environment: string): Readonly<Record<string, string>> {
  const site = siteOf(environment);
  const entries = readdirSync(site, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const paths = entries.map((one) => join(one.parentPath, one.name)).sort();
  return Object.fromEntries(
    paths.map((path) => {
      const text = readFileSync(path, 'latin1');
      return [
        path.slice(site.length + 1),
        path.endsWith('RECORD') ? text.split('\n').sort().join('\n') : text,
      ];
    }),
  );
}

const rules = ['--tests', '--headers', '--static-libraries', '--native-sources'];

/** Heavy ones with tests that nothing needs, that they need themselves, and that only what comes later needs. */
function installHeavy(environment: string): void {
  install(environment, 'heavy-1.0', {
    'heavy/__init__.py': 'from heavy.own.tests import data\nplugin = "small.tests.plugin"\n',
    'heavy/own/tests/data.py': '',
    'heavy/free/tests/test_a.py': 'x = 1',
    'heavy/tests/__init__.py': '',
    'heavy/tests/base.py': 'from heavy.deep.tests import more',
    'heavy/deep/tests/more.py': '',
    'heavy/include/heavy/a.h': 'int a;',
    'heavy/fast.pyx': 'x',
  });
}

/** What each of them makes of the environment, and which files of the heavy one are there because of it. */
const laters: readonly (readonly [
  name: string,
  later: (environment: string) => void,
  back: readonly string[],
])[] = [
  ['nothing more', () => {}, []],
  [
    'something that needs none of it',
    (environment) =>
      install(environment, 'small-1.0', {
        'small/__init__.py': '',
        'small/tests/plugin.py': '',
        'small/sub/test/test_b.py': '',
        'small/b.c': '',
      }),
    [],
  ],
  [
    'something that imports a test folder, which imports another',
    (environment) =>
      install(environment, 'small-1.0', { 'small/__init__.py': 'from heavy.tests import base' }),
    ['heavy/deep/tests/more.py', 'heavy/tests/__init__.py', 'heavy/tests/base.py'],
  ],
  [
    'an entry point',
    (environment) =>
      install(environment, 'small-1.0', {
        'small-1.0.dist-info/entry_points.txt': '[pytest11]\na = heavy.free.tests.test_a\n',
      }),
    ['heavy/free/tests/test_a.py'],
  ],
  [
    'something that compiles at run time',
    (environment) => install(environment, 'deepspeed-0.1', { 'deepspeed/__init__.py': '' }),
    ['heavy/fast.pyx', 'heavy/include/heavy/a.h'],
  ],
  [
    'another version of the heavy one',
    (environment) => {
      uninstall(environment, 'heavy-1.0');
      install(environment, 'heavy-2.0', {
        'heavy/__init__.py': 'import heavy.tests.base',
        'heavy/tests/base.py': 'new = 1',
        'heavy/new/tests/test_c.py': '',
      });
    },
    ['heavy/tests/base.py'],
  ],
];

describe.skipIf(!hasPython)('prune-site-packages.py in two runs', () => {
  test.each(laters)('leaves with %s what one run at the end leaves', (_, later, back) => {
    for (const environment of ['once', 'twice']) installHeavy(environment);
    prune('twice', ...rules, '--aside', asideOf('twice'));
    expect(Object.keys(contentsOf('twice')).filter((path) => /tests|include|pyx/.test(path))).toEqual([
      'heavy/own/tests/data.py',
    ]);
    for (const environment of ['once', 'twice']) later(environment);
    prune('once', ...rules);
    prune('twice', ...rules, '--since', asideOf('twice'));
    const after = contentsOf('twice');
    expect(after).toEqual(contentsOf('once'));
    expect(Object.keys(after)).toEqual(expect.arrayContaining([...back]));
  });

  test('a file that the first run has read is not read again, and one that has changed since is', () => {
    for (const environment of ['known', 'changed']) {
      installHeavy(environment);
      prune(environment, ...rules, '--aside', asideOf(environment));
      const notes = join(asideOf(environment), 'lib/python3.11/site-packages/notes.json');
      // Only who does not read the file itself can think so.
      const noted = readFileSync(notes, 'utf8').replace('small.tests.plugin', 'small.sub.test');
      writeFileSync(notes, noted);
      letClockTick();
      install(environment, 'small-1.0', { 'small/sub/test/a.py': '', 'small/tests/plugin.py': '' });
    }
    const changed = join(siteOf('changed'), 'heavy/__init__.py');
    writeFileSync(changed, readFileSync(changed));
    const left = ['known', 'changed'].map((environment) => {
      prune(environment, ...rules, '--since', asideOf(environment));
      return ['small/sub/test', 'small/tests'].map((path) => existsSync(join(siteOf(environment), path)));
    });
    expect(left).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  test.each([
    ['what came later', 'x = 1', 'import pip'],
    ['what was there before', 'import pip', 'x = 1'],
    ['nothing', 'x = 1', 'x = 1'],
  ])('installers stay for the second run, which leaves them for %s', (_, early, late) => {
    for (const environment of ['once', 'twice']) {
      install(environment, 'pip-24.0', { 'pip/__init__.py': '', '../../../bin/pip': '#!' });
      install(environment, 'heavy-1.0', { 'heavy/__init__.py': early });
    }
    prune('twice', '--installers', '--aside', asideOf('twice'));
    expect(existsSync(join(siteOf('twice'), 'pip/__init__.py'))).toBe(true);
    for (const environment of ['once', 'twice'])
      install(environment, 'small-1.0', { 'small/__init__.py': late });
    prune('once', '--installers');
    prune('twice', '--installers', '--since', asideOf('twice'));
    expect(contentsOf('twice')).toEqual(contentsOf('once'));
    const stays = [early, late].includes('import pip');
    expect(existsSync(join(siteOf('twice'), 'pip'))).toBe(stays);
    expect(readFileSync(join(asideOf('twice'), 'gone'), 'utf8')).toBe(
      stays ? '' : `${join(siteOf('twice'), 'pip-24.0.dist-info')}\n`,
    );
  });

  test('a rule that the first run did not have counts for all', () => {
    installHeavy('venv');
    prune('venv', '--headers', '--aside', asideOf('venv'));
    prune('venv', '--tests', '--since', asideOf('venv'));
    expect(Object.keys(contentsOf('venv')).filter((path) => path.includes('tests'))).toEqual([
      'heavy/own/tests/data.py',
    ]);
  });

  test('ends with 2 where no run with --aside was before', () => {
    installHeavy('venv');
    const words = [join(root, 'prune.py'), join(root, 'venv'), '--tests', '--since', asideOf('venv')];
    const ended = spawnSync('python3', words, { encoding: 'utf8' });
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain('venv.aside is not there: --since needs an earlier run with --aside');
  });

  test.skipIf(!hasCompiler)('strips what is newer alone', () => {
    writeFileSync(
      join(root, 'a.c'),
      'static int hidden(void) { return 1; }\nint shown(void) { return hidden(); }',
    );
    execFileSync('cc', ['-g', '-shared', '-fPIC', '-o', join(root, 'a.so'), join(root, 'a.c')]);
    const tool = join(root, 'strip-and-say');
    writeFileSync(
      tool,
      `#!/bin/sh\nfor last; do :; done\necho "$last" >> ${root}/stripped\nexec strip "$@"\n`,
    );
    chmodSync(tool, 0o755);
    const library = readFileSync(join(root, 'a.so'));
    install('venv', 'heavy-1.0', { 'heavy/a.so': library });
    prune('venv', '--strip', '--strip-tool', tool, '--aside', asideOf('venv'));
    install('venv', 'small-1.0', { 'small/b.so': library });
    prune('venv', '--strip', '--strip-tool', tool, '--since', asideOf('venv'));
    const stripped = readFileSync(join(root, 'stripped'), 'utf8').trim().split('\n');
    expect(stripped.map((path) => path.slice(siteOf('venv').length + 1))).toEqual([
      'heavy/a.so',
      'small/b.so',
    ]);
  });
});

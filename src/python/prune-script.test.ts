import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { pruneScript } from './index.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const hasStrip = spawnSync('strip', ['--version']).status === 0;

const summarySchema = z.object({
  results: z.array(
    z.object({
      beforeBytes: z.number(),
      afterBytes: z.number(),
      rules: z.record(z.string(), z.object({ files: z.number(), bytes: z.number() })),
      kept: z.object({
        count: z.number(),
        examples: z.array(z.object({ path: z.string(), because: z.string() })),
      }),
      problems: z.array(z.object({ path: z.string(), problem: z.string() })),
    }),
  ),
});

let root: string;
let site: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plimsoll-prune-'));
  site = join(root, 'venv/lib/python3.11/site-packages');
  mkdirSync(site, { recursive: true });
  writeFileSync(join(root, 'prune.py'), pruneScript());
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Writes the files and a dist-info whose RECORD lists them. */
function install(distribution: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  const all = { ...files, [`${distribution}.dist-info/METADATA`]: `Name: ${distribution.split('-')[0]}\n` };
  const record = Object.entries(all).map(([path, content]) => {
    mkdirSync(dirname(join(site, path)), { recursive: true });
    writeFileSync(join(site, path), content);
    return `${path},${hashOf(content)},${Buffer.from(content).length}`;
  });
  writeFileSync(
    join(site, `${distribution}.dist-info/RECORD`),
    [...record, `${distribution}.dist-info/RECORD,,`, ''].join('\n'),
  );
}

function hashOf(content: string | Uint8Array): string {
  return `sha256=${createHash('sha256').update(content).digest('base64url')}`;
}

function prune(...words: string[]) {
  const output = execFileSync('python3', [join(root, 'prune.py'), join(root, 'venv'), '--json', ...words], {
    encoding: 'utf8',
  });
  const [result] = summarySchema.parse(JSON.parse(output)).results;
  if (!result) throw new Error('no result');
  return result;
}

/** Of the regular files, a hard-linked one once. */
function bytesBelow(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const found = files.map((one) => statSync(join(one.parentPath, one.name)));
  return [...new Map(found.map(({ ino, size }) => [ino, size])).values()].reduce(
    (sum, size) => sum + size,
    0,
  );
}

const has = (path: string): boolean => existsSync(join(site, path));
const record = (distribution: string): string =>
  readFileSync(join(site, `${distribution}.dist-info/RECORD`), 'utf8');

describe.skipIf(!hasPython)('prune-site-packages.py', () => {
  test.each([
    ['an absolute import', 'import pkg.tests.data'],
    ['from the package', 'from pkg import tests'],
    ['a relative import in a function', 'def f():\n    from .tests import data'],
    ['a relative module of the parent', 'from . import (\n    a,\n    tests,\n)'],
    ['a dotted string', 'm = import_module("pkg.tests.data")'],
    ['a relative dotted string', 'm = import_module(".tests.data", __package__)'],
    ['an entry point in a string', 'plugin = "pkg.tests:Plugin"'],
    ['a file for another Python', 'print "old"\nfrom pkg.tests import data'],
  ])('keeps a test folder that is needed by %s', (_, code) => {
    install('pkg-1.0', { 'pkg/__init__.py': code, 'pkg/tests/data.py': 'x = 1' });
    const result = prune('--tests');
    expect(has('pkg/tests/data.py')).toBe(true);
    expect(result.kept.examples).toEqual([{ path: 'pkg/tests', because: 'imported by pkg/__init__.py' }]);
  });

  test.each([
    ['a word in a comment', '# run the tests\n"""See the tests."""'],
    ['another package of the name', 'from other.tests import x'],
    ['testing', 'from pkg.testing import x'],
    ['a plain string', 'suite.add_subpackage("tests")'],
  ])('removes one that only %s mentions', (_, code) => {
    install('pkg-1.0', {
      'pkg/__init__.py': code,
      'pkg/testing/__init__.py': '',
      'pkg/tests/test_a.py': 'from pkg.tests import data',
      'pkg/tests/data.py': '',
    });
    expect(prune('--tests').rules['tests']?.files).toBe(2);
    expect([has('pkg/tests'), has('pkg/testing/__init__.py')]).toEqual([false, true]);
    expect(record('pkg-1.0')).not.toContain('pkg/tests/');
    expect(record('pkg-1.0')).toContain('pkg/testing/__init__.py,sha256=');
  });

  test('says what the files weigh before and after, a hard-linked one once', () => {
    install('pkg-1.0', {
      'pkg/__init__.py': 'x = 1',
      'pkg/tests/data.py': 'y'.repeat(5000),
      'pkg/include/a.h': 'int a;',
      'pkg/deep/er/b.pyx': 'b'.repeat(700),
    });
    linkSync(join(site, 'pkg/__init__.py'), join(site, 'pkg/again.py'));
    symlinkSync(join(site, 'pkg/tests'), join(site, 'pkg/elsewhere'));
    const before = bytesBelow(site);
    const result = prune('--tests', '--headers', '--native-sources');
    expect([result.beforeBytes, result.afterBytes]).toEqual([before, bytesBelow(site)]);
    expect(before - result.afterBytes).toBeGreaterThan(5700);
    expect(result.problems).toEqual([]);
  });

  test('what a kept test folder imports is kept too, and entry points and --keep count', () => {
    install('pkg-1.0', {
      'pkg/__init__.py': 'import pkg.tests',
      'pkg/tests/__init__.py': 'import pkg.sub.tests',
      'pkg/sub/tests/__init__.py': '',
      'pkg/plugin/tests/__init__.py': '',
      'pkg/asked/tests/__init__.py': '',
      'pkg/free/tests/__init__.py': '',
      'pkg-1.0.dist-info/entry_points.txt': '[pytest11]\npkg = pkg.plugin.tests\n',
    });
    prune('--tests', '--keep', 'pkg.asked.tests');
    expect(
      ['pkg/tests', 'pkg/sub/tests', 'pkg/plugin/tests', 'pkg/asked/tests', 'pkg/free/tests'].map(has),
    ).toEqual([true, true, true, true, false]);
  });

  test('takes test programs of torch, never torch_shm_manager', () => {
    install('torch-2.0', {
      'torch/__init__.py': '',
      'torch/bin/test_api': 'x',
      'torch/bin/protoc': 'x',
      'torch/bin/torch_shm_manager': 'x',
      'torch/test/atest': 'x',
      'torch/lib/libtorchbind_test.so': 'x',
      'torch/lib/libtorch.so': 'x',
    });
    prune('--tests');
    expect(
      [
        'torch/bin/test_api',
        'torch/bin/protoc',
        'torch/bin/torch_shm_manager',
        'torch/test',
        'torch/lib/libtorchbind_test.so',
        'torch/lib/libtorch.so',
      ].map(has),
    ).toEqual([false, false, true, false, false, true]);
  });

  const compilerFiles = {
    'pkg/__init__.py': '',
    'pkg/include/pkg/a.h': 'int a;',
    'pkg/include/pkg/b.hpp': 'int b;',
    'pkg/code/include/__init__.py': 'x = 1',
    'pkg/code/include/data.py': 'x = 1',
    'pkg/lib/x.a': '!<arch>\n',
    'pkg/lib/notes.a': 'not an archive',
    'pkg/fast.pyx': 'x',
    'pkg/fast.c': 'x',
    'pkg/kernel.cu': 'x',
    'pkg/types.pyi': 'x',
    'triton/include/cuda.h': 'x',
  };
  const compilerRules = ['--headers', '--static-libraries', '--native-sources'];

  test('takes what only compilers read, and nothing that looks alike', () => {
    install('pkg-1.0', compilerFiles);
    prune(...compilerRules);
    const gone = Object.keys(compilerFiles).filter((path) => !has(path));
    expect(gone).toEqual([
      'pkg/include/pkg/a.h',
      'pkg/include/pkg/b.hpp',
      'pkg/lib/x.a',
      'pkg/fast.pyx',
      'pkg/fast.c',
    ]);
    expect(
      record('pkg-1.0')
        .split('\n')
        .filter((line) => /\.h,|\.a,/.test(line)).length,
    ).toBe(2);
  });

  test.each([
    ['a distribution that compiles at run time is installed', 'pytensor-2.0', compilerRules],
    ['the caller says so', 'pkg-2.0', ['--headers', '--keep-headers']],
  ])('leaves it when %s', (_, distribution, words) => {
    install(distribution, compilerFiles);
    prune(...words);
    expect(Object.keys(compilerFiles).filter((path) => !has(path))).toEqual([]);
  });

  test('bytecode goes only when asked for', () => {
    install('pkg-1.0', { 'pkg/__init__.py': '', 'pkg/__pycache__/__init__.cpython-311.pyc': 'x' });
    prune('--tests');
    expect(has('pkg/__pycache__')).toBe(true);
    prune('--bytecode=drop');
    expect(has('pkg/__pycache__')).toBe(false);
    expect(record('pkg-1.0')).not.toContain('.pyc');
  });

  test.each([
    ['no rule', []],
    ['an unknown option', ['--everything']],
    ['an unknown bytecode choice', ['--bytecode=maybe']],
  ])('ends with 2 for %s', (_, words) => {
    expect(spawnSync('python3', [join(root, 'prune.py'), join(root, 'venv'), ...words]).status).toBe(2);
  });

  test('ends with 2 where there is no environment, and names it', () => {
    const ended = spawnSync('python3', [join(root, 'prune.py'), join(root, 'nowhere'), '--tests'], {
      encoding: 'utf8',
    });
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain('nowhere holds no site-packages folder');
  });

  test('without strip, nothing is stripped, and the summary says so', () => {
    install('pkg-1.0', { 'pkg/__init__.py': '' });
    expect(prune('--strip', '--strip-tool', 'no-such-strip').problems[0]?.problem).toContain(
      'no-such-strip is not installed',
    );
  });
});

const hasCompiler = spawnSync('cc', ['--version']).status === 0;

/** What `python -m venv` puts there, bytecode and programs included. */
function installInstallers(): void {
  install('pip-24.0', {
    'pip/__init__.py': 'import setuptools',
    'pip/_vendor/a.py': '',
    '../../../bin/pip': '#!',
    '../../../bin/pip3.11': '#!',
    'pip-24.0.dist-info/entry_points.txt': '[console_scripts]\npip = pip:main\n',
  });
  install('setuptools-65.5.0', {
    'setuptools/__init__.py': 'import pip, wheel',
    'pkg_resources/__init__.py': 'from setuptools import x',
    '_distutils_hack/__init__.py': '',
    'distutils-precedence.pth': "import os; __import__('_distutils_hack')",
  });
  install('wheel-0.43.0', { 'wheel/__init__.py': 'import setuptools' });
  for (const folder of ['pip', 'setuptools', 'wheel']) {
    mkdirSync(join(site, folder, '__pycache__'));
    writeFileSync(join(site, folder, '__pycache__/__init__.cpython-311.pyc'), '');
  }
}

describe.skipIf(!hasPython)('--installers', () => {
  const left = (): readonly string[] =>
    ['pip', 'setuptools', 'wheel'].filter((name) => has(`${name}/__init__.py`));

  test('takes pip, setuptools and wheel whole, with their programs and their bytecode, and nothing else', () => {
    installInstallers();
    install('app-1.0', { 'app/__init__.py': 'x = 1', '../../../bin/app': '#!' });
    const before = bytesBelow(join(root, 'venv'));
    const result = prune('--installers');
    expect(readdirSync(site).toSorted()).toEqual(['app', 'app-1.0.dist-info']);
    expect(readdirSync(join(root, 'venv/bin'))).toEqual(['app']);
    expect(result.problems).toEqual([]);
    expect(result.rules['installers']?.bytes).toBe(before - bytesBelow(join(root, 'venv')));
  });

  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['an import', { 'app/__init__.py': 'import os, pip' }, ['pip']],
    ['an import of a part of it', { 'app/__init__.py': 'from pip._internal.cli import main' }, ['pip']],
    ['an import in one line', { 'app/__init__.py': 'try: import pip\nexcept ImportError: pass' }, ['pip']],
    ['a name that is loaded', { 'app/__init__.py': 'import_module("pip")' }, ['pip']],
    ['a call of the module', { 'app/__init__.py': 'run([sys.executable, "-m", "pip", "list"])' }, ['pip']],
    ['a call through a shell', { 'app/__init__.py': 'system(f"{sys.executable} -m pip list")' }, ['pip']],
    ['a command with a name', { 'app/__init__.py': 'COMMAND = "python3 -m pip freeze"' }, ['pip']],
    ['advice', { 'app/__init__.py': 'raise ImportError("try: python -m pip install app[all]")' }, []],
    [
      'advice in quotes',
      { 'app/__init__.py': `raise ImportError("a" "'python -m pip install x' helps")` },
      [],
    ],
    ['a longer word', { 'app/__init__.py': 'import pipeline, wheels\nfrom pipx import a' }, []],
    ['pkg_resources', { 'app/__init__.py': 'def f():\n    import pkg_resources' }, ['setuptools']],
    ['wheel', { 'app/__init__.py': 'from wheel.cli import x' }, ['wheel']],
    ['distutils of Python itself', { 'app/__init__.py': 'from distutils.version import x' }, []],
    [
      'what a distribution requires',
      { 'app-1.0.dist-info/METADATA': 'Name: app\nRequires-Dist: Setuptools (>=60)\n' },
      ['setuptools'],
    ],
    [
      'what an extra of it requires',
      { 'app-1.0.dist-info/METADATA': 'Name: app\nRequires-Dist: pip; extra == "dev"\n' },
      [],
    ],
    ['what its description says', { 'app-1.0.dist-info/METADATA': 'Name: app\n\nRequires-Dist: pip\n' }, []],
  ])('goes by the need of others: %s', (_, files, kept) => {
    installInstallers();
    install('app-1.0', { 'app/__init__.py': '' });
    for (const [path, text] of Object.entries(files)) writeFileSync(join(site, path), text);
    const result = prune('--installers');
    expect(left()).toEqual(kept);
    expect(result.kept.count).toBe(kept.length);
  });

  test('keeps what the program names', () => {
    installInstallers();
    const result = prune('--installers', '--keep', 'pkg_resources', '--keep', 'app.tests');
    expect(left()).toEqual(['setuptools']);
    expect(result.kept.examples).toEqual([
      { path: 'setuptools-65.5.0.dist-info', because: 'named by --keep pkg_resources' },
    ]);
  });

  test('keeps one whose files are not known', () => {
    installInstallers();
    rmSync(join(site, 'pip-24.0.dist-info/RECORD'));
    expect(prune('--installers').kept.examples[0]?.because).toContain('its RECORD cannot be read');
    expect(left()).toContain('pip');
  });

  test('keeps files that are another’s', () => {
    installInstallers();
    writeFileSync(join(site, 'setuptools/own.py'), '');
    prune('--installers');
    expect([has('setuptools/own.py'), has('setuptools/__init__.py')]).toEqual([true, false]);
  });

  test('setuptools stands in for distutils from Python 3.12 on', () => {
    rmSync(join(root, 'venv/lib/python3.11'), { recursive: true });
    site = join(root, 'venv/lib/python3.12/site-packages');
    mkdirSync(site, { recursive: true });
    installInstallers();
    install('app-1.0', { 'app/__init__.py': 'from distutils.version import x' });
    prune('--installers');
    expect(left()).toEqual(['setuptools']);
  });
});

describe.skipIf(!hasPython || !hasStrip || !hasCompiler)('stripping', () => {
  function library(): string {
    const source = join(root, 'a.c');
    writeFileSync(
      source,
      Array.from(
        { length: 200 },
        (_, at) =>
          `static int hidden_${at}(int x) { return x + ${at}; }\nint shown_${at}(int x) { return hidden_${at}(x); }`,
      ).join('\n'),
    );
    execFileSync('cc', ['-g', '-O0', '-shared', '-fPIC', '-o', join(root, 'a.so'), source]);
    return join(root, 'a.so');
  }

  test('takes symbols, keeps the library loadable, its mode and time, and RECORD true', () => {
    install('pkg-1.0', { 'pkg/__init__.py': '', 'pkg/a.so': readFileSync(library()) });
    chmodSync(join(site, 'pkg/a.so'), 0o751);
    const before = statSync(join(site, 'pkg/a.so'));
    const result = prune('--strip');
    const after = statSync(join(site, 'pkg/a.so'));
    expect(result.rules['strip']).toEqual({ files: 1, bytes: before.size - after.size });
    expect(after.size).toBeLessThan(before.size);
    expect([after.mode, Math.floor(after.mtimeMs)]).toEqual([before.mode, Math.floor(before.mtimeMs)]);
    const content = readFileSync(join(site, 'pkg/a.so'));
    expect(record('pkg-1.0')).toContain(`pkg/a.so,${hashOf(content)},${content.length}`);
    const call = `import ctypes; print(ctypes.CDLL(${JSON.stringify(join(site, 'pkg/a.so'))}).shown_7(1))`;
    expect(execFileSync('python3', ['-c', call], { encoding: 'utf8' })).toBe('8\n');
  });

  test.each([
    [
      'shifts a segment against its page',
      'off = struct.unpack_from("<Q", d, 32)[0]\nfor i in range(struct.unpack_from("<H", d, 56)[0]):\n    at = off + 56 * i\n    if struct.unpack_from("<I", d, at)[0] == 1 and struct.unpack_from("<Q", d, at + 8)[0]:\n        struct.pack_into("<Q", d, at + 8, struct.unpack_from("<Q", d, at + 8)[0] + 16)',
    ],
    ['cuts the file off', 'd = d[: len(d) // 4]'],
    ['changes code', 'i = d.find(b"\\x55\\x48\\x89\\xe5")\nd[i] ^= 1'],
  ])('keeps the original when the tool %s', (_, damage) => {
    const tool = join(root, 'bad-strip');
    writeFileSync(
      tool,
      `#!/usr/bin/env python3\nimport struct, subprocess, sys\nsubprocess.check_call(["strip"] + sys.argv[1:])\nout = sys.argv[3]\nd = bytearray(open(out, "rb").read())\n${damage}\nopen(out, "wb").write(d)\n`,
    );
    chmodSync(tool, 0o755);
    install('pkg-1.0', { 'pkg/__init__.py': '', 'pkg/a.so': readFileSync(library()) });
    const before = readFileSync(join(site, 'pkg/a.so'));
    const result = prune('--strip', '--strip-tool', tool);
    expect(result.kept.count).toBe(1);
    expect(readFileSync(join(site, 'pkg/a.so')).equals(before)).toBe(true);
  });

  test('a hard link outside keeps its content; links inside stay one file', () => {
    const original = library();
    install('pkg-1.0', { 'pkg/__init__.py': '' });
    copyFileSync(original, join(root, 'cache.so'));
    for (const name of ['pkg/a.so', 'pkg/b.so'])
      execFileSync('ln', [join(root, 'cache.so'), join(site, name)]);
    prune('--strip');
    expect(statSync(join(root, 'cache.so')).size).toBe(statSync(original).size);
    expect(statSync(join(site, 'pkg/a.so')).ino).toBe(statSync(join(site, 'pkg/b.so')).ino);
    expect(statSync(join(site, 'pkg/a.so')).size).toBeLessThan(statSync(original).size);
  });
});

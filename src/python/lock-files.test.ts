import { describe, expect, test } from 'vitest';
import { isLockFile, readLockedVersions, readManifest } from './index.ts';

describe('the versions that a lock file has chosen', () => {
  test.each([
    [
      'uv.lock',
      'version = 1\n[[package]]\nname = "api"\nversion = "0.1"\nsource = { editable = "." }\n[[package]]\nname = "NumPy"\nversion = "2.1.0"\nsource = { registry = "https://pypi.org/simple" }\n' +
        '[[package]]\nname = "torch"\nversion = "2.3.0"\n[[package]]\nname = "torch"\nversion = "2.3.0+cpu"\n',
      'the project itself and what has two versions are left out',
    ],
    ['poetry.lock', '[[package]]\nname = "numpy"\nversion = "2.1.0"\n', 'Poetry'],
    ['pdm.lock', '[metadata]\n[[package]]\nname = "numpy"\nversion = "2.1.0"\n', 'PDM'],
    ['pylock.toml', 'lock-version = "1.0"\n[[packages]]\nname = "numpy"\nversion = "2.1.0"\n', 'PEP 751'],
    [
      'Pipfile.lock',
      '{"_meta": {}, "default": {"numpy": {"version": "==2.1.0"}, "x": {"git": "y"}}}',
      'Pipenv',
    ],
  ])('%s: %#, %s', (path, text) => {
    expect(isLockFile(`sub/${path}`)).toBe(true);
    expect(readLockedVersions(path, text)).toEqual([{ name: 'numpy', version: '2.1.0' }]);
  });

  test('one that cannot be read is an error that names it', () => {
    expect(() => readLockedVersions('api/uv.lock', 'a = [')).toThrow(/^api\/uv\.lock cannot be read/);
    expect(() => readLockedVersions('Pipfile.lock', '{')).toThrow(/^Pipfile\.lock cannot be read/);
  });
});

describe('what a manifest asks for', () => {
  const found = (path: string, text: string, extras: readonly string[] = []) =>
    readManifest(path, text, extras).map(({ text: one, group, line }) => `${line} ${group ?? '-'} ${one}`);

  test('PEP 621 with extras, and the groups of PEP 735, uv and PDM', () => {
    const text =
      '[project]\ndependencies = [\n  "torch>=2.2",\n]\n[project.optional-dependencies]\ngpu = ["triton"]\nx = ["y"]\n' +
      '[dependency-groups]\ndev = ["pytest", {include-group = "lint"}]\n[tool.uv]\ndev-dependencies = ["ruff"]\n[tool.pdm.dev-dependencies]\ndoc = ["sphinx"]\n';
    expect(found('pyproject.toml', text, ['gpu'])).toEqual([
      '3 - torch>=2.2',
      '6 - triton',
      '9 dev pytest',
      '13 doc sphinx',
      '11 dev ruff',
    ]);
  });

  test('Poetry: its signs are put as PEP 440 says them', () => {
    const text =
      '[tool.poetry.dependencies]\npython = "^3.11"\na = "^1.2.3"\nb = "^0.2"\nc = "~1.4"\nd = "2.0"\ne = "*"\n' +
      'f = { version = ">=1,<3", extras = ["x", "y"], markers = "sys_platform == \'linux\'" }\ng = { path = "../g" }\nh = { version = "1", optional = true }\n' +
      '[tool.poetry.group.dev.dependencies]\npytest = "^8"\n';
    expect(found('pyproject.toml', text)).toEqual([
      '3 - a>=1.2.3,<2',
      '4 - b>=0.2,<0.3',
      '5 - c>=1.4,<1.5',
      '6 - d==2.0',
      '7 - e',
      "8 - f[x,y]>=1,<3 ; sys_platform == 'linux'",
      '12 dev pytest>=8,<9',
    ]);
  });

  test('a Pipfile', () => {
    expect(found('Pipfile', '[packages]\nflask = "==3.0"\n[dev-packages]\npytest = "*"\n')).toEqual([
      '2 - flask==3.0',
      '4 dev-packages pytest',
    ]);
  });

  test('no TOML', () => {
    expect(() => readManifest('pyproject.toml', '[')).toThrow(/^pyproject\.toml cannot be read/);
  });
});

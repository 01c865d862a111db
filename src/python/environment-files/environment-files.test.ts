import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listedRequirements, readEnvironmentFile } from '../index.ts';

/** Written by Poetry 1.3 and PDM 2.2 for the end-to-end projects. */
const ofProject = (path: string): string =>
  readFileSync(new URL(`../../../test/e2e/projects/${path}`, import.meta.url), 'utf8');

const read = (path: string, text: string) => {
  const file = readEnvironmentFile({ path, text });
  if (file === undefined) throw new Error(`${path} is not known`);
  return file;
};
const lines = (path: string, text: string, ...groups: readonly string[]) =>
  listedRequirements(read(path, text), { isWanted: (group) => groups.includes(group) }).requirements;

describe('lock files', () => {
  it('reads what Poetry 1.3 wrote: categories are groups', () => {
    const text = ofProject('poetry-service/poetry.lock');
    expect(lines('poetry.lock', text, 'main')).toEqual(['pyyaml==6.0.3', 'tornado==6.5.10']);
    expect(lines('poetry.lock', text, 'main', 'dev')).toContain('coverage==7.16.2');
    expect(read('poetry.lock', text)).toMatchObject({
      requiresPython: '^3.11',
      indexUrls: ['http://packages.example.org/simple'],
    });
  });

  it('reads Poetry 2: groups, and markers that differ by group', () => {
    const text = `
[[package]]
name = "Colorama"
version = "0.4.6"
optional = false
groups = ["main", "test"]
markers = {main = "platform_system == \\"Windows\\"", test = "sys_platform == \\"win32\\""}
files = []
[[package]]
name = "tool"
version = "1.0"
groups = ["test"]
[package.source]
type = "git"
url = "https://host/tool.git"
[metadata]
lock-version = "2.1"
python-versions = ">=3.9"
`;
    expect(lines('poetry.lock', text, 'main')).toEqual(['colorama==0.4.6 ; platform_system == "Windows"']);
    const all = listedRequirements(read('a/poetry.lock', text), { isWanted: () => true });
    expect(all.problems).toEqual([
      'a/poetry.lock: tool comes from https://host/tool.git, and no package index tells its size',
    ]);
  });

  it('asks the manifest where Poetry 1.5 to 1.8 tell no groups, and follows what is needed', () => {
    const lock = read(
      'poetry.lock',
      `
[[package]]
name = "flask"
version = "3.0"
[package.dependencies]
Jinja2 = ">=3"
[[package]]
name = "jinja2"
version = "3.1"
[[package]]
name = "pytest"
version = "8.0"
[metadata]
lock-version = "2.0"
`,
    );
    const manifest = read(
      'pyproject.toml',
      '[tool.poetry.dependencies]\nflask = "*"\n[tool.poetry.group.dev.dependencies]\npytest = "^8"\n',
    );
    const of = (...groups: readonly string[]) =>
      listedRequirements(lock, { manifest, isWanted: (group) => groups.includes(group) }).requirements;
    expect(of('main')).toEqual(['flask==3.0', 'jinja2==3.1']);
    expect(of('dev')).toEqual(['pytest==8.0']);
    expect(listedRequirements(lock, { isWanted: () => false }).requirements).toHaveLength(3);
  });

  it('reads what PDM 2.2 wrote, which tells no groups', () => {
    const lock = read('pdm.lock', ofProject('pdm-service/pdm.lock'));
    const manifest = read('pyproject.toml', ofProject('pdm-service/pyproject.toml'));
    expect(
      listedRequirements(lock, { manifest, isWanted: (group) => group === 'main' }).requirements,
    ).toEqual(['pyyaml==6.0.3', 'tornado==6.5.10']);
    expect(listedRequirements(lock, { manifest, isWanted: () => true }).requirements).toHaveLength(3);
  });

  it('joins PDM’s entries with and without extras', () => {
    const text = `
[metadata]
groups = ["default", "test"]
lock_version = "4.5.0"
[[metadata.targets]]
requires_python = ">=3.9"
[[package]]
name = "uvicorn"
version = "0.30"
groups = ["default"]
dependencies = ["click>=7.0", "h11>=0.8"]
[[package]]
name = "uvicorn"
version = "0.30"
extras = ["standard"]
groups = ["default", "test"]
dependencies = ["httptools>=0.5.0", "uvicorn==0.30"]
[[package]]
name = "local"
path = "./libs/local"
groups = ["default"]
`;
    const file = read('pdm.lock', text);
    expect(file.requiresPython).toBe('>=3.9');
    expect(file.distributions[0]).toMatchObject({
      extras: ['standard'],
      groups: ['main', 'test'],
      requires: ['click', 'h11', 'httptools'],
    });
    expect(lines('pdm.lock', text, 'test')).toEqual(['uvicorn[standard]==0.30']);
    expect(file.distributions[1]?.place).toEqual({ kind: 'path', target: './libs/local' });
  });

  it('reads a lock of pip: PEP 751', () => {
    const text = `lock-version = "1.0"
created-by = "pip"
[[packages]]
name = "anyio"
version = "4.15.1"
[[packages.wheels]]
name = "anyio-4.15.1-py3-none-any.whl"
url = "http://host/anyio-4.15.1-py3-none-any.whl"
[packages.wheels.hashes]
sha256 = "6152"
[[packages]]
name = "pytest"
version = "8.0"
marker = "'dev' in dependency_groups or 'test' in extras"
[[packages]]
name = "pywin32"
version = "300"
marker = "sys_platform == 'win32'"
[[packages]]
name = "tool"
vcs = { type = "git", url = "https://host/tool.git", commit-id = "abc" }
`;
    const file = read('pylock.prod.toml', text);
    expect(file.distributions.map(({ name, groups, marker }) => [name, groups, marker])).toEqual([
      ['anyio', ['main'], undefined],
      ['pytest', ['dev', 'extra:test'], undefined],
      ['pywin32', ['main'], "sys_platform == 'win32'"],
      ['tool', ['main'], undefined],
    ]);
    // What no marker binds to a group is there with any, in the order of the file.
    expect(lines('pylock.toml', text, 'extra:test')).toEqual([
      'anyio==4.15.1',
      'pytest==8.0',
      'pywin32==300 ; sys_platform == "win32"',
    ]);
  });

  it('follows uv.lock from the project, with its groups, extras and markers', () => {
    const text = ofProject('uv-service/uv.lock');
    expect(lines('uv.lock', text, 'main').map((line) => line.split('==')[0])).toEqual([
      ...['anyio', 'click', 'h11', 'idna', 'starlette', 'typing-extensions', 'uvicorn'],
    ]);
    expect(lines('uv.lock', text, 'dev')).toEqual(['iniconfig==2.3.0']);
    const edges = `version = 1
[[package]]
name = "app"
source = { virtual = "." }
dependencies = [{ name = "a", extra = ["fast"], marker = "sys_platform == 'linux'" }]
[package.optional-dependencies]
gpu = [{ name = "g" }]
[[package]]
name = "a"
version = "1"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "b", marker = "python_version < '3.11'" }]
[package.optional-dependencies]
fast = [{ name = "c" }]
[[package]]
name = "b"
version = "2"
[[package]]
name = "c"
version = "3"
[[package]]
name = "g"
version = "4"
`;
    expect(lines('uv.lock', edges, 'main')).toEqual([
      "a[fast]==1 ; sys_platform == 'linux'",
      "b==2 ; (sys_platform == 'linux') and (python_version < '3.11')",
      "c==3 ; sys_platform == 'linux'",
    ]);
    expect(lines('uv.lock', edges, 'extra:gpu')).toEqual(['g==4']);
  });

  it('reads Pipfile.lock: default, develop and categories', () => {
    const text = JSON.stringify({
      _meta: {
        hash: { sha256: 'ab' },
        'pipfile-spec': 6,
        requires: { python_version: '3.11' },
        sources: [{ name: 'pypi', url: 'https://pypi.org/simple', verify_ssl: true }],
      },
      default: {
        certifi: {
          hashes: ['sha256:00'],
          index: 'pypi',
          markers: "python_version >= '3.6'",
          version: '==2024.2.2',
        },
        uvicorn: { extras: ['standard'], version: '==0.30' },
        mine: { editable: true, path: '.' },
      },
      develop: { certifi: { version: '==2024.2.2' }, pytest: { version: '==8.0' } },
      docs: { sphinx: { version: '==7.0' } },
    });
    expect(lines('Pipfile.lock', text, 'main')).toEqual([
      "certifi==2024.2.2 ; python_version >= '3.6'",
      'uvicorn[standard]==0.30',
    ]);
    expect(lines('Pipfile.lock', text, 'dev').map((line) => line.split('==')[0])).toEqual([
      'certifi',
      'pytest',
    ]);
    expect(lines('Pipfile.lock', text, 'docs')).toEqual(['sphinx==7.0']);
    expect(read('Pipfile.lock', text)).toMatchObject({
      requiresPython: '==3.11.*',
      indexUrls: ['https://pypi.org/simple'],
    });
  });

  it('reads conda-lock for Linux: Conda’s packages are no distributions of an index', () => {
    const entry = (name: string, manager: string, platform: string, category = 'main'): string =>
      `- name: ${name}\n  version: '1.0'\n  manager: ${manager}\n  platform: ${platform}\n  dependencies:\n    libgcc-ng: '>=11'\n  url: https://host/x\n  category: ${category}\n  optional: false\n`;
    const text = `version: 1\nmetadata: {}\npackage:\n${entry('numpy', 'conda', 'linux-64')}${entry('numpy', 'conda', 'osx-64')}${entry('gunicorn', 'pip', 'linux-64')}${entry('pytest', 'pip', 'linux-64', 'dev')}`;
    const file = read('conda-lock.yml', text);
    expect(file.distributions.map(({ name, isConda = false }) => [name, isConda])).toEqual([
      ['numpy', true],
      ['gunicorn', false],
      ['pytest', false],
    ]);
    expect(lines('conda-lock.yml', text, 'main')).toEqual(['gunicorn==1.0']);
  });
});

describe('environment.yml', () => {
  it.each([
    ['python=3.11', 'python', '==3.11.*'],
    ['numpy', 'numpy', ''],
    ['conda-forge::scipy>=1.10,<2', 'scipy', '>=1.10,<2'],
    ['pandas 2.1.*', 'pandas', '==2.1.*'],
    ['pytorch=2.1=py3.11_cuda12.1_0', 'pytorch', '==2.1'],
    ['libgdal==3.8.4', 'libgdal', '==3.8.4'],
    ['conda-forge/linux-64::fiona[version=">=1.9"]', 'fiona', '>=1.9'],
    ['_openmp_mutex = 4.5', 'openmp-mutex', '==4.5.*'],
  ])('reads the spec %s', (spec, name, specifier) => {
    const file = read('environment.yml', `dependencies:\n  - '${spec}'\n`);
    expect(file.problems).toEqual([]);
    expect(file.distributions[0]).toMatchObject({ specifier, isConda: true });
    expect(file.distributions[0]?.name.replace(/^-/, '')).toBe(name);
  });

  it('reads what stands below pip as requirements, with its options and includes', () => {
    const text = `name: geo
channels: [conda-forge]
dependencies:
  - python=3.11
  - pip
  - pip:
    - gunicorn==22.0.0
    - flask[async]>=3 ; python_version > "3.8"
    - -r requirements.txt
    - --extra-index-url https://host/simple
    - -e .
    - no spec at all
prefix: /opt/conda/envs/geo
`;
    const file = read('env/environment-prod.yaml', text);
    expect(file).toMatchObject({
      requiresPython: '==3.11.*',
      includes: ['requirements.txt'],
      indexUrls: [],
      extraIndexUrls: ['https://host/simple'],
      problems: [{ path: 'env/environment-prod.yaml', line: 12 }],
      conda: { name: 'geo', hasVariables: false, hasPipSection: true, hasEditables: true },
    });
    expect(lines('environment.yml', text, 'main')).toEqual([
      'gunicorn==22.0.0',
      'flask[async]>=3 ; python_version > "3.8"',
    ]);
  });
});

it.each(['env.yml', 'conda.yaml', 'docker_env.yml', 'environment_gpu.yaml'])('%s is of Conda', (name) => {
  expect(read(name, 'dependencies: [numpy]\nvariables: { A: 1 }\n').conda).toEqual({
    hasVariables: true,
    hasPipSection: false,
    hasEditables: false,
  });
});

describe('pyproject.toml', () => {
  it('reads PEP 621 and PEP 735, with groups in groups', () => {
    const text = `[project]
requires-python = ">=3.10"
dependencies = ["Flask >= 3", "x @ git+https://host/x.git"]
[project.optional-dependencies]
Serve_Now = ["gunicorn>=22"]
[dependency-groups]
test = ["pytest>=8", "coverage"]
dev = ["ruff", {include-group = "Test"}]
[tool.uv]
default-groups = ["dev", "docs"]
[[tool.uv.index]]
url = "https://host/simple"
[tool.uv.sources]
ruff = { path = "../ruff" }
`;
    const file = read('pyproject.toml', text);
    expect(file.problems).toEqual([]);
    expect(file).toMatchObject({
      requiresPython: '>=3.10',
      defaultGroups: ['dev', 'docs'],
      indexUrls: [],
      extraIndexUrls: ['https://host/simple'],
    });
    expect(file.distributions.map(({ name, groups, place }) => [name, groups, place?.kind])).toEqual([
      ['flask', ['main'], undefined],
      ['x', ['main'], 'vcs'],
      ['gunicorn', ['extra:serve-now'], undefined],
      ['pytest', ['test', 'dev'], undefined],
      ['coverage', ['test', 'dev'], undefined],
      ['ruff', ['dev'], 'path'],
    ]);
  });

  it('reads Poetry’s tables: groups, extras, alternatives by platform', () => {
    const text = `[tool.poetry.dependencies]
python = "^3.10"
flask = "^3.0.2"
torch = [
  { version = "~2.3", platform = "linux", markers = "a or b" },
  { version = "2.*", python = ">=3.12" },
]
gunicorn = { version = ">=22,<24", extras = ["gevent"], optional = true }
lib = { path = "libs/lib", develop = true }
odd = "^1 || ^3"
[tool.poetry.dev-dependencies]
black = "*"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
sphinx = "7.1"
[tool.poetry.extras]
serve = ["gunicorn"]
[[tool.poetry.source]]
name = "mirror"
url = "https://host/simple"
`;
    const file = read('pyproject.toml', text);
    expect(file).toMatchObject({
      requiresPython: '>=3.10,<4',
      optionalGroups: ['docs'],
      indexUrls: ['https://host/simple'],
    });
    expect(file.problems).toEqual([
      { path: 'pyproject.toml', line: 10, message: expect.stringMatching(/\^1 \|\| \^3.*odd/) },
    ]);
    const all = listedRequirements(file, { isWanted: () => true });
    expect(all.requirements).toEqual([
      'flask>=3.0.2,<4',
      'torch>=2.3,<2.4 ; sys_platform == "linux" and (a or b)',
      'torch==2.* ; python_version >= "3.12"',
      'gunicorn[gevent]>=22,<24',
      'odd',
      'black',
      'sphinx==7.1',
    ]);
    expect(lines('pyproject.toml', text, 'extra:serve')).toEqual(['gunicorn[gevent]>=22,<24']);
  });

  it.each([
    ['^1.2.3', '>=1.2.3,<2'],
    ['^0.2.3', '>=0.2.3,<0.3'],
    ['^0.0.3', '>=0.0.3,<0.0.4'],
    ['^0.0', '>=0.0,<0.1'],
    ['^0', '>=0,<1'],
    ['~1.2.3', '>=1.2.3,<1.3'],
    ['~1', '>=1,<2'],
    ['~=1.4', '~=1.4'],
    ['1.2.3', '==1.2.3'],
    ['>= 1.2, < 2', '>=1.2,<2'],
    ['>=1.2 <2', '>=1.2,<2'],
    ['!=1.5', '!=1.5'],
  ])('writes Poetry’s %s as %s', (version, specifier) => {
    const file = read('pyproject.toml', `[tool.poetry.dependencies]\nx = "${version}"\n`);
    expect(file.distributions[0]?.specifier).toBe(specifier);
  });

  it('tells what only a build can tell, and groups that are none', () => {
    const text =
      '[project]\ndynamic = ["dependencies"]\n[dependency-groups]\na = [{include-group = "b"}]\nb = [{include-group = "a"}]\nc = [{include-group = "nobody"}]\nd = ["!bad"]\n';
    expect(read('pyproject.toml', text).problems.map(({ line, message }) => [line, message])).toEqual([
      [2, 'the dependencies are dynamic: only a build of the project tells them'],
      [expect.any(Number), 'the group "a" includes itself'],
      [expect.any(Number), 'the group "b" includes itself'],
      [6, 'there is no group "nobody"'],
      [7, expect.stringContaining('expected a distribution name')],
    ]);
  });
});

describe('files that cannot be read', () => {
  it.each([
    ['poetry.lock', '[[package]]\nname = "a\n', 2],
    ['poetry.lock', '[[package]]\nname = "a"\nversion = "1"\n[[package]]\nname = "b"\n[metadata]\n', 4],
    ['uv.lock', 'version = 7\n', 1],
    ['pdm.lock', '', 0],
    ['Pipfile.lock', '{\n  "_meta": {},\n  "default": {]\n}', 3],
    ['Pipfile.lock', '[]', 0],
    ['pylock.toml', 'lock-version = "9.0"\n', 1],
    ['environment.yml', 'dependencies:\n  - a: [\n', 3],
    ['environment.yml', 'dependencies: &x [*x]\n', 0],
    ['environment.yml', 'dependencies: nothing\n', 1],
    ['conda-lock.yml', 'version: 2\npackage: []\n', 1],
    ['pyproject.toml', '[project]\ndependencies = "flask"\n', 2],
  ])('says where: %s', (path, text, line) => {
    const file = read(`deep/${path}`, text);
    expect(file.distributions).toEqual([]);
    expect(file.problems).toEqual([{ path: `deep/${path}`, line, message: expect.stringMatching(/.../) }]);
  });

  it('passes over names that say nothing', () => {
    for (const path of ['requirements.txt', 'setup.py', 'lock.toml', 'poetry.lock.bak'])
      expect(readEnvironmentFile({ path, text: '' })).toBeUndefined();
  });

  it('reads a byte order mark and Windows line ends', () => {
    const text = '\uFEFF[project]\r\ndependencies = ["flask"]\r\n';
    expect(lines('pyproject.toml', text, 'main')).toEqual(['flask']);
  });
});

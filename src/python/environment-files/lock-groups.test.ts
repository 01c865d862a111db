import { describe, expect, test } from 'vitest';
import { listedRequirements, readEnvironmentFile, type ToolCommand, wantedGroups } from '../index.ts';

/** What a command installs of a lock file, and of its manifest where the lock does not tell. */
function installed(command: string, path: string, text: string, pyproject?: string): readonly string[] {
  const [tool = '', , ...words] = command.split(' ');
  // The cast says that the table below names known tools only.
  const install: ToolCommand = { tool: tool as ToolCommand['tool'], arguments: words };
  const file = readEnvironmentFile({ path, text });
  const manifest =
    pyproject === undefined ? undefined : readEnvironmentFile({ path: 'pyproject.toml', text: pyproject });
  if (file === undefined) throw new Error(`${path} is not known`);
  return listedRequirements(file, { manifest, isWanted: wantedGroups({ install, file, manifest }) })
    .requirements;
}

const versions = (...names: readonly string[]): string =>
  names.map((name) => `[[package]]\nname = "${name}"\nversion = "1"\n`).join('');
const members = `[[package]]
name = "worker"
source = { editable = "packages/worker" }
dependencies = [{ name = "celery" }, { name = "shared" }]
[package.dev-dependencies]
dev = [{ name = "mypy" }]
[[package]]
name = "shared"
source = { editable = "packages/shared" }
dependencies = [{ name = "pydantic" }]
[package.optional-dependencies]
db = [{ name = "sqlalchemy" }]
${versions('celery', 'pydantic', 'sqlalchemy', 'fastapi', 'pytest', 'mypy')}`;
const rooted = `version = 1
[manifest]
members = ["api", "shared", "worker"]
[[package]]
name = "api"
source = { editable = "." }
dependencies = [{ name = "fastapi" }, { name = "shared", extra = ["db"] }]
[package.dev-dependencies]
dev = [{ name = "pytest" }]
${members}`;
const rootless = `version = 1
[manifest]
members = ["shared", "worker"]
[manifest.dependency-groups]
dev = [{ name = "pytest" }]
${members}`;

describe('a workspace of uv', () => {
  test.each<[command: string, lock: string, names: readonly string[], why: string]>([
    [
      'uv sync --no-dev',
      rooted,
      ['pydantic', 'sqlalchemy', 'fastapi'],
      'the root, with the member that it needs',
    ],
    ['uv sync', rooted, ['pydantic', 'sqlalchemy', 'fastapi', 'pytest'], 'its own group alone'],
    ['uv sync --no-dev --package worker', rooted, ['celery', 'pydantic'], 'another member'],
    ['uv sync --package worker', rooted, ['celery', 'pydantic', 'mypy'], 'with its group'],
    ['uv sync --no-dev --package api', rooted, ['pydantic', 'sqlalchemy', 'fastapi'], 'the root by its name'],
    [
      'uv sync --no-dev --all-packages',
      rooted,
      ['celery', 'pydantic', 'sqlalchemy', 'fastapi'],
      'all members',
    ],
    [
      'uv sync',
      rootless,
      ['celery', 'pydantic', 'pytest', 'mypy'],
      'a root without a project stands for all',
    ],
    ['uv sync --no-dev --package shared', rootless, ['pydantic'], 'one of them'],
  ])('%s %#: %s', (command, lock, names) => {
    expect(installed(command, 'uv.lock', lock)).toEqual(names.map((name) => `${name}==1`));
  });
});

// As uv writes it for `[tool.uv] conflicts` (https://docs.astral.sh/uv/guides/integration/pytorch/), shortened.
const cpuIndex = '{ registry = "https://download.pytorch.org/whl/cpu" }';
const pypi = '{ registry = "https://pypi.org/simple" }';
const both = "extra == 'extra-4-api1-cpu' and extra == 'extra-4-api1-gpu'";
const torch = (extra: string, version: string, source: string, more = ''): string =>
  `{ name = "torch", version = "${version}", source = ${source}, marker = "${more}extra == 'extra-4-api1-${extra}' or (${both})" }`;
const torches = [
  torch('cpu', '2', cpuIndex, "sys_platform == 'darwin' and "),
  torch('cpu', '2+cpu', cpuIndex, "sys_platform != 'darwin' and "),
  torch('gpu', '2', pypi),
];
const conflicting = `version = 1
revision = 3
conflicts = [[
    { package = "api1", extra = "cpu" },
    { package = "api1", extra = "gpu" },
]]
[[package]]
name = "api1"
source = { virtual = "." }
dependencies = [{ name = "encoder" }, { name = "tqdm" }]
[package.optional-dependencies]
cpu = [${torches.slice(0, 2).join(', ')}]
gpu = [${torches[2]}]
[package.dev-dependencies]
dev = [{ name = "colorama" }]
[[package]]
name = "encoder"
version = "1"
source = ${pypi}
dependencies = [{ name = "tqdm", marker = "extra == 'extra-4-api1-cpu' or extra == 'extra-4-api1-gpu'" }, ${torches.join(', ')}]
[[package]]
name = "tqdm"
version = "1"
source = ${pypi}
dependencies = [{ name = "colorama", marker = "sys_platform == 'win32'" }]
[[package]]
name = "colorama"
version = "1"
source = ${pypi}
[[package]]
name = "torch"
version = "2"
source = ${cpuIndex}
[[package]]
name = "torch"
version = "2+cpu"
source = ${cpuIndex}
dependencies = [{ name = "sympy", marker = "extra == 'extra-4-api1-cpu' or (${both})" }]
[[package]]
name = "torch"
version = "2"
source = ${pypi}
dependencies = [{ name = "nvidia-nccl", marker = "sys_platform == 'linux' and extra == 'extra-4-api1-gpu'" }]
${versions('sympy', 'nvidia-nccl')}`;
const [linux, mac] = ['linux', 'darwin'].map((name) => `sys_platform == "${name}"`);

describe('groups of uv that exclude each other', () => {
  test.each([
    ['uv sync --no-dev', ['tqdm==1', `colorama==1 ; sys_platform == 'win32'`], 'none of them'],
    [
      'uv sync --no-dev --extra cpu',
      [
        'tqdm==1',
        `colorama==1 ; sys_platform == 'win32'`,
        `torch==2 ; ${mac}`,
        'torch==2+cpu ; sys_platform != "darwin"',
        'sympy==1 ; sys_platform != "darwin"',
      ],
      'one, which also decides what others bring',
    ],
    [
      'uv sync --no-dev --extra gpu',
      ['tqdm==1', `colorama==1 ; sys_platform == 'win32'`, 'torch==2', `nvidia-nccl==1 ; ${linux}`],
      'the other, from its own index',
    ],
  ])('%s: %s (%s)', (command, expected) => {
    const listed = installed(command, 'uv.lock', conflicting);
    // `encoder` in front.
    expect(listed.slice(1).map((line) => line.replace(/^(torch==2 ;) \((.*)\)$/, '$1 $2'))).toEqual(expected);
  });
});

test.each([
  [
    'uv sync --no-dev',
    `colorama==1 ; sys_platform == 'win32'`,
    'what development wants everywhere is nothing to production',
  ],
  ['uv sync', 'colorama==1', 'where both are wanted, it is everywhere'],
])('markers of uv by groups: %s', (command, expected) => {
  const plain = conflicting.replace(/conflicts = [^#]*?\]\]\n/, '');
  expect(installed(command, 'uv.lock', plain)).toContain(expected);
});

test.each([
  ['poetry install --only main', ['colorama==1 ; platform_system == "Windows"']],
  ['poetry install', ['colorama==1 ; (platform_system == "Windows") or (os_name == "nt")']],
])('markers of Poetry by groups: %s', (command, expected) => {
  const lock = `[[package]]
name = "colorama"
version = "1"
groups = ["main", "dev"]
markers = {main = "platform_system == \\"Windows\\"", dev = "os_name == \\"nt\\""}
[metadata]
lock-version = "2.1"
`;
  expect(installed(command, 'poetry.lock', lock)).toEqual(expected);
});

// As Poetry 2.1 writes it: an optional package has the extra in its marker.
const poetry2 = `[[package]]
name = "numpy"
version = "1"
optional = false
groups = ["main"]
[[package]]
name = "torch"
version = "1"
optional = true
groups = ["main"]
markers = "extra == \\"gpu\\" and sys_platform == \\"linux\\""
[package.dependencies]
sympy = "*"
[[package]]
name = "sympy"
version = "1"
optional = true
groups = ["main"]
markers = "extra == \\"gpu\\""
[extras]
gpu = ["torch"]
[metadata]
lock-version = "2.1"
`;
// Poetry 1.4: a category, and the extra's first names alone.
const poetry1 = poetry2
  .replaceAll('groups = ["main"]', 'category = "main"')
  .replaceAll(/^markers = .*\n/gm, '');

describe('extras of Poetry', () => {
  test.each([
    ['poetry install', poetry2, ['numpy==1'], 'nobody asked for the extra'],
    [
      'poetry install -E gpu',
      poetry2,
      ['numpy==1', 'torch==1 ; sys_platform == "linux"', 'sympy==1'],
      'asked for',
    ],
    [
      'poetry install --all-extras',
      poetry2,
      ['numpy==1', 'torch==1 ; sys_platform == "linux"', 'sympy==1'],
      'all',
    ],
    ['poetry install', poetry1, ['numpy==1'], 'before 2.0'],
    ['poetry install --extras gpu', poetry1, ['numpy==1', 'torch==1', 'sympy==1'], 'what the extra leads to'],
  ])('%s %#: %s', (command, lock, expected) => {
    expect(installed(command, 'poetry.lock', lock)).toEqual(expected);
  });
});

// Poetry 1.5 to 1.8: neither category nor groups, and what an edge asks for.
const poetryWithoutGroups = `[[package]]
name = "api-server"
version = "1"
optional = false
[package.dependencies]
colorama = {version = "*", markers = "sys_platform == \\"win32\\""}
numpy = [
    {version = ">=1.26,<2", markers = "python_version < \\"3.12\\""},
    {version = ">=2", markers = "python_version >= \\"3.12\\""},
]
loop = {version = ">=1", optional = true, markers = "sys_platform != \\"win32\\" and extra == \\"standard\\""}
${versions('colorama', 'loop', 'pytest')}
[[package]]
name = "numpy"
version = "1.26.4"
[[package]]
name = "numpy"
version = "2.1.0"
[[package]]
name = "gunicorn"
version = "1"
optional = true
[extras]
serve = ["gunicorn"]
[metadata]
lock-version = "2.0"
`;
const manifestWithoutGroups = `[tool.poetry]
name = "app"
[tool.poetry.dependencies]
python = "^3.9"
api-server = {version = "*", extras = ["standard"]}
gunicorn = {version = "*", optional = true}
[tool.poetry.extras]
serve = ["gunicorn"]
[tool.poetry.group.dev.dependencies]
pytest = "*"
`;
const main = [
  'api-server==1',
  'colorama==1 ; sys_platform == "win32"',
  'loop==1 ; sys_platform != "win32"',
  'numpy==1.26.4 ; python_version < "3.12"',
  'numpy==2.1.0 ; python_version >= "3.12"',
];
test.each([
  ['poetry install --only main', main, 'the manifest tells, and each edge where it applies'],
  ['poetry install --only main -E serve', [...main, 'gunicorn==1'], 'with what an extra alone brings'],
  ['poetry install', [...main.slice(0, 3), 'pytest==1', ...main.slice(3)], 'with development'],
])('Poetry before 2.0, %s: %j (%s)', (command, expected) => {
  expect(installed(command, 'poetry.lock', poetryWithoutGroups, manifestWithoutGroups)).toEqual(expected);
});

test('Poetry up to 1.4 tells a category, and where something is needed at the edges', () => {
  const lock = poetryWithoutGroups
    .replaceAll(/^version = .*\n/gm, (line) => `${line}category = "main"\n`)
    .replace(/(name = "pytest"\nversion = "1"\ncategory = )"main"/, '$1"dev"');
  expect(installed('poetry install --no-dev', 'poetry.lock', lock, manifestWithoutGroups)).toEqual(main);
});

test('PDM without inherited metadata: what an edge asks for', () => {
  const lock = `[metadata]
groups = ["default", "dev"]
strategy = []
lock_version = "4.5.0"
[[package]]
name = "tqdm"
version = "1"
dependencies = ["colorama; platform_system == \\"Windows\\""]
${versions('colorama', 'pytest')}`;
  const manifest =
    '[project]\nname = "app"\ndependencies = ["tqdm"]\n[dependency-groups]\ndev = ["pytest"]\n';
  expect(installed('pdm install --prod', 'pdm.lock', lock, manifest)).toEqual([
    'tqdm==1',
    'colorama==1 ; platform_system == "Windows"',
  ]);
});

describe('groups and extras in the markers of PEP 751', () => {
  const lock = `lock-version = "1.0"
default-groups = ["default"]
dependency-groups = ["default", "dev"]
extras = ["gpu"]
[[packages]]
name = "numpy"
version = "1"
marker = "python_version >= \\"3.9\\" and \\"default\\" in dependency_groups"
[[packages]]
name = "pytest"
version = "1"
marker = "\\"dev\\" in dependency_groups"
[[packages]]
name = "idna"
version = "1"
marker = "\\"dev\\" in dependency_groups and os_name == 'nt' or \\"default\\" in dependency_groups and os_name == 'posix'"
[[packages]]
name = "torch"
version = "1"
marker = "'gpu' in extras and \\"default\\" in dependency_groups"
`;
  // As `packaging.pylock` selects.
  test.each([
    [['main'], ['torch==2+cpu', 'six==1']],
    [
      ['main', 'extra:gpu'],
      ['torch==2', 'six==1'],
    ],
    [['dev'], ['torch==2+cpu', 'six==1']],
  ])('of builds that exclude each other %s has one', (groups, expected) => {
    const builds = `lock-version = "1.0"
extras = ["gpu"]
dependency-groups = ["default", "dev"]
default-groups = ["default"]
[[packages]]
name = "torch"
version = "2"
marker = "'gpu' in extras"
[[packages]]
name = "torch"
version = "2+cpu"
marker = "'gpu' not in extras"
[[packages]]
name = "six"
version = "1"
`;
    const file = readEnvironmentFile({ path: 'pylock.toml', text: builds });
    const listed = file && listedRequirements(file, { isWanted: (group) => groups.includes(group) });
    expect(listed?.requirements).toEqual(expected);
  });

  test.each([
    [
      ['main'],
      ['numpy==1 ; python_version >= "3.9"', 'idna==1 ; os_name == "posix"'],
      'the default groups, by their own condition',
    ],
    [['dev'], ['pytest==1', 'idna==1 ; os_name == "nt"'], 'a group'],
    [
      ['main', 'dev'],
      ['numpy==1 ; python_version >= "3.9"', 'pytest==1', 'idna==1 ; os_name == "nt" or os_name == "posix"'],
      'both',
    ],
    [
      ['main', 'extra:gpu'],
      ['numpy==1 ; python_version >= "3.9"', 'idna==1 ; os_name == "posix"', 'torch==1'],
      'an extra',
    ],
    [['extra:gpu'], [], 'an extra without the default groups that it asks for'],
  ])('%s: %s', (groups, expected) => {
    const file = readEnvironmentFile({ path: 'pylock.toml', text: lock });
    const listed = file && listedRequirements(file, { isWanted: (group) => groups.includes(group) });
    expect(listed?.requirements.map((text) => text.replaceAll(/[()]/g, ''))).toEqual(expected);
  });
});

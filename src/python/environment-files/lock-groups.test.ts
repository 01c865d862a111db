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
  test.each([
    [
      ['main'],
      ['numpy==1 ; python_version >= "3.9"', 'idna==1 ; os_name == "posix" or os_name == "nt"'],
      'the default groups',
    ],
    [['dev'], ['pytest==1', 'idna==1 ; os_name == "posix" or os_name == "nt"'], 'a group'],
    [['extra:gpu'], ['torch==1'], 'an extra'],
  ])('%s: %s', (groups, expected) => {
    const file = readEnvironmentFile({ path: 'pylock.toml', text: lock });
    const listed = file && listedRequirements(file, { isWanted: (group) => groups.includes(group) });
    expect(listed?.requirements.map((text) => text.replaceAll(/[()]/g, ''))).toEqual(expected);
  });
});

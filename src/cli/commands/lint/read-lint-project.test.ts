import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseDockerfile, resolveDockerfile } from '../../../dockerfile/index.ts';
import { developmentGroups } from './development-groups.ts';
import { findDockerfiles } from './find-dockerfiles.ts';
import { guessContext, readLintProject } from './read-lint-project.ts';

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-lint-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function readText(text: string, folder: string): Parameters<typeof readLintProject>[0] {
  const syntax = parseDockerfile(text);
  return {
    syntax,
    model: resolveDockerfile(syntax),
    dockerfile: join(folder, 'Dockerfile'),
    context: folder,
  };
}

test.each<readonly [manifest: string, uv: boolean, poetry: boolean, pdm: boolean, reason: string]>([
  ['[project]\nname = "a"\n', false, false, false, 'none'],
  ['[dependency-groups]\ndev = ["x"]\n', true, true, true, 'the group that all install'],
  ['[dependency-groups]\ndocs = ["x"]\n', false, true, true, 'uv installs dev alone'],
  ['[dependency-groups]\ndocs = []\n[tool.uv]\ndefault-groups = "all"\n', true, true, true, 'told otherwise'],
  ['[tool.uv]\ndev-dependencies = ["x"]\n', true, false, false, 'the old table of uv'],
  ['[tool.poetry.group.a]\noptional = true\n', false, false, false, 'only when it is asked for'],
  ['[tool.poetry.group.a.dependencies]\nx = "*"\n', false, true, false, 'a group of poetry'],
  ['[tool.pdm.dev-dependencies]\na = ["x"]\n', false, false, true, 'the old table of pdm'],
])('development groups of %j', (manifest, uv, poetry, pdm, reason) => {
  expect([reason, Object.fromEntries(developmentGroups(manifest))]).toEqual([reason, { uv, poetry, pdm }]);
});

test('a manifest that cannot be read tells nothing', () => {
  expect(developmentGroups('[').size).toBe(0);
});

test.each<readonly [ignore: string, copy: string, sources: readonly string[], reason: string]>([
  ['*/tmp/*\n', 'COPY ./x/tmp/a.txt /a', ['./x/tmp/a.txt'], 'the example of BuildKit'],
  ['data\n', 'COPY data/raw src /d/', ['data/raw'], 'below what is left out'],
  ['data\n!data/keep\n', 'COPY data /d', [], 'a part is sent'],
  ['*\n!src\n', 'COPY src /s', [], 'let in again'],
  ['*.csv\n', 'COPY *.csv /d/', [], 'wildcards may match something else'],
  ['data\n', 'COPY . /d', [], 'the whole context is what is left of it'],
  ['data\n', 'COPY --from=a data /d', [], 'another stage'],
  ['a.txt\n', 'RUN --mount=type=bind,source=a.txt,target=/a b', ['a.txt'], 'a bind mount'],
  ['[\n', 'COPY a /a', [], 'an ignore file that is none is said elsewhere'],
])('%j keeps from %s', async (ignore, copy, sources, reason) => {
  const folder = folderOf({ '.dockerignore': ignore });
  const { ignoredSources } = await readLintProject(readText(`FROM a:1\n${copy}\n`, folder));
  expect([reason, ignoredSources.map(({ written }) => written)]).toEqual([reason, sources]);
});

test('the ignore file of a Dockerfile beats the one of its context', async () => {
  const folder = folderOf({ '.dockerignore': 'a\n', 'Dockerfile.dockerignore': '\n# why\nb\n' });
  const { ignoredSources } = await readLintProject(readText('FROM a:1\nCOPY a b /x/\n', folder));
  expect(ignoredSources).toEqual([
    { line: 2, written: 'b', ignoreFile: 'Dockerfile.dockerignore', ignoreLine: 3, pattern: 'b' },
  ]);
});

test('requirement files are read where COPY took them from, with what they include', async () => {
  const folder = folderOf({
    'req/base.txt': '-r more.txt\npsycopg[binary]==3\nflask\n',
    'req/more.txt': 'lightgbm==4\n',
  });
  const text =
    'FROM python:3.12-slim\nWORKDIR /app\nCOPY req/ /tmp/\nRUN pip install -r /tmp/base.txt opencv-python -r gone.txt\n';
  const { requirementFiles, libraryPackages } = await readLintProject(readText(text, folder));
  expect([...requirementFiles]).toEqual([
    ['/tmp/base.txt', expect.arrayContaining(['lightgbm', 'psycopg', 'flask'])],
  ]);
  // The wheel of psycopg[binary] brings its library along.
  expect([...libraryPackages.keys()].sort()).toEqual(['lightgbm', 'opencv-python']);
});

test('the context is where more of what is copied lies', () => {
  const folder = folderOf({ 'src/a.py': '', 'docker/Dockerfile': '', 'docker/entry.sh': '' });
  const model = (copy: string): Parameters<typeof guessContext>[0] =>
    resolveDockerfile(parseDockerfile(`FROM a:1\nCOPY ${copy} /x/\n`));
  const file = join(folder, 'docker/Dockerfile');
  expect(guessContext(model('src'), file, folder)).toBe(folder);
  expect(guessContext(model('entry.sh'), file, folder)).toBe(join(folder, 'docker'));
  expect(guessContext(model('.'), file, folder)).toBe(join(folder, 'docker'));
  expect(guessContext(model('src'), undefined, folder)).toBe(folder);
});

test('Dockerfiles by their names', async () => {
  const names = [
    'Dockerfile',
    'Dockerfile.gpu',
    'Dockerfile-dev',
    'api.Dockerfile',
    'train.dockerfile',
    'Containerfile',
    'Dockerfile.dockerignore',
    'Dockerfile.j2',
    'Dockerfile.md',
    'Dockerfiles.txt',
    'docker-compose.yml',
  ];
  const folder = folderOf(Object.fromEntries(names.map((name) => [name, ''])));
  const { inputs, notes } = await findDockerfiles(['.', 'Dockerfile', '-'], folder);
  expect(notes).toEqual([]);
  expect(inputs.map(({ file }) => file)).toEqual([
    'Containerfile',
    'Dockerfile',
    'Dockerfile-dev',
    'Dockerfile.gpu',
    'api.Dockerfile',
    'train.dockerfile',
    '-',
  ]);
});

test('contexts that the compose file names are looked up for a Dockerfile that may use them', async () => {
  const folder = folderOf({
    'compose.yaml':
      'services:\n  a:\n    build: { context: ., additional_contexts: { assets: ./assets, Base: "service:b" } }\n  b:\n    build: { context: ., dockerfile: b, additional_contexts: [other=./o] }\n',
    Dockerfile: '',
    b: '',
  });
  const namesOf = async (text: string): Promise<readonly string[]> => [
    ...(await readLintProject(readText(text, folder))).contextNames,
  ];
  expect(await namesOf('FROM a:1\nCOPY --from=assets x /x\n')).toEqual(['assets', 'base']);
  expect(await namesOf('FROM base\n')).toEqual(['assets', 'base']);
  expect(await namesOf('FROM acme/base:latest\n')).toEqual(['assets', 'base']);
  // Nothing that could be one: nothing is read.
  expect(await namesOf('FROM a:1 AS assets\nFROM a:1\nCOPY --from=assets x /x\n')).toEqual([]);
});

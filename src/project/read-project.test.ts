// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose files hold references
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { type ProjectOptions, readProject } from './index.ts';

type Files = Readonly<Record<string, string>>;

const made: string[] = [];

afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true });
});

/** A directory with these files; `{}` is an empty one. */
async function project(files: Files): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-project-'));
  made.push(directory);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  return directory;
}

const dockerfile = 'FROM python:3.12\nCOPY . .\n';

describe('the Dockerfile', () => {
  test.each<[Files, ProjectOptions, string, string]>([
    [{ Dockerfile: dockerfile, 'gpu.Dockerfile': '' }, {}, 'Dockerfile', 'the plain name wins'],
    [{ Containerfile: dockerfile }, {}, 'Containerfile', 'as Podman calls it'],
    [{ 'gpu.Dockerfile': dockerfile, 'x.dockerignore': '' }, {}, 'gpu.Dockerfile', 'the only one'],
    [
      { 'Dockerfile.gpu': dockerfile, 'Dockerfile.gpu.dockerignore': '' },
      {},
      'Dockerfile.gpu',
      'the other way round',
    ],
    [{ 'docker/a': dockerfile, Dockerfile: '' }, { dockerfile: 'docker/a' }, 'docker/a', 'the named one'],
    [
      {
        'docker/a': dockerfile,
        'compose.yaml': 'services: {a: {build: {context: ., dockerfile: docker/a}}}',
      },
      {},
      'docker/a',
      'the one of the compose file',
    ],
  ])('of %j with %j is %s: %s', async (files, options, path) => {
    const { dockerfile: found } = await readProject(await project(files), options);
    expect([found.path, found.model.stages[0]?.base]).toEqual([path, 'python:3.12']);
  });

  test.each<[Files, ProjectOptions, RegExp, RegExp]>([
    [{}, {}, /is empty$/, /holds the Dockerfile/],
    [{ 'app.py': '' }, {}, /has no Dockerfile$/, /Name it with -f/],
    [
      {
        'compose.yaml':
          'services:\n  api:\n    build:\n      context: .\n      dockerfile_inline: |\n        FROM python:3.12\n',
      },
      {},
      /no Dockerfile but the one in the compose file$/,
      /dockerfile_inline of the service api into a file/,
    ],
    [{ 'deploy/Dockerfile': '' }, {}, /has no Dockerfile$/, /there is deploy\/Dockerfile/],
    [
      { 'a.Dockerfile': '', 'b.Dockerfile': '' },
      {},
      /2 Dockerfiles: a\.Dockerfile, b\.Dockerfile/,
      /-f a\.Dockerfile/,
    ],
    [{ Dockerfile: dockerfile }, { dockerfile: 'nope' }, /there is no Dockerfile .*nope/, /relative to/],
    [{ 'Dockerfile/x': '' }, {}, /is a directory/, /inside/],
    [{ Dockerfile: 'FROM a\nRUNN x\n' }, {}, /^Dockerfile:2: unknown instruction/, /line/],
    [{ Dockerfile: dockerfile }, { target: 'prod' }, /target stage "prod"/, /stage/],
    [{ Dockerfile: dockerfile, '.dockerignore': 'a\n[' }, {}, /^\.dockerignore:2: syntax error/, /backslash/],
  ])('of %j with %j is a problem: %s', async (files, options, message, hint) => {
    const reading = readProject(await project(files), options);
    await expect(reading).rejects.toThrow(UserError);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toMatchObject({ hint: expect.stringMatching(hint) });
  });

  test('a directory that is a file, or is not there, is a problem', async () => {
    const directory = await project({ Dockerfile: dockerfile });
    await expect(readProject(join(directory, 'Dockerfile'))).rejects.toThrow(/is a file, not a directory/);
    await expect(readProject(join(directory, 'nope'))).rejects.toThrow(/there is no directory/);
  });
});

describe('the context', () => {
  test('is what Docker sends: ignored directories are entered only for exceptions', async () => {
    const directory = await project({
      Dockerfile: dockerfile,
      '.dockerignore': 'data\n!data/keep*\nlogs\n*.tmp\n',
      'app/main.py': 'x=1\n',
      'data/keep.csv': '123',
      'data/big.csv': '1234567',
      'logs/a.log': '1',
      'b.tmp': '1',
    });
    await symlink('/etc/passwd', join(directory, 'link'));
    const { context } = await readProject(directory);
    expect(context.files.map(({ path, kind, sizeBytes }) => [path, kind, sizeBytes])).toEqual([
      ['.dockerignore', 'file', 28],
      ['Dockerfile', 'file', 26],
      ['app/main.py', 'file', 4],
      ['data/keep.csv', 'file', 3],
      ['link', 'symlink', 0],
    ]);
    expect([context.fileCount, context.sentBytes]).toEqual([5, 61]);
    expect(context.directories).toEqual([
      { path: 'app', sizeBytes: 4, fileCount: 1 },
      { path: 'data', sizeBytes: 3, fileCount: 1 },
    ]);
  });

  test("the Dockerfile's own ignore file beats the common one", async () => {
    const directory = await project({
      'a.Dockerfile': dockerfile,
      '.dockerignore': '*',
      'a.Dockerfile.dockerignore': 'x',
      x: '',
    });
    const { context, dockerignore } = await readProject(directory);
    expect(dockerignore?.path).toBe('a.Dockerfile.dockerignore');
    expect(context.files.map(({ path }) => path)).toEqual([
      '.dockerignore',
      'a.Dockerfile',
      'a.Dockerfile.dockerignore',
    ]);
  });

  test.skipIf(process.getuid?.() === 0)('what cannot be read is told, and the rest is there', async () => {
    const directory = await project({ Dockerfile: dockerfile, 'shut/a': '' });
    await chmod(join(directory, 'shut'), 0);
    const { context } = await readProject(directory);
    await chmod(join(directory, 'shut'), 0o700);
    expect(context.unreadable.map(({ path }) => path)).toEqual(['shut']);
    expect(context.fileCount).toBe(1);
  });
});

test('texts: requirements, manifests, sources and scripts, not those of others', async () => {
  const directory = await project({
    Dockerfile: dockerfile,
    '.dockerignore': 'skipped.py\n',
    'requirements.txt': 'torch\n',
    'requirements/dev.in': '',
    'dev-requirements.txt': '',
    'constraints.txt': '',
    'requirements-dev.lock': '',
    'poetry-notes.lock': '',
    'notes.txt': '',
    'pyproject.toml': '',
    'src/app.py': 'import torch\n',
    'nb.ipynb': '{}',
    'skipped.py': '',
    'run.sh': '',
    entry: '#!/usr/bin/env bash\n',
    tool: '#!/usr/bin/python3\n',
    binary: '\x7fELF',
    'env/pyvenv.cfg': '',
    'env/lib/x.py': '',
    'node_modules/a/x.py': '',
    'lib/site-packages/y.py': '',
    'huge.py': ' '.repeat(5_000_001),
  });
  for (const name of ['entry', 'tool', 'binary']) await chmod(join(directory, name), 0o755);
  const { texts, unreadable } = await readProject(directory);
  const paths = Object.fromEntries(
    Object.entries(texts).map(([kind, list]) => [kind, list.map(({ path }) => path).sort()]),
  );
  expect(paths).toEqual({
    requirements: [
      'constraints.txt',
      'dev-requirements.txt',
      'requirements-dev.lock',
      'requirements.txt',
      'requirements/dev.in',
    ],
    manifests: ['pyproject.toml'],
    pythonSources: ['nb.ipynb', 'skipped.py', 'src/app.py', 'tool'],
    shellScripts: ['entry', 'run.sh'],
  });
  expect(texts.pythonSources.find(({ path }) => path === 'skipped.py')?.isInContext).toBe(false);
  expect(texts.requirements.find(({ path }) => path === 'requirements.txt')).toEqual({
    path: 'requirements.txt',
    text: 'torch\n',
    isInContext: true,
  });
  expect(unreadable).toEqual([{ path: 'huge.py', reason: 'not read: larger than 5.00 MB' }]);
});

describe('compose', () => {
  const base = { Dockerfile: 'ARG V=1\nFROM a:$V AS app\nFROM app AS other\n' };

  test('the services that build this directory give target and arguments', async () => {
    const directory = await project({
      ...base,
      'compose.yaml': [
        'x-common: &common',
        '  build: {context: ., target: app, args: {V: "${VERSION:-2}", W: "${UNKNOWN}", E: null}}',
        'services:',
        '  web:',
        '    <<: *common',
        '    image: me/web',
        '    command: uvicorn app:app',
        '    ports: ["8000:80", {target: 81, published: 8001, protocol: tcp}, 82]',
        '    environment: {A: 1, B: null}',
        '    volumes: ["./data:/data", "models:/models:ro", /scratch, {type: bind, source: ., target: /src}]',
        '    healthcheck: {test: ["CMD", "curl", "localhost"]}',
        '    deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]}}}',
        '  worker:',
        '    extends: web',
        '    command: ["celery", 1]',
        '    healthcheck: {disable: true}',
        '  elsewhere: {build: ./sub}',
        '  db: {image: postgres}',
      ].join('\n'),
      'compose.override.yml':
        'services: {web: {environment: ["C=3"], ports: ["9:9"], healthcheck: {test: curl x}}}',
    });
    const { compose, target, buildArgs, dockerfile: found } = await readProject(directory);
    expect([target, buildArgs, found.model.target]).toEqual(['app', { V: '2' }, 0]);
    expect(found.model.stages[0]?.base).toBe('a:2');
    expect(compose?.builders.map(({ name }) => name)).toEqual(['web', 'worker']);
    expect(compose?.services.map(({ name }) => name)).toEqual(['web', 'worker', 'elsewhere']);
    expect(compose?.builders[0]).toMatchObject({
      image: 'me/web',
      args: { V: '2', W: undefined, E: undefined },
      ports: ['8000:80', '8001:81/tcp', '82', '9:9'],
      environment: { A: '1', B: undefined, C: '3' },
      volumes: [
        { source: './data', target: '/data', isBind: true },
        { source: 'models', target: '/models', isBind: false },
        { source: undefined, target: '/scratch', isBind: false },
        { source: '.', target: '/src', isBind: true },
      ],
      healthcheck: ['CMD-SHELL', 'curl x'],
      gpus: 'deploy.resources.reservations.devices',
      command: 'uvicorn app:app',
    });
    expect(compose?.builders[1]).toMatchObject({ healthcheck: 'disabled', command: ['celery', '1'] });
    expect(compose?.documents.map(({ document }) => document.has('services'))).toEqual([true, true]);
  });

  test('what the user says beats it', async () => {
    const text = 'services: {a: {build: {context: ., target: app, args: [V=2]}}}';
    const directory = await project({ ...base, 'docker-compose.yml': text });
    const read = await readProject(directory, { target: 'other', buildArgs: { V: '3' } });
    expect([read.target, read.buildArgs]).toEqual(['other', { V: '3' }]);
  });

  test('services that differ decide nothing', async () => {
    const text = 'services: {a: {build: {context: ., target: app}}, b: {build: {context: ., target: other}}}';
    const { target } = await readProject(await project({ ...base, 'compose.yml': text }));
    expect(target).toBeUndefined();
  });

  test.each([
    ['services:\n  a: {build: .\n', /compose\.yaml:\d: /, 'no YAML'],
    ['services: [1]', /services: /, 'no map of services'],
    ['services: {a: {build: 3}}', /service a: build: /, 'a number to build'],
  ])('%j is refused: %s, %s', async (text, message) => {
    const reading = readProject(await project({ ...base, 'compose.yaml': text }));
    await expect(reading).rejects.toThrow(UserError);
    await expect(reading).rejects.toThrow(message);
  });

  test('what is not followed is told', async () => {
    const text = 'include: [x.yaml]\nservices: {a: {build: ., extends: {service: b, file: c.yaml}}}';
    const { compose } = await readProject(await project({ ...base, 'compose.yaml': text }));
    expect(compose?.notFollowed).toEqual([
      'include of x.yaml: there is no file x.yaml',
      'a extends b of c.yaml',
    ]);
  });

  test('what a service extends is merged, from other files too', async () => {
    const directory = await project({
      ...base,
      'compose.yaml': [
        'services:',
        '  a:',
        '    extends: {file: common/base.yaml, service: base}',
        '    environment: ["B=2"]',
        '  loop: {build: ., extends: loop}',
      ].join('\n'),
      'common/base.yaml': [
        'services:',
        '  base:',
        '    extends: root',
        '    build: {context: .., target: app}',
        '    environment: {A: 1, B: 1}',
        '  root: {healthcheck: {test: [NONE]}, env_file: .env}',
      ].join('\n'),
    });
    const { compose } = await readProject(directory);
    expect(compose?.builders.map(({ name }) => name)).toEqual(['a', 'loop']);
    expect(compose?.builders[0]).toMatchObject({
      target: 'app',
      environment: { A: '1', B: '2' },
      healthcheck: 'disabled',
    });
    expect(compose?.merged.get('a')).toMatchObject({ env_file: join(directory, 'common/.env') });
    expect(compose?.notFollowed).toEqual(['loop extends loop']);
  });

  test('many aliases are read, and those that multiply without end are refused', async () => {
    const names = Array.from({ length: 150 }, (_, i) => `s${i}`);
    const stack = `x-a: &a {A: 1}\nx-b: &b {build: ., environment: *a}\nservices:\n${names.map((name) => `  ${name}: {<<: *b}\n`).join('')}`;
    const { compose } = await readProject(await project({ ...base, 'compose.yaml': stack }));
    expect(compose?.services.length).toBe(150);
    const levels = names
      .slice(0, 12)
      .map((name, i) => `x-${name}: &${name} [${Array(10).fill(i === 0 ? '1' : `*s${i - 1}`)}]\n`);
    const laughs = readProject(
      await project({ ...base, 'compose.yaml': `${levels.join('')}services: {}\n` }),
    );
    await expect(laughs).rejects.toThrow(UserError);
  });

  test('a named file is read alone', async () => {
    const text = 'services: {a: {build: {context: .., target: app}}}';
    const directory = await project({ ...base, 'ci/c.yml': text, 'compose.yaml': '[' });
    const { compose } = await readProject(directory, { composeFile: 'ci/c.yml' });
    expect(compose?.builders.map(({ target }) => target)).toEqual(['app']);
  });
});

test('requirements files that others include are read, whatever their names', async () => {
  const { texts } = await readProject(
    await project({
      Dockerfile: dockerfile,
      'requirements.txt': '-r deps/base.in\n  --constraint=pins.txt\nflask\n',
      'deps/base.in': '-r more\n-r ../requirements.txt\n-r gone.txt\n',
      'deps/more': 'requests\n',
      'pins.txt': 'requests==2.32.0\n',
      'other.txt': 'no requirements\n',
    }),
  );
  expect(texts.requirements.map(({ path }) => path).sort()).toEqual([
    'deps/base.in',
    'deps/more',
    'pins.txt',
    'requirements.txt',
  ]);
});

test('a Dockerfile in the compose file is named beside the one that is read', async () => {
  const { choices } = await readProject(
    await project({
      Dockerfile: 'FROM python:3.12\n',
      'compose.yaml':
        'services:\n  api:\n    build:\n      context: .\n      dockerfile_inline: |\n        FROM python:3.11\n',
    }),
    {},
  );
  expect(choices).toEqual([
    'service api of the compose file builds the Dockerfile that stands in it (dockerfile_inline), which is left alone',
  ]);
});

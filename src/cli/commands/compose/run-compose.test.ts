import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runProcess } from '../../../base/index.ts';
import { api, compose, file, idsOf, projectOf, reportOf } from './fixtures/run-command.ts';

test('shows the change with its reasons, writes nothing, and git applies the diff', async () => {
  const folder = projectOf({ ...api, 'compose.yaml': file });
  const { code, stdout } = await compose(folder);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^3 changes for compose\.yaml: api \(Dockerfile\)\n\n--- a\/compose\.yaml\n\+\+\+ b\/compose\.yaml\n/,
  );
  expect(stdout).toContain('health-check: app.py:7 answers /health');
  expect(stdout).toMatch(/\n\nplimsoll compose --fix writes compose\.yaml\.\n$/);
  expect(readFileSync(join(folder, 'compose.yaml'), 'utf8')).toBe(file);
  const applied = await runProcess('git', ['apply', '-'], { cwd: folder, input: stdout });
  expect([applied.code, applied.stderr]).toEqual([0, '']);
  const again = await compose(folder);
  expect([again.code, again.stdout]).toEqual([
    0,
    expect.stringMatching(/^compose\.yaml needs no change: api/),
  ]);
});

test.each(['--fix', '--write'])(
  '%s writes once, keeps the mode, and leaves nothing else behind',
  async (option) => {
    const folder = projectOf({ ...api, 'compose.yaml': file });
    chmodSync(join(folder, 'compose.yaml'), 0o640);
    const first = await reportOf(folder, option);
    expect([first.code, first.isWritten, idsOf(first)]).toEqual([
      0,
      true,
      ['platform', 'model-cache', 'health-check'],
    ]);
    const written = readFileSync(join(folder, 'compose.yaml'), 'utf8');
    expect(written.startsWith(file)).toBe(true);
    expect(statSync(join(folder, 'compose.yaml')).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).sort()).toEqual(['Dockerfile', 'app.py', 'compose.yaml']);
    const second = await reportOf(folder, option);
    expect([second.code, second.isWritten, second.diff]).toEqual([0, false, '']);
  },
);

test('without a compose file a new one is made', async () => {
  const folder = projectOf(api);
  const { code, isNew, diff } = await reportOf(folder);
  expect([code, isNew, diff.startsWith('--- /dev/null\n+++ b/compose.yaml\n')]).toEqual([1, true, true]);
  await compose(folder, '--fix', '--memory', '2g', '--platform', 'linux/arm64');
  expect(parse(readFileSync(join(folder, 'compose.yaml'), 'utf8')).services.app).toMatchObject({
    build: '.',
    platform: 'linux/arm64',
    ports: ['8080:8080'],
    volumes: ['model-cache:/models'],
    deploy: { resources: { limits: { memory: '2g' } } },
  });
});

test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
  [
    'a program of the project is told its port',
    { Dockerfile: 'FROM python:3.12\nCOPY . .\nCMD ["svc", "serve", "--port", "8080"]\n' },
    ['platform', 'ports', 'health-check'],
  ],
  [
    'a script that the command does not name asks for a port',
    {
      Dockerfile: 'FROM python:3.12\nCOPY . .\nCMD ["svc", "run"]\n',
      'wait.sh': 'psql --port 5432 -c "select 1"\n',
    },
    ['platform'],
  ],
  [
    'a worker of a queue serves nobody',
    { Dockerfile: 'FROM python:3.12\nCOPY . .\nEXPOSE 5555\nCMD ["celery", "-A", "svc", "worker"]\n' },
    ['platform', 'ports'],
  ],
])('a new file is whole at once: %s', async (_why, files, expected) => {
  const manifest = '[project]\nname = "svc"\nversion = "1"\nscripts.svc = "svc:main"\n';
  const folder = projectOf({ ...files, 'pyproject.toml': manifest, 'svc.py': 'def main(): ...\n' });
  expect(idsOf(await reportOf(folder, '--fix'))).toEqual(expected);
  expect(idsOf(await reportOf(folder, '--fix'))).toEqual([]);
});

describe('which services', () => {
  const two = 'services:\n  api:\n    build: .\n  twin:\n    build: .\n  db:\n    image: postgres\n';

  test.each([
    [['--service', 'twin'], ['twin']],
    [
      ['--service', 'twin', '--service', 'api'],
      ['api', 'twin'],
    ],
  ])('%j', async (args, names) => {
    const report = await reportOf(projectOf({ ...api, 'compose.yaml': two }), ...args);
    expect(report.services.map(({ name }) => name)).toEqual(names);
  });

  test.each([
    [two, [], 'api and twin are built and started alike', 'two that are alike'],
    [two, ['--service', 'tiwn'], 'There is no service tiwn', 'no such name'],
    [two, ['--service', 'db'], 'The service db is not built', 'an image'],
    ['services: {a: {build: https://example.com/x.git}}', [], 'builds no service from', 'another place'],
    ['services: {a: {build: {context: ., target: nope}}}', [], 'nope', 'no such stage'],
    [
      'services: {a: {extends: {file: no.yaml, service: b}, build: .}}',
      [],
      'could not be read',
      'unknown base',
    ],
    ['services: {a: {build: {context: ., dockerfile: Nope}}}', [], 'there is no Dockerfile', 'no Dockerfile'],
    ['services: {a: {build: {dockerfile_inline: "FRM x"}}}', [], 'FRM', 'an inline Dockerfile with an error'],
  ])('%j %j is an error: %s', async (text, args, message, _why) => {
    const folder = projectOf({ ...api, 'compose.yaml': text });
    const { code, stdout, stderr } = await compose(folder, '--fix', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(readFileSync(join(folder, 'compose.yaml'), 'utf8')).toBe(text);
  });

  test.each([
    [
      '|\n        FROM python:3.12\n        COPY . .\n        EXPOSE 9000\n        CMD ["python", "-m", "x"]\n',
      'a block',
    ],
    ['"FROM python:3.12\\nCOPY . .\\nEXPOSE 9000\\nCMD [\\"python\\", \\"-m\\", \\"x\\"]\\n"', 'one string'],
  ])('an inline Dockerfile is judged as one that is a file: %j, %s', async (inline, _why) => {
    const text = `services:\n  api:\n    build:\n      context: .\n      dockerfile_inline: ${inline}\n`;
    const files = { 'x.py': 'print()\n', 'compose.yaml': text };
    for (const beside of [{}, { Dockerfile: 'FROM alpine\nHEALTHCHECK CMD true\n' }]) {
      const folder = projectOf({ ...files, ...beside });
      const report = await reportOf(folder, '--fix');
      expect(report.services).toEqual([{ name: 'api', dockerfile: 'the inline Dockerfile of api' }]);
      expect(idsOf(report)).toEqual(['platform', 'health-check']);
      expect(report.changes.at(-1)?.reason).toContain('port 9000');
      expect(readFileSync(join(folder, 'compose.yaml'), 'utf8').startsWith(text.trimEnd())).toBe(true);
      expect(idsOf(await reportOf(folder))).toEqual([]);
    }
  });

  test('a health check of an inline Dockerfile counts, and two of them are told apart', async () => {
    const inline = (rest: string): string =>
      `build: {context: ., dockerfile_inline: "FROM python:3.12\\nCOPY . .\\nEXPOSE 9000\\n${rest}"}`;
    const text = `services:\n  one:\n    ${inline('HEALTHCHECK CMD python -c 1')}\n  two:\n    ${inline('')}\n`;
    const report = await reportOf(projectOf({ 'x.py': 'print()\n', 'compose.yaml': text }));
    expect([idsOf(report, 'one'), idsOf(report, 'two')]).toEqual([
      ['platform'],
      ['platform', 'health-check'],
    ]);
    expect(report.leftAlone.map(({ because }) => because)).toContain(
      'the inline Dockerfile of one:4 has a HEALTHCHECK',
    );
  });

  test('a compose file in a folder of its own builds from the folder above', async () => {
    const folder = projectOf({
      'app/Dockerfile': api.Dockerfile,
      'app/app.py': api['app.py'],
      'app/deploy/compose.yaml': 'services: {api: {build: ..}}\n',
    });
    const report = await reportOf(join(folder, 'app', 'deploy'));
    expect(idsOf(report)).toEqual(['platform', 'model-cache', 'health-check']);
  });

  test('those of the directory and of those below it', async () => {
    const folder = projectOf({
      ...api,
      'ui/Dockerfile': api.Dockerfile,
      'ui/app.py': '',
      'compose.yaml': 'services: {api: {build: .}, ui: {build: ui}, other: {build: ../elsewhere}}\n',
    });
    expect((await reportOf(folder)).services.map(({ name }) => name)).toEqual(['api', 'ui']);
  });

  test('a service without code of its own, whose server pip installs', async () => {
    const folder = projectOf({
      'mlflow/Dockerfile':
        'FROM python:3.12-slim\nRUN pip install mlflow\nEXPOSE 5000\nCMD ["mlflow", "server", "--host", "0.0.0.0"]\n',
      'compose.yaml': 'services: {mlflow: {build: mlflow}}\n',
    });
    expect(idsOf(await reportOf(folder))).toEqual(['platform', 'health-check']);
  });

  test('what is not Python is passed over, and so is what only an override has', async () => {
    const folder = projectOf({
      ...api,
      'web/Dockerfile': 'FROM node\n',
      'compose.yaml': 'include: [other.yaml]\nservices:\n  api: {build: ., platform: x}\n',
      'compose.override.yaml':
        'services:\n  api: {healthcheck: {disable: true}}\n  debug: {build: ., command: bash}\n',
      'other.yaml': 'services: {}\n',
    });
    const report = await reportOf(folder);
    expect(idsOf(report)).toEqual(['model-cache']);
    expect(report.passedOver.map(({ what }) => what)).toEqual(['debug']);
  });
});

describe('include', () => {
  const root = 'include:\n  - api/compose.yaml   # ours\n  - path: [worker/compose.yaml]\n';
  const files = {
    'compose.yaml': root,
    'api/compose.yaml': file,
    'api/Dockerfile': api.Dockerfile,
    'api/app.py': api['app.py'],
    'worker/compose.yaml': 'services:\n  worker: {build: .}\n  other: {image: a}\n',
    'worker/Dockerfile': 'FROM python:3.12-slim\nCOPY . .\nCMD ["python", "job.py"]\n',
    'worker/job.py': 'print(1)\n',
  };

  test('each included file gets what its own services lack', async () => {
    const folder = projectOf(files);
    const before = await reportOf(folder);
    expect(before.changes.map((one) => `${one.file} ${one.service} ${one.id}`)).toEqual([
      'api/compose.yaml api platform',
      'api/compose.yaml api model-cache',
      'api/compose.yaml api health-check',
      'worker/compose.yaml worker platform',
    ]);
    expect(before.diff.match(/^\+\+\+ .*$/gm)).toEqual([
      '+++ b/api/compose.yaml',
      '+++ b/worker/compose.yaml',
    ]);
    const { code, stdout } = await compose(folder, '--fix');
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('api/compose.yaml and worker/compose.yaml are written.'),
    ]);
    const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
    expect(read('compose.yaml')).toBe(root);
    expect(read('api/compose.yaml')).toContain('\nvolumes:\n  model-cache:');
    expect(read('worker/compose.yaml')).toContain('platform: linux/amd64');
    expect(await reportOf(folder)).toMatchObject({ code: 0, changes: [], diff: '' });
  });

  test('what cannot be followed is told with its reason', async () => {
    const { 'worker/compose.yaml': _, ...rest } = files;
    expect((await reportOf(projectOf(rest))).passedOver).toEqual([
      { what: 'include of worker/compose.yaml', because: 'there is no file worker/compose.yaml' },
    ]);
  });

  test('an included file that is no compose file is refused with its line', async () => {
    const folder = projectOf({ ...files, 'worker/compose.yaml': 'services:\n  worker:\n    buidl: .\n' });
    const { code, stderr } = await compose(folder, '--fix');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: worker\/compose\.yaml:3: services\.worker\.buidl/),
    ]);
    expect(readFileSync(join(folder, 'api/compose.yaml'), 'utf8')).toBe(file);
  });
});

test.each([
  [
    'services:\n  a:\n    build: .\n    port: []\n',
    /^error: compose\.yaml:4: services\.a\.port: .*\(is ports meant\?\)/,
  ],
  ['services: [\n', /^error: compose\.yaml:\d: /],
  [
    'services:\n  a: {build: {context: 3}}\n',
    /^error: compose\.yaml:2: services\.a\.build must be text or a map|^error: compose\.yaml:2: services\.a\.build\.context must be text/,
  ],
])('%j is refused with its line', async (text, message) => {
  const folder = projectOf({ ...api, 'compose.yaml': text });
  const { code, stdout, stderr } = await compose(folder, '--fix');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(readFileSync(join(folder, 'compose.yaml'), 'utf8')).toBe(text);
});

test('a Dockerfile elsewhere is named by the option that this command has', async () => {
  const folder = projectOf({ 'docker/Dockerfile': api.Dockerfile, 'app.py': '' });
  const { code, stderr } = await compose(folder);
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('Name one with --dockerfile; there is docker/Dockerfile.'),
  ]);
  const report = await reportOf(folder, '--dockerfile', 'docker/Dockerfile');
  expect(report.diff).toContain('+      dockerfile: docker/Dockerfile\n');
});

test.each([
  [['--port', '0'], '--port must be 1 at least'],
  [['--memory', '4'], '--memory must be a size with its unit'],
  [['--cpus', '0'], '--cpus must be a number above 0'],
  [['--platform', 'linux/a b'], 'is no platform'],
  [['--service', 'a'], 'There is no compose file'],
  [['--file', 'no.yaml'], 'cannot read the compose file'],
])('%j is refused: %s', async (args, message) => {
  const { code, stderr } = await compose(projectOf(api), ...args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test('a named file is read and written', async () => {
  const folder = projectOf({
    ...api,
    'deploy/prod.yaml': 'services: {api: {build: {context: ..}}}\n',
    'compose.yaml': '[',
  });
  const report = await reportOf(
    folder,
    '-f',
    'deploy/prod.yaml',
    '--fix',
    '--health',
    '/ready',
    '--port',
    '81',
  );
  expect([report.code, report.file]).toEqual([0, 'deploy/prod.yaml']);
  expect(readFileSync(join(folder, 'deploy/prod.yaml'), 'utf8')).toContain('http://127.0.0.1:81/ready');
});

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { cliFile, plimsoll, projectOf } from './run-cli.ts';

const dockerfile = '# why\nFROM python:3.12 as b\nRUN pip install -r requirements.txt\nADD src/ /app\n';

test('lint finds, --dry-run shows, --fix corrects', async () => {
  const cwd = projectOf({ Dockerfile: dockerfile });
  const found = await plimsoll(['lint', '--format', 'line'], { cwd });
  expect([found.code, found.stdout.match(/\[[\w-]+\]/g)]).toEqual([
    1,
    ['[from-as-casing]', '[pip-cache]', '[add-for-files]'],
  ]);
  const dry = await plimsoll(['lint', '--dry-run'], { cwd });
  expect(dry.stdout).toContain('+RUN pip install --no-cache-dir -r requirements.txt');
  expect(readFileSync(join(cwd, 'Dockerfile'), 'utf8')).toBe(dockerfile);
  const fixed = await plimsoll(['lint', '--fix'], { cwd });
  expect([fixed.code, fixed.stdout]).toEqual([0, '3 findings corrected; 0 findings left in 1 file\n']);
  expect(readFileSync(join(cwd, 'Dockerfile'), 'utf8')).toBe(
    '# why\nFROM python:3.12 AS b\nRUN pip install --no-cache-dir -r requirements.txt\nCOPY src/ /app\n',
  );
});

test('--fix keeps bytes that are no UTF-8', async () => {
  const cwd = projectOf({});
  const file = join(cwd, 'Dockerfile');
  const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
  writeFileSync(file, latin1('FROM python:3.12 as b\r\nLABEL maintainer="José ÿ"\r\n'));
  await plimsoll(['lint', '--fix'], { cwd });
  expect(readFileSync(file)).toEqual(latin1('FROM python:3.12 AS b\r\nLABEL maintainer="José ÿ"\r\n'));
});

test.each(['lint', 'ignore'])('%s --dry-run shows a diff that git applies, whatever the bytes', (command) => {
  const cwd = projectOf({});
  const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
  writeFileSync(join(cwd, 'Dockerfile'), latin1('FROM a:1 as b\nLABEL c="José ÿ"\nCOPY . /d\n'));
  writeFileSync(join(cwd, '.dockerignore'), latin1('# José\n*.log\n'));
  writeFileSync(join(cwd, '.env'), 'A=1\n');
  const { stdout } = spawnSync(process.execPath, [cliFile, command, '--dry-run'], { cwd });
  const applied = spawnSync('git', ['apply', '--verbose', '-'], { cwd, input: stdout });
  expect([applied.status, applied.stderr.toString()]).toEqual([0, expect.stringMatching(/cleanly/)]);
});

test('the JSON fits its schema, and .hadolint.yaml holds', async () => {
  const cwd = projectOf({
    Dockerfile: dockerfile,
    '.hadolint.yaml': 'ignored: [DL3042]\noverride:\n  info: [DL3020]\nfailure-threshold: error\n',
  });
  const { code, stdout } = await plimsoll(['lint', '--json'], { cwd });
  const schemaFile = new URL('../../docs/schemas/plimsoll.lint-1.json', import.meta.url);
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
    JSON.parse(readFileSync(schemaFile, 'utf8')),
  );
  const report: unknown = JSON.parse(stdout);
  expect([code, validate(report), validate.errors]).toEqual([0, true, null]);
  expect(report).toMatchObject({
    files: [{ findings: [{ rule: 'from-as-casing' }, { rule: 'add-for-files', severity: 'info' }] }],
  });
});

test('a file that cannot be checked is an error, and the others are checked', async () => {
  const cwd = projectOf({
    'Dockerfile.a': 'FORM a\n',
    'Dockerfile.b': 'FROM a\n',
    'Dockerfile.c': 'FROM a\u0000\n',
  });
  writeFileSync(join(cwd, 'Dockerfile.d'), Buffer.from([0x46, 0xff, 0xfe]));
  const { code, stdout, stderr } = await plimsoll(['lint', '--format', 'line'], { cwd });
  expect([code, stdout.match(/^[^:]+|\[[\w-]+\]/gm)]).toEqual([
    2,
    [
      'Dockerfile.a',
      '[unreadable]',
      'Dockerfile.b',
      '[untagged-base]',
      'Dockerfile.c',
      expect.anything(),
      'Dockerfile.d',
      '[unreadable]',
    ],
  ]);
  expect(stderr).toContain('Dockerfile.a:1: unknown instruction: FORM');
  // Bytes that are no UTF-8 are read as BuildKit does.
  expect(stderr).toContain('Dockerfile.d:1: unknown instruction: F\ufffd');
  writeFileSync(join(cwd, 'sly'), 'FR\u001b[31mOM a\n');
  const sly = await plimsoll(['lint', 'sly'], { cwd });
  expect(sly.stderr).toContain('unknown instruction: FR\ufffd[31mOM');
  const one = await plimsoll(['lint', 'nothing'], { cwd });
  expect([one.code, one.stderr]).toEqual([
    2,
    expect.stringContaining('nothing cannot be read: there is no such file'),
  ]);
});

test('the project around a Dockerfile is read from its context', async () => {
  const cwd = projectOf({
    'docker/Dockerfile':
      'FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\nRUN uv sync\nCOPY src data /app/\n',
    'requirements.txt': '-r base.txt\nflask==3.0\n',
    'base.txt': 'opencv-python==4.10.0.84\n',
    'pyproject.toml': '[project]\nname = "a"\n',
    '.dockerignore': '# big\ndata\n',
    'src/a.py': '',
    'data/b.bin': '',
  });
  const { stdout } = await plimsoll(['lint', '--format', 'line', 'docker'], { cwd });
  expect(stdout.split('\n').filter((line) => / (?:error|warning): /.test(line))).toEqual([
    expect.stringMatching(/^docker\/Dockerfile:4:35: error: opencv-python loads .* \[missing-library\]$/),
    expect.stringMatching(
      /^docker\/Dockerfile:6:10: warning: data is not sent .*\.dockerignore:2 .* \[copy-ignored-file\]$/,
    ),
  ]);
  const elsewhere = await plimsoll(['lint', '--format', 'line', '--context', 'src', 'docker'], { cwd });
  expect(elsewhere.stdout).not.toContain('missing-library');
  // Without a manifest that says otherwise, uv may install a group for development.
  expect(elsewhere.stdout).toContain('[dev-dependencies]');
});

test('labels, registries and comments as .hadolint.yaml wants them', async () => {
  const cwd = projectOf({
    Dockerfile: '# hadolint ignore=DL3026\nFROM evil.example/a:1\nLABEL u=x other=y\n',
    '.hadolint.yaml':
      'trustedRegistries: docker.io\nlabel-schema: { u: url, v: rawtext }\nstrict-labels: true\ndisable-ignore-pragma: true\nno-fail: true\n',
  });
  const { code, stdout } = await plimsoll(['lint', '--json'], { cwd });
  const report: unknown = JSON.parse(stdout);
  expect([code, report]).toMatchObject([
    0,
    {
      files: [
        {
          findings: [
            { hadolint: 'DL3049' },
            { hadolint: 'DL3026' },
            { hadolint: 'DL3052' },
            { hadolint: 'DL3050' },
          ],
        },
      ],
    },
  ]);
});

test('--explain prints the page of a rule by any of its names', async () => {
  const cwd = projectOf({});
  const { code, stdout } = await plimsoll(['lint', '--explain', 'dl3042'], { cwd });
  expect([code, stdout.split('\n')[0]]).toEqual([0, '# pip-cache']);
  const unknown = await plimsoll(['lint', '--explain', 'pip-cash'], { cwd });
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Is pip-cache meant?')]);
});

test('a directory stands for its Dockerfiles, and a rule that is none is refused', async () => {
  const cwd = projectOf({
    'api/Dockerfile': 'FROM python:3.12 as b\n',
    'jobs/train.Dockerfile': 'FROM python:3.12 as b\n',
    'jobs/Dockerfile.serve': 'FROM python:3.12 as b\n',
    'docs/index.md': '',
  });
  const lint = async (...args: string[]): ReturnType<typeof plimsoll> =>
    await plimsoll(['lint', '--format', 'line', ...args], { cwd });
  const { stdout } = await lint('api', 'jobs');
  expect(stdout.match(/^[^:]+/gm)).toEqual([
    'api/Dockerfile',
    'jobs/Dockerfile.serve',
    'jobs/train.Dockerfile',
  ]);
  const none = await lint('docs');
  expect([none.code, none.stderr]).toEqual([
    2,
    expect.stringContaining('There is no Dockerfile in docs, nor below.'),
  ]);
  writeFileSync(join(cwd, '.plimsoll.yaml'), 'lint: { rules: { from-as-case: off } }\n');
  const unknown = await lint('api');
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Is from-as-casing meant?')]);
});

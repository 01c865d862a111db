import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { plimsoll, projectOf } from './run-cli.ts';

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
  expect([fixed.code, fixed.stdout]).toEqual([0, '0 findings in 1 file\n']);
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

test('a file that BuildKit refuses is an error', async () => {
  const cwd = projectOf({ Dockerfile: 'FORM a\n' });
  expect((await plimsoll(['lint'], { cwd })).code).toBe(2);
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
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('There is no Dockerfile in docs.')]);
  writeFileSync(join(cwd, '.plimsoll.yaml'), 'lint: { rules: { from-as-case: off } }\n');
  const unknown = await lint('api');
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Is from-as-casing meant?')]);
});

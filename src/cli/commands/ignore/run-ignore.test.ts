import {
  chmodSync,
  existsSync,
  lstatSync,
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
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { type RunResult, runProcess } from '../../../base/index.ts';
import type { IgnoreReport } from '../../../report/index.ts';

const main = inject('program');

function projectOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-ignore-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

async function ignore(folder: string, ...args: readonly string[]): Promise<RunResult> {
  return runProcess(process.execPath, [main, 'ignore', folder, ...args], { env: { NO_COLOR: '1' } });
}

async function reportOf(
  folder: string,
  ...args: readonly string[]
): Promise<IgnoreReport & { code: number }> {
  const { stdout, stderr, code } = await ignore(folder, '--json', ...args);
  expect(stderr).toBe('');
  // The schema of what is printed has a test of its own.
  return { ...(JSON.parse(stdout) as IgnoreReport), code: code ?? -1 };
}

const megabyte = 'x'.repeat(1_000_000);
const api = {
  Dockerfile: 'FROM python:3.12\nWORKDIR /app\nCOPY . .\nCMD ["python", "app.py"]\n',
  'app.py': 'import json\n\nlabels = json.load(open("data/labels.json"))\n',
  'data/labels.json': '{}',
  'data/train.csv': megabyte,
  'models/old.pt': megabyte,
  '.git/objects/pack': megabyte,
  '.venv/pyvenv.cfg': '',
  'notes/eda.ipynb': '{}',
  'tests/test_app.py': '',
};

test('shows what is sent, proposes what this project has, and keeps what the code reads', async () => {
  const report = await reportOf(projectOf(api));
  expect(report.code).toBe(0);
  expect(report.sent.fileCount).toBe(9);
  expect(report.directories.slice(0, 2).map(({ path, fileCount }) => [path, fileCount])).toEqual([
    ['data', 2],
    ['.git', 1],
  ]);
  expect(report.proposals.map(({ kind, pattern }) => `${kind} ${pattern}`).sort()).toEqual([
    'container-file .dockerignore',
    'container-file Dockerfile',
    'data data/train.csv',
    'model-weights models',
    'notebook **/*.ipynb',
    'test tests',
    'version-control **/.git',
    'virtual-environment .venv',
  ]);
  expect(report.kept).toEqual([]);
  expect(report.proposed.fileCount).toBe(2);
});

test('what the start command of the compose file names stays', async () => {
  const report = await reportOf(
    projectOf({
      ...api,
      'data/dumped/latest.json': megabyte,
      'models/v2/a.onnx': megabyte,
      'compose.yaml':
        'services:\n  a:\n    build: .\n    command: bash -c "python app.py load data/dumped/latest.json && serve --models=models/v2/"\n',
    }),
  );
  const proposed = report.proposals.map(({ pattern }) => pattern);
  expect(proposed).toEqual(expect.arrayContaining(['data/train.csv', 'models/old.pt']));
  expect(proposed.filter((one) => ['data', 'models'].includes(one))).toEqual([]);
});

test('--fix writes once; a second run has nothing to add', async () => {
  const folder = projectOf({ ...api, '.dockerignore': '\uFEFF# mine\r\n/notes/ \r\n!tests/keep.py' });
  const first = await ignore(folder, '--fix');
  expect([first.code, first.stdout]).toEqual([0, expect.stringMatching(/\.dockerignore is written\.\n$/)]);
  const text = readFileSync(join(folder, '.dockerignore'), 'utf8');
  expect(text).toMatch(/^\uFEFF# mine\r\n\/notes\/ \r\n/);
  expect(text.replaceAll('\r\n', '')).not.toContain('\n');
  expect(text).toMatch(/\r\ntests\r\n[\s\S]*!tests\/keep\.py/);
  expect(text).not.toContain('ipynb');

  const second = await ignore(folder, '--fix');
  expect(second.stdout).toMatch(/\.dockerignore needs no change\.\n$/);
  expect(readFileSync(join(folder, '.dockerignore'), 'utf8')).toBe(text);
  expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
});

test('--dry-run prints a diff that git applies, and writes nothing', async () => {
  const folder = projectOf({ ...api, '.dockerignore': 'notes\n' });
  const { stdout, code } = await ignore(folder, '--dry-run');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^--- a\/\.dockerignore\n\+\+\+ b\/\.dockerignore\n@@ /);
  expect(readFileSync(join(folder, '.dockerignore'), 'utf8')).toBe('notes\n');
  const applied = await runProcess('git', ['apply', '-'], { cwd: folder, input: stdout });
  expect(applied.code).toBe(0);
  expect((await ignore(folder, '--dry-run')).stdout).toBe('');
});

test('the file that is written keeps its permissions, and a link to it stays one', async () => {
  const folder = projectOf({ ...api, 'deploy/ignore': 'notes\n' });
  chmodSync(join(folder, 'deploy/ignore'), 0o640);
  symlinkSync('deploy/ignore', join(folder, '.dockerignore'));
  await ignore(folder, '--fix');
  expect(lstatSync(join(folder, '.dockerignore')).isSymbolicLink()).toBe(true);
  expect(statSync(join(folder, 'deploy/ignore')).mode & 0o777).toBe(0o640);
  expect(readFileSync(join(folder, 'deploy/ignore'), 'utf8')).toMatch(/^notes\n\n#.*\n[\s\S]*\*\*\/\.git\n/);
});

test('a source that is cut off is an error that names both lines', async () => {
  const folder = projectOf({ ...api, Dockerfile: 'FROM a\nCOPY models /m/\n', '.dockerignore': 'models\n' });
  const { code, stdout } = await ignore(folder);
  expect(stdout).toMatch(
    /error: Dockerfile:2 copies models, but \.dockerignore:1 \(models\) leaves models out\./,
  );
  expect(code).toBe(1);
});

test('a proposal that would cut off a source by way of a link is taken back, and said', async () => {
  const folder = projectOf({ ...api, Dockerfile: 'FROM python:3.12\nCOPY current.pt /m/\n' });
  symlinkSync('models/old.pt', join(folder, 'current.pt'));
  const report = await reportOf(folder, '--fix');
  expect(report.dropped).toEqual([
    { pattern: 'models', because: 'Dockerfile:2 takes current.pt (models/old.pt)' },
  ]);
  expect(readFileSync(join(folder, '.dockerignore'), 'utf8')).not.toMatch(/^models$/m);
});

describe('secrets', () => {
  test('are an exit code of their own, until the fix', async () => {
    const folder = projectOf({ ...api, '.env': 'TOKEN=abc\n', 'tls/server.key': 'PK', 'tls/ca.pem': 'none' });
    const before = await reportOf(folder);
    expect([before.code, before.secrets.map(({ path, secret }) => [path, secret])]).toEqual([
      1,
      [['.env', 'environment file']],
    ]);
    const dry = await ignore(folder, '--dry-run');
    expect([dry.code, dry.stderr]).toEqual([1, expect.stringMatching(/\.env is sent: environment file/)]);
    expect([(await reportOf(folder, '--fix')).code, (await reportOf(folder)).code]).toEqual([0, 0]);
  });

  test('that the code reads stay, with the reason', async () => {
    const app = 'from dotenv import load_dotenv\n\nload_dotenv(".env")\n';
    const report = await reportOf(projectOf({ ...api, 'app.py': app, '.env': 'TOKEN=abc\n' }), '--fix');
    expect([report.code, report.secrets[0]?.keptBecause]).toEqual([1, 'app.py:3 reads .env']);
  });
});

test('the ignore file of the Dockerfile overrides the other one', async () => {
  const folder = projectOf({
    'docker/gpu.Dockerfile': api.Dockerfile,
    'docker/gpu.Dockerfile.dockerignore': '*\n!app.py\n!gone.py\n',
    '.dockerignore': 'app.py\n',
    'app.py': '',
    'data/a': megabyte,
  });
  const report = await reportOf(folder, '-f', 'docker/gpu.Dockerfile');
  expect(report.ignoreFile).toEqual({
    path: 'docker/gpu.Dockerfile.dockerignore',
    isThere: true,
    unused: ['.dockerignore'],
  });
  expect(report.sent).toEqual({ sizeBytes: 0, fileCount: 1 });
  expect(report.lines.map(({ effect, because }) => because ?? effect)).toEqual([
    'leaves-out',
    'takes-back',
    'matches-nothing',
  ]);
});

test.each([
  ['no Dockerfile', { 'app.py': '' }, [], /has no Dockerfile/],
  [
    'a line that is no pattern',
    { ...api, '.dockerignore': 'a\n[\n' },
    [],
    /^error: \.dockerignore:2: syntax/,
  ],
  ['an argument without value', api, ['--build-arg', 'A'], /--build-arg must be NAME=value/],
])('%s is an error and nothing is written', async (_, files, args, message) => {
  const folder = projectOf(files);
  const { code, stdout, stderr } = await ignore(folder, '--fix', ...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(existsSync(join(folder, '.dockerignore'))).toBe('.dockerignore' in files);
});

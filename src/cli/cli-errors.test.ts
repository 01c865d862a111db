import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { type RunResult, runProcess } from '../base/index.ts';
import { main as interruptedMain } from './command-line.ts';

const main = inject('program');

async function plimsoll(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
  return runProcess(process.execPath, [main, ...args], { env: { NO_COLOR: '1', ...env } });
}

function projectOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const dockerfile = 'FROM python:3.11\nCMD ["python", "app.py"]\n';

describe('bad input ends with exit code 2, what happened, where, and without a stack', () => {
  test.each<[string, Readonly<Record<string, string>>, readonly string[], RegExp]>([
    ['no Dockerfile', { 'app.py': '' }, [], /Dockerfile/],
    ['an empty directory', {}, [], /empty|Dockerfile/],
    [
      'a Dockerfile that does not parse',
      { Dockerfile: 'FROM python:3.11\nRUNN pip install x\n' },
      [],
      /Dockerfile:2: unknown instruction: RUNN/,
    ],
    ['an unknown stage', { Dockerfile: dockerfile }, ['--stage', 'prod'], /prod/],
    ['an unknown edit', { Dockerfile: dockerfile }, ['--only', 'nonsense'], /no edit named nonsense/],
    ['a malformed probe', { Dockerfile: dockerfile }, ['--probe', 'http://x/y'], /probe/i],
    ['a malformed platform', { Dockerfile: dockerfile }, ['--platform', 'a/b/c/d'], /platform/],
    ['a malformed build argument', { Dockerfile: dockerfile }, ['--build-arg', '=x'], /NAME=value/],
    ['an unknown target', { Dockerfile: dockerfile }, ['--target', 'tpu'], /tpu/],
    ['an unknown option', { Dockerfile: dockerfile }, ['--nonsense'], /nonsense/],
    ['an uplink that is no number', { Dockerfile: dockerfile }, ['--uplink', 'fast'], /--uplink/],
  ])('slim: %s', async (_reason, files, options, message) => {
    const folder = projectOf(files);
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await plimsoll(['slim', folder, '--no-build', ...options]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(stdout).toBe('');
    expect(code).toBe(2);
    expect(readdirSync(folder)).toEqual(before);
  });

  test.each([
    ['a directory that is not there', ['slim', '/nonexistent/project'], /nonexistent/],
    ['a file in place of a directory', ['slim', main], /main\.js/],
    ['an archive that is not there', ['audit', 'docker-archive:/nonexistent.tar'], /nonexistent\.tar/],
    ['a file that is no image', ['audit', main], /main\.js/],
    ['an unknown command', ['slimm'], /slimm/],
  ])('%s', async (_reason, args, message) => {
    const { code, stderr } = await plimsoll(args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(code).toBe(2);
  });
});

test.each([
  [
    '.plimsoll.yaml',
    'lint:\n  rules:\n    DL3042: maybe\n',
    /^error: \.plimsoll\.yaml:3: lint\.rules\.DL3042: /,
  ],
  ['.plimsoll.yaml', 'lint:\n  rulez: {}\n', /^error: \.plimsoll\.yaml:1: lint: .*"rulez"/],
  ['.hadolint.yaml', '\nignored: DL3042\n', /^error: \.hadolint\.yaml:2: ignored: /],
  ['.hadolint.yaml', 'a: b: c\n', /^error: \.hadolint\.yaml:1: /],
])('lint names file, line and key of a bad setting: %s %j', async (name, text, message) => {
  const folder = projectOf({ Dockerfile: dockerfile, [name]: text });
  const { code, stderr } = await runProcess(process.execPath, [main, 'lint'], {
    cwd: folder,
    env: { NO_COLOR: '1' },
  });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/\nhint: /);
  expect(code).toBe(2);
});

test.each([
  ['  file: Nope\n', /^error: \.plimsoll\.yaml:2: slim\.file: there is no Dockerfile .*Nope\n/],
  ['  stage: nope\n', /^error: \.plimsoll\.yaml:2: slim\.stage: Dockerfile: target stage "nope"/],
  ['  composeFile: no.yml\n', /^error: \.plimsoll\.yaml:2: slim\.composeFile: cannot read .*no\.yml/],
  ['  secrets: [id]\n', /^error: \.plimsoll\.yaml:2: slim\.secrets\.0: id is not id=ID,src=FILE/],
])('slim names file, line and key of a bad setting: %j', async (text, message) => {
  const folder = projectOf({ Dockerfile: dockerfile, '.plimsoll.yaml': `slim:\n${text}` });
  const { code, stderr } = await runProcess(process.execPath, [main, 'slim', '--explain'], {
    cwd: folder,
    env: { NO_COLOR: '1' },
  });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/\nhint: /);
  expect(code).toBe(2);
});

// Also root cannot write these.
test('a place that cannot be written is an error with its name and a hint', async () => {
  const folder = projectOf({ Dockerfile: dockerfile, '.plimsoll': 'a file of this name' });
  const slim = await plimsoll(['slim', folder, '--no-build']);
  expect(slim.stderr).toMatch(/^error: \S+\/\.plimsoll could not be written: .*\nhint: .*--explain/);
  expect(slim.code).toBe(2);
  const name = `${'x'.repeat(240)}.Dockerfile`;
  const longest = projectOf({ [name]: 'FROM python:3.11\nCMD python app.py\n' });
  const lint = await plimsoll(['lint', '--fix', join(longest, name)]);
  expect(lint.stderr).toMatch(/^error: \S+\.Dockerfile could not be written: .*\nhint: .*--fix/);
  expect(lint.code).toBe(2);
});

test('an engine that is asked for and not there is an error with a hint', async () => {
  const folder = projectOf({ Dockerfile: dockerfile });
  const { code, stderr } = await plimsoll(['slim', folder, '--engine', 'podman'], { PATH: '/nonexistent' });
  expect(stderr).toMatch(/podman cannot be used/);
  expect(stderr).toMatch(/hint:/);
  expect(code).toBe(2);
});

test('without an engine: lean files and a forecast that is called one, the project untouched', async () => {
  const files = {
    Dockerfile: 'FROM python:3.11\nCOPY . .\nCMD ["python", "app.py"]\n',
    'app.py': 'print(1)\n',
  };
  const folder = projectOf(files);
  const { code, stdout, stderr } = await plimsoll(['slim', folder], {
    PATH: '/nonexistent',
    DOCKER_HOST: 'unix:///nonexistent',
  });
  expect(stderr).toMatch(/No container engine answers, so this is a forecast/);
  expect(stdout).toMatch(/Forecast: no image was measured/);
  expect(code).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(['.plimsoll', 'Dockerfile', 'app.py']);
  expect(readdirSync(join(folder, '.plimsoll', 'lean'))).toContain('Dockerfile');
});

test.skipIf(!existsSync('/proc/self'))('a cache that cannot be made is no cache', async () => {
  const folder = projectOf({ 'rootfs/etc/hostname': 'x\n' });
  const { code, stdout } = await plimsoll(['audit', `dir:${folder}/rootfs`, '--quiet'], {
    PLIMSOLL_CACHE_DIR: '/proc/plimsoll/cache',
    // Where tests have Node keep its code, the program would not try a folder of its own.
    NODE_COMPILE_CACHE: '',
  });
  expect(stdout).toContain('1 layer · 1 file');
  expect(code).toBe(0);
});

test('an audit that is interrupted says nothing of an engine’s builds', async () => {
  const folder = projectOf({ 'rootfs/etc/hostname': 'x\n' });
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => written.mockRestore());
  const code = await interruptedMain(['audit', `dir:${folder}/rootfs`, '--quiet'], AbortSignal.abort());
  expect(written.mock.calls.flat().join('')).toMatch(/^Interrupted. Nothing was left half-written.\n$/);
  expect(code).toBe(2);
});

test('a bare name that is nowhere: why, in two short lines', async () => {
  const { code, stderr } = await plimsoll(['audit', 'localhost:1/nowhere:1', '--quiet'], {
    PATH: '/nonexistent',
    DOCKER_HOST: 'unix:///nonexistent',
  });
  expect(stderr).toMatch(
    /^error: localhost:1\/nowhere:1 is neither in an engine nor in its registry: no docker engine answers; localhost:1 refuses .*\nhint: .*docker:localhost:1\/nowhere:1 .*\n$/,
  );
  expect(code).toBe(2);
});

test('a full disk behind standard output is an error, not a failed gate, and no stack', async () => {
  const { code, stderr } = await runProcess('sh', [
    '-c',
    `'${process.execPath}' '${main}' --help > /dev/full`,
  ]);
  expect(stderr).toMatch(/^error: standard output cannot be written: .*no space left.*\nhint:/);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(code).toBe(2);
});

test('a gate that fails says so by the exit code, even when nobody reads to the end', async () => {
  const folder = projectOf({ 'rootfs/etc/hostname': 'x\n' });
  const audit = `'${process.execPath}' '${main}' audit 'dir:${folder}/rootfs' --quiet --max-size 1B; echo $? >&2`;
  // `:` ends at once, so that the pipe is closed before anything is written.
  const { stderr } = await runProcess('sh', ['-c', `{ ${audit}; } | :`], {
    env: { PLIMSOLL_CACHE_DIR: join(folder, 'cache') },
  });
  expect(stderr).toMatch(/^1$/m);
});

test('--help and --version go to standard output', async () => {
  expect(await plimsoll(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('slim') });
  expect(await plimsoll(['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { type RunResult, runProcess } from '../../../base/index.ts';

const main = inject('program');
const dockerfile = 'FROM python:3.11-slim\nCOPY . .\n';

/** A repository with these files, checked out at `main`. */
function repositoryOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-ci-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const all = { '.git/HEAD': 'ref: refs/heads/main\n', ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

async function ci(cwd: string, ...args: readonly string[]): Promise<RunResult> {
  return runProcess(process.execPath, [main, 'ci', ...args], { cwd, env: { NO_COLOR: '1' } });
}

async function reportOf(cwd: string, ...args: readonly string[]): Promise<ReturnType<typeof JSON.parse>> {
  const { stdout, stderr } = await ci(cwd, ...args, '--json');
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const workflow = '.github/workflows/image.yml';

describe('a file that is there', () => {
  test('is written once, and left with the difference when it is another', async () => {
    const folder = repositoryOf({ Dockerfile: dockerfile });
    const read = (): string => readFileSync(join(folder, workflow), 'utf8');
    const first = await ci(folder, 'github');
    expect([first.code, first.stdout]).toEqual([0, expect.stringMatching(/image\.yml is written/)]);
    const written = read();
    expect((await ci(folder, 'github')).stdout).toMatch(/is as it should be/);
    const changed = written.replace('timeout-minutes: 60', 'timeout-minutes: 90');
    writeFileSync(join(folder, workflow), changed);
    const second = await ci(folder, 'github');
    expect(second.code).toBe(1);
    expect(second.stdout).toMatch(/-\s+timeout-minutes: 90\n\+\s+timeout-minutes: 60/);
    expect(read()).toBe(changed);
    expect((await ci(folder, 'github', '--force')).code).toBe(0);
    expect(read()).toBe(written);
  });

  test.each([
    ['gitlab', '.gitlab-ci.yml', 'include:'],
    ['github', workflow, '-o'],
    ['generic', 'plimsoll-ci.sh', '-o'],
  ])('%s: that of somebody else stays, and what to do is said', async (provider, path, hint) => {
    const folder = repositoryOf({ Dockerfile: dockerfile, [path]: 'own: {script: [make]}\n' });
    const { code, stdout } = await ci(folder, provider);
    expect([code, stdout]).toEqual([1, expect.stringContaining(hint)]);
    expect(readFileSync(join(folder, path), 'utf8')).toBe('own: {script: [make]}\n');
  });

  test('-o writes beside it, --stdout nowhere', async () => {
    const folder = repositoryOf({ Dockerfile: dockerfile, '.gitlab-ci.yml': 'own: {script: [make]}\n' });
    expect(await reportOf(folder, 'gitlab', '-o', '.gitlab/plimsoll.yml')).toMatchObject({
      outcome: 'written',
      path: '.gitlab/plimsoll.yml',
    });
    const shown = await ci(folder, 'gitlab', '--stdout');
    expect(await ci(folder, 'gitlab', '-o', '-')).toMatchObject({ code: 0, stdout: shown.stdout });
    expect(existsSync(join(folder, '-'))).toBe(false);
    expect([shown.code, parse(shown.stdout)]).toEqual([
      0,
      expect.objectContaining({ 'plimsoll-comment': expect.anything() }),
    ]);
  });

  test('a script can be run, and finds the repository', async () => {
    const folder = repositoryOf({ Dockerfile: dockerfile });
    await ci(folder, 'generic', '--image', 'localhost:5000/app', '-o', 'ci/run/build.sh');
    const file = join(folder, 'ci/run/build.sh');
    expect(statSync(file).mode & 0o111).toBe(0o111);
    expect(readFileSync(file, 'utf8')).toContain('cd "$(dirname "$0")/../.."\n');
  });
});

describe('what is built', () => {
  const compose = `services:
  api:
    build: {context: api, target: runtime, args: {VERSION: 2, TOKEN: null}}
  worker:
    build: {context: ., dockerfile: docker/worker.Dockerfile}
  api-dev:
    build: {context: api, target: dev}
  gone:
    build: gone
  inline:
    build: {context: ., dockerfile_inline: "FROM a"}
  db:
    image: postgres
`;
  const files = {
    'api/Dockerfile': dockerfile,
    'docker/worker.Dockerfile': dockerfile,
    'compose.yaml': compose,
  };

  test('the services of the compose file, without those for developers', async () => {
    const report = await reportOf(repositoryOf(files), 'github');
    expect(report.images).toEqual([
      expect.objectContaining({
        ...{ name: 'api', context: 'api', dockerfile: 'api/Dockerfile', target: 'runtime' },
        buildArgs: { VERSION: '2' },
      }),
      expect.objectContaining({
        name: 'worker',
        context: '.',
        dockerfile: 'docker/worker.Dockerfile',
        target: null,
      }),
    ]);
    expect(report.notes.join('\n')).toMatch(/stage dev .* is for developers.*/);
    expect(report.notes.join('\n')).toMatch(/gone\/Dockerfile, which is not there/);
    expect(report.notes.join('\n')).toMatch(/service inline .* in the compose file itself/);
  });

  test('what another pipeline pushes, which stays, and its missing cache is told', async () => {
    const release = `on: push
jobs:
  push:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: {context: ., target: serve, push: true}
`;
    const folder = repositoryOf({ Dockerfile: dockerfile, '.github/workflows/release.yml': release });
    const report = await reportOf(folder, 'github');
    expect(report.images).toMatchObject([{ context: '.', target: 'serve' }]);
    expect(report.notes.join('\n')).toMatch(/release\.yml builds images, too/);
    expect(report.notes.join('\n')).toMatch(/cache-from: type=gha/);
    // What it wrote itself says nothing about what is to be built.
    expect(await reportOf(folder, 'github')).toMatchObject({ outcome: 'unchanged', images: report.images });
  });

  test('the Dockerfiles below, where nothing says which', async () => {
    const report = await reportOf(
      repositoryOf({ 'a/Dockerfile': dockerfile, 'b/gpu.Dockerfile': dockerfile }),
      'gitlab',
    );
    expect(report.images).toMatchObject([
      { name: 'a', context: 'a' },
      { name: 'gpu', context: 'b', dockerfile: 'b/gpu.Dockerfile' },
    ]);
  });

  test('secrets that steps mount are handed to the build', async () => {
    const text = `${dockerfile}RUN --mount=type=secret,id=pip-conf,target=/etc/pip.conf --mount=type=secret,target=/run/token pip list\n`;
    const folder = repositoryOf({ Dockerfile: text });
    expect((await reportOf(folder, 'generic')).images).toMatchObject([{ secrets: ['pip-conf', 'token'] }]);
    const script = readFileSync(join(folder, 'plimsoll-ci.sh'), 'utf8');
    expect(script).toContain(
      'if [ -n "${PIP_CONF:-}" ]; then set -- "$@" --secret id=pip-conf,env=PIP_CONF; fi',
    );
  });

  test('one project of a repository, whose paths are relative to that', async () => {
    const staged = 'FROM python:3.11-slim AS serve\nCOPY . .\n';
    const folder = repositoryOf({ 'services/api/Dockerfile': staged, 'web/Dockerfile': dockerfile });
    const report = await reportOf(folder, 'github', 'services/api', '--stage', 'serve');
    expect(report).toMatchObject({
      path: workflow,
      images: [
        { name: 'api', context: 'services/api', dockerfile: 'services/api/Dockerfile', target: 'serve' },
      ],
    });
    expect(parse(readFileSync(join(folder, workflow), 'utf8')).on.push.paths).toContain('services/api/**');
  });

  test.each<[Readonly<Record<string, string>>, object, string]>([
    [{ Dockerfile: dockerfile }, { maxGrowth: '10%', gatesFile: null }, 'no gates at all'],
    [
      { Dockerfile: dockerfile, '.plimsoll.yaml': 'gates: {maxSize: 1GB}\n' },
      { maxGrowth: null, gatesFile: null },
      'its own, which are found',
    ],
    [
      { Dockerfile: dockerfile, '.dive-ci': 'rules: {lowestEfficiency: 0.9}\n' },
      { maxGrowth: null, gatesFile: null },
      'those of dive',
    ],
    [
      { Dockerfile: dockerfile, '.plimsoll.yaml': 'slim: {}\n' },
      { maxGrowth: '10%', gatesFile: null },
      'settings without gates',
    ],
    [
      {
        'a/Dockerfile': dockerfile,
        'a/.plimsoll.yaml': 'gates: {maxSize: 1GB}\n',
        '.plimsoll.yaml': 'gates: {maxSize: 2GB}\n',
      },
      { maxGrowth: null, gatesFile: 'a/.plimsoll.yaml' },
      'those of its folder before those of the repository',
    ],
  ])('gates: %j → %j: %s', async (given, expected) => {
    expect((await reportOf(repositoryOf(given), 'github')).images).toMatchObject([expected]);
  });
});

describe('where images go', () => {
  test.each<[readonly string[], string | null]>([
    [[], null],
    [['--image', 'ghcr.io/acme/app'], 'ghcr.io/acme/app'],
    [['--registry', 'registry.example.org/team/'], 'registry.example.org/team/proj'],
    [['--image', 'localhost:5000/app'], 'localhost:5000/app'],
  ])('%j: %s', async (args, repository) => {
    const folder = repositoryOf({ 'proj/Dockerfile': dockerfile });
    expect(await reportOf(folder, 'github', 'proj', ...args)).toMatchObject({ repository });
  });

  test.each<[readonly string[], RegExp, string]>([
    [['github', '--image', 'ghcr.io/acme/app:1'], /names a tag/, 'tags are the pipeline’s'],
    [['github', '--image', 'ghcr.io/acme/App'], /App/, 'no such name may be'],
    [['github', '--image', 'a/b', '--registry', 'c'], /cannot be used/, 'two places'],
    [['gitlab', '--cache', 'gha'], /GitHub's own cache/, 'a cache of another service'],
    [['jenkins'], /github, gitlab, generic/, 'a service that is not known'],
    [['github', '--branch', 'a b'], /--branch/, 'no branch'],
    [['github', '--stdout', '--json'], /cannot be used/, 'two outputs'],
    [['github', '-f', 'Nope'], /Nope/, 'no such file'],
    [['github', '--stage', 'nope'], /Dockerfile: target stage "nope" could not be found/, 'no such stage'],
    [['generic', '-o', '../x.sh'], /outside of the repository/, 'paths in it are relative to that'],
    [['github', '-o', '-', '--force'], /-o - prints the pipeline/, 'nothing is written over'],
    [['github', '..'], /Dockerfile|outside|empty/, 'nothing to build'],
  ])('%j is an error: %s', async (args, said) => {
    const folder = repositoryOf({ Dockerfile: dockerfile, 'x/y': '' });
    const at = args[1] === '..' ? join(folder, 'x', 'empty') : folder;
    mkdirSync(at, { recursive: true });
    const { code, stdout, stderr } = await ci(at, ...args.map((one) => (one === '..' ? '.' : one)));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(said);
  });

  test.each<[Readonly<Record<string, string>>, string, string]>([
    [
      { '.git/refs/remotes/origin/HEAD': 'ref: refs/remotes/origin/trunk/2\n' },
      'trunk/2',
      'as the remote has it',
    ],
    [{ '.git/HEAD': 'ref: refs/heads/master\n' }, 'master', 'a usual name that is checked out'],
    [{ '.git/HEAD': 'ref: refs/heads/feature\n' }, 'main', 'a branch of work tells nothing'],
  ])('the branch: %j → %s: %s', async (git, branch) => {
    expect(await reportOf(repositoryOf({ Dockerfile: dockerfile, ...git }), 'github')).toMatchObject({
      branch,
    });
  });
});

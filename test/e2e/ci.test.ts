import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, inject, onTestFinished, test } from 'vitest';
import { type RunResult, runProcess } from '../../src/base/index.ts';
import { buildImage, writeOciArchive } from '../../src/image/index.ts';
import { cliEnvironment, cliFile, docker, plimsoll, scratch } from './run-cli.ts';
import { artifacts, runWorkflow, type WorkflowOutcome } from './run-workflow.ts';

const lab = inject('lab');

/** Writes a program into a directory. */
function program(folder: string, name: string, lines: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
  return file;
}

const runPlimsoll = `exec '${process.execPath}' '${cliFile}'`;

/** The digest that a tag names in the lab's registry; undefined where it names none. */
async function digestOf(repository: string, tag: string): Promise<string | undefined> {
  const [host = '', ...path] = repository.split('/');
  const accept = ['vnd.oci.image.manifest.v1', 'vnd.docker.distribution.manifest.v2'].map(
    (type) => `application/${type}+json`,
  );
  const answer = await fetch(`http://${host}/v2/${path.join('/')}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept: accept.join(', ') },
  });
  return answer.status === 200 ? (answer.headers.get('docker-content-digest') ?? undefined) : undefined;
}

function uniqueRepository(): string {
  return `${lab?.registry.replace(/^https?:\/\//, '')}/ci-${randomBytes(6).toString('hex')}`;
}

test.runIf(lab)(
  'the script: builds, checks, pushes; compares a change; pushes nothing that a gate fails',
  async () => {
    const [folder, repository] = [scratch(), uniqueRepository()];
    const commit = randomBytes(6).toString('hex');
    const local = `plimsoll-ci/${repository.split('/').pop()}:${commit}`;
    onTestFinished(async () => void (await docker('image', 'rm', local)));
    copyFileSync('/bin/busybox', join(folder, 'busybox'));
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY app /app\n');
    const tell = (sizeBytes: number): void => writeFileSync(join(folder, 'app'), randomBytes(sizeBytes));
    tell(100_000);
    expect((await plimsoll(['ci', 'generic', '--image', repository], { cwd: folder })).stdout).toContain(
      'is written',
    );
    const env = {
      PLIMSOLL: program(scratch(), 'plimsoll', [`${runPlimsoll} "$@"`]),
      COMMIT: commit,
      PLIMSOLL_CACHE_DIR: scratch(),
    };
    const run = async (more: Readonly<Record<string, string>> = {}): Promise<RunResult> =>
      await runProcess('sh', ['plimsoll-ci.sh'], { cwd: folder, env: cliEnvironment({ ...env, ...more }) });
    const report = (name: string): string => readFileSync(join(folder, 'plimsoll-report', name), 'utf8');
    const name = folder.split('/').pop()?.toLowerCase();

    const first = await run({ PUSH: '1' });
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/There is nothing to compare with/);
    const pushed = await digestOf(repository, 'main');
    expect(pushed).toMatch(/^sha256:/);
    expect(await digestOf(repository, `sha-${commit}`)).toBe(pushed);

    tell(110_000);
    const change = await run();
    expect(change.code, change.stderr).toBe(0);
    expect(report(`plimsoll-${name}.md`)).toMatch(/^## ✅ .* → .*\n[\s\S]*\| \| before \| after \| saved \|/);
    // The layer below is the same, and its step was not run again.
    expect(change.stderr).toMatch(/CACHED/);
    expect(await digestOf(repository, 'main')).toBe(pushed);

    tell(5_000_000);
    const large = await run({ PUSH: '1' });
    expect(large.code, large.stderr).toBe(1);
    expect(report(`plimsoll-${name}.md`)).toMatch(/^## ❌ /);
    expect(report(`plimsoll-${name}.xml`)).toMatch(/<failure message="growth .* over the limit of 10%/);
    expect(await digestOf(repository, 'main')).toBe(pushed);

    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY nothing /\n');
    expect((await run({ PUSH: '1' })).code).toBe(2);
  },
);

/** GitHub's command line as far as the workflow calls it, with the comments of one pull request in a file. */
const fakeGh = `
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
const words = process.argv.slice(2);
const after = (flag) => words[words.indexOf(flag) + 1];
const store = process.env.COMMENTS;
const comments = existsSync(store) ? JSON.parse(readFileSync(store, 'utf8')) : [];
if (process.env.GH_TOKEN !== 'job token') throw new Error('no token');
const method = words.includes('--method') ? after('--method') : 'GET';
const path = words.find((word) => word.startsWith('repos/'));
if (method === 'GET') {
  if (path !== 'repos/acme/App/issues/7/comments') throw new Error(path);
  process.stdout.write(execFileSync('jq', ['-r', after('--jq')], { input: JSON.stringify(comments) }));
} else {
  const body = readFileSync(after('--field').replace('body=@', ''), 'utf8');
  const id = Number(path.split('/').pop());
  if (method === 'POST') comments.push({ id: comments.length + 100, user: { login: 'github-actions[bot]' }, body });
  else comments.find((one) => one.id === id).body = body;
  writeFileSync(store, JSON.stringify(comments));
}
`;

interface GithubBench {
  readonly run: (event: Readonly<Record<string, unknown>>, sizeBytes: number) => Promise<WorkflowOutcome>;
  readonly comments: () => readonly { readonly body: string }[];
  readonly repository: string;
}

/** A repository with its workflow, a runner for it, and programs that stand in for those of GitHub's machines. */
async function githubBench(): Promise<GithubBench> {
  const [cwd, bin, repository] = [scratch(), scratch(), uniqueRepository()];
  writeFileSync(join(cwd, 'Dockerfile'), 'FROM scratch\nCOPY app /app\n');
  await plimsoll(['ci', 'github', '--image', repository], { cwd });
  const workflow = readFileSync(join(cwd, '.github/workflows/image.yml'), 'utf8');
  writeFileSync(join(bin, 'gh.mjs'), fakeGh);
  program(bin, 'gh', [`exec '${process.execPath}' '${join(bin, 'gh.mjs')}' "$@"`]);
  program(bin, 'npx', ['[ "$1 $2" = "--yes --ignore-scripts" ] || exit 9', 'shift 3', `${runPlimsoll} "$@"`]);
  const comments = join(bin, 'comments.json');
  const somebody = [{ id: 1, user: { login: 'somebody' }, body: '<!-- plimsoll --> mine' }];
  writeFileSync(comments, JSON.stringify(somebody));
  const cache = scratch();
  return {
    repository,
    comments: () => JSON.parse(readFileSync(comments, 'utf8')),
    async run(event, sizeBytes) {
      const temporary = scratch();
      const image = await buildImage({ layers: [[{ path: 'app', content: 'x'.repeat(sizeBytes) }]] });
      return await runWorkflow(workflow, {
        ...{ cwd, temporary, secrets: {} },
        github: {
          repository: 'acme/App',
          sha: 'a'.repeat(40),
          token: 'job token',
          actor: 'me',
          workflow: 'image',
          ...event,
        },
        env: cliEnvironment({
          ...{ PATH: `${bin}:${process.env['PATH']}`, COMMENTS: comments, PLIMSOLL_CACHE_DIR: cache },
        }),
        actions: {
          ...artifacts(join(temporary, 'artifacts'), cwd),
          'docker/build-push-action': async ({ outputs = '', context = '', file = '' }) => {
            expect(existsSync(join(cwd, file)) && existsSync(join(cwd, context))).toBe(true);
            await writeOciArchive(image, /dest=([^,]+)/.exec(outputs)?.[1] ?? '');
          },
        },
      });
    },
  };
}

const push = { event_name: 'push', ref_type: 'branch', ref_name: 'main', base_ref: '', event: {} };
const pullRequest = (from: string): Record<string, unknown> => ({
  ...{ event_name: 'pull_request', ref_type: 'branch', ref_name: '7/merge', base_ref: 'main' },
  event: { pull_request: { number: 7, head: { repo: { full_name: from } } } },
});

test.runIf(lab)(
  'the workflow: a push is published, a pull request gets one comment that is kept current',
  async () => {
    const { run, comments, repository } = await githubBench();
    const published = await run(push, 1000);
    expect(published.jobs, published.log).toEqual({ image: 'success' });
    const digest = await digestOf(repository, 'main');
    expect(await digestOf(repository, `sha-${'a'.repeat(40)}`)).toBe(digest);
    expect(published.summary).toMatch(/^## ✅ [\s\S]*\nPushed `.*:main` as `sha256:/);

    const first = await run(pullRequest('acme/App'), 1050);
    expect(first.jobs, first.log).toEqual({ image: 'success', comment: 'success' });
    expect(first.steps).not.toContain('Push');
    expect(comments()).toHaveLength(2);
    expect(comments()[1]?.body).toMatch(/^<!-- plimsoll -->\n## ✅ .*: 1\.00 kB → 1\.05 kB \(\+5\.0%\)\n/);

    const second = await run(pullRequest('acme/App'), 2000);
    expect(second.jobs).toEqual({ image: 'failure', comment: 'success' });
    expect(second.log).toMatch(/^::error title=.*maxGrowth::growth 100%25 is over the limit of 10%25/m);
    expect(comments()).toHaveLength(2);
    expect(comments()[1]?.body).toMatch(/^<!-- plimsoll -->\n## ❌ .*: 1\.00 kB → 2\.00 kB/);
    expect(comments()[0]?.body).toBe('<!-- plimsoll --> mine');
    expect(await digestOf(repository, 'main')).toBe(digest);
  },
);

test.runIf(lab)(
  'the workflow: a pull request of a fork gets its report on the page of the run, and nothing else',
  async () => {
    const { run, comments } = await githubBench();
    const outcome = await run(pullRequest('somebody/App'), 1000);
    expect(outcome.jobs, outcome.log).toEqual({ image: 'success' });
    expect(outcome.steps).not.toContain('docker/login-action');
    expect(outcome.summary).toMatch(/^## ✅ /);
    expect(comments()).toHaveLength(1);
  },
);

/** Docker's command line as far as the jobs call it: what it builds is there already. */
const fakeDocker = [
  'case "$1 $2" in',
  '  "login --username") [ "$(cat)" = "job password" ] || exit 9 ;;',
  '  "context create" | "buildx create") ;;',
  '  "buildx build")',
  '    echo "build: $*"',
  '    for word in "$@"; do',
  '      case $word in type=oci,dest=*) file=${word#type=oci,dest=}; cp "$BUILT" "${file%%,*}" ;; esac',
  '    done ;;',
  '  *) exit 9 ;;',
  'esac',
];

interface Notes {
  readonly server: Server;
  readonly url: string;
  readonly notes: { id: number; author: { id: number }; body: string }[];
}

/** GitLab's notes of one merge request. */
async function notesServer(): Promise<Notes> {
  const notes: Notes['notes'] = [{ id: 1, author: { id: 3 }, body: '<!-- plimsoll --> mine' }];
  const server = createServer(async (request, response) => {
    const body = new URLSearchParams(await text(request)).get('body') ?? '';
    const [path = ''] = request.url?.split('?') ?? [];
    if (request.headers['private-token'] !== 'bot token') response.statusCode = 401;
    if (request.method === 'POST') notes.push({ id: notes.length + 1, author: { id: 5 }, body });
    const own = notes.find(({ id }) => id === Number(path.split('/').pop()));
    if (request.method === 'PUT' && own !== undefined) own.body = body;
    response.end(JSON.stringify(path === '/user' ? { id: 5 } : notes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // An address, since `listen` was given a port.
  return { server, notes, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test.runIf(lab)(
  'the jobs of GitLab: a push is published, a merge request gets one note that is kept current',
  async () => {
    const [cwd, bin, repository, { notes, url }] = [
      scratch(),
      scratch(),
      uniqueRepository(),
      await notesServer(),
    ];
    const git = async (...words: readonly string[]): Promise<unknown> =>
      await runProcess('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { cwd });
    writeFileSync(join(cwd, 'Dockerfile'), 'FROM scratch\nCOPY app /app\n');
    await git('init', '--quiet', '--initial-branch=main');
    await git('remote', 'add', 'origin', 'https://gitlab.example.org/acme/app.git');
    await plimsoll(['ci', 'gitlab'], { cwd });
    // The engine beside the job would be a container.
    const file = join(cwd, '.gitlab-ci.yml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^ {2}services:\n {4}- .*\n/m, ''));
    await git('add', '.');
    await git('commit', '--quiet', '--message', 'first');
    program(bin, 'apk', ['exit 0']);
    // Copies for jobs in containers, which these are not.
    program(bin, 'rsync', ['exit 0']);
    program(bin, 'docker', fakeDocker);
    program(bin, 'npx', [
      '[ "$1 $2" = "--yes --ignore-scripts" ] || exit 9',
      'shift 3',
      `${runPlimsoll} "$@"`,
    ]);
    const runner = createRequire(import.meta.url).resolve('gitlab-ci-local');
    const run = async (
      sizeBytes: number,
      variables: Readonly<Record<string, string>>,
    ): Promise<RunResult> => {
      const built = join(scratch(), 'built.tar');
      await writeOciArchive(
        await buildImage({ layers: [[{ path: 'app', content: 'x'.repeat(sizeBytes) }]] }),
        built,
      );
      const all = {
        ...{ CI_REGISTRY: repository.split('/')[0], CI_REGISTRY_IMAGE: repository, CI_REGISTRY_USER: 'job' },
        ...{ CI_REGISTRY_PASSWORD: 'job password', CI_API_V4_URL: url, ...variables },
      };
      const words = Object.entries(all).flatMap(([key, value]) => ['--variable', `${key}=${value}`]);
      return await runProcess(process.execPath, [runner, '--force-shell-executor', ...words], {
        cwd,
        env: cliEnvironment({
          ...{
            PATH: `${bin}:${process.env['PATH']}`,
            HOME: bin,
            BUILT: built,
            PLIMSOLL_CACHE_DIR: join(bin, 'cache'),
          },
        }),
        keepCharacters: 1_000_000,
      });
    };
    const mergeRequest = {
      ...{
        CI_PIPELINE_SOURCE: 'merge_request_event',
        CI_MERGE_REQUEST_IID: '7',
        CI_MERGE_REQUEST_PROJECT_ID: '4',
      },
      ...{ CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main', PLIMSOLL_COMMENT_TOKEN: 'bot token' },
    };

    const published = await run(1000, {});
    expect(published.code, published.stdout + published.stderr).toBe(0);
    expect(published.stdout).toMatch(/--cache-to type=registry,ref=\S+:buildcache,mode=max/);
    const digest = await digestOf(repository, 'main');
    expect(digest).toMatch(/^sha256:/);
    expect(notes).toHaveLength(1);

    const first = await run(1050, mergeRequest);
    expect(first.code, first.stdout + first.stderr).toBe(0);
    expect(first.stdout).not.toContain('--cache-to');
    expect(notes).toHaveLength(2);
    expect(notes[1]?.body).toMatch(/^<!-- plimsoll -->\n## ✅ .*: 1\.00 kB → 1\.05 kB/);

    const second = await run(2000, mergeRequest);
    expect(second.code).not.toBe(0);
    expect(notes).toHaveLength(2);
    expect(notes[1]?.body).toMatch(/^<!-- plimsoll -->\n## ❌ .*: 1\.00 kB → 2\.00 kB/);
    expect(notes[0]?.body).toBe('<!-- plimsoll --> mine');
    expect(await digestOf(repository, 'main')).toBe(digest);
    for (const { stdout, stderr } of [published, first, second])
      expect(stdout + stderr).not.toMatch(/job password|bot token/);
  },
);

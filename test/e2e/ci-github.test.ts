import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { buildImage, writeOciArchive } from '../../src/image/index.ts';
import { digestOf, program, runPlimsoll, uniqueRepository } from './ci-programs.ts';
import { cliEnvironment, plimsoll, scratch } from './run-cli.ts';
import { artifacts, runWorkflow, type WorkflowOutcome } from './run-workflow.ts';

const lab = inject('lab');

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

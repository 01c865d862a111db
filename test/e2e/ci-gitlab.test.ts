import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, inject, onTestFinished, test } from 'vitest';
import { type RunResult, runProcess } from '../../src/base/index.ts';
import { buildImage, writeOciArchive } from '../../src/image/index.ts';
import { digestOf, program, runPlimsoll, uniqueRepository } from './ci-programs.ts';
import { cliEnvironment, plimsoll, scratch } from './run-cli.ts';

const lab = inject('lab');

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

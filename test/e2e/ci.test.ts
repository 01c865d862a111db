import { randomBytes } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { type RunResult, runProcess } from '../../src/base/index.ts';
import { buildImage, writeOciArchive } from '../../src/image/index.ts';
import { digestOf, program, runPlimsoll, uniqueRepository } from './ci-programs.ts';
import { cliEnvironment, docker, plimsoll, scratch } from './run-cli.ts';

const lab = inject('lab');

test.runIf(lab)(
  'the script: builds, checks, pushes; compares a change; pushes nothing that a gate fails',
  async () => {
    const [folder, repository] = [scratch(), uniqueRepository()];
    const commit = randomBytes(6).toString('hex');
    const local = `plimsoll-ci/${repository.split('/').pop()}:${commit}`;
    onTestFinished(async () => void (await docker('image', 'rm', local).catch(() => '')));
    copyFileSync('/bin/busybox', join(folder, 'busybox'));
    // No other image has one of its layers: an engine's build cache may name one that went with its image.
    writeFileSync(join(folder, 'own'), randomBytes(6));
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY busybox own /bin/\nCOPY app /app\n');
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

    // Else a machine that stays would keep the image of every commit.
    const kept = async (): Promise<string> => await docker('image', 'ls', '--quiet', local);
    expect(await kept()).toBe('');
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
    expect(await kept()).toBe('');

    const unwilling = program(scratch(), 'plimsoll', ['exit 2']);
    expect((await run({ PUSH: '1', PLIMSOLL: unwilling })).code).toBe(2);
    expect(await kept()).toBe('');

    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY nothing /\n');
    expect((await run({ PUSH: '1' })).code).toBe(2);
  },
);
/** The lab's registry at another address, which remembers the blobs that it was asked for. */
async function watchedRegistry(): Promise<{ readonly host: string; readonly blobs: string[] }> {
  const blobs: string[] = [];
  const server = createServer(({ method, url, headers }, response) => {
    const digest = /\/blobs\/(\S+)$/.exec(url ?? '')?.[1];
    if (method === 'GET' && digest !== undefined) blobs.push(digest);
    const path = url ?? '/';
    forward(`http://${lab?.registry}${path}`, { method: method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // An address, since `listen` was given a port.
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, blobs };
}

test.runIf(lab)('of the image before only those layers are fetched that this one has not', async () => {
  const [folder, repository, { host, blobs }] = [scratch(), uniqueRepository(), await watchedRegistry()];
  const layer = (text: string): [{ path: string; content: string }] => [
    { path: text, content: text.repeat(9000) },
  ];
  for (const tag of ['before', 'now']) {
    const file = join(folder, `${tag}.tar`);
    await writeOciArchive(await buildImage({ layers: [layer('shared'), layer(tag)] }), file);
    await plimsoll(['push', file, `${repository}:${tag}`, '--quiet']);
  }
  const watched = `registry:${repository.replace(/^[^/]+/, host)}`;
  const args = ['check', `${watched}:now`, '--baseline', `${watched}:before`, '--max-size', '1GB'];
  const { code, stderr } = await plimsoll(args, { env: { PLIMSOLL_CACHE_DIR: folder } });
  expect(code, stderr).toBe(0);
  // Two configurations, and three layers where each image has two.
  expect([blobs.length, new Set(blobs).size]).toEqual([5, 5]);
});

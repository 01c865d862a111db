import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type RunResult, runProcess } from '../../../base/index.ts';
import { buildImage, type ImageConfig, writeDockerArchive } from '../../../image/index.ts';
import { docker, staticBusybox } from '../../../shrink/fixtures/busybox.ts';
import type { TarMember } from '../../../tar/index.ts';

/** `shrink --verify` on tiny images: FROM scratch with a static busybox. */
const main = inject('program');
const folder = await mkdtemp(join(tmpdir(), 'plimsoll-verify-'));
const busybox = await staticBusybox();
const hasDocker = (await docker('version')).code === 0;
const held = `plimsoll-verify-test:${process.pid}`;

afterAll(async () => {
  if (hasDocker) await docker('image', 'rm', '-f', held);
  await rm(folder, { recursive: true, force: true });
});

const layer: readonly TarMember[] = [
  { path: 'bin/', type: 'directory' },
  { path: 'bin/busybox', mode: 0o755, content: busybox ?? '' },
  { path: 'bin/sh', type: 'symlink', linkPath: 'busybox' },
  { path: 'usr/share/doc/app/manual', content: 'read by the application\n' },
  { path: 'root/.cache/pip/wheel', content: 'read by it as well\n' },
  { path: 'root/.npm/_cacache/other', content: 'read by nobody\n' },
  { path: 'www/index.html', content: 'lean\n' },
];

async function archive(name: string, command: string, config: Partial<ImageConfig> = {}): Promise<string> {
  const image = await buildImage({
    layers: [layer],
    config: { entrypoint: ['/bin/sh', '-c', command], env: ['PATH=/bin'], ...config },
  });
  const path = join(folder, `${name}.tar`);
  await writeDockerArchive(image, path, { tags: [`docker.io/library/${held}`] });
  return path;
}

async function shrink(source: string, ...args: readonly string[]): Promise<RunResult> {
  return await runProcess(
    process.execPath,
    [main, 'shrink', source, '--verify', '--engine', 'docker', '--quiet', ...args],
    { cwd: folder, env: { NO_COLOR: '1', PLIMSOLL_CACHE_DIR: join(folder, 'cache'), SOURCE_DATE_EPOCH: '' } },
  );
}

async function leftovers(): Promise<string[]> {
  const images = await docker('image', 'ls', '--format', '{{.Repository}}', 'plimsoll/shrink-*');
  const files = await readdir(join(folder, 'cache', 'tmp'));
  return [...images.stdout.split('\n').filter((line) => line !== ''), ...files];
}

describe.skipIf(!hasDocker || busybox === undefined)('shrink --verify', () => {
  const readsBoth = 'busybox cat /usr/share/doc/app/manual /root/.cache/pip/wheel';
  let job = '';
  beforeAll(async () => {
    job = await archive('job', 'busybox cat /www/index.html; echo ready >&2');
  });

  test('writes what runs to the same end, and leaves nothing in the engine', async () => {
    const run = await shrink(job, '-o', 'job-lean.tar', '--json');
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(JSON.parse(run.stdout)).toMatchObject({
      output: { destination: 'docker-archive:job-lean.tar' },
      proof: {
        engine: { name: 'docker' },
        verification: { verdict: 'same', logs: { lean: { stdout: 'lean', stderr: 'ready' } } },
        culprits: [],
      },
    });
    expect(await leftovers()).toEqual([]);
  });

  test('has an engine hold the image, once it does the same', async () => {
    const name = `plimsoll-verify-test-lean:${process.pid}`;
    try {
      const run = await shrink(job, '-o', `docker:${name}`, '--json');
      expect([run.code, run.stderr]).toEqual([0, '']);
      expect(JSON.parse(run.stdout).output.destination).toBe(`docker:docker.io/library/${name}`);
      expect((await docker('run', '--rm', name)).stdout).toBe('lean\n');
      expect(await leftovers()).toEqual([]);
    } finally {
      await docker('image', 'rm', '-f', name);
    }
  });

  test('takes the original that the engine has, and asks a service the probes', async () => {
    const path = await archive('service', 'exec busybox httpd -f -p 8000 -h /www', {
      exposedPorts: ['8000/tcp'],
    });
    await docker('load', '-i', path);
    const run = await shrink(
      `docker:${held}`,
      '-o',
      'service-lean.tar',
      '--probe',
      '/index.html',
      '--health',
      '/',
    );
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toContain('✓ GET /index.html: 200 → 200');
    expect(run.stdout).toContain('Written to docker-archive:service-lean.tar');
    expect((await docker('image', 'inspect', held)).code).toBe(0);
    expect(await leftovers()).toEqual([]);
  });

  test('names each pass without which it would do the same, and writes nothing', async () => {
    const path = await archive('reader', readsBoth);
    const run = await shrink(path, '-o', 'reader-lean.tar');
    expect([run.code, run.stderr]).toEqual([1, '']);
    expect(run.stdout).toMatch(/At fault is package-caches: .*\n(.*\n)*.*At fault is documentation: /);
    expect(run.stdout).toContain('--skip package-caches --skip documentation');
    expect(run.stdout).not.toContain('Written to');
    expect(await readdir(folder)).not.toContain('reader-lean.tar');
    expect(await leftovers()).toEqual([]);
    const other = await shrink(
      path,
      '-o',
      'reader-lean.tar',
      '--skip',
      'package-caches',
      '--skip',
      'documentation',
    );
    expect([other.code, other.stderr]).toEqual([0, '']);
    expect(await readdir(folder)).toContain('reader-lean.tar');
  });

  test('takes a new line on standard error for a difference', async () => {
    const path = await archive('warns', 'busybox test -e /usr/share/doc/app/manual || echo no manual >&2');
    const run = await shrink(path, '-o', 'warns-lean.tar', '--json');
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({
      proof: {
        verdict: 'different',
        verification: { verdict: 'same', differences: [expect.objectContaining({ lean: 'no manual' })] },
        culprits: [{ pass: 'documentation', because: 'standard error: no manual' }],
        isSameWithout: true,
      },
    });
  });

  test('does not take for one what comes without any pass as well', async () => {
    const path = await archive('moody', 'busybox cat /proc/sys/kernel/random/uuid | busybox tr -d 0-9- >&2');
    const run = await shrink(path, '-o', 'moody-lean.tar', '--json');
    expect(JSON.parse(run.stdout)).toMatchObject({ proof: { verdict: 'same', isSameWithout: false } });
    expect(run.code).toBe(0);
  });

  test('says that it cannot judge where the original does not start', async () => {
    const path = await archive('broken', 'exit 3', { exposedPorts: ['8000/tcp'] });
    const run = await shrink(path, '-o', 'broken-lean.tar');
    expect([run.code, run.stderr]).toEqual([3, '']);
    expect(run.stdout).toContain('Cannot judge: the fat image does not start');
    expect(await readdir(folder)).toContain('broken-lean.tar');
    expect(await leftovers()).toEqual([]);
  });
});

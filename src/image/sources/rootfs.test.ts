import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  rm,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Progress, sha256Digest, silentProgress, UserError } from '../../base/index.ts';
import { readTar, type TarEntry } from '../../tar/index.ts';
import { hostPlatform, type Image, openImage, parsePlatform, writeOciLayout } from '../index.ts';

const isRoot = process.getuid?.() === 0;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-rootfs-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

function run(program: string, args: readonly string[], input?: Buffer): SpawnSyncReturns<string> {
  return spawnSync(program, args, { encoding: 'utf8', ...(input && { input }) });
}

/** A progress that takes notes. */
function recorder(): Progress & { readonly notes: string[]; readonly tasks: string[] } {
  const notes: string[] = [];
  const tasks: string[] = [];
  return {
    notes,
    tasks,
    note: (line) => void notes.push(line),
    start(title) {
      tasks.push(title);
      return silentProgress.start(title);
    },
  };
}

interface OpenOptions {
  readonly progress?: Progress;
  readonly cacheDir?: string;
  readonly platform?: string;
}

async function open(path: string, { progress, cacheDir, platform }: OpenOptions = {}): Promise<Image> {
  return await openImage(path.startsWith('dir:') ? path : `dir:${path}`, {
    temporaryDir: join(folder, 'temporary'),
    ...(progress && { progress }),
    ...(cacheDir !== undefined && { cacheDir }),
    ...(platform !== undefined && { platform: parsePlatform(platform) }),
  });
}

async function layerOf(image: Image): Promise<Buffer> {
  return (await image.layers[0]?.uncompressed().then(buffer)) ?? Buffer.alloc(0);
}

async function entriesOf(tar: Buffer): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  await readTar(Readable.from([tar], { objectMode: false }), {
    onEntry: (entry) => void entries.push(entry),
  });
  return entries;
}

async function failure(path: string, options: OpenOptions = {}): Promise<string> {
  const problem = await open(path, options).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(UserError);
  return problem instanceof UserError ? `${problem.message} | ${problem.hint}` : '';
}

/** A small root file system with one of everything that needs no privileges. */
async function makeRoot(): Promise<string> {
  const root = await mkdtemp(join(folder, 'root-'));
  for (const name of ['usr/bin', 'etc', 'empty', 'tmp']) await mkdir(join(root, name), { recursive: true });
  await symlink('usr/bin', join(root, 'bin'));
  await writeFile(join(root, 'usr/bin/dash'), elf(183));
  // Absolute, as in an Alternative: it must lead into the root, not to this machine's shell.
  await symlink('/usr/bin/dash', join(root, 'usr/bin/sh'));
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  await link(join(root, 'etc/passwd'), join(root, 'etc/passwd-'));
  await writeFile(join(root, 'etc/secret'), 'x');
  await chmod(join(root, 'etc/secret'), 0o4750);
  await chmod(join(root, 'tmp'), 0o1777);
  await writeFile(join(root, 'etc/leer'), '');
  await writeFile(join(root, 'sparse'), 'start');
  await truncate(join(root, 'sparse'), 3_000_000);
  await writeFile(Buffer.concat([Buffer.from(`${root}/etc/`), Buffer.from([0x66, 0xfc, 0x72])]), 'latin1');
  await writeFile(join(root, 'etc', 'ü'.repeat(120)), 'long');
  run('mkfifo', [join(root, 'tmp/pipe')]);
  const dated = run('find', [root, '-exec', 'touch', '-h', '-d', '@1600000000.75', '{}', '+']);
  expect(dated.status).toBe(0);
  return root;
}

/** The first bytes of a 64-bit little-endian program for a machine. */
function elf(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(machine, 18);
  return header;
}

describe('dir: an unpacked root file system', () => {
  test('is one layer with all that tar can hold, sorted, the same in every reading', async () => {
    const image = await open(await makeRoot());
    const tar = await layerOf(image);
    expect(sha256Digest(tar)).toBe(image.layers[0]?.diffId);
    expect(image.config.diffIds).toEqual([image.layers[0]?.digest]);
    expect(image.layers[0]?.sizeBytes).toBe(tar.length);
    expect(image.platform).toEqual({ os: 'linux', architecture: 'arm64' });
    expect(image.config).toMatchObject({ env: [], entrypoint: [], cmd: [], history: [] });
    const entries = await entriesOf(tar);
    expect(entries.map(({ path, type }) => `${path} ${type}`)).toEqual([
      'bin symlink',
      'empty/ directory',
      'etc/ directory',
      'etc/f\udcfcr file',
      'etc/leer file',
      'etc/passwd file',
      'etc/passwd- hardlink',
      'etc/secret file',
      `etc/${'ü'.repeat(120)} file`,
      'sparse file',
      'tmp/ directory',
      'tmp/pipe fifo',
      'usr/ directory',
      'usr/bin/ directory',
      'usr/bin/dash file',
      'usr/bin/sh symlink',
    ]);
    const of = (path: string): TarEntry | undefined => entries.find((entry) => entry.path === path);
    expect(of('etc/passwd-')?.linkPath).toBe('etc/passwd');
    expect(of('usr/bin/sh')?.linkPath).toBe('/usr/bin/dash');
    expect(of('etc/secret')?.mode).toBe(0o4750);
    expect(of('tmp/')?.mode).toBe(0o1777);
    expect(of('sparse')?.sizeBytes).toBe(3_000_000);
    expect(new Set(entries.map(({ mtimeSeconds }) => mtimeSeconds))).toEqual(new Set([1_600_000_000]));
    expect(new Set(entries.map(({ uid }) => uid))).toEqual(new Set([process.getuid?.()]));
    expect((await layerOf(image)).equals(tar)).toBe(true);
    await image.close();
    await expect(image.layers[0]?.uncompressed()).rejects.toThrow('closed');
  });

  test('two copies give the same diffID', async () => {
    const [one, other] = [await open(await makeRoot()), await open(await makeRoot())];
    expect(one.layers[0]?.diffId).toBe(other.layers[0]?.diffId);
    expect(one.digest).toBe(other.digest);
  });

  test('GNU tar unpacks the layer into an equal tree', async () => {
    const root = await makeRoot();
    const copy = await mkdtemp(join(folder, 'copy-'));
    const input = await layerOf(await open(root));
    const ran = run('tar', ['--numeric-owner', '--same-permissions', '-xf', '-', '-C', copy], input);
    expect(`${ran.status} ${ran.stderr}`).toBe('0 ');
    const facts = '%P %y %m %U %G %s %l %n %Ts\\n';
    // The size of a directory is the file system's own affair.
    const listing = (path: string): string[] =>
      run('find', [path, '-mindepth', '1', '-printf', facts])
        .stdout.replace(/^(\S+ d \d+ \d+ \d+) \d+/gm, '$1')
        .split('\n')
        .sort();
    expect(listing(copy)).toEqual(listing(root).map((line) => line.replace(/\.75\d*$/, '')));
    expect(listing(copy)).toHaveLength(17);
    expect(run('diff', ['-r', '--no-dereference', '--exclude=pipe', root, copy]).status).toBe(0);
  });

  test.skipIf(!isRoot)('owners of others and devices', async () => {
    const root = await makeRoot();
    run('chown', ['1234:567890', join(root, 'etc/passwd')]);
    const made = run('mknod', [join(root, 'null'), 'c', '259', '1048575']);
    const entries = await entriesOf(await layerOf(await open(root)));
    expect(entries.find(({ path }) => path === 'etc/passwd')).toMatchObject({ uid: 1234, gid: 567_890 });
    // A container may lack the right to make devices.
    if (made.status === 0) {
      const device = entries.find(({ path }) => path === 'null');
      expect(device).toMatchObject({ type: 'character-device', deviceMajor: 259, deviceMinor: 1_048_575 });
    }
  });

  test('can be written as an OCI layout and read back', async () => {
    const image = await open(await makeRoot());
    const path = join(folder, 'written');
    await writeOciLayout(image, path);
    const back = await openImage(path, { temporaryDir: folder });
    expect(back.config).toEqual(image.config);
    expect((await layerOf(back)).equals(await layerOf(image))).toBe(true);
  });

  test('a bare name of a directory that looks like a root', async () => {
    const root = await makeRoot();
    const image = await openImage(root, { temporaryDir: folder });
    expect(image.name).toBe(root);
    await expect(openImage(join(root, 'etc'), { temporaryDir: folder })).rejects.toThrow('holds no image');
  });

  test.each([
    ['another machine', 62, 'amd64'],
    ['a machine that images have no name for', 2, hostPlatform().architecture],
  ])('the shell tells the architecture: %s', async (_reason, machine, expected) => {
    const root = await makeRoot();
    await writeFile(join(root, 'usr/bin/dash'), elf(machine));
    expect((await open(root)).platform.architecture).toBe(expected);
  });

  test('links of the shell in a circle, or none at all: the architecture of this machine', async () => {
    const root = await makeRoot();
    await unlink(join(root, 'usr/bin/sh'));
    expect((await open(root)).platform.architecture).toBe(hostPlatform().architecture);
    await symlink('sh', join(root, 'usr/bin/sh'));
    expect((await open(root)).platform.architecture).toBe(hostPlatform().architecture);
    expect(await failure(root, { platform: 'linux/s390x' })).toMatch(/no image for linux\/s390x/);
  });

  test('what is mounted and sockets are left out, and named', async () => {
    const progress = recorder();
    const root = await makeRoot();
    const server = createServer();
    await new Promise<void>((done) => server.listen(join(root, 'tmp/socket'), done));
    const tar = await layerOf(await open(root, { progress }));
    await new Promise((done) => server.close(done));
    expect((await entriesOf(tar)).map(({ path }) => path)).not.toContain('tmp/socket');
    expect(progress.notes).toEqual([
      `${root}: left out extended attributes (file capabilities among them), tmp/socket (a socket).`,
    ]);
  });

  test('a folder without programs of a system is read without a word', async () => {
    const progress = recorder();
    const root = await mkdtemp(join(folder, 'environment-'));
    await writeFile(join(root, 'module.py'), 'x = 1\n');
    await open(root, { progress });
    expect(progress.notes).toEqual([]);
  });

  test('/dev of this machine: devices, and nothing of the file systems mounted in it', async () => {
    const progress = recorder();
    const image = await open('dir:/dev', { progress });
    const entries = await entriesOf(await layerOf(image));
    const device = entries.find(({ path }) => path === 'null');
    expect(device).toMatchObject({ type: 'character-device', deviceMajor: 1, deviceMinor: 3, mode: 0o666 });
    expect(entries.map(({ path }) => path)).toContain('pts/');
    expect(entries.filter(({ path }) => path.startsWith('pts/') && path !== 'pts/')).toEqual([]);
    expect(progress.notes.join()).toContain('the contents of pts (a devpts file system)');
  });

  test.each<[reason: string, path: () => Promise<string>, expected: RegExp]>([
    ['nothing there', async () => join(folder, 'nowhere'), /cannot be read.*Check the path/],
    ['a file', async () => join(await makeRoot(), 'etc/passwd'), /is no directory.*docker-archive:FILE/],
    ['an empty directory', async () => join(await makeRoot(), 'empty'), /holds nothing/],
    ['the kernel', async () => '/proc', /is a proc file system/],
    [
      'the upper directory of an overlay, whose deletions are no files',
      async () => {
        const root = await makeRoot();
        await writeFile(join(root, 'etc/.wh.gone'), '');
        return root;
      },
      /etc\/\.wh\.gone .* means a deletion/,
    ],
  ])('%s is an error', async (_reason, path, expected) => {
    expect(await failure(await path())).toMatch(expected);
  });

  test('entries that cannot be read are named, all at once', async () => {
    const root = await makeRoot();
    await chmod(folder, 0o755);
    await chmod(root, 0o755);
    await chmod(join(root, 'etc/leer'), 0o000);
    await mkdir(join(root, 'closed'), { mode: 0o700 });
    if (!isRoot) await chmod(join(root, 'closed'), 0o000);
    const program = fileURLToPath(import.meta.resolve('../fixtures/print-image.ts'));
    const ran = spawnSync(process.execPath, [program, `dir:${root}`], {
      encoding: 'utf8',
      ...(isRoot && { uid: 65_534, gid: 65_534 }),
    });
    const { error } = JSON.parse(ran.stdout || `{"error": ${JSON.stringify(ran.stderr)}}`);
    expect(error).toContain(`${root} cannot be read whole`);
    expect(error).toContain('closed (permission denied)');
    expect(error).toContain('etc/leer (permission denied)');
    await chmod(join(root, 'closed'), 0o700);
  });
});

describe('a tree that changes', () => {
  test.each<[reason: string, change: (root: string) => Promise<void>]>([
    ['other bytes', async (root) => await writeFile(join(root, 'etc/passwd'), 'ROOT:x:0:0::/root:/bin/sh\n')],
    ['fewer bytes', async (root) => await truncate(join(root, 'sparse'), 9)],
    ['more bytes', async (root) => await truncate(join(root, 'sparse'), 4_000_000)],
    ['more bytes in a small file', async (root) => await writeFile(join(root, 'etc/secret'), 'xyz')],
    ['a file gone', async (root) => await unlink(join(root, 'etc/secret'))],
    [
      'a fifo in place of a file',
      async (root) => {
        await unlink(join(root, 'sparse'));
        run('mkfifo', [join(root, 'sparse')]);
      },
    ],
    [
      'a symlink in place of a file',
      async (root) => {
        await unlink(join(root, 'sparse'));
        await symlink('/etc/hostname', join(root, 'sparse'));
      },
    ],
  ])('after it was opened, %s: the layer fails, it never shows another one', async (_reason, change) => {
    const root = await makeRoot();
    const image = await open(root);
    await change(root);
    await expect(layerOf(image)).rejects.toThrow(`${root} changed while it was read`);
  });

  test('is read once as long as it stays the same, and anew whatever changes in it', async () => {
    const root = await makeRoot();
    const cacheDir = join(folder, 'cache');
    const diffIdOf = async (): Promise<{ readonly diffId: string; readonly isRead: boolean }> => {
      const progress = recorder();
      const image = await open(root, { progress, cacheDir });
      return { diffId: image.layers[0]?.diffId ?? '', isRead: progress.tasks.length > 0 };
    };
    // A state as young as this may still change within the grain of the clock.
    expect((await diffIdOf()).isRead).toBe(true);
    expect((await diffIdOf()).isRead).toBe(true);
    const later = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    try {
      const first = await diffIdOf();
      expect(first.isRead).toBe(true);
      expect(await diffIdOf()).toEqual({ diffId: first.diffId, isRead: false });
      // As long as before, with its old time: only the time of change tells.
      await writeFile(join(root, 'etc/passwd'), 'ROOT:x:0:0::/root:/bin/sh\n');
      await utimes(join(root, 'etc/passwd'), 1_700_000_000, 1_600_000_000.75);
      const second = await diffIdOf();
      expect(second.isRead).toBe(true);
      expect(second.diffId).not.toBe(first.diffId);
      await chmod(join(root, 'etc/leer'), 0o600);
      const third = await diffIdOf();
      expect(third.diffId).not.toBe(second.diffId);
    } finally {
      later.mockRestore();
    }
  });
});

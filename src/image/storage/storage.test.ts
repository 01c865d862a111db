import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runProcess, sha256Digest } from '../../base/index.ts';
import { decodeName, openRange, scanTarFile, type TarMember } from '../../tar/index.ts';
import {
  buildImage,
  type Image,
  type Layer,
  type OpenImageOptions,
  openImage,
  parsePlatform,
  writeDockerArchive,
} from '../index.ts';
import {
  type MadeLayer,
  type MadeStorage,
  makeStorage,
  splitFile,
  splitLines,
} from './fixtures/make-storage.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-storage-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const kinds = ['docker-overlay2', 'containers-overlay'] as const;

/** What a tar can hold: all but plain contents is in the headers. */
const lower: readonly TarMember[] = [
  { path: 'etc/', type: 'directory' },
  { path: 'etc/empty' },
  { path: 'etc/one', content: 'x', pax: { 'SCHILY.xattr.user.note': 'kept' } },
  { path: 'etc/hard', type: 'hardlink', linkPath: 'etc/one' },
  { path: 'etc/soft', type: 'symlink', linkPath: '/etc/one' },
  { path: 'dev/null', type: 'character-device', deviceMajor: 1, deviceMinor: 3 },
  { path: 'run/fifo', type: 'fifo' },
  { path: `${'long/'.repeat(40)}${'n'.repeat(150)}`, content: 'long' },
  { path: decodeName(Buffer.from('data/latin-\xe9', 'latin1')), content: 'no UTF-8' },
  { path: 'data/Grüße', content: 'UTF-8' },
  { path: './data/dotted', content: 'dotted' },
  { path: 'data/large', content: Buffer.alloc(1_500_000, 'large') },
  { path: 'data/block', content: Buffer.alloc(512, 'b') },
];
const upper: readonly TarMember[] = [
  { path: 'etc/.wh.one' },
  { path: 'data/.wh..wh..opq' },
  { path: 'app/main.py', content: 'print()\n', uid: 1000, gid: 1000, mode: 0o600 },
];

interface Opened {
  readonly image: Image;
  /** True where the engine had to save. */
  readonly isSaved: boolean;
}

/** Opens the image of a storage; the engine would save another one. */
async function open(made: MadeStorage, options: Partial<OpenImageOptions> = {}): Promise<Opened> {
  let isSaved = false;
  const image = await openImage('docker:app:1', {
    temporaryDir: join(folder, 'temporary'),
    engineKeeps: async () => made,
    async engineSave(_engine, _reference, path) {
      isSaved = true;
      await writeDockerArchive(await buildImage({ layers: [[{ path: 'saved' }]] }), path);
    },
    ...options,
  });
  return { image, isSaved };
}

function firstOf({ layers }: { readonly layers: readonly Layer[] }): Layer {
  const [layer] = layers;
  if (layer === undefined) throw new Error('no layer');
  return layer;
}

async function bytesOf(layer: Layer): Promise<Buffer> {
  return await buffer(await layer.uncompressed());
}

const lowest = ({ layers: [layer] }: MadeStorage): MadeLayer => {
  if (layer === undefined) throw new Error('no layer');
  return layer;
};

describe.skipIf(process.platform !== 'linux').each(kinds)('an image in %s', (kind) => {
  test('is read where it lies, byte for byte, and nothing is saved', async () => {
    const made = await makeStorage(folder, kind, [lower, upper]);
    const { image, isSaved } = await open(made);
    expect(isSaved).toBe(false);
    expect(image).toMatchObject({
      name: 'app:1',
      digest: made.imageId,
      documents: { config: made.config },
      platform: { os: 'linux', architecture: 'amd64' },
    });
    expect(image.layers).toMatchObject([
      { diffId: made.layers[0]?.diffId, createdBy: 'COPY 0 /', sizeBytes: made.layers[0]?.tar.length },
      { diffId: made.layers[1]?.diffId, createdBy: 'COPY 1 /', title: 'layer 2 of 2 in app:1 in docker' },
    ]);
    for (const [position, layer] of image.layers.entries()) {
      const tar = made.layers[position]?.tar ?? Buffer.alloc(0);
      expect((await bytesOf(layer)).equals(tar)).toBe(true);
      expect((await buffer(await layer.stored())).equals(tar)).toBe(true);
    }
    await image.close();
    await expect(bytesOf(firstOf(image))).rejects.toThrow('closed');
  });

  test('an image without layers', async () => {
    const { image, isSaved } = await open(await makeStorage(folder, kind, []));
    expect([isSaved, image.layers]).toEqual([false, []]);
    await image.close();
  });

  test('another platform is refused as of a saved image', async () => {
    const made = await makeStorage(folder, kind, [upper]);
    await expect(open(made, { platform: parsePlatform('linux/arm64') })).rejects.toThrow(
      'no image for linux/arm64',
    );
  });
});

describe.skipIf(process.platform !== 'linux')('a layer in pieces', () => {
  test('can be read from any place on', async () => {
    const made = await makeStorage(folder, 'docker-overlay2', [lower]);
    const { image } = await open(made);
    const place = await firstOf(image).plainTar?.();
    if (place === undefined) throw new Error('no place');
    const { tar } = lowest(made);
    const reader = await openRange(place);
    // Backwards and in odd steps, so that no place is next to the one before.
    for (let at = tar.length + 100; at >= 0; at -= at > 40_000 && at < 1_500_000 ? 77_777 : 97) {
      const target = Buffer.alloc(700);
      const count = reader.read(target, at);
      expect(count > 0).toBe(at < tar.length);
      expect(target.subarray(0, count).equals(tar.subarray(at, at + count))).toBe(true);
    }
    reader.close();
    await image.close();
  });

  test('gives its headers without opening a content', async () => {
    const made = await makeStorage(folder, 'docker-overlay2', [lower]);
    const { image } = await open(made);
    await rm(lowest(made).diff, { recursive: true });
    const place = await firstOf(image).plainTar?.();
    const paths: string[] = [];
    await scanTarFile(place ?? '', { onEntry: ({ path }) => void paths.push(path) });
    expect(paths).toEqual(lower.map(({ path }) => path));
    await image.close();
  });

  test('is read into the blocks of a compressor', async () => {
    const made = await makeStorage(folder, 'docker-overlay2', [lower]);
    const { image } = await open(made);
    const reader = await firstOf(image).plainBlocks?.();
    const parts: Buffer[] = [];
    for (let filled = 100_000; filled === 100_000; ) {
      const block = Buffer.alloc(100_000);
      filled = (await reader?.readInto(block)) ?? 0;
      parts.push(block.subarray(0, filled));
    }
    await reader?.close();
    expect(Buffer.concat(parts).equals(lowest(made).tar)).toBe(true);
    await image.close();
  });

  test('leaves no file behind and none open, whoever breaks off', async () => {
    const made = await makeStorage(folder, 'docker-overlay2', [lower, upper]);
    const { image } = await open(made);
    expect(await readdir(join(folder, 'temporary'))).toEqual([]);
    for await (const _ of await firstOf(image).stored()) break;
    (await firstOf(image).stored()).destroy();
    await bytesOf(firstOf(image));
    await image.close();
    await expect.poll(openFiles).toEqual([]);
  });

  test('its length is remembered, so that it is read again only for its bytes', async () => {
    const made = await makeStorage(folder, 'docker-overlay2', [lower]);
    const cacheDir = join(folder, 'cache');
    await (await open(made, { cacheDir })).image.close();
    await unlink(join(lowest(made).diff, 'data/large'));
    const { image, isSaved } = await open(made, { cacheDir });
    expect([isSaved, firstOf(image).sizeBytes]).toEqual([false, lowest(made).tar.length]);
    await expect(bytesOf(firstOf(image))).rejects.toThrow(/^layer 1 of 1 in app:1 in docker .* ENOENT/);
    await image.close();
    // Another file in its place, another memory.
    await writeFile(lowest(made).splitPath, splitFile([{ type: 2, payload: 'AAAA' }]));
    const other = await open(made, { cacheDir });
    expect([other.isSaved, firstOf(other.image).sizeBytes]).toEqual([false, 3]);
    await expect(bytesOf(firstOf(other.image))).rejects.toThrow('does not have its digest');
    await other.image.close();
  });

  test('a sum of tar-split that is false counts for nothing: the diffID is the proof', async () => {
    const made = await makeStorage(folder, 'docker-overlay2', [lower]);
    const lines = await splitLines(lowest(made).splitPath);
    await writeFile(
      lowest(made).splitPath,
      splitFile(
        lines.map((line) => (line['size'] === undefined ? line : { ...line, payload: 'AQEBAQEBAQE=' })),
      ),
    );
    const { image } = await open(made);
    expect((await bytesOf(firstOf(image))).equals(lowest(made).tar)).toBe(true);
    await image.close();
  });
});

async function openFiles(): Promise<string[]> {
  const numbers = await readdir('/proc/self/fd');
  const paths = await Promise.all(
    numbers.map(async (number) => await readlink(`/proc/self/fd/${number}`).catch(() => '')),
  );
  return paths.filter((path) => path.startsWith(folder));
}

/** Lines of the lowest layer, changed one by one. */
async function changeLines(
  made: MadeStorage,
  change: (line: Record<string, unknown>, position: number) => object,
): Promise<void> {
  const { splitPath } = lowest(made);
  await writeFile(splitPath, splitFile((await splitLines(splitPath)).map(change)));
}

const renamed =
  (name: string) =>
  async (made: MadeStorage): Promise<void> =>
    await changeLines(made, (line) => (line['name'] === 'data/large' ? { ...line, name } : line));

type Change = (made: MadeStorage) => Promise<void>;

const inDiff = (made: MadeStorage, path: string): string => join(lowest(made).diff, path);

describe.skipIf(process.platform !== 'linux')('the engine is asked to save, without a word', () => {
  test.each<[string, Change]>([
    [
      'there is no such folder (an engine in a machine of its own)',
      async ({ storage }) => await rename(storage.root, `${storage.root}-elsewhere`),
    ],
    ['it does not hold the image', async ({ configPath }) => await unlink(configPath)],
    ['the configuration is another one', async ({ configPath }) => await writeFile(configPath, '{}')],
    [
      'a layer has another diffID',
      async (made) => await writeFile(join(lowest(made).facts, 'diff'), `sha256:${'0'.repeat(64)}`),
    ],
    [
      'a layer lies somewhere else',
      async (made) => await writeFile(join(lowest(made).facts, 'cache-id'), '../../../../../../etc'),
    ],
    ['a layer has no tar-split (another snapshotter)', async (made) => await unlink(lowest(made).splitPath)],
    ['its tar-split is cut off', async (made) => await truncate(lowest(made).splitPath, 200)],
    ['its tar-split is no gzip', async (made) => await writeFile(lowest(made).splitPath, '{}')],
    [
      'its tar-split is a fifo',
      async (made) => {
        await unlink(lowest(made).splitPath);
        await runProcess('mkfifo', [lowest(made).splitPath]);
      },
    ],
    [
      'its tar-split is no list of pieces',
      async (made) => await writeFile(lowest(made).splitPath, splitFile([[]])),
    ],
    [
      'a piece is of no known type',
      async (made) => await changeLines(made, (line) => ({ ...line, type: 3 })),
    ],
    ['a piece has no name', async (made) => await changeLines(made, ({ name: _, ...line }) => line)],
    [
      'a size is no number of bytes',
      async (made) => await changeLines(made, (line) => ('size' in line ? { ...line, size: -5 } : line)),
    ],
    [
      'a piece is missing',
      async (made) => {
        const { splitPath } = lowest(made);
        const lines = await splitLines(splitPath);
        const text = lines
          .filter((_, position) => position !== 3)
          .map((line) => JSON.stringify(line))
          .join('\n');
        await writeFile(splitPath, gzipSync(text));
      },
    ],
    ['a name leads out of the layer', renamed('../../../secret')],
    ['a name leads out of the layer later on', renamed('data/../../x')],
    ['a name is a folder', renamed('data/')],
    ['a name is none', renamed('/')],
    ['a name holds a zero', renamed('data/lar\0ge')],
    ['a file is gone', async (made) => await unlink(inDiff(made, 'data/large'))],
    ['a file is longer', async (made) => await writeFile(inDiff(made, 'etc/one'), 'xy')],
    ['a file is shorter', async (made) => await truncate(inDiff(made, 'data/large'), 9)],
    [
      'a symlink is in place of a file',
      async (made) => {
        await unlink(inDiff(made, 'etc/one'));
        await writeFile(join(folder, 'secret'), 's');
        await symlink(join(folder, 'secret'), inDiff(made, 'etc/one'));
      },
    ],
    [
      'a symlink is in place of a folder',
      async (made) => {
        await rename(inDiff(made, 'etc'), join(folder, 'etc'));
        await symlink(join(folder, 'etc'), inDiff(made, 'etc'));
      },
    ],
    [
      'a symlink is in place of the layer',
      async (made) => {
        await rename(lowest(made).diff, join(folder, 'diff'));
        await symlink(join(folder, 'diff'), lowest(made).diff);
      },
    ],
    [
      'a fifo is in place of a file',
      async (made) => {
        await unlink(inDiff(made, 'etc/one'));
        await runProcess('mkfifo', [inDiff(made, 'etc/one')]);
      },
    ],
    [
      'a folder is in place of a file',
      async (made) => {
        await unlink(inDiff(made, 'etc/one'));
        await mkdir(inDiff(made, 'etc/one'));
      },
    ],
  ])('%s', async (_reason, change) => {
    const made = await makeStorage(folder, 'docker-overlay2', [lower, upper]);
    await change(made);
    const { image, isSaved } = await open(made);
    expect(isSaved).toBe(true);
    await image.close();
    await expect.poll(openFiles).toEqual([]);
  });

  test.each<[string, Change]>([
    [
      'Podman’s list of layers is malformed',
      async ({ storage }) => await writeFile(join(storage.root, 'overlay-layers/layers.json'), '[{"id":5}]'),
    ],
    [
      'a layer is not in it',
      async ({ storage }) => await writeFile(join(storage.root, 'overlay-layers/layers.json'), '[]'),
    ],
    [
      'a layer’s name is a path',
      async ({ storage }) => {
        const path = join(storage.root, 'overlay-layers/layers.json');
        const text = await readFile(path, 'utf8');
        const list = JSON.parse(text) as { readonly id: string }[];
        await writeFile(path, text.replaceAll(list[0]?.id ?? '', '../x'));
      },
    ],
    [
      'the image is in another store',
      async ({ storage }) => await writeFile(join(storage.root, 'overlay-images/images.json'), '[]'),
    ],
  ])('%s', async (_reason, change) => {
    const made = await makeStorage(folder, 'containers-overlay', [lower, upper]);
    await change(made);
    const { image, isSaved } = await open(made);
    expect(isSaved).toBe(true);
    await image.close();
  });

  test.skipIf(process.geteuid?.() !== 0)('whoever may not read all of it', async () => {
    const made = await makeStorage(folder, 'docker-overlay2', [upper]);
    for (const path of [folder, made.storage.root]) await chmod(path, 0o755);
    await chmod(inDiff(made, 'app/main.py'), 0o600);
    const asNobody = async (): Promise<boolean> => {
      process.seteuid?.(65534);
      try {
        const temporaryDir = await mkdtemp(join(tmpdir(), 'plimsoll-nobody-'));
        const { image, isSaved } = await open(made, { temporaryDir });
        await image.close();
        await rm(temporaryDir, { recursive: true });
        return isSaved;
      } finally {
        process.seteuid?.(0);
      }
    };
    expect(await asNobody()).toBe(true);
    await chmod(inDiff(made, 'app/main.py'), 0o644);
    expect(await asNobody()).toBe(false);
  });
});

describe.skipIf(process.platform !== 'linux')(
  'what changes after it was opened is an error that names the layer',
  () => {
    test.each<[string, Change, RegExp]>([
      [
        'other bytes in a file',
        async (made) => await writeFile(inDiff(made, 'etc/one'), 'y'),
        /does not have its digest: its bytes have sha256:/,
      ],
      [
        'a file that is gone',
        async (made) => await unlink(inDiff(made, 'etc/one')),
        /cannot be read.*ENOENT/,
      ],
      [
        'a file that has grown',
        async (made) => await writeFile(inDiff(made, 'etc/one'), 'xy'),
        /etc\/one is not the file of 1 bytes that the engine stored/,
      ],
      [
        'the image was removed',
        async (made) => await rm(lowest(made).diff, { recursive: true }),
        /cannot be read.*ENOENT/,
      ],
      [
        'a symlink in the way',
        async (made) => {
          await rename(inDiff(made, 'etc'), join(folder, 'etc'));
          await symlink(join(folder, 'etc'), inDiff(made, 'etc'));
        },
        /cannot be read.*ENOTDIR|ELOOP/,
      ],
    ])('%s', async (_reason, change, message) => {
      const made = await makeStorage(folder, 'docker-overlay2', [lower]);
      const { image } = await open(made);
      await change(made);
      const layer = firstOf(image);
      const told = expect.objectContaining({
        name: 'UserError',
        message: expect.stringMatching(message),
        hint: expect.stringContaining('PLIMSOLL_ENGINE_READ=save'),
      });
      await expect(bytesOf(layer)).rejects.toEqual(told);
      await expect(bytesOf(layer)).rejects.toThrow(/^layer 1 of 1 in app:1 in docker/);
      const blocks = await layer.plainBlocks?.();
      await expect(blocks?.readInto(Buffer.alloc(4_000_000))).rejects.toEqual(told);
      await blocks?.close();
      await image.close();
      await expect.poll(openFiles).toEqual([]);
    });

    test('headers that are other ones', async () => {
      const made = await makeStorage(folder, 'docker-overlay2', [upper]);
      await changeLines(made, (line, position) =>
        position === 0 ? { ...line, payload: Buffer.alloc(512, 'h').toString('base64') } : line,
      );
      const { image } = await open(made);
      expect(sha256Digest(lowest(made).tar)).toBe(firstOf(image).diffId);
      await expect(bytesOf(firstOf(image))).rejects.toThrow('does not have its digest');
      await image.close();
    });

    test('a part that is read by its place', async () => {
      const made = await makeStorage(folder, 'docker-overlay2', [lower]);
      const { image } = await open(made);
      await rm(lowest(made).diff, { recursive: true });
      const reader = await openRange((await firstOf(image).plainTar?.()) ?? '');
      expect(() => reader.read(Buffer.alloc(10), 1_000_000)).toThrow(/^layer 1 of 1 in app:1 in docker/);
      reader.close();
      await image.close();
    });
  },
);

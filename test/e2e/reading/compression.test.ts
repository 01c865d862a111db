import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { openImage } from '../../../src/image/index.ts';
import { writeTar } from '../../../src/tar/index.ts';
import { scratch } from '../run-cli.ts';
import { type RawLayer, writeRawLayout } from './layout.ts';
import { isThere, run } from './programs.ts';
import { ourTree } from './tree.ts';

const hasSkopeo = await isThere('skopeo');

const ociTar = 'application/vnd.oci.image.layer.v1.tar';
const dockerTar = 'application/vnd.docker.image.rootfs.diff.tar';

let tar: Buffer = Buffer.alloc(0);
beforeAll(async () => {
  const members = Array.from({ length: 60 }, (_, index) => ({
    path: `data/file-${index}`,
    content: Buffer.from(`${index} `.repeat(index * 400)),
    mtimeSeconds: 1_700_000_000 + index,
  }));
  tar = await buffer(writeTar(members));
});

async function treeOf(layer: RawLayer): Promise<string[]> {
  const folder = join(scratch(), 'layout');
  return await ourTree(await openImage(writeRawLayout(folder, [layer]), { temporaryDir: folder }));
}

/** What the layer as it is shows. */
async function expectedTree(): Promise<string[]> {
  const tree = await treeOf({ tar });
  expect(tree).toHaveLength(61);
  return tree;
}

function pieces(bytes: Buffer, sizeBytes: number): Buffer[] {
  const count = Math.ceil(bytes.length / sizeBytes);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * sizeBytes, (index + 1) * sizeBytes),
  );
}

/** One gzip member with an extra field, as the footer of an eStargz layer has one (stargz-snapshotter, docs/estargz.md). */
function gzipMember(content: Buffer, extra: Buffer): Buffer {
  const head = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, extra.length & 255, extra.length >> 8]);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(content), 0);
  tail.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, extra, deflateRawSync(content), tail]);
}

/** Bytes for readers that know of them: a zstd frame to be skipped (RFC 8878, 3.1.2). */
function skippable(content: string, number = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a50 + number, 0);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, Buffer.from(content)]);
}

const footer = Buffer.concat([Buffer.from('SG\x1a\0'), Buffer.from('0000000000001234STARGZ    ')]);

describe('one layer reads equal however it is stored', () => {
  test.each<[how: string, blob: () => Buffer, mediaType: string]>([
    ['plain', () => tar, ociTar],
    ['gzip', () => gzipSync(tar), `${ociTar}+gzip`],
    ["Docker's gzip", () => gzipSync(tar), `${dockerTar}.gzip`],
    [
      'many gzip members',
      () => Buffer.concat(pieces(tar, 3000).map((piece) => gzipSync(piece))),
      `${ociTar}+gzip`,
    ],
    [
      'gzip members that are empty, first, last and in between',
      () =>
        Buffer.concat(
          [Buffer.alloc(0), tar.subarray(0, 777), Buffer.alloc(0), tar.subarray(777), Buffer.alloc(0)].map(
            (piece) => gzipSync(piece),
          ),
        ),
      `${ociTar}+gzip`,
    ],
    [
      'eStargz: a member for each file and a footer with an extra field',
      () =>
        Buffer.concat([
          ...pieces(tar, 512 * 9).map((piece) => gzipSync(piece)),
          gzipMember(Buffer.alloc(0), footer),
        ]),
      `${ociTar}+gzip`,
    ],
    [
      'gzip members with extra fields',
      () => Buffer.concat(pieces(tar, 60_000).map((piece) => gzipMember(piece, Buffer.from('xy\x02\0ab')))),
      `${ociTar}+gzip`,
    ],
    ['zstd', () => zstdCompressSync(tar), `${ociTar}+zstd`],
    ["Docker's zstd", () => zstdCompressSync(tar), `${dockerTar}.zstd`],
    [
      'many zstd frames',
      () => Buffer.concat(pieces(tar, 3000).map((piece) => zstdCompressSync(piece))),
      `${ociTar}+zstd`,
    ],
    [
      'zstd with frames to skip, first, last and in between',
      () =>
        Buffer.concat([
          skippable('first'),
          ...pieces(tar, 50_000).flatMap((piece, index) => [
            zstdCompressSync(piece),
            skippable('x'.repeat(index * 1000), index % 16),
          ]),
          skippable(''),
        ]),
      `${ociTar}+zstd`,
    ],
    ['plain, declared gzip', () => tar, `${ociTar}+gzip`],
    ['plain, declared zstd', () => tar, `${ociTar}+zstd`],
    ['gzip, declared plain', () => gzipSync(tar), ociTar],
    ['gzip, declared zstd', () => gzipSync(tar), `${ociTar}+zstd`],
    ['zstd, declared gzip', () => zstdCompressSync(tar), `${dockerTar}.gzip`],
  ])('%s', async (_how, blob, mediaType) => {
    expect(await treeOf({ tar, blob: blob(), mediaType })).toEqual(await expectedTree());
  });

  test.skipIf(!hasSkopeo).each([['gzip'], ['zstd'], ['zstd:chunked']])(
    '%s as skopeo writes it',
    async (format) => {
      const folder = scratch();
      const from = writeRawLayout(join(folder, 'plain'), [{ tar }]);
      const to = `oci:${folder}/packed:v1`;
      await run('skopeo', [
        'copy',
        '--quiet',
        '--insecure-policy',
        '--dest-compress',
        '--dest-compress-format',
        format,
        from,
        to,
      ]);
      const image = await openImage(to, { temporaryDir: folder });
      expect(image.layers[0]?.sizeBytes).toBeLessThan(tar.length / 2);
      expect(await ourTree(image)).toEqual(await expectedTree());
    },
  );

  test.each<[damage: string, blob: () => Buffer]>([
    [
      'garbage after the last gzip member',
      () => Buffer.concat([gzipSync(tar), Buffer.from('garbage that is no member')]),
    ],
    [
      'a second gzip member that is cut off',
      () => Buffer.concat([gzipSync(tar), gzipSync(tar).subarray(0, 40)]),
    ],
    ['a zstd frame that is cut off', () => zstdCompressSync(tar).subarray(0, -5)],
    [
      'garbage after the last zstd frame',
      () => Buffer.concat([zstdCompressSync(tar), Buffer.from('garbage')]),
    ],
    [
      'a frame to skip that is cut off',
      () => Buffer.concat([zstdCompressSync(tar), skippable('whole').subarray(0, -1)]),
    ],
  ])('but not %s', async (_damage, blob) => {
    await expect(treeOf({ tar, blob: blob() })).rejects.toThrow(/layer 1 of 1 in .* \(sha256:[0-9a-f]{64}\)/);
  });
});

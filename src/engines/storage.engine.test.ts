import { createHash } from 'node:crypto';
import { chmod, link, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProcess, silentProgress } from '../base/index.ts';
import { buildImage, type Image, type Layer, openImage, writeDockerArchive } from '../image/index.ts';
import { decodeName, type TarMember } from '../tar/index.ts';
import { type Engine, findEngines } from './index.ts';

/** Real engines, Podman and Buildah with a storage of their own: what they keep is what they save. */
const folder = await mkdtemp(join(tmpdir(), 'plimsoll-kept-'));
const storage = join(folder, 'storage.conf');
await writeFile(
  storage,
  `[storage]\ndriver = "overlay"\ngraphroot = "${join(folder, 'storage')}"\nrunroot = "${join(folder, 'run')}"\n`,
);
const environment = {
  ...Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ),
  CONTAINERS_STORAGE_CONF: storage,
};
const { engines } = await findEngines({ environment });
const reading = await Promise.all(
  engines.map(async (engine) => ({ name: engine.name, engine, storage: await engine.storage?.() })),
);
const readable = reading.filter(({ storage: found }) => found !== undefined);
if (readable.length === 0) test.skip('no engine here keeps layers in a way that is read', () => {});

/** What the headers of a tar can say, and contents on both sides of a block. */
const loaded: readonly (readonly TarMember[])[] = [
  [
    { path: 'etc/', type: 'directory', mode: 0o750, mtimeSeconds: 1_700_000_000 },
    { path: 'etc/empty' },
    { path: 'etc/one', content: 'x', uid: 70_000, gid: 2_000_000, pax: { 'SCHILY.xattr.user.note': 'kept' } },
    { path: 'etc/hard', type: 'hardlink', linkPath: 'etc/one' },
    { path: 'etc/soft', type: 'symlink', linkPath: '/etc/one' },
    { path: 'dev/zero', type: 'character-device', deviceMajor: 1, deviceMinor: 5 },
    { path: 'run/fifo', type: 'fifo' },
    { path: `${'long/'.repeat(40)}${'n'.repeat(150)}`, content: 'long' },
    { path: decodeName(Buffer.from('data/latin-\xe9', 'latin1')), content: 'no UTF-8' },
    { path: 'data/<&>\u2028Grüße', content: 'what JSON escapes' },
    { path: 'data/block', content: Buffer.alloc(512, 'b') },
    { path: 'data/large', content: Buffer.alloc(3_000_000, 'large') },
  ],
  [{ path: 'etc/.wh.one' }, { path: 'data/.wh..wh..opq' }, { path: 'data/large', content: 'small' }],
];

async function writeProject(): Promise<string> {
  const project = join(folder, 'project');
  await mkdir(join(project, 'tree/below'), { recursive: true });
  await writeFile(
    join(project, 'Dockerfile'),
    'FROM scratch\nCOPY tree /srv/\nCOPY tree/one /srv/below/\nCMD ["x"]\n',
  );
  await writeFile(join(project, 'tree/one'), 'one');
  await writeFile(join(project, 'tree/below/holes'), '');
  await runProcess('truncate', ['--size', '5M', join(project, 'tree/below/holes')]);
  await link(join(project, 'tree/one'), join(project, 'tree/hard'));
  await symlink('/etc/passwd', join(project, 'tree/soft'));
  await chmod(join(project, 'tree/one'), 0o600);
  return project;
}

const tag = (name: string): string => `plimsoll-kept-${name}:1`;

beforeAll(async () => {
  const archive = join(folder, 'loaded.tar');
  await writeDockerArchive(await buildImage({ layers: loaded }), archive, { tags: [tag('loaded')] });
  const contextDir = await writeProject();
  for (const { engine } of readable) {
    await engine.load(archive, silentProgress);
    await engine.build({
      ...{ contextDir, dockerfile: join(contextDir, 'Dockerfile') },
      ...{ tag: tag('built'), title: 'test image', progress: silentProgress },
    });
  }
});

afterAll(async () => {
  for (const { engine } of readable) {
    for (const name of ['loaded', 'built']) await engine.removeImage(tag(name));
  }
  await runProcess('umount', ['-l', join(folder, 'storage', 'overlay')]).catch(() => {});
  await rm(folder, { recursive: true, force: true });
});

/** The image as the engine keeps it; the engine is not asked to save it. */
async function openKept(engine: Engine, image: string): Promise<Image> {
  return await openImage(`${engine.name === 'docker' ? 'docker' : 'podman'}:${image}`, {
    temporaryDir: join(folder, 'temporary'),
    async engineKeeps(_kind, reference) {
      const [found, held] = [await engine.storage?.(), await engine.inspect(reference)];
      return found && held && { storage: found, imageId: held.id };
    },
    async engineSave() {
      throw new Error('the engine was asked to save');
    },
  });
}

async function digestsOf(layers: readonly Layer[]): Promise<string[]> {
  const digests: string[] = [];
  for (const layer of layers) {
    const hash = createHash('sha256');
    for await (const chunk of await layer.uncompressed()) hash.update(chunk);
    digests.push(`sha256:${hash.digest('hex')}`);
  }
  return digests;
}

describe.skipIf(readable.length === 0).each(readable)('$name', { timeout: 180_000 }, ({ engine }) => {
  test.each(['loaded', 'built'])('keeps, of an image that was %s, what it saves', async (name) => {
    const archive = join(folder, `${engine.name}-${name}.tar`);
    await engine.save(tag(name), archive, silentProgress);
    const saved = await openImage(`docker-archive:${archive}`, { temporaryDir: folder });
    const kept = await openKept(engine, tag(name));
    expect(kept.config.diffIds).toEqual(saved.config.diffIds);
    expect(kept.digest).toBe((await engine.inspect(tag(name)))?.id);
    expect(await digestsOf(kept.layers)).toEqual(await digestsOf(saved.layers));
    expect(kept.layers.map(({ sizeBytes }) => sizeBytes)).toEqual(
      saved.layers.map(({ sizeBytes }) => sizeBytes),
    );
    expect(kept.layers.map(({ createdBy }) => createdBy)).toEqual(
      saved.layers.map(({ createdBy }) => createdBy),
    );
    expect(await readdir(join(folder, 'temporary'))).toEqual([]);
    await Promise.all([kept.close(), saved.close()]);
  });
});

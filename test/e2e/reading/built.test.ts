import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { openImage } from '../../../src/image/index.ts';
import { docker, scratch } from '../run-cli.ts';
import { containersStorage, containerTree, dockerTree, oracles, withoutDockersOwn } from './oracles.ts';
import { isThere, run } from './programs.ts';
import { ourTree, withoutDirectoryTimes } from './tree.ts';

const long = 'a-rather-long-directory-name/'.repeat(9);

/** What a layer can do to those below it, by the commands that people do it with. */
const dockerfile = `FROM scratch
COPY busybox own /bin/
COPY --chown=1000:3000000 tree /tree
RUN ["/bin/busybox", "--install", "/bin"]
SHELL ["/bin/sh", "-ec"]
RUN mkdir -p /data/deep/er /gone/below /again/sub /todir-not /tosymlink/inner /tofile/inner && \\
  for at in data/a data/deep/er/b data/chmodded data/chowned gone/below/c again/old again/sub/old tosymlink/inner/d tofile/inner/e todir linked; \\
    do echo base of $at > /$at; done
RUN ln /data/a /data/a-link && ln -s a /data/a-symlink && mkfifo /data/pipe && mkdir -m 1777 /sticky && \\
  echo s > /data/suid && chmod 4711 /data/suid && echo raw > "/data/$(printf 'r\\351sum\\351')" && \\
  mkdir -p /${long} && echo long > /${long}file && truncate -s 3000000 /data/sparse && echo end >> /data/sparse
RUN chmod 600 /data/chmodded && chown 12:34 /data/chowned && touch -d @1234567890 /data/deep/er/b
RUN rm -r /gone /again && mkdir /again && echo new > /again/new && rm /todir && mkdir /todir && echo in > /todir/in
RUN rm -r /tosymlink /tofile && ln -s todir /tosymlink && echo file > /tofile && ln /linked /link-of-lower && rm /data/a
RUN mv /data/deep /moved
CMD ["/bin/sh"]
`;

/** Every layer is of this build alone: those of other images may go at any time. */
function buildContext(): string {
  const folder = scratch();
  writeFileSync(join(folder, 'own'), randomBytes(6));
  mkdirSync(join(folder, 'tree/inner'), { recursive: true });
  copyFileSync('/bin/busybox', join(folder, 'busybox'));
  writeFileSync(join(folder, 'tree/inner/file'), 'copied');
  writeFileSync(join(folder, 'Dockerfile'), dockerfile);
  return folder;
}

/** What an image is, wherever it is read from. */
async function readFrom(name: string): Promise<{
  readonly diffIds: readonly string[];
  readonly instructions: readonly (string | undefined)[];
  readonly tree: readonly string[];
}> {
  const image = await openImage(name, { temporaryDir: scratch() });
  try {
    const instructions = image.layers.map((layer) => layer.createdBy);
    return { diffIds: image.config.diffIds, instructions, tree: await ourTree(image) };
  } finally {
    await image.close();
  }
}

const [hasSkopeo, hasBuildah, hasPodman] = await Promise.all(['skopeo', 'buildah', 'podman'].map(isThere));
const tools = oracles(inject('lab') !== undefined).filter((tool) => tool.isThere);

function comparable(lines: readonly string[]): string[] {
  return withoutDockersOwn(withoutDirectoryTimes(lines));
}

async function expectAgreement(layout: string, tree: readonly string[]): Promise<void> {
  for (const tool of tools) {
    expect({ [tool.name]: comparable(tree) }).toEqual({ [tool.name]: comparable(await tool.tree(layout)) });
  }
}

/** Copies with skopeo and gives the names that we open the copies by. */
async function copies(from: string, env: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const folder = scratch();
  const kinds = [
    `oci:${folder}/layout:v1`,
    `oci-archive:${folder}/oci.tar`,
    `docker-archive:${folder}/docker.tar`,
  ];
  for (const to of kinds) {
    await run(
      'skopeo',
      ['copy', '--quiet', '--insecure-policy', from, `${to}${to.startsWith('docker') ? ':app:1' : ''}`],
      { env },
    );
  }
  return kinds;
}

describe('an image that was built', () => {
  test.skipIf(inject('lab') === undefined || hasSkopeo !== true)(
    `by BuildKit is in every format what a container of it shows ${inject('noLabBecause')}`,
    async () => {
      const image = `plimsoll-e2e-reading:${randomBytes(6).toString('hex')}`;
      await docker('build', '--tag', image, buildContext());
      onTestFinished(async () => void (await docker('image', 'rm', image)));
      const saved = join(scratch(), 'saved.tar');
      await docker('save', '--output', saved, image);
      const expected = await readFrom(`docker-archive:${saved}`);
      expect(expected.instructions.join('\n')).toMatch(/# buildkit/);
      expect(comparable(expected.tree)).toEqual(comparable(await dockerTree(image)));
      for (const copy of await copies(`docker-archive:${saved}`))
        expect(await readFrom(copy)).toEqual(expected);
      const [layout = ''] = await copies(`docker-archive:${saved}`);
      await expectAgreement(layout.split(':')[1] ?? '', expected.tree);
    },
  );

  test.skipIf(hasBuildah !== true || hasPodman !== true || hasSkopeo !== true)(
    'by Buildah is in every format what a container of it shows',
    async () => {
      const env = containersStorage();
      const call = async (program: string, ...words: string[]): Promise<string> =>
        (await run(program, words, { env })).trim();
      await call(
        'buildah',
        'build',
        '--quiet',
        '--isolation',
        'chroot',
        '--format',
        'docker',
        '--layers',
        '--tag',
        'app:1',
        buildContext(),
      );
      const folder = scratch();
      await call('buildah', 'push', '--quiet', 'app:1', `oci:${folder}/layout:v1`);
      const expected = await readFrom(`oci:${folder}/layout:v1`);
      const container = await call('buildah', 'from', '--quiet', '--pull-never', 'app:1');
      expect(withoutDirectoryTimes(expected.tree)).toEqual(
        withoutDirectoryTimes(await containerTree(container, env)),
      );
      await expectAgreement(`${folder}/layout`, expected.tree);
      await call(
        'podman',
        'save',
        '--quiet',
        '--format',
        'docker-archive',
        '--output',
        `${folder}/podman-docker.tar`,
        'app:1',
      );
      await call(
        'podman',
        'save',
        '--quiet',
        '--format',
        'oci-archive',
        '--output',
        `${folder}/podman-oci.tar`,
        'app:1',
      );
      const names = [`docker-archive:${folder}/podman-docker.tar`, `oci-archive:${folder}/podman-oci.tar`];
      names.push(...(await copies('containers-storage:localhost/app:1', env)));
      for (const name of names) expect(await readFrom(name)).toEqual(expected);
    },
  );
});

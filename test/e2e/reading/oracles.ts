import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { runProcess } from '../../../src/base/index.ts';
import { docker, scratch } from '../run-cli.ts';
import { isThere, run } from './programs.ts';
import { diskTree } from './tree.ts';

/** Another tool's view of the image tagged `v1` in an OCI layout. */
export interface Oracle {
  readonly name: OracleName;
  /** Absent tools are passed by. */
  readonly isThere: boolean;
  readonly tree: (layout: string) => Promise<string[]>;
}

/** How the same image is unpacked by others. */
export type OracleName = 'umoci' | 'skopeo and GNU tar' | 'buildah' | 'docker';

const copyWords = ['copy', '--quiet', '--insecure-policy'];

/** Storage of its own for Buildah and Podman, so that the machine's images are left alone. */
export function containersStorage(): Readonly<Record<string, string>> {
  const folder = scratch();
  const file = join(folder, 'storage.conf');
  const place = ['graphroot', 'runroot'].map((key) => `${key} = "${join(folder, key)}"\n`).join('');
  writeFileSync(file, `[storage]\ndriver = "overlay"\n${place}`);
  // The tools leave it mounted on itself.
  onTestFinished(async () => void (await runProcess('umount', [join(folder, 'graphroot/overlay')])));
  return { CONTAINERS_STORAGE_CONF: file };
}

async function unpackedByUmoci(layout: string): Promise<string[]> {
  const bundle = join(scratch(), 'bundle');
  await run('umoci', ['unpack', '--image', `${layout}:v1`, bundle]);
  return await diskTree(join(bundle, 'rootfs'));
}

const manifestSchema = z.object({ layers: z.array(z.object({ digest: z.string() })) });

async function unpackedByTar(layout: string): Promise<string[]> {
  const folder = scratch();
  await run('skopeo', [...copyWords, `oci:${layout}:v1`, `dir:${folder}/image`]);
  const manifest = manifestSchema.parse(
    JSON.parse(readFileSync(join(folder, 'image/manifest.json'), 'utf8')),
  );
  const layers = manifest.layers.map(({ digest }) => join(folder, 'image', digest.replace(/^sha256:/, '')));
  await run('python3', [join(import.meta.dirname, 'apply-layers.py'), join(folder, 'root'), ...layers]);
  return await diskTree(join(folder, 'root'));
}

async function mountedByBuildah(layout: string): Promise<string[]> {
  const env = containersStorage();
  // A relative path, since Buildah makes a name of it, which must be in lower case.
  const words = ['from', '--quiet', `oci:${basename(layout)}:v1`];
  const container = (await run('buildah', words, { env, cwd: dirname(layout) })).trim();
  return await containerTree(container, env);
}

/** The file system of a Buildah container, which is removed afterwards. */
export async function containerTree(
  container: string,
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  try {
    return await diskTree((await run('buildah', ['mount', container], { env })).trim());
  } finally {
    await run('buildah', ['rm', container], { env });
  }
}

async function exportedByDocker(layout: string): Promise<string[]> {
  const archive = join(scratch(), 'image.tar');
  const image = `plimsoll-e2e-reading:${randomBytes(6).toString('hex')}`;
  await run('skopeo', [...copyWords, `oci:${layout}:v1`, `docker-archive:${archive}:${image}`]);
  await docker('load', '--quiet', '--input', archive);
  try {
    return await dockerTree(image);
  } finally {
    await docker('image', 'rm', image);
  }
}

/** Takes away what Docker itself puts into every container. */
export function withoutDockersOwn(lines: readonly string[]): string[] {
  return lines.filter((line) => !/^(\.dockerenv|dev|etc|proc|sys)(\/| )/.test(line));
}

/** What a container of an image in Docker shows, without what Docker adds. */
export async function dockerTree(image: string): Promise<string[]> {
  const folder = scratch();
  const container = await docker('create', image, '/bin/true');
  try {
    await docker('export', '--output', `${folder}/container.tar`, container);
  } finally {
    await docker('rm', container);
  }
  mkdirSync(join(folder, 'root'));
  const options = ['-p', '--same-owner', '--numeric-owner', '--delay-directory-restore'];
  options.push('--xattrs', '--xattrs-include=*');
  await run('tar', ['-x', ...options, '-C', `${folder}/root`, '-f', `${folder}/container.tar`]);
  return withoutDockersOwn(await diskTree(join(folder, 'root')));
}

const [hasUmoci, hasSkopeo, hasPython, hasBuildah] = await Promise.all(
  ['umoci', 'skopeo', 'python3', 'buildah'].map(isThere),
);
// Owners and devices are root's to make.
const isRoot = process.getuid?.() === 0;

/** All of them. Docker is there when the lab is. */
export function oracles(hasDocker: boolean): readonly Oracle[] {
  const canUse = (...tools: (boolean | undefined)[]): boolean =>
    [isRoot, hasPython, ...tools].every((tool) => tool === true);
  return [
    { name: 'umoci', isThere: canUse(hasUmoci), tree: unpackedByUmoci },
    { name: 'skopeo and GNU tar', isThere: canUse(hasSkopeo), tree: unpackedByTar },
    { name: 'buildah', isThere: canUse(hasBuildah), tree: mountedByBuildah },
    { name: 'docker', isThere: canUse(hasSkopeo, hasDocker), tree: exportedByDocker },
  ];
}

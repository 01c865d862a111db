import { stat } from 'node:fs/promises';
import {
  chainStreams,
  DigestMismatchError,
  messageOf,
  type Progress,
  sha256Digest,
  UserError,
  verifyDigest,
} from '../../base/index.ts';
import { chooseImage } from '../choose-image.ts';
import { formatConfig } from '../config.ts';
import { emptyConfig } from '../empty-config.ts';
import type { Image, ImageConfig, Layer, Platform } from '../image.ts';
import { hostPlatform } from '../platform.ts';
import { shellArchitecture } from '../rootfs/shell-architecture.ts';
import { surveyTree, type Tree } from '../rootfs/survey-tree.ts';
import { digestTree, type TreeDigest } from '../rootfs/tree-digest.ts';
import { treeTar } from '../rootfs/tree-tar.ts';

/** How an unpacked root file system is read. */
export interface RootfsOptions {
  /** Asked for; an error when the tree is for another one. */
  readonly platform?: Platform | undefined;
  /** Where the digests of trees are remembered between runs; nowhere by default. */
  readonly cacheDir?: string | undefined;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens an unpacked root file system as an image of one layer, the tar of the tree; its configuration holds nothing but the platform.
 * The first time, all files are read for the diffID; a tree that has not changed since then is not. Extended attributes, mounted file systems
 * and sockets are left out with a note. Throws a `UserError` when an entry cannot be read; a layer fails that is read after the tree has changed.
 */
export async function openRootfs(root: string, options: RootfsOptions): Promise<Image> {
  const { progress, signal } = options;
  await assertDirectory(root);
  const architecture = (await shellArchitecture(root)) ?? hostPlatform().architecture;
  const config = emptyConfig({ os: 'linux', architecture });
  if (options.platform !== undefined) {
    const only = { names: [], platform: config.platform, digest: root };
    chooseImage([only], { platform: options.platform }, root);
  }
  const tree = await surveyTree(root, signal);
  if (tree.entries.length === 0) {
    throw new UserError(`${root} holds nothing`, { hint: 'Check the path: is it mounted, or unpacked yet?' });
  }
  const omitted = [...(hasPrograms(tree) ? [unreadByNode] : []), ...tree.omitted];
  if (omitted.length > 0) progress.note(`${root}: left out ${listed(omitted)}.`);
  const digest = await digestTree(tree, {
    cacheDir: options.cacheDir,
    progress,
    signal,
  }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw changed(root, error);
  });
  const state = { isClosed: false };
  const whole: ImageConfig = { ...config, diffIds: [digest.diffId] };
  return {
    name: root,
    platform: config.platform,
    digest: sha256Digest(formatConfig(whole)),
    config: whole,
    layers: [treeLayer(root, { tree, digest, state })],
    close: async () => {
      state.isClosed = true;
    },
  };
}

/** Node has no call for them. What is made of such an image lacks them, so that it is said. */
const unreadByNode = 'extended attributes (file capabilities among them)';

/** Only a system's own programs have capabilities, as a rule; an unpacked environment alone is read without a word. */
function hasPrograms({ entries }: Tree): boolean {
  return entries.some(({ path }) => /^(?:usr\/)?s?bin\/?$/.test(path));
}

async function assertDirectory(root: string): Promise<void> {
  const found = await stat(root).catch((cause: unknown) => {
    throw new UserError(`${root} cannot be read: ${messageOf(cause)}`, { hint: 'Check the path.', cause });
  });
  if (found.isDirectory()) return;
  throw new UserError(`${root} is no directory`, {
    hint: 'dir: is for an unpacked root file system; an image in a file is docker-archive:FILE or oci-archive:FILE.',
  });
}

interface LayerParts {
  readonly tree: Tree;
  readonly digest: TreeDigest;
  readonly state: { readonly isClosed: boolean };
}

function treeLayer(root: string, { tree, digest, state }: LayerParts): Layer {
  const { diffId, sizeBytes } = digest;
  const open: Layer['stored'] = async () => {
    if (state.isClosed) throw new Error(`the image from ${root} is closed`);
    return chainStreams(treeTar(tree), [verifyDigest(diffId)], (error) => changed(root, error));
  };
  return {
    digest: diffId,
    diffId,
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    sizeBytes,
    stored: open,
    uncompressed: open,
  };
}

function changed(root: string, error: unknown): Error {
  if (error instanceof UserError || (error instanceof Error && error.name === 'AbortError')) return error;
  if (error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM')) {
    return new UserError(`${root} cannot be read whole: ${error.message}`, {
      hint: 'Run it as a user who may read all of it, for example with sudo.',
      cause: error,
    });
  }
  const why = error instanceof DigestMismatchError ? 'other contents than before' : messageOf(error);
  return new UserError(`${root} changed while it was read: ${why}`, {
    hint: 'Stop what writes there, or read a copy or a snapshot of it.',
    cause: error,
  });
}

const namedOmissions = 8;

function listed(texts: readonly string[]): string {
  const more = texts.length > namedOmissions ? ` and ${texts.length - namedOmissions} more` : '';
  return `${texts.slice(0, namedOmissions).join(', ')}${more}`;
}

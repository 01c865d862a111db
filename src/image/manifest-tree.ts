import type { Readable } from 'node:stream';
import { UserError } from '../base/index.ts';
import { type Descriptor, mediaTypes, parseIndex, parseManifest } from './documents.ts';
import type { Image } from './image.ts';
import type { ManifestNode } from './manifest-node.ts';
import { formatPlatform } from './platform.ts';
import type { Referrer } from './referrer.ts';

/** All that one reference of a source leads to: an index with its images and their attestations, or a single manifest. */
export interface ManifestTree {
  /** How a person names it. */
  readonly name: string;
  readonly root: ManifestNode;
  /** Signatures and other things that speak of it, of its parts or of each other, and are no part of it; what is spoken of comes first. */
  readonly referrers: readonly Referrer[];
  /** Where the blobs are, when they are in a registry. */
  readonly repository?: { readonly registry: string; readonly name: string } | undefined;
  /** The bytes of a blob, verified at the end. */
  openBlob(blob: Descriptor): Promise<Readable>;
  /** The image of a node; closed with the tree. */
  openImage(node: ManifestNode): Promise<Image>;
  close(): Promise<void>;
}

/** How a tree is grown. */
export interface TreeGround {
  /** How messages name the source. */
  readonly title: string;
  /** The verified text of an index or a manifest; undefined when the source does not hold it. */
  readonly fetch: (descriptor: Pick<Descriptor, 'digest'>) => Promise<string | undefined>;
}

const attestation = 'attestation-manifest';
const deepestIndex = 8;
const mostManifests = 2000;

/** Reads a document and all that it lists. Throws a `UserError` when a part is missing or malformed. */
export async function growTree(
  ground: TreeGround,
  root: { readonly descriptor: Pick<Descriptor, 'mediaType' | 'digest'>; readonly content: string },
): Promise<ManifestNode> {
  const visits = { count: 0 };
  const { mediaType, digest } = root.descriptor;
  const descriptor: Descriptor = { mediaType, digest, size: 0, urls: [], annotations: {} };
  return await nodeOf(ground, descriptor, { content: root.content, depth: 0, visits });
}

interface Growth {
  readonly content: string;
  readonly depth: number;
  readonly visits: { count: number };
}

async function nodeOf(ground: TreeGround, descriptor: Descriptor, growth: Growth): Promise<ManifestNode> {
  const { content, depth, visits } = growth;
  const { digest, annotations, platform } = descriptor;
  visits.count += 1;
  if (visits.count > mostManifests || depth > deepestIndex) {
    throw new UserError(`the indexes of ${ground.title} list more than any image does`);
  }
  const facts = {
    digest,
    content,
    ...(platform && platform.os !== 'unknown' && { platform: formatPlatform(plain(platform)) }),
  };
  if (isIndex(descriptor.mediaType, content)) {
    const index = parseIndex(content, `the index ${digest} of ${ground.title}`);
    const children: ManifestNode[] = [];
    for (const child of index.manifests) children.push(await childOf(ground, child, growth));
    const mediaType = index.mediaType ?? descriptor.mediaType;
    return { ...facts, kind: 'index', mediaType, children, blobs: [] };
  }
  const manifest = parseManifest(content, `the manifest ${digest} of ${ground.title}`);
  const isAttestation = annotations['vnd.docker.reference.type'] === attestation;
  const isImage = manifest.layers.every(({ mediaType }) => mediaTypes.layers.includes(mediaType));
  const isConfig = mediaTypes.configs.includes(manifest.config.mediaType);
  return {
    ...facts,
    kind: isAttestation ? 'attestation' : isImage && isConfig ? 'image' : 'artifact',
    mediaType: manifest.mediaType ?? descriptor.mediaType,
    children: [],
    blobs: [manifest.config, ...manifest.layers],
    ...(isAttestation && { subjectDigest: annotations['vnd.docker.reference.digest'] }),
  };
}

async function childOf(ground: TreeGround, child: Descriptor, growth: Growth): Promise<ManifestNode> {
  const known = [...mediaTypes.indexes, ...mediaTypes.manifests];
  if (!known.includes(child.mediaType)) {
    throw new UserError(
      `${ground.title} lists ${child.digest}, which is no manifest but ${child.mediaType}`,
      { hint: 'Push its platforms one by one, with --platform.' },
    );
  }
  const content = await ground.fetch(child);
  if (content === undefined) {
    const which = child.platform === undefined ? '' : ` (${formatPlatform(plain(child.platform))})`;
    throw new UserError(`${ground.title} lists ${child.digest}${which}, which is not there`, {
      hint: 'Not all platforms were stored: push one that is there, with --platform.',
    });
  }
  return await nodeOf(ground, child, { ...growth, content, depth: growth.depth + 1 });
}

function plain({ os, architecture, variant }: NonNullable<Descriptor['platform']>): {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
} {
  return { os, architecture, ...(variant !== undefined && { variant }) };
}

/** Registries and descriptors are wrong about media types at times: the content decides. */
function isIndex(mediaType: string, content: string): boolean {
  try {
    const json: unknown = JSON.parse(content);
    if (typeof json === 'object' && json !== null) return 'manifests' in json && !('config' in json);
  } catch {
    // Told by whoever parses it.
  }
  return mediaTypes.indexes.includes(mediaType);
}

/** All nodes of a tree, what is listed before what lists it; each digest once. */
export function nodesOf(root: ManifestNode): ManifestNode[] {
  const all = [...root.children.flatMap(nodesOf), root];
  return [...new Map(all.map((node) => [node.digest, node])).values()];
}

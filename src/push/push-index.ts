import { formatBytes, type Progress, sha256Digest } from '../base/index.ts';
import {
  type Image,
  type ManifestNode,
  type ManifestTree,
  nodesOf,
  type RegistrySink,
} from '../image/index.ts';
import type { LayerPacking, OutgoingLayer } from './outgoing-layer.ts';
import {
  accountOf,
  layerOf,
  manifestOf,
  mountable,
  outgoingLayers,
  type PushedLayer,
  type PushedManifest,
  type PushReport,
  pushConfig,
  type SentDocument,
} from './push-image.ts';
import { pushReferrers } from './push-referrers.ts';
import { putManifest } from './put-manifest.ts';
import { sendBlobs } from './send-blobs.ts';
import { sendLayers } from './send-layers.ts';

/** All platforms of an image, and how they are pushed. */
export interface PushIndexRequest {
  readonly tree: ManifestTree;
  readonly sink: RegistrySink;
  /** How layers that are stored uncompressed are packed; without it nothing changes, and all digests stay. */
  readonly packing: LayerPacking | undefined;
  readonly cacheDir: string;
  readonly progress: Progress;
}

/**
 * Brings an index with all that it lists into a repository: blobs first, then the manifests, indexes after what they list, the tag last. Without a
 * packing every document keeps its bytes, so that attestations stay true; with one, those of a changed image are left out and that is said. What
 * refers to it all (signatures, SBOMs) goes with it, as far as that still is what it speaks of.
 * Throws a `UserError` when the registry refuses, or a part of the source is missing.
 */
export async function pushIndex(
  request: PushIndexRequest,
  now: () => number = Date.now,
): Promise<PushReport> {
  const { tree, sink, packing } = request;
  const startedAt = now();
  const nodes = inOrder(nodesOf(tree.root));
  const images = new Map<string, Image>();
  for (const node of nodes) {
    if (node.kind === 'image') images.set(node.digest, await tree.openImage(node));
  }
  const outgoing = new Map<string, OutgoingLayer>();
  for (const image of images.values()) {
    for (const [digest, layer] of outgoingLayers(image, packing)) outgoing.set(digest, layer);
  }
  const repository = mountable(tree.repository, sink);
  const sent = await sendLayers([...outgoing.values()], { ...request, repository });
  const way = { tree, sink, from: repository };
  const documents: SentDocument[] = [];
  const state: Written = { now: new Map(), remarks: [] };
  const layers: PushedLayer[] = [];
  const manifests: PushedManifest[] = [];
  for (const node of nodes) {
    const image = images.get(node.digest);
    const own = image?.layers.map((layer) => layerOf(sent, layer)) ?? [];
    const { platform = image && platformText(image) } = node;
    layers.push(...own.map((layer) => ({ ...layer, ...(platform && { platform }) })));
    if (image !== undefined) documents.push(await pushConfig(image, sink, repository));
    else if (!isStale(node, state)) documents.push(...(await sendBlobs(node, way)));
    const written = image ? manifestOf(image, own) : documentOf(node, state);
    if (written === undefined) continue;
    state.now.set(node.digest, { digest: sha256Digest(written.content), ...written });
    // Who looks for a signature as soon as the tag is there shall find it.
    if (node === tree.root) {
      const spoken = await pushReferrers(way, state.now);
      documents.push(...spoken.documents);
      state.remarks.push(...spoken.remarks);
    }
    const digest = await putManifest(sink, { ...written, layers: own }, node === tree.root);
    if (node !== tree.root) {
      manifests.push({
        digest,
        mediaType: written.mediaType,
        kind: node.kind,
        ...(platform && { platform }),
      });
    }
  }
  const root = state.now.get(tree.root.digest);
  if (root === undefined) throw new Error('the root of a tree is written last');
  const remarks = [...state.remarks, ...plainSentence(layers)];
  return {
    reference: sink.title,
    digest: root.digest,
    mediaType: root.mediaType,
    layers,
    seconds: (now() - startedAt) / 1000,
    ...(await accountOf(outgoing, sent, documents)),
    ...(tree.root.kind === 'index' && { manifests }),
    ...(remarks.length > 0 && { remarks }),
  };
}

/** What is said about an image after it, and an index after what it lists. */
function inOrder(nodes: readonly ManifestNode[]): ManifestNode[] {
  const isSaid = ({ kind }: ManifestNode): boolean => kind === 'attestation';
  const isList = ({ kind }: ManifestNode): boolean => kind === 'index';
  return [
    ...nodes.filter((node) => !isSaid(node) && !isList(node)),
    ...nodes.filter(isSaid),
    ...nodes.filter(isList),
  ];
}

interface WrittenDocument {
  readonly digest: string;
  readonly mediaType: string;
  readonly content: string;
}

interface Written {
  /** By the digest in the source; those left out are absent. */
  readonly now: Map<string, WrittenDocument>;
  readonly remarks: string[];
}

function platformText({ platform: { os, architecture, variant } }: Image): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/** True of an attestation whose image has another digest now, or is not there. */
function isStale({ kind, subjectDigest }: ManifestNode, { now }: Written): boolean {
  return (
    kind === 'attestation' && subjectDigest !== undefined && now.get(subjectDigest)?.digest !== subjectDigest
  );
}

function documentOf(
  node: ManifestNode,
  state: Written,
): { readonly mediaType: string; readonly content: string } | undefined {
  const { mediaType, content, subjectDigest } = node;
  if (isStale(node, state)) {
    state.remarks.push(
      `The attestation ${node.digest} was left out: it speaks of ${subjectDigest}, whose layers are compressed anew. Without --compression it stays.`,
    );
    return undefined;
  }
  if (node.kind !== 'index') return { mediaType, content };
  const isChanged = node.children.some((child) => state.now.get(child.digest)?.digest !== child.digest);
  return { mediaType, content: isChanged ? rewritten(content, state) : content };
}

/** An index with the digests that what it lists has now; all else as it was. */
function rewritten(content: string, { now }: Written): string {
  // Parsed by its schema before; fields that the schema does not know must stay.
  const index = JSON.parse(content) as { manifests: { digest: string }[] };
  const manifests = index.manifests.flatMap((descriptor) => {
    const written = now.get(descriptor.digest);
    if (written === undefined) return [];
    const { digest, mediaType } = written;
    return [{ ...descriptor, mediaType, digest, size: Buffer.byteLength(written.content) }];
  });
  return JSON.stringify({ ...index, manifests });
}

function plainSentence(layers: readonly PushedLayer[]): string[] {
  const plain = layers.filter(
    ({ packing, outcome, mediaType }) =>
      packing === 'stored' && outcome !== 'foreign' && /(?:\.tar|diff\.tar)$/.test(mediaType),
  );
  if (plain.length === 0) return [];
  const sizeBytes = plain.reduce((sum, layer) => sum + layer.sizeBytes, 0);
  return [
    `${plain.length} layers are stored uncompressed and went as they are (${formatBytes(sizeBytes)}), so that all digests stay. --compression packs them.`,
  ];
}

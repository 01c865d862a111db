import type { Readable } from 'node:stream';
import type { Descriptor, ManifestNode, ManifestTree, RegistrySink } from '../image/index.ts';
import type { SentDocument } from './push-image.ts';
import { withoutSending } from './send-layers.ts';

/** The blobs of a manifest that is no image: an attestation, or something else that the index lists. */
export async function sendBlobs(node: ManifestNode, way: Way): Promise<SentDocument[]> {
  const all: SentDocument[] = [];
  for (const blob of node.blobs) all.push(await sendBlob(blob, way));
  return all;
}

/** Where blobs come from, and where they go. */
export interface Way {
  readonly tree: ManifestTree;
  readonly sink: RegistrySink;
  /** A repository of the same registry that has the blobs. */
  readonly from: string | undefined;
}

async function sendBlob(blob: Descriptor, { tree, sink, from }: Way): Promise<SentDocument> {
  const facts = { digest: blob.digest, sizeBytes: blob.size };
  const outcome = await withoutSending(sink, facts, from === undefined ? [] : [from]);
  if (outcome !== undefined) return { ...facts, outcome };
  const open = async (): Promise<Readable> => await tree.openBlob(blob);
  const sent = await sink.send({ ...facts, title: `the blob ${blob.digest} of ${sink.title}`, open });
  return { ...sent, outcome: 'sent' };
}

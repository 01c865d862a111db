import { redactInstruction } from '../finding/index.ts';
import type { Image, RegistrySink } from '../image/index.ts';
import { type BlobSources, type CandidateBlob, candidateBlobs } from './candidate-blobs.ts';
import { type LayerPacking, type OutgoingLayer, outgoingLayer } from './outgoing-layer.ts';
import { mountable } from './push-image.ts';
import { pushedBlobs } from './pushed-blobs.ts';
import { estimatedBytes } from './sample-layer.ts';

/** What a push would do. */
export interface EstimateRequest {
  readonly image: Pick<Image, 'layers' | 'repository'>;
  readonly sink: RegistrySink;
  /** Without it, all layers go as they are stored. */
  readonly packing: LayerPacking | undefined;
  readonly cacheDir: string;
  /** Bits a second. */
  readonly uplinkBitsPerSecond: number;
}

/** What would become of a layer. */
export interface EstimatedLayer {
  readonly diffId: string;
  readonly outcome: 'to send' | 'to mount' | 'present' | 'foreign';
  readonly packing: OutgoingLayer['packing'];
  readonly storedBytes: number;
  /** As a blob of the registry. */
  readonly sizeBytes: number;
  /** True where `sizeBytes` is worked out from samples. */
  readonly isEstimated: boolean;
  /** The instruction that made it, secrets masked. */
  readonly instruction?: string;
}

/** What would be sent, and how long that takes; schema `plimsoll.push-estimate/1`. */
export interface PushEstimate {
  readonly reference: string;
  readonly layers: readonly EstimatedLayer[];
  readonly sendBytes: number;
  readonly skippedBytes: number;
  readonly uplinkBitsPerSecond: number;
  /** The time that the bytes need at the uplink; compressing goes on meanwhile. */
  readonly uploadSeconds: number;
}

/** Asks the registry what it has, and works out the rest; sends nothing. Throws a `UserError` when the registry refuses. */
export async function estimatePush(request: EstimateRequest): Promise<PushEstimate> {
  const { image, sink, packing, uplinkBitsPerSecond } = request;
  const known = pushedBlobs(request.cacheDir, sink.registry);
  const repository = mountable(image.repository, sink);
  const seen = new Map<string, EstimatedLayer>();
  const layers: EstimatedLayer[] = [];
  for (const layer of image.layers) {
    const { createdBy, digest } = layer;
    const facts =
      seen.get(digest) ?? (await judge(outgoingLayer(layer, packing), { sink, known, packing, repository }));
    seen.set(digest, facts);
    layers.push({
      ...facts,
      ...(createdBy !== undefined && { instruction: redactInstruction(createdBy) }),
    });
  }
  const sum = (outcome: EstimatedLayer['outcome']): number =>
    [...seen.values()].reduce((all, one) => all + (one.outcome === outcome ? one.sizeBytes : 0), 0);
  const sendBytes = sum('to send');
  return {
    reference: sink.title,
    layers,
    sendBytes,
    skippedBytes: sum('present') + sum('to mount'),
    uplinkBitsPerSecond,
    uploadSeconds: (sendBytes * 8) / uplinkBitsPerSecond,
  };
}

interface Known extends BlobSources {
  readonly sink: RegistrySink;
  readonly packing: LayerPacking | undefined;
}

async function judge(outgoing: OutgoingLayer, request: Known): Promise<EstimatedLayer> {
  const { packing } = request;
  const { layer } = outgoing;
  const facts = { diffId: layer.diffId, packing: outgoing.packing, storedBytes: layer.sizeBytes };
  if ((layer.urls ?? []).length > 0) {
    return { ...facts, outcome: 'foreign', sizeBytes: layer.sizeBytes, isEstimated: false };
  }
  const candidates = await candidateBlobs(outgoing, request);
  for (const blob of candidates) {
    const outcome = await placeOf(blob, request.sink);
    if (outcome !== undefined) return { ...facts, outcome, sizeBytes: blob.sizeBytes, isEstimated: false };
  }
  const toSend = { ...facts, outcome: 'to send' } as const;
  // What was made of it last is what will be made of it again.
  const blob = candidates.at(-1);
  if (blob !== undefined) return { ...toSend, sizeBytes: blob.sizeBytes, isEstimated: false };
  if (packing === undefined) return { ...toSend, sizeBytes: layer.sizeBytes, isEstimated: false };
  return { ...toSend, sizeBytes: await estimatedBytes(layer, packing), isEstimated: true };
}

/** Where the registry has a blob that need not be sent; undefined where it has it nowhere that is known. */
async function placeOf(blob: CandidateBlob, sink: RegistrySink): Promise<'present' | 'to mount' | undefined> {
  if (await sink.has(blob)) return 'present';
  for (const from of new Set(blob.repositories)) {
    if (from !== sink.repository && (await sink.isElsewhere(blob, from))) return 'to mount';
  }
  return undefined;
}

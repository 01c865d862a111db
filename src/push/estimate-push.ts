import { redactInstruction } from '../finding/index.ts';
import type { Image, RegistrySink } from '../image/index.ts';
import { candidateBlobs } from './candidate-blobs.ts';
import { type LayerPacking, type OutgoingLayer, outgoingLayer } from './outgoing-layer.ts';
import { type PushedBlobs, pushedBlobs } from './pushed-blobs.ts';
import { estimatedBytes } from './sample-layer.ts';

/** What a push would do. */
export interface EstimateRequest {
  readonly image: Pick<Image, 'layers'>;
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
  readonly outcome: 'to send' | 'present' | 'foreign';
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
  const seen = new Map<string, EstimatedLayer>();
  const layers: EstimatedLayer[] = [];
  for (const layer of image.layers) {
    const { createdBy, digest } = layer;
    const facts = seen.get(digest) ?? (await judge(outgoingLayer(layer, packing), { sink, known, packing }));
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
    skippedBytes: sum('present'),
    uplinkBitsPerSecond,
    uploadSeconds: (sendBytes * 8) / uplinkBitsPerSecond,
  };
}

interface Known {
  readonly sink: RegistrySink;
  readonly known: PushedBlobs;
  readonly packing: LayerPacking | undefined;
}

async function judge(outgoing: OutgoingLayer, { sink, known, packing }: Known): Promise<EstimatedLayer> {
  const { layer } = outgoing;
  const facts = { diffId: layer.diffId, packing: outgoing.packing, storedBytes: layer.sizeBytes };
  if ((layer.urls ?? []).length > 0) {
    return { ...facts, outcome: 'foreign', sizeBytes: layer.sizeBytes, isEstimated: false };
  }
  const candidates = await candidateBlobs(outgoing, known);
  for (const blob of candidates) {
    if (await sink.has(blob)) {
      return { ...facts, outcome: 'present', sizeBytes: blob.sizeBytes, isEstimated: false };
    }
  }
  const toSend = { ...facts, outcome: 'to send' } as const;
  // What was made of it last is what will be made of it again.
  const blob = candidates.at(-1);
  if (blob !== undefined) return { ...toSend, sizeBytes: blob.sizeBytes, isEstimated: false };
  if (packing === undefined) return { ...toSend, sizeBytes: layer.sizeBytes, isEstimated: false };
  return { ...toSend, sizeBytes: await estimatedBytes(layer, packing), isEstimated: true };
}

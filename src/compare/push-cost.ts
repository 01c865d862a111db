/** A layer as push and pull see it. */
export interface TransferLayer {
  /** Equal for layers that a registry stores once. */
  readonly identity: string;
  readonly instruction: string;
  readonly contentBytes: number;
  readonly compressedBytes: number;
  /** One gzip thread, in seconds. */
  readonly compressSeconds: number;
}

/** A layer that is not sent, and why. */
export interface SkippedLayer {
  readonly identity: string;
  readonly instruction: string;
  readonly compressedBytes: number;
  readonly reason: 'already in the registry' | 'the same layer twice';
}

/** What a push costs. */
export interface PushCost {
  readonly uploadBytes: number;
  readonly layerCount: number;
  readonly skipped: readonly SkippedLayer[];
  readonly compressSeconds: number;
  readonly uploadSeconds: number;
  readonly totalSeconds: number;
  /** What the push waits for. */
  readonly bound: 'compression' | 'network';
}

/** What a push is computed from. */
export interface PushRequest {
  readonly layers: readonly TransferLayer[];
  readonly uplinkBitsPerSecond: number;
  /** Identities of the layers that the registry holds. */
  readonly inRegistry?: ReadonlySet<string>;
}

/**
 * The time of a push. One thread compresses layer after layer (as measured), and what it has made is uploaded
 * meanwhile at the full uplink rate: `docker push` streams a layer into the upload while it compresses it. So the push takes as long as the
 * slower of the two: `max(Σ compress, Σ upload)`. Round trips and the registry's own work are left out, which makes it a lower bound.
 */
export function pushCost(request: PushRequest): PushCost {
  const { sent, skipped } = layersToSend(request.layers, request.inRegistry ?? new Set());
  const uploadBytes = sum(sent.map((layer) => layer.compressedBytes));
  const compressSeconds = sum(sent.map((layer) => layer.compressSeconds));
  const uploadSeconds = (uploadBytes * 8) / request.uplinkBitsPerSecond;
  return {
    uploadBytes,
    layerCount: sent.length,
    skipped,
    compressSeconds,
    uploadSeconds,
    totalSeconds: Math.max(compressSeconds, uploadSeconds),
    bound: compressSeconds > uploadSeconds ? 'compression' : 'network',
  };
}

/** What a pull costs. */
export interface PullCost {
  readonly downloadBytes: number;
  readonly downloadSeconds: number;
  readonly unpackSeconds: number;
  readonly totalSeconds: number;
}

/** What a pull is computed from. */
export interface PullRequest {
  readonly layers: readonly TransferLayer[];
  readonly downlinkBitsPerSecond: number;
  /** Uncompressed bytes a second of one unpacking thread. */
  readonly unpackBytesPerSecond: number;
  /** How many of the lowest layers the host has already. Default 0. */
  readonly heldLayerCount?: number;
}

/**
 * The time of a pull to a host that has none of the layers, or the lowest of them: they come one after the other at the full rate, and each
 * is unpacked when it has come and the one below it is unpacked, as containerd and Docker do by default.
 */
export function pullCost(request: PullRequest): PullCost {
  const { sent } = layersToSend(request.layers.slice(request.heldLayerCount ?? 0), new Set());
  let downloaded = 0;
  let unpacked = 0;
  for (const layer of sent) {
    downloaded += (layer.compressedBytes * 8) / request.downlinkBitsPerSecond;
    unpacked = Math.max(downloaded, unpacked) + layer.contentBytes / request.unpackBytesPerSecond;
  }
  return {
    downloadBytes: sum(sent.map((layer) => layer.compressedBytes)),
    downloadSeconds: downloaded,
    unpackSeconds: sum(sent.map((layer) => layer.contentBytes)) / request.unpackBytesPerSecond,
    totalSeconds: unpacked,
  };
}

function layersToSend(
  layers: readonly TransferLayer[],
  inRegistry: ReadonlySet<string>,
): { readonly sent: readonly TransferLayer[]; readonly skipped: readonly SkippedLayer[] } {
  const seen = new Set<string>();
  const sent: TransferLayer[] = [];
  const skipped: SkippedLayer[] = [];
  for (const layer of layers) {
    const { identity, instruction, compressedBytes } = layer;
    const skip = (reason: SkippedLayer['reason']): void =>
      void skipped.push({ identity, instruction, compressedBytes, reason });
    if (inRegistry.has(identity)) skip('already in the registry');
    else if (seen.has(identity)) skip('the same layer twice');
    else sent.push(layer);
    seen.add(identity);
  }
  return { sent, skipped };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

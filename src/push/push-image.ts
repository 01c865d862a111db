import { Readable } from 'node:stream';
import pLimit from 'p-limit';
import { formatBytes, type Progress, sha256Digest } from '../base/index.ts';
import { redactInstruction } from '../finding/index.ts';
import { type Image, type Layer, ociDocuments, type RegistrySink, type SentBlob } from '../image/index.ts';
import { type LayerPacking, type OutgoingLayer, outgoingLayer } from './outgoing-layer.ts';
import { type PushedBlobs, pushedBlobs } from './pushed-blobs.ts';
import { dockerGzipSeconds } from './sample-layer.ts';

/** What is pushed, and how. */
export interface PushRequest {
  readonly image: Image;
  readonly sink: RegistrySink;
  /** How layers that are stored uncompressed are packed. */
  readonly packing: LayerPacking;
  /** Where it is remembered what a registry was given. */
  readonly cacheDir: string;
  readonly progress: Progress;
}

/** How a layer came to be in the repository. */
export type LayerOutcome = 'sent' | 'mounted' | 'present' | 'foreign';

/** A layer in the repository. */
export interface PushedLayer extends SentBlob {
  readonly diffId: string;
  readonly mediaType: string;
  readonly outcome: LayerOutcome;
  /** How it was packed on its way; `stored` as the source has it. */
  readonly packing: OutgoingLayer['packing'];
  /** The layer as its source stores it, in bytes. */
  readonly storedBytes: number;
  /** The instruction that made it, secrets masked. */
  readonly instruction?: string;
}

/** What a push has done; schema `plimsoll.push/1`. */
export interface PushReport {
  readonly reference: string;
  /** Of the manifest that the tag names now. */
  readonly digest: string;
  readonly mediaType: string;
  readonly layers: readonly PushedLayer[];
  /** Bytes of blobs that went over the network. */
  readonly sentBytes: number;
  /** Bytes of blobs that were in the registry already. */
  readonly skippedBytes: number;
  readonly seconds: number;
  /** About how long Docker's one gzip thread would need for the layers that were compressed and sent, in seconds; absent where there were none. */
  readonly dockerGzipSeconds?: number;
}

/** Uploads at a time. Compression takes all processors for each of them. */
const layersAtOnce = 3;

/**
 * Brings an image into a repository: the largest layers first, several at a time, compressed on the way; what is there already is
 * not sent, and what another repository of the registry has is mounted. The manifest goes last, so that the tag never
 * names half an image. Throws a `UserError` when the registry refuses, or the source cannot be read.
 */
export async function pushImage(request: PushRequest, now: () => number = Date.now): Promise<PushReport> {
  const { image, sink, packing, progress } = request;
  const startedAt = now();
  const known = pushedBlobs(request.cacheDir, sink.registry);
  const outgoing = new Map(image.layers.map((layer) => [layer.digest, outgoingLayer(layer, packing)]));
  const limit = pLimit(layersAtOnce);
  const ordered = [...outgoing.values()].sort((a, b) => b.readBytes - a.readBytes);
  const account = { doneLayers: 0, sentBytes: 0 };
  const task = progress.start(
    `pushing ${sink.title}`,
    ordered.reduce((sum, { readBytes }) => sum + readBytes, 0),
  );
  const tell = (): void =>
    task.step(`${account.doneLayers} of ${ordered.length} layers, ${formatBytes(account.sentBytes)} sent`);
  const work: Work = {
    sink,
    known,
    onRead: (sizeBytes) => task.advance(sizeBytes),
    onSent(sizeBytes) {
      account.sentBytes += sizeBytes;
      tell();
    },
  };
  const pushed = new Map<string, PushedLayer>();
  try {
    const failed = new AbortController();
    await Promise.all(
      ordered.map((one) =>
        limit(async () => {
          // The first failure ends it: what has begun ends by itself.
          if (failed.signal.aborted) return;
          try {
            pushed.set(one.layer.digest, await pushLayer(one, work));
          } catch (error) {
            failed.abort();
            throw error;
          }
          account.doneLayers += 1;
          tell();
        }),
      ),
    );
    const layers = image.layers.map((layer) => layerOf(pushed, layer));
    const config = await pushConfig(image, sink);
    const manifest = manifestOf(image, layers);
    const digest = await sink.put(manifest);
    const all = [...pushed.values(), config];
    const seconds = (now() - startedAt) / 1000;
    const gzipSeconds = await gzipSecondsOf(outgoing, pushed);
    return {
      reference: sink.title,
      digest,
      mediaType: manifest.mediaType,
      layers,
      sentBytes: sumOf(all.filter(({ outcome }) => outcome === 'sent')),
      skippedBytes: sumOf(all.filter(({ outcome }) => outcome === 'present' || outcome === 'mounted')),
      seconds,
      ...(gzipSeconds > 0 && { dockerGzipSeconds: gzipSeconds }),
    };
  } finally {
    task.done();
  }
}

async function gzipSecondsOf(
  outgoing: ReadonlyMap<string, OutgoingLayer>,
  pushed: ReadonlyMap<string, PushedLayer>,
): Promise<number> {
  let seconds = 0;
  for (const { layer, packing } of outgoing.values()) {
    if (packing === 'stored' || pushed.get(layer.digest)?.outcome !== 'sent') continue;
    seconds += (await dockerGzipSeconds(layer)) ?? 0;
  }
  return seconds;
}

interface Work {
  readonly sink: RegistrySink;
  readonly known: PushedBlobs;
  /** Of the source, where a layer that need not be read counts whole. */
  readonly onRead: (sizeBytes: number) => void;
  readonly onSent: (sizeBytes: number) => void;
}

function layerOf(pushed: ReadonlyMap<string, PushedLayer>, { digest, createdBy }: Layer): PushedLayer {
  const found = pushed.get(digest);
  if (found === undefined) throw new Error(`the layer ${digest} was not pushed`);
  return { ...found, ...(createdBy !== undefined && { instruction: redactInstruction(createdBy) }) };
}

async function pushLayer(outgoing: OutgoingLayer, work: Work): Promise<PushedLayer> {
  const { sink, known, onSent } = work;
  const { layer, key, packing, mediaType } = outgoing;
  const facts = { diffId: layer.diffId, mediaType, packing, storedBytes: layer.sizeBytes };
  const { urls = [] } = layer;
  if (urls.length > 0)
    return { ...facts, digest: layer.digest, sizeBytes: layer.sizeBytes, outcome: 'foreign' };
  const before = await known.recall(key);
  const { digest = before?.digest, sizeBytes = before?.sizeBytes } = outgoing;
  if (digest !== undefined && sizeBytes !== undefined) {
    const blob = { digest, sizeBytes };
    const outcome = await withoutSending(sink, blob, before?.repositories ?? []);
    if (outcome !== undefined) {
      work.onRead(outgoing.readBytes);
      await known.keep(key, blob, sink.repository);
      return { ...facts, ...blob, outcome };
    }
  }
  const title = `layer ${layer.diffId.slice(0, 19)} of ${sink.title}`;
  // A digest that is only remembered is no promise: another version of the compressor may make other bytes.
  const sent = await sink.send({
    title,
    digest: outgoing.digest,
    sizeBytes: outgoing.sizeBytes,
    open: reopened(outgoing, work.onRead),
    onBytes: onSent,
  });
  await known.keep(key, sent, sink.repository);
  return { ...facts, ...sent, outcome: 'sent' };
}

/** Opens a layer as often as it must be sent; what is read again counts once. */
function reopened({ open }: OutgoingLayer, onRead: Work['onRead']): () => ReturnType<typeof open> {
  let readBytes = 0;
  return async () => {
    onRead(-readBytes);
    readBytes = 0;
    return await open((sizeBytes) => {
      readBytes += sizeBytes;
      onRead(sizeBytes);
    });
  };
}

/** How a blob that is known by its digest comes into the repository without being sent; undefined where it must be. */
async function withoutSending(
  sink: RegistrySink,
  blob: SentBlob,
  repositories: readonly string[],
): Promise<'present' | 'mounted' | undefined> {
  if (await sink.has(blob)) return 'present';
  for (const from of repositories) {
    if (from !== sink.repository && (await sink.mount(blob, from))) return 'mounted';
  }
  return undefined;
}

async function pushConfig(
  image: Image,
  sink: RegistrySink,
): Promise<SentBlob & { readonly outcome: LayerOutcome }> {
  const { content } = ociDocuments(image).config;
  const blob = { digest: sha256Digest(content), sizeBytes: Buffer.byteLength(content) };
  if (await sink.has(blob)) return { ...blob, outcome: 'present' };
  await sink.send({
    ...blob,
    title: `the configuration of ${sink.title}`,
    open: async () => Readable.from([Buffer.from(content)], { objectMode: false }),
  });
  return { ...blob, outcome: 'sent' };
}

/** The source's own manifest where it still fits, so that the digest stays; else a new one. */
function manifestOf(
  image: Image,
  layers: readonly PushedLayer[],
): { readonly mediaType: string; readonly content: string } {
  const own = image.documents?.manifest;
  if (own !== undefined && layers.every(({ packing }) => packing === 'stored')) return own;
  const packed = image.layers.map((layer, position) => {
    const { digest, sizeBytes, mediaType } = layers[position] ?? layer;
    return { ...layer, digest, sizeBytes, mediaType };
  });
  const { content } = ociDocuments({ ...image, layers: packed }).manifest;
  return { mediaType: 'application/vnd.oci.image.manifest.v1+json', content };
}

function sumOf(blobs: readonly SentBlob[]): number {
  return [...new Map(blobs.map((blob) => [blob.digest, blob.sizeBytes])).values()].reduce(
    (sum, sizeBytes) => sum + sizeBytes,
    0,
  );
}

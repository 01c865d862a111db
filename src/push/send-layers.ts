import pLimit from 'p-limit';
import { formatBytes, type Progress } from '../base/index.ts';
import type { RegistrySink, SentBlob } from '../image/index.ts';
import { candidateBlobs } from './candidate-blobs.ts';
import type { OutgoingLayer } from './outgoing-layer.ts';
import { type PushedBlobs, pushedBlobs } from './pushed-blobs.ts';

/** How a layer came to be in the repository. */
export type LayerOutcome = 'sent' | 'mounted' | 'present' | 'foreign';

/** A layer in the repository, without what its image says of it. */
export interface SentLayer extends SentBlob {
  readonly diffId: string;
  readonly mediaType: string;
  readonly outcome: LayerOutcome;
  /** How it was packed on its way; `stored` as the source has it. */
  readonly packing: OutgoingLayer['packing'];
  /** The layer as its source stores it, in bytes. */
  readonly storedBytes: number;
}

/** Where layers go. */
export interface SendRequest {
  readonly sink: RegistrySink;
  /** Where it is remembered what a registry was given. */
  readonly cacheDir: string;
  readonly progress: Progress;
  /** A repository of the same registry that has them. */
  readonly repository?: string | undefined;
}

/** Uploads at a time. Compression takes all processors for each of them. */
const layersAtOnce = 3;
/** Layers at a time that the registry is asked for: an answer takes as long as the way there and back. */
const questionsAtOnce = 8;

/**
 * Brings layers into a repository, the largest first, several at a time; gives them by their digest in the source. The first failure ends it.
 */
export async function sendLayers(
  outgoing: readonly OutgoingLayer[],
  { sink, cacheDir, progress, repository }: SendRequest,
): Promise<Map<string, SentLayer>> {
  const asking = pLimit(questionsAtOnce);
  const uploading = pLimit(layersAtOnce);
  const ordered = [...outgoing].sort((a, b) => b.readBytes - a.readBytes);
  const account: Account = { layers: ordered.length, doneLayers: 0, sentBytes: 0, underWay: new Map() };
  const task = progress.start(
    'pushing',
    ordered.reduce((sum, { readBytes }) => sum + readBytes, 0),
  );
  const tell = (): void => task.step(stepText(account));
  const shared = {
    sink,
    known: pushedBlobs(cacheDir, sink.registry),
    repository,
    onSent(sizeBytes: number) {
      account.sentBytes += sizeBytes;
      tell();
    },
  };
  const sent = new Map<string, SentLayer>();
  const failed = new AbortController();
  const bring = async (one: OutgoingLayer): Promise<void> => {
    const number = outgoing.indexOf(one);
    const onRead = (sizeBytes: number): void => {
      const { readBytes } = account.underWay.get(number) ?? { readBytes: 0 };
      account.underWay.set(number, { readBytes: readBytes + sizeBytes, wholeBytes: one.readBytes });
      task.advance(sizeBytes);
    };
    const work: Work = { ...shared, onRead };
    // What has begun ends by itself; after a failure nothing more is.
    const unlessFailed = async (step: typeof findLayer): Promise<SentLayer | undefined> =>
      failed.signal.aborted ? undefined : await step(one, work);
    try {
      const found = (await asking(unlessFailed, findLayer)) ?? (await uploading(unlessFailed, sendLayer));
      if (found !== undefined) sent.set(one.layer.digest, found);
    } catch (error) {
      failed.abort();
      throw error;
    }
    account.doneLayers += 1;
    account.underWay.delete(number);
    tell();
  };
  try {
    await Promise.all(ordered.map(bring));
    return sent;
  } finally {
    task.done();
  }
}

interface Account {
  readonly layers: number;
  doneLayers: number;
  sentBytes: number;
  /** By the layer's number in the image. */
  readonly underWay: Map<number, { readonly readBytes: number; readonly wholeBytes: number }>;
}

// layer 3 at 45%, 0 at 80%; 2 of 5 done, 31.2 MB sent: what changes most first, as narrow terminals cut the end off
function stepText({ layers, doneLayers, sentBytes, underWay }: Account): string {
  const parts = [...underWay].flatMap(([number, { readBytes, wholeBytes }]) =>
    wholeBytes === 0 ? [] : [`${number} at ${Math.floor((100 * readBytes) / wholeBytes)}%`],
  );
  const now = parts.length === 0 ? '' : `layer ${parts.join(', ')}; `;
  return `${now}${doneLayers} of ${layers} done, ${formatBytes(sentBytes)} sent`;
}

interface Work {
  readonly sink: RegistrySink;
  readonly known: PushedBlobs;
  readonly repository: string | undefined;
  /** Of the source, where a layer that need not be read counts whole. */
  readonly onRead: (sizeBytes: number) => void;
  readonly onSent: (sizeBytes: number) => void;
}

/** A layer that need not be sent: the repository has it, or takes it from another one, or it is foreign. Undefined where it must be. */
async function findLayer(outgoing: OutgoingLayer, work: Work): Promise<SentLayer | undefined> {
  const { layer, readBytes } = outgoing;
  const facts = factsOf(outgoing);
  const { urls = [] } = layer;
  if (urls.length > 0)
    return { ...facts, digest: layer.digest, sizeBytes: layer.sizeBytes, outcome: 'foreign' };
  for (const { digest, sizeBytes, keys, repositories } of await candidateBlobs(outgoing, work)) {
    const blob = { digest, sizeBytes };
    const outcome = await withoutSending(work.sink, blob, repositories);
    if (outcome === undefined) continue;
    work.onRead(readBytes);
    await keepAs(keys, blob, work);
    return { ...facts, ...blob, outcome };
  }
  return undefined;
}

async function keepAs(keys: readonly string[], blob: SentBlob, { known, sink }: Work): Promise<void> {
  for (const key of keys) await known.keep(key, blob, sink.repository);
}

async function sendLayer(outgoing: OutgoingLayer, work: Work): Promise<SentLayer> {
  const { sink } = work;
  const title = `layer ${outgoing.layer.diffId.slice(0, 19)} of ${sink.title}`;
  // A digest that is only remembered is no promise: another version of the compressor may make other bytes.
  const sent = await sink.send({
    title,
    digest: outgoing.digest,
    sizeBytes: outgoing.sizeBytes,
    open: reopened(outgoing, work.onRead),
    onBytes: work.onSent,
  });
  await keepAs(outgoing.keys, sent, work);
  return { ...factsOf(outgoing), ...sent, outcome: 'sent' };
}

function factsOf({
  layer,
  mediaType,
  packing,
}: OutgoingLayer): Omit<SentLayer, 'digest' | 'sizeBytes' | 'outcome'> {
  return { diffId: layer.diffId, mediaType, packing, storedBytes: layer.sizeBytes };
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
export async function withoutSending(
  sink: RegistrySink,
  blob: SentBlob,
  repositories: readonly string[],
): Promise<'present' | 'mounted' | undefined> {
  if (await sink.has(blob)) return 'present';
  for (const from of new Set(repositories)) {
    if (from !== sink.repository && (await sink.mount(blob, from))) return 'mounted';
  }
  return undefined;
}

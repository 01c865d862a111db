import { Readable } from 'node:stream';
import { type Progress, sha256Digest } from '../base/index.ts';
import { redactInstruction } from '../finding/index.ts';
import {
  type BesideImage,
  type Image,
  type Layer,
  type ManifestAnnotations,
  type ManifestKind,
  manifestAnnotations,
  ociDocuments,
  type RegistrySink,
  type SentBlob,
} from '../image/index.ts';
import { type LayerPacking, type OutgoingLayer, outgoingLayer } from './outgoing-layer.ts';
import { putManifest } from './put-manifest.ts';
import { dockerGzipSeconds } from './sample-layer.ts';
import { type LayerOutcome, type SentLayer, sendLayers, withoutSending } from './send-layers.ts';

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

/** A layer in the repository. */
export interface PushedLayer extends SentLayer {
  /** The instruction that made it, secrets masked. */
  readonly instruction?: string;
  /** Of the image, where several were pushed: `linux/arm64`. */
  readonly platform?: string;
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
  /** What the index lists, where one was pushed. */
  readonly manifests?: readonly PushedManifest[];
  /** What of the source was not pushed, and what else there is to know, in sentences. */
  readonly remarks?: readonly string[];
}

/** A manifest below an index in the repository. */
export interface PushedManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly kind: ManifestKind;
  readonly platform?: string;
}

/**
 * Brings an image into a repository: the largest layers first, several at a time, compressed on the way; what is there already is
 * not sent, and what another repository of the registry has is mounted. The manifest goes last, so that the tag never
 * names half an image. Throws a `UserError` when the registry refuses, or the source cannot be read.
 */
export async function pushImage(request: PushRequest, now: () => number = Date.now): Promise<PushReport> {
  const { image, sink, packing } = request;
  const startedAt = now();
  const outgoing = outgoingLayers(image, packing);
  const repository = mountable(image.repository, sink);
  const sent = await sendLayers([...outgoing.values()], { ...request, repository });
  const layers = image.layers.map((layer) => layerOf(sent, layer));
  const config = await pushConfig(image, sink, repository);
  const manifest = manifestOf(image, layers);
  const digest = await putManifest(sink, { ...manifest, layers }, true);
  const seconds = (now() - startedAt) / 1000;
  return {
    reference: sink.title,
    digest,
    mediaType: manifest.mediaType,
    layers,
    seconds,
    ...(await accountOf(outgoing, sent, [config])),
    ...(image.beside && { remarks: [besideSentence(image.beside)] }),
  };
}

// Not pushed: linux/arm64, 1 attestation about this image. --all-platforms pushes all that the index lists.
function besideSentence({ platforms, attestations }: BesideImage): string {
  const said = attestations === 1 ? '1 attestation about it' : `${attestations} attestations about it`;
  const left = [...platforms, ...(attestations > 0 ? [said] : [])].join(', ');
  return `The index lists more than this image: ${left}. --all-platforms pushes it all.`;
}

/** The layers of an image by their digest in the source. */
export function outgoingLayers(
  image: Image,
  packing: LayerPacking | undefined,
): ReadonlyMap<string, OutgoingLayer> {
  return new Map(image.layers.map((layer) => [layer.digest, outgoingLayer(layer, packing)]));
}

/** The repository that blobs may be mounted out of: that of a source in the same registry. */
export function mountable(repository: Image['repository'], sink: RegistrySink): string | undefined {
  return repository?.registry === sink.registry ? repository.name : undefined;
}

/** What was sent and what was not, and what Docker would have had to do for it. */
export async function accountOf(
  outgoing: ReadonlyMap<string, OutgoingLayer>,
  sent: ReadonlyMap<string, SentLayer>,
  others: readonly SentDocument[],
): Promise<Pick<PushReport, 'sentBytes' | 'skippedBytes' | 'dockerGzipSeconds'>> {
  const all = [...sent.values(), ...others];
  const gzipSeconds = await gzipSecondsOf(outgoing, sent);
  return {
    sentBytes: sumOf(all.filter(({ outcome }) => outcome === 'sent')),
    skippedBytes: sumOf(all.filter(({ outcome }) => outcome === 'present' || outcome === 'mounted')),
    ...(gzipSeconds > 0 && { dockerGzipSeconds: gzipSeconds }),
  };
}

/** A small blob in the repository. */
export interface SentDocument extends SentBlob {
  readonly outcome: LayerOutcome;
}

async function gzipSecondsOf(
  outgoing: ReadonlyMap<string, OutgoingLayer>,
  pushed: ReadonlyMap<string, SentLayer>,
): Promise<number> {
  let seconds = 0;
  for (const { layer, packing } of outgoing.values()) {
    if (packing === 'stored' || pushed.get(layer.digest)?.outcome !== 'sent') continue;
    seconds += (await dockerGzipSeconds(layer)) ?? 0;
  }
  return seconds;
}

/** A layer as its image names it. */
export function layerOf(pushed: ReadonlyMap<string, SentLayer>, { digest, createdBy }: Layer): PushedLayer {
  const found = pushed.get(digest);
  if (found === undefined) throw new Error(`the layer ${digest} was not pushed`);
  return { ...found, ...(createdBy !== undefined && { instruction: redactInstruction(createdBy) }) };
}

/** Brings the configuration into the repository, as it is stored. */
export async function pushConfig(
  image: Image,
  sink: RegistrySink,
  from: string | undefined,
): Promise<SentDocument> {
  const { content } = ociDocuments(image).config;
  const blob = { digest: sha256Digest(content), sizeBytes: Buffer.byteLength(content) };
  const outcome = await withoutSending(sink, blob, from === undefined ? [] : [from]);
  if (outcome !== undefined) return { ...blob, outcome };
  await sink.send({
    ...blob,
    title: `the configuration of ${sink.title}`,
    open: async () => Readable.from([Buffer.from(content)], { objectMode: false }),
  });
  return { ...blob, outcome: 'sent' };
}

const none: ManifestAnnotations = { association: {}, ofLayers: new Map() };

/**
 * The source's own manifest where it still fits, so that the digest stays; else a new one with its annotations. Its subject stays, too: it is another
 * manifest, which has not changed (OCI image-spec, manifest.md, "weak association").
 */
export function manifestOf(
  image: Image,
  layers: readonly PushedLayer[],
): { readonly mediaType: string; readonly content: string } {
  const own = image.documents?.manifest;
  if (own !== undefined && layers.every(({ packing }) => packing === 'stored')) return own;
  const said = own === undefined ? none : manifestAnnotations(own.content);
  const { own: annotations, association, ofLayers } = said;
  const packed = image.layers.map((layer, position) => {
    const { digest, sizeBytes, mediaType, packing } = layers[position] ?? { ...layer, packing: 'stored' };
    // What is said of other bytes says nothing of these.
    const ofLayer = packing === 'stored' ? ofLayers.get(layer.digest) : undefined;
    return { ...layer, digest, sizeBytes, mediaType, ...(ofLayer && { annotations: ofLayer }) };
  });
  const view = { ...image, layers: packed, ...(annotations && { annotations }) };
  const { content } = ociDocuments(view).manifest;
  const whole = Object.keys(association).length === 0 ? content : withAssociation(content, association);
  return { mediaType: 'application/vnd.oci.image.manifest.v1+json', content: whole };
}

function withAssociation(content: string, association: ManifestAnnotations['association']): string {
  const manifest: object = JSON.parse(content);
  return JSON.stringify({ ...manifest, ...association });
}

function sumOf(blobs: readonly SentBlob[]): number {
  return [...new Map(blobs.map((blob) => [blob.digest, blob.sizeBytes])).values()].reduce(
    (sum, sizeBytes) => sum + sizeBytes,
    0,
  );
}

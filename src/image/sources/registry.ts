import { buffer } from 'node:stream/consumers';
import { UserError } from '../../base/index.ts';
import { besideImage, chooseImage, type ImageWish } from '../choose-image.ts';
import { parseConfig } from '../config.ts';
import {
  type Descriptor,
  type IndexDocument,
  type ManifestDocument,
  mediaTypes,
  parseIndex,
  parseManifest,
  verifyDocument,
} from '../documents.ts';
import type { BesideImage, Image, ImageConfig, ImageDocuments, Platform } from '../image.ts';
import { absentLayer, manifestLayers } from '../manifest-layers.ts';
import { formatPlatform } from '../platform.ts';
import { formatReference, parseReference, type Reference } from '../reference.ts';
import { atFirstPlace, type Opening } from '../registry/mirrors.ts';
import { MissingBlobError, openBlob } from '../registry/open-blob.ts';
import { type FetchedManifest, fetchManifest } from '../registry/read-manifest.ts';
import type { RegistryAccess } from '../registry/registry-access.ts';
import { openRegistry, type RegistryClient } from '../registry/registry-client.ts';

/** How a registry is read from. */
export interface RegistryImageOptions {
  readonly access: RegistryAccess;
  readonly signal?: AbortSignal | undefined;
}

/** What is read, and from where. */
interface Source {
  readonly client: RegistryClient;
  readonly repository: string;
  /** The reference in full. */
  readonly title: string;
}

/**
 * Opens an image in a registry, or in a mirror of it; layers stream from it as they are read, nothing is stored. Throws a `UserError` when the registry
 * cannot be reached, refuses, or holds no image that fits.
 */
export async function openRegistryImage(
  name: string,
  wish: ImageWish,
  { access, signal }: RegistryImageOptions,
): Promise<Image> {
  return await atFirstPlace(wantedReference(name, wish.tag), access, async (place) => {
    return await openAt({ ...place, name, wish, signal });
  });
}

interface ImageOpening extends Opening, RegistryImageOptions {
  readonly name: string;
  readonly wish: ImageWish;
}

async function openAt({ reference, home, name, wish, access, signal }: ImageOpening): Promise<Image> {
  const { registry, repository } = reference;
  const client = openRegistry(registry, access, signal);
  const source: Source = { client, repository, title: formatReference(reference) };
  try {
    const { tag, digest } = reference;
    const { found, beside } = await chooseManifest(
      source,
      await fetchManifest(client, { repository, tag, digest, title: source.title }),
      wish.platform,
    );
    const { manifest, config, documents } = await readManifest(source, found);
    if (wish.platform !== undefined) {
      const only = { names: [], platform: config.platform, digest: found.digest };
      chooseImage([only], { platform: wish.platform }, source.title);
    }
    return {
      name,
      platform: config.platform,
      digest: found.digest,
      config,
      documents,
      repository: home,
      ...(beside && { beside }),
      layers: manifestLayers({
        title: source.title,
        manifest,
        config,
        open: async (descriptor, title) => await openLayer(source, descriptor, title),
      }),
      close: async () => client.close(),
    };
  } catch (error) {
    client.close();
    throw error;
  }
}

/** The reference that a name says, with the tag that is wished where it has none. */
export function wantedReference(name: string, tag: string | undefined): Reference {
  const hasOwn = /[:@]/.test(name.slice(name.lastIndexOf('/') + 1));
  return parseReference(tag === undefined || hasOwn ? name : `${name}:${tag}`);
}

/** One platform's image in an index; the manifest of one that tells its platform is fetched only if it is chosen. */
interface Candidate {
  readonly names: readonly string[];
  readonly platform: Platform;
  readonly digest: string;
}

const deepestIndex = 8;

async function chooseManifest(
  source: Source,
  fetched: FetchedManifest,
  platform: Platform | undefined,
): Promise<{ readonly found: FetchedManifest; readonly beside: BesideImage | undefined }> {
  let current = fetched;
  let beside: BesideImage | undefined;
  for (let depth = 0; current.kind === 'index'; depth++) {
    const index = readIndex(source, current);
    const { candidates, others, attested } = await survey(source, index, depth);
    if (candidates.length === 0 && others.length > 0) {
      throw new UserError(`${source.title} holds no container image but ${[...new Set(others)].join(', ')}`);
    }
    const chosen = chooseImage(firstOfEach(candidates), { platform }, source.title);
    beside = besideImage(chosen, candidates, attested);
    current = await fetchByDigest(source, chosen.digest);
  }
  return { found: current, beside };
}

interface Survey {
  readonly candidates: readonly Candidate[];
  /** What else there is, by media type. */
  readonly others: readonly string[];
  /** What attestations are about, by digest. */
  readonly attested: readonly string[];
}

/** The images of an index and of those inside it; attestations are none (BuildKit, attestation-storage.md). */
async function survey(source: Source, index: IndexDocument, depth: number): Promise<Survey> {
  if (depth >= deepestIndex) {
    throw new UserError(`the indexes of ${source.title} are nested too deeply`);
  }
  const found: Survey[] = [];
  for (const descriptor of index.manifests) found.push(await judge(source, descriptor, depth));
  return {
    candidates: found.flatMap(({ candidates }) => candidates),
    others: found.flatMap(({ others }) => others),
    attested: found.flatMap(({ attested }) => attested),
  };
}

async function judge(source: Source, descriptor: Descriptor, depth: number): Promise<Survey> {
  const { mediaType, annotations, digest, platform } = descriptor;
  const nothing: Survey = { candidates: [], others: [], attested: [] };
  const image = (on: Platform): Survey => ({
    ...nothing,
    candidates: [{ names: [], platform: on, digest }],
  });
  if (annotations['vnd.docker.reference.type'] === 'attestation-manifest') {
    return { ...nothing, attested: [annotations['vnd.docker.reference.digest'] ?? ''] };
  }
  const isIndex = mediaTypes.indexes.includes(mediaType);
  if (!isIndex && !mediaTypes.manifests.includes(mediaType)) return { ...nothing, others: [mediaType] };
  if (!isIndex && platform !== undefined) return image(plainPlatform(platform));
  const fetched = await fetchByDigest(source, digest);
  if (fetched.kind === 'index') return await survey(source, readIndex(source, fetched), depth + 1);
  const { config } = parseManifest(fetched.text, `the manifest ${digest} of ${source.title}`);
  if (!mediaTypes.configs.includes(config.mediaType)) return { ...nothing, others: [config.mediaType] };
  return image(parseConfig(await fetchConfig(source, config), configTitle(source, config)).platform);
}

function plainPlatform({ os, architecture, variant }: NonNullable<Descriptor['platform']>): Platform {
  return { os, architecture, ...(variant !== undefined && { variant }) };
}

/** "If multiple manifests match, the first matching entry SHOULD be used" (OCI image-spec, image-index.md). */
function firstOfEach(candidates: readonly Candidate[]): Candidate[] {
  const first = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const platform = formatPlatform(candidate.platform);
    if (!first.has(platform)) first.set(platform, candidate);
  }
  return [...first.values()];
}

async function fetchByDigest(
  { client, repository, title }: Source,
  digest: string,
): Promise<FetchedManifest> {
  return await fetchManifest(client, { repository, digest, title: `${title} (${digest})` });
}

function readIndex(source: Source, { text, digest }: FetchedManifest): IndexDocument {
  return parseIndex(text, `the index ${digest} of ${source.title}`);
}

async function readManifest(
  source: Source,
  { text, digest }: FetchedManifest,
): Promise<{
  readonly manifest: ManifestDocument;
  readonly config: ImageConfig;
  readonly documents: ImageDocuments;
}> {
  const manifest = parseManifest(text, `the manifest ${digest} of ${source.title}`);
  const { mediaType } = manifest.config;
  if (!mediaTypes.configs.includes(mediaType)) {
    throw new UserError(`${source.title} is no container image but ${mediaType}`, {
      hint: 'Registries hold other things too: charts, signatures, models.',
    });
  }
  const content = await fetchConfig(source, manifest.config);
  const where = configTitle(source, manifest.config);
  return {
    manifest,
    config: parseConfig(content, where),
    documents: { config: content, manifest: { mediaType: manifest.mediaType ?? ociManifest, content: text } },
  };
}

/** The longest configuration that is read, in bytes. */
const configLimitBytes = 16 * 1024 * 1024;

/** What a manifest is that does not say so itself (OCI image-spec, manifest.md: it SHOULD). */
const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

function configTitle({ title }: Source, { digest }: Descriptor): string {
  return `the configuration ${digest} of ${title}`;
}

async function fetchConfig(source: Source, descriptor: Descriptor): Promise<string> {
  const { client, repository, title } = source;
  const { digest, size } = descriptor;
  const where = configTitle(source, descriptor);
  if (size > configLimitBytes) {
    throw new UserError(`${where} has ${size} bytes, too many for a configuration`);
  }
  const blob = { repository, digest, sizeBytes: size, title: `the configuration of ${title}` };
  const content = await buffer(await openBlob(client, blob));
  verifyDocument(content, descriptor, where);
  return content.toString();
}

async function openLayer(
  { client, repository }: Source,
  descriptor: Descriptor,
  title: string,
): ReturnType<typeof openBlob> {
  const { digest, size, urls } = descriptor;
  try {
    return await openBlob(client, { repository, digest, sizeBytes: size, title });
  } catch (error) {
    throw error instanceof MissingBlobError && urls.length > 0 ? absentLayer(descriptor, title) : error;
  }
}

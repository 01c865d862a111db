import * as z from 'zod';
import { hasDigest, isDigest, sha256Digest, UserError } from '../../base/index.ts';
import { mediaTypes } from '../documents.ts';
import { AbsentImageError } from './absent-image-error.ts';
import { discardBody, type HttpAnswer, readBody } from './http-call.ts';
import type { KeptManifest } from './kept-manifests.ts';
import type { RegistryCall, RegistryClient } from './registry-client.ts';

/** A manifest or an index as the registry has it. */
export interface FetchedManifest {
  /** What it is by its content: registries and descriptors are wrong about that at times. */
  readonly kind: 'index' | 'manifest';
  readonly digest: string;
  readonly text: string;
}

/** Which manifest is wanted. */
export interface WantedManifest {
  readonly repository: string;
  readonly tag?: string | undefined;
  /** Goes before the tag, and is verified. */
  readonly digest?: string | undefined;
  /** How messages name it: `ghcr.io/owner/app:1`. */
  readonly title: string;
}

const acceptedTypes = [...mediaTypes.indexes, ...mediaTypes.manifests].join(', ');

/** The longest manifest that is read, in bytes. Registries accept 4 MiB. */
const manifestLimitBytes = 16 * 1024 * 1024;

/**
 * Fetches a manifest or index by digest or tag (OCI distribution-spec, "Pulling manifests"). Throws a `UserError` when there is none (with the
 * tags that there are), when it is none that can be read, or not the one of its digest.
 */
export async function fetchManifest(
  client: RegistryClient,
  wanted: WantedManifest,
): Promise<FetchedManifest> {
  const { repository, digest: wantedDigest, tag = '', title } = wanted;
  const name = wantedDigest ?? tag;
  const { digest, content } =
    (await unchangedManifest(client, wanted)) ?? (await getManifest(client, wanted));
  await client.manifests?.keep(repository, name, { digest, content });
  const text = content.toString();
  return { kind: manifestKind(text, title), digest, text };
}

/**
 * One that was fetched before, where the registry says that it is still what is named: it need not come again, and registries that count pulls
 * (Docker Hub) do not count that question.
 */
async function unchangedManifest(
  client: RegistryClient,
  { repository, digest, tag = '', title }: WantedManifest,
): Promise<KeptManifest | undefined> {
  const name = digest ?? tag;
  const kept = await client.manifests?.recall(repository, name);
  if (kept === undefined) return undefined;
  const answer = await client.send({ method: 'HEAD', ...manifestCall(repository, name), wanted: title });
  discardBody(answer);
  return answer.status === 200 && headerDigest(answer) === kept.digest ? kept : undefined;
}

function manifestCall(
  repository: string,
  name: string,
): Pick<RegistryCall, 'repository' | 'path' | 'headers'> {
  return { repository, path: `manifests/${name}`, headers: { accept: acceptedTypes } };
}

async function getManifest(client: RegistryClient, wanted: WantedManifest): Promise<KeptManifest> {
  const { repository, digest, tag = '', title } = wanted;
  const answer = await client.send({
    method: 'GET',
    ...manifestCall(repository, digest ?? tag),
    wanted: title,
  });
  if (answer.status !== 200) {
    discardBody(answer);
    throw await unknownManifest(client, wanted);
  }
  const content = await readBody(answer, manifestLimitBytes + 1).catch((cause: unknown) => {
    throw new UserError(`the manifest of ${title} broke off on the way`, { hint: 'Try again.', cause });
  });
  if (content.length > manifestLimitBytes) {
    throw new UserError(`the manifest of ${title} has more than ${manifestLimitBytes} bytes`);
  }
  verify(content, digest, title);
  const claimed = headerDigest(answer);
  if (claimed !== undefined) verify(content, claimed, title);
  return { digest: digest ?? claimed ?? sha256Digest(content), content };
}

function verify(content: Buffer, digest: string | undefined, title: string): void {
  if (digest === undefined || hasDigest(content, digest)) return;
  throw new UserError(`the manifest of ${title} does not have its digest ${digest}`, {
    hint: 'It is damaged in the registry, or changed on the way: try another network, or push the image again.',
  });
}

function headerDigest(answer: HttpAnswer): string | undefined {
  const { 'docker-content-digest': digest } = answer.headers;
  return typeof digest === 'string' && isDigest(digest) ? digest : undefined;
}

const shapeSchema = z.object({
  schemaVersion: z.unknown(),
  manifests: z.unknown(),
  config: z.unknown(),
  fsLayers: z.unknown(),
});

function manifestKind(text: string, title: string): FetchedManifest['kind'] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`the manifest of ${title} is no JSON`, {
      hint: 'The host may be no container registry, or a proxy on the way changes what passes.',
      cause,
    });
  }
  const shape = shapeSchema.partial().safeParse(json).data;
  if (shape?.schemaVersion === 1 || shape?.fsLayers !== undefined) {
    throw new UserError(`${title} has a manifest of Docker's schema 1, which was given up in 2017`, {
      hint: 'Pull and push it with a current tool, which writes it anew: skopeo copy --format v2s2.',
    });
  }
  return shape?.manifests !== undefined && shape.config === undefined ? 'index' : 'manifest';
}

const tagsSchema = z.object({ tags: z.array(z.string()).nullish() });

/** The most tags that a message names. */
const namedTags = 12;

async function unknownManifest(client: RegistryClient, wanted: WantedManifest): Promise<AbsentImageError> {
  const { repository, title, digest } = wanted;
  const tags = await listTags(client, repository).catch(() => undefined);
  const name = `${client.registry}/${repository}`;
  if (tags === undefined || tags.length === 0) {
    return new AbsentImageError(`${client.registry} does not have ${title}`, {
      hint: `Check the name; ${tags === undefined ? 'the registry names no tags of' : 'there are no tags in'} ${name}.`,
    });
  }
  const shown = tags.slice(-namedTags);
  const more = tags.length > shown.length ? `, and ${tags.length - shown.length} more` : '';
  const kind = digest === undefined ? 'tag' : 'digest';
  return new AbsentImageError(`${client.registry} does not have ${title}`, {
    hint: `Check the ${kind}: ${name} has the tags ${shown.join(', ')}${more}.`,
  });
}

/** The first thousand tags of a repository; undefined when the registry does not tell. */
async function listTags(client: RegistryClient, repository: string): Promise<readonly string[] | undefined> {
  const wanted = `the tags of ${client.registry}/${repository}`;
  const answer = await client.send({ method: 'GET', repository, path: 'tags/list?n=1000', wanted });
  if (answer.status !== 200) {
    discardBody(answer);
    return undefined;
  }
  const body = await readBody(answer, manifestLimitBytes);
  return tagsSchema.safeParse(JSON.parse(body.toString())).data?.tags ?? undefined;
}

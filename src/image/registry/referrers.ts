import * as z from 'zod';
import { UserError } from '../../base/index.ts';
import { ociIndex } from '../documents.ts';
import { listLimitBytes, referrersTag } from '../referrer.ts';
import { discardBody, readBody } from './http-call.ts';
import type { OutgoingManifest } from './outgoing-manifest.ts';
import type { RegistryClient } from './registry-client.ts';

// {"subject": {"digest": "sha256:…"}, "artifactType": "application/vnd.example.sbom", "config": {"mediaType": "…"}, "annotations": {…}}
const referrerSchema = z.object({
  subject: z.object({ digest: z.string() }).nullish(),
  artifactType: z.string().nullish(),
  config: z.object({ mediaType: z.string() }).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
});

const listSchema = z.looseObject({
  mediaType: z.string().optional(),
  manifests: z.array(z.looseObject({ digest: z.string() })).nullish(),
});

/**
 * Adds a manifest to the list of what refers to its subject, which a registry that does not keep one by itself leaves to those who push (OCI
 * distribution-spec, "Pushing Manifests with Subject"). Throws a `UserError` when the registry refuses, or something else is under the list's tag.
 */
export async function listReferrer(
  client: RegistryClient,
  manifest: OutgoingManifest & { readonly digest: string },
  put: (list: OutgoingManifest) => Promise<unknown>,
): Promise<void> {
  const { repository, mediaType, content, digest } = manifest;
  const { subject, artifactType, config, annotations } = referrerSchema.parse(JSON.parse(content));
  if (!subject) return;
  const tag = referrersTag(subject.digest);
  const title = `what refers to ${subject.digest} in ${client.registry}/${repository}`;
  const list = (await readList(client, { repository, tag, title })) ?? {};
  const manifests = list.manifests ?? [];
  if (manifests.some((one) => one.digest === digest)) return;
  const descriptor = {
    mediaType,
    digest,
    size: Buffer.byteLength(content),
    ...((artifactType || config?.mediaType) && { artifactType: artifactType || config?.mediaType }),
    ...(annotations && { annotations }),
  };
  const grown = { schemaVersion: 2, mediaType: ociIndex, ...list, manifests: [...manifests, descriptor] };
  await put({ repository, mediaType: ociIndex, content: JSON.stringify(grown), tag, title });
}

async function readList(
  client: RegistryClient,
  { repository, tag, title }: { readonly repository: string; readonly tag: string; readonly title: string },
): Promise<z.output<typeof listSchema> | undefined> {
  const answer = await client.send({
    method: 'GET',
    repository,
    path: `manifests/${tag}`,
    headers: { accept: ociIndex },
    action: 'push',
    wanted: title,
  });
  if (answer.status !== 200) {
    discardBody(answer);
    return undefined;
  }
  const text = (await readBody(answer, listLimitBytes)).toString();
  try {
    const list = listSchema.parse(JSON.parse(text));
    if (list.mediaType === undefined || list.mediaType === ociIndex) return list;
  } catch {
    // Told as what is no list.
  }
  throw new UserError(`the tag ${tag} of ${client.registry}/${repository} is no list of referrers`, {
    hint: `It is where a registry without such a list keeps ${title}: remove the tag.`,
  });
}

import { sha256Digest, UserError } from '../../base/index.ts';
import { subjectOf } from '../referrer.ts';
import { discardBody } from './http-call.ts';
import type { OutgoingManifest } from './outgoing-manifest.ts';
import { listReferrer } from './referrers.ts';
import type { RegistryClient } from './registry-client.ts';

/**
 * Sends a manifest (OCI distribution-spec, "Pushing manifests") and gives its digest. One that has a subject is in the list of what refers to that
 * afterwards, whoever keeps it. Throws a `UserError` when the registry refuses it; one that lets no tag change is content with a tag that names the
 * manifest already.
 */
export async function pushManifest(client: RegistryClient, manifest: OutgoingManifest): Promise<string> {
  const digest = sha256Digest(manifest.content);
  let isListed = false;
  try {
    isListed = await putManifest(client, manifest, digest);
  } catch (error) {
    if (!(error instanceof UserError) || !(await isThere(client, manifest, digest))) throw error;
  }
  if (!isListed && subjectOf(manifest.content) !== undefined) {
    await listReferrer(client, { ...manifest, digest }, async (list) => await pushManifest(client, list));
  }
  return digest;
}

/** Gives true where the registry says that it keeps the list of referrers itself. */
async function putManifest(
  client: RegistryClient,
  { repository, mediaType, content, tag, title }: OutgoingManifest,
  digest: string,
): Promise<boolean> {
  const answer = await client.send({
    method: 'PUT',
    repository,
    path: `manifests/${tag ?? digest}`,
    headers: { 'content-type': mediaType },
    body: content,
    action: 'push',
    wanted: title,
  });
  if (answer.status === 404 || answer.status === 416) {
    throw await client.explain(answer, { repository, wanted: title });
  }
  const said = answer.headers['docker-content-digest'];
  discardBody(answer);
  if (typeof said === 'string' && said.startsWith('sha256:') && said !== digest) {
    throw new UserError(
      `${client.registry} has stored the manifest of ${title} as ${said}, not as ${digest}`,
      {
        hint: 'It changed on the way: try again, or another network.',
      },
    );
  }
  return answer.headers['oci-subject'] !== undefined;
}

/** True where the registry says that what the manifest would go under is this very manifest. */
async function isThere(
  client: RegistryClient,
  { repository, mediaType, tag, title }: OutgoingManifest,
  digest: string,
): Promise<boolean> {
  try {
    const answer = await client.send({
      method: 'HEAD',
      repository,
      path: `manifests/${tag ?? digest}`,
      headers: { accept: mediaType },
      action: 'push',
      wanted: title,
    });
    discardBody(answer);
    return answer.status === 200 && answer.headers['docker-content-digest'] === digest;
  } catch (error) {
    // The first refusal says more.
    if (error instanceof UserError) return false;
    throw error;
  }
}

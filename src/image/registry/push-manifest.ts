import { sha256Digest, UserError } from '../../base/index.ts';
import { discardBody } from './http-call.ts';
import type { RegistryClient } from './registry-client.ts';

/** A manifest or an index to be sent; all that it lists is in the repository already. */
export interface OutgoingManifest {
  readonly repository: string;
  readonly mediaType: string;
  readonly content: string;
  /** What it is to be found under; its digest alone when absent. */
  readonly tag?: string | undefined;
  /** How messages name it. */
  readonly title: string;
}

/**
 * Sends a manifest (OCI distribution-spec, "Pushing manifests") and gives its digest. Throws a `UserError` when the registry refuses it; one that lets
 * no tag change is content with a tag that names the manifest already.
 */
export async function pushManifest(client: RegistryClient, manifest: OutgoingManifest): Promise<string> {
  const digest = sha256Digest(manifest.content);
  try {
    await putManifest(client, manifest, digest);
  } catch (error) {
    if (!(error instanceof UserError) || !(await isThere(client, manifest, digest))) throw error;
  }
  return digest;
}

async function putManifest(
  client: RegistryClient,
  { repository, mediaType, content, tag, title }: OutgoingManifest,
  digest: string,
): Promise<void> {
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

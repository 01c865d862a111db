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

/** Sends a manifest (OCI distribution-spec, "Pushing manifests") and gives its digest. Throws a `UserError` when the registry refuses it. */
export async function pushManifest(client: RegistryClient, manifest: OutgoingManifest): Promise<string> {
  const { repository, mediaType, content, tag, title } = manifest;
  const digest = sha256Digest(content);
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
  return digest;
}

import { UserError } from '../../base/index.ts';
import { discardBody, type HttpAnswer } from './http-call.ts';
import type { RegistryClient, RepositoryAction } from './registry-client.ts';

/** A blob as the registry has it now. */
export interface SentBlob {
  readonly digest: string;
  readonly sizeBytes: number;
}

/** An upload that the registry has begun. */
export interface UploadSession {
  readonly url: URL;
}

/**
 * True when the repository has the blob (OCI distribution-spec, "Checking if content exists in the registry"). Who only reads in it
 * needs no more rights: `action` is what the credentials must be good for.
 */
export async function hasBlob(
  client: RegistryClient,
  { repository, digest, sizeBytes }: { readonly repository: string } & SentBlob,
  action: RepositoryAction = 'push',
): Promise<boolean> {
  const wanted = `${client.registry}/${repository}`;
  const path = `blobs/${digest}`;
  const answer = await client.send({ method: 'HEAD', repository, path, action, wanted });
  discardBody(answer);
  const length = answer.headers['content-length'];
  return answer.status === 200 && (length === undefined || Number(length) === sizeBytes);
}

/**
 * Begins an upload; with `from`, the registry may take the blob out of that repository instead ("Mounting a blob from another
 * repository"), and then there is none.
 */
export async function beginUpload(
  client: RegistryClient,
  repository: string,
  mount?: { readonly digest: string; readonly from: string },
): Promise<UploadSession | undefined> {
  const query = mount && `?mount=${encodeURIComponent(mount.digest)}&from=${encodeURIComponent(mount.from)}`;
  const wanted = `${client.registry}/${repository}`;
  const answer = await client.send({
    method: 'POST',
    repository,
    path: `blobs/uploads/${query ?? ''}`,
    body: '',
    action: 'push',
    ...(mount && { mountedFrom: mount.from }),
    wanted,
  });
  if (answer.status === 404) throw await client.explain(answer, { repository, wanted });
  discardBody(answer);
  return mount !== undefined && answer.status === 201 ? undefined : sessionOf(answer);
}

/** The session that an answer tells of by its `Location`; `otherwise` where it tells none. */
export function sessionOf(answer: HttpAnswer, otherwise?: URL): UploadSession {
  const { location } = answer.headers;
  if (location !== undefined && URL.canParse(location, answer.url.href))
    return { url: new URL(location, answer.url) };
  if (otherwise !== undefined) return { url: otherwise };
  throw new UserError(`${answer.url.host} begins an upload without telling its address`, {
    hint: 'It may be no registry that takes images, or a proxy on the way drops the header Location.',
  });
}

import { formatReference, type Reference } from '../reference.ts';
import { AbsentImageError } from '../registry/absent-image-error.ts';
import { beginUpload, hasBlob, type SentBlob } from '../registry/begin-upload.ts';
import type { OutgoingManifest } from '../registry/outgoing-manifest.ts';
import { type OutgoingBlob, pushBlob } from '../registry/push-blob.ts';
import { pushManifest } from '../registry/push-manifest.ts';
import type { RegistryAccess } from '../registry/registry-access.ts';
import { openRegistry } from '../registry/registry-client.ts';

/** A repository that an image is written into, blob by blob, its manifest last. */
export interface RegistrySink {
  /** As references name it: `docker.io`, `localhost:5000`. */
  readonly registry: string;
  readonly repository: string;
  /** The reference in full. */
  readonly title: string;
  /** True when the repository has the blob. */
  has(blob: SentBlob): Promise<boolean>;
  /** True when another repository of the registry has the blob, so that it may be mounted; false where we may not look. */
  isElsewhere(blob: SentBlob, repository: string): Promise<boolean>;
  /** Asks for a blob out of another repository of the registry; true when it is here now. */
  mount(blob: SentBlob, from: string): Promise<boolean>;
  /** Sends a blob; see `pushBlob`. */
  send(blob: Omit<OutgoingBlob, 'repository'>): Promise<SentBlob>;
  /** Sends a manifest under the reference's tag, or under its digest alone, and gives its digest. */
  put(manifest: Pick<OutgoingManifest, 'mediaType' | 'content'>, isTagged?: boolean): Promise<string>;
  /** Sends what refers to a manifest, under a tag of its own where it has one. */
  putReferrer(manifest: Pick<OutgoingManifest, 'mediaType' | 'content' | 'tag'>): Promise<string>;
  /** Ends all connections. */
  close(): void;
}

/** Opens a repository for writing; the first request finds out how its registry is spoken to. */
export function openSink(
  reference: Reference,
  { access, signal }: { readonly access: RegistryAccess; readonly signal?: AbortSignal | undefined },
): RegistrySink {
  const { registry, repository, tag } = reference;
  const client = openRegistry(registry, access, signal);
  const title = formatReference(reference);
  return {
    registry,
    repository,
    title,
    has: async (blob) => await hasBlob(client, { repository, ...blob }),
    async isElsewhere(blob, other) {
      try {
        return await hasBlob(client, { repository: other, ...blob }, 'pull');
      } catch (error) {
        if (error instanceof AbsentImageError) return false;
        throw error;
      }
    },
    async mount(blob, from) {
      const session = await beginUpload(client, repository, { digest: blob.digest, from });
      if (session === undefined) return true;
      // The registry has begun an upload in its place, which nobody goes on with.
      await client.sendOnce({ method: 'DELETE', url: session.url, repository, wanted: title }).then(
        ({ body }) => body.resume(),
        () => {},
      );
      return false;
    },
    send: async (blob) => await pushBlob(client, { ...blob, repository }),
    put: async (manifest, isTagged = true) =>
      await pushManifest(client, { ...manifest, repository, title, tag: isTagged ? tag : undefined }),
    putReferrer: async (manifest) => await pushManifest(client, { ...manifest, repository, title }),
    close: () => client.close(),
  };
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasDigest, isDigest, writeFileWhole } from '../../base/index.ts';

/** A manifest or an index that was fetched before. */
export interface KeptManifest {
  readonly digest: string;
  readonly content: Buffer;
}

/** Manifests of one registry, so that one whose digest the registry tells need not be fetched again. */
export interface KeptManifests {
  /** What was there under a tag, or has a digest; undefined where it was not fetched, or what is kept does not have its digest any more. */
  recall(repository: string, name: string): Promise<KeptManifest | undefined>;
  /** Keeps what a tag or a digest named; a memory that cannot be written is no reason to stop. */
  keep(repository: string, name: string, manifest: KeptManifest): Promise<void>;
}

/** The memory below a directory. What a tag named may be out of date: the registry is asked before it counts. */
export function keptManifests(directory: string, registry: string): KeptManifests {
  const contentFile = (digest: string): string => join(directory, `${digest.replace(':', '-')}.json`);
  const tagFile = (repository: string, tag: string): string =>
    join(directory, encodeURIComponent(registry), encodeURIComponent(`${repository}:${tag}`));
  return {
    async recall(repository, name) {
      try {
        const digest = isDigest(name) ? name : await readFile(tagFile(repository, name), 'utf8');
        if (!isDigest(digest)) return undefined;
        const content = await readFile(contentFile(digest));
        return hasDigest(content, digest) ? { digest, content } : undefined;
      } catch {
        return undefined;
      }
    },
    async keep(repository, name, { digest, content }) {
      try {
        await writeFileWhole(contentFile(digest), content);
        if (!isDigest(name)) await writeFileWhole(tagFile(repository, name), digest);
      } catch {
        // It is kept nowhere.
      }
    },
  };
}

import { posix } from 'node:path';
import { findSecrets } from '../finding/index.ts';
import type { Project } from '../project/index.ts';

/** Manifests and settings of the build context that hold credentials, with what was found. */
export function credentialFiles({ texts }: Project): ReadonlyMap<string, string> {
  return new Map(
    texts.manifests.flatMap(({ path, text, isInContext }) => {
      const [secret] = isInContext ? findSecrets(text) : [];
      return secret === undefined
        ? []
        : [[path, secret.kind === 'URL credentials' ? 'a password' : `a ${secret.kind}`] as const];
    }),
  );
}

/** Folders with `models--OWNER--NAME` in them, or in their `hub`: caches of the Hugging Face hub. */
export function modelCacheFolders({ context }: Project): ReadonlySet<string> {
  return new Set(
    context.files.flatMap(({ path }) => {
      const parts = path.split('/');
      const at = parts.findIndex((part) => /^(models|datasets)--/.test(part));
      if (at < 1) return [];
      const folder = parts.slice(0, at).join('/');
      return posix.basename(folder) === 'hub' && at > 1 ? [folder, posix.dirname(folder)] : [folder];
    }),
  );
}

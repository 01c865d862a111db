import { posix } from 'node:path';
import type { Project } from '../project/index.ts';

/**
 * The manifests and lock files that the build context holds, by path, with their text; and, without text, the marks of
 * environments (`pyvenv.cfg`) that would be copied along with the source.
 */
export function contextManifests({ texts, context }: Project): ReadonlyMap<string, string> {
  const environments = context.files.filter(({ path }) => posix.basename(path) === 'pyvenv.cfg');
  return new Map([
    ...texts.manifests
      .filter(({ isInContext }) => isInContext)
      .map(({ path, text }) => [path, text] as const),
    ...environments.map(({ path }) => [path, ''] as const),
  ]);
}

/** The texts of the build context that say what runs in a build and what it reads, by path. */
export function contextTexts({ texts }: Project): ReadonlyMap<string, string> {
  const { requirements, manifests, pythonSources, shellScripts } = texts;
  return new Map(
    [...requirements, ...manifests, ...pythonSources, ...shellScripts]
      .filter(({ isInContext }) => isInContext)
      .map(({ path, text }) => [path, text]),
  );
}

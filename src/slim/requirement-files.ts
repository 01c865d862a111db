import { posix } from 'node:path';
import type { RewriteFacts } from '../dockerfile/index.ts';
import type { Project } from '../project/index.ts';
import type { ProjectStudy } from './study-project.ts';

/** Folders that hold requirements files and nothing else. */
export function requirementFolders({ context, texts }: Project): Set<string> {
  const requirements = new Set(texts.requirements.map((file) => file.path));
  const folders = new Map<string, boolean>();
  for (const { path } of context.files) {
    const folder = posix.dirname(path);
    folders.set(folder, (folders.get(folder) ?? true) && requirements.has(path));
  }
  const isWhole = (folder: string): boolean =>
    [...folders].every(([other, isOnly]) => !other.startsWith(`${folder}/`) || isOnly);
  return new Set(
    [...folders].flatMap(([folder, isOnly]) => (folder !== '.' && isOnly && isWhole(folder) ? [folder] : [])),
  );
}

/** What each requirements file needs beside itself, by includes: `requirements-dev.txt` → [`requirements-dev.txt`, `requirements.txt`]. */
export function requirementClosure({ requirements }: ProjectStudy): RewriteFacts['requirementClosure'] {
  return new Map(
    requirements.flatMap((tree) => tree.files.map(({ path }) => [path, closureOf(path, tree)] as const)),
  );
}

/** Requirements files that name something of the build context, by their base names. */
export function requirementsWithSource({ requirements }: ProjectStudy): Set<string> {
  return new Set(
    requirements.flatMap((tree) =>
      tree.requested
        .filter(({ line }) => line.kind === 'reference' && line.referenceKind === 'path')
        .map(({ path }) => posix.basename(path)),
    ),
  );
}

function closureOf(path: string, tree: ProjectStudy['requirements'][number]): readonly string[] {
  const reached = new Set([path]);
  for (const known of reached) {
    const file = tree.files.find((one) => one.path === known);
    for (const line of file?.lines ?? [])
      if (line.kind === 'include') reached.add(posix.join(posix.dirname(known), line.target));
  }
  return tree.files.map((one) => one.path).filter((one) => reached.has(one));
}

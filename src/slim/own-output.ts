import type { Project } from '../project/index.ts';
import { plimsollDir } from './write-lean-files.ts';

/** The project without what earlier runs have written into its `.plimsoll` folder: that is no part of what its user builds and sends. */
export function withoutOwnOutput(project: Project): Project {
  const { context } = project;
  const isUsers = ({ path }: { readonly path: string }): boolean =>
    path !== plimsollDir && !path.startsWith(`${plimsollDir}/`);
  const files = context.files.filter(isUsers);
  return {
    ...project,
    context: {
      files,
      sentBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      fileCount: files.length,
      directories: context.directories.filter(isUsers),
      unreadable: context.unreadable.filter(isUsers),
    },
    unreadable: project.unreadable.filter(isUsers),
  };
}

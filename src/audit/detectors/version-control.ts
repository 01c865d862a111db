import type { FileDetector } from '../detector.ts';
import { onceADirectory } from '../file-place.ts';

/** The version control history of a project or of a clone: Git, Mercurial, Subversion, Bazaar, Darcs, CVS. */
export const versionControl: FileDetector = {
  name: 'version-control',
  prepare() {
    const isHistory = onceADirectory((directory) =>
      /(?:^|\/)(?:\.(?:git|hg|svn|bzr)|_darcs)\//.test(directory),
    );
    return (_, { directory, name }) =>
      isHistory(directory) || (directory.endsWith('CVS/') && /^(?:Entries|Root|Repository|Tag)$/.test(name))
        ? { kind: 'git-directory' }
        : undefined;
  },
};

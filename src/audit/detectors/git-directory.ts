import type { FileDetector } from '../detector.ts';

/** The version control history of a project or of a clone. */
export const gitDirectory: FileDetector = {
  name: 'git-directory',
  prepare: () => (file) =>
    /(?:^|\/)\.(?:git|hg|svn)\//.test(file.entry.path) ? { kind: 'git-directory' } : undefined,
};

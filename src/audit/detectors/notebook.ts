import { isInSitePackages } from '../audit-subject.ts';
import type { FileDetector } from '../detector.ts';

/** Notebooks of the project; those inside a distribution are the distribution's. */
export const notebook: FileDetector = {
  name: 'notebook',
  prepare:
    () =>
    ({ entry }) =>
      /\.ipynb$|(?:^|\/)\.ipynb_checkpoints\//.test(entry.path) && !isInSitePackages(entry.path)
        ? { kind: 'notebook' }
        : undefined,
};

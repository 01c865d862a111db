import type { FileDetector } from '../detector.ts';
import { isInSitePackages } from '../places.ts';

/** Notebooks of the project; those inside a distribution are the distribution's. */
export const notebook: FileDetector = {
  name: 'notebook',
  prepare:
    () =>
    (_, { directory, name }) =>
      name.endsWith('.ipynb') && !isInSitePackages(directory) ? { kind: 'notebook' } : undefined,
};

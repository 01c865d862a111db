import type { FileDetector } from '../detector.ts';
import { isInSitePackages } from '../places.ts';

/** Message catalogues, compiled or not, inside distributions. */
export const pythonTranslations: FileDetector = {
  name: 'python-translations',
  prepare:
    (subject) =>
    ({ entry }, { directory, name }) => {
      if (!name.endsWith('.mo') && !name.endsWith('.po')) return undefined;
      return /\/(?:locales?|translations)\//.test(directory) && isInSitePackages(directory)
        ? { kind: 'python-translations', owner: subject.ownerOf(entry.path) }
        : undefined;
    },
};

import { isDocumentationPlace, isLegalName } from '../../distro/index.ts';
import type { FileDetector } from '../detector.ts';
import { onceADirectory } from '../file-place.ts';

/** Manual pages, documents, message catalogues and sources of locales. */
export const documentation: FileDetector = {
  name: 'documentation',
  prepare() {
    const isPlace = onceADirectory(isDocumentationPlace);
    return (_, { directory, name }) =>
      isPlace(directory) && !isLegalName(name) ? { kind: 'documentation' } : undefined;
  },
};

import { isDocumentationPlace, isLegalName } from '../../distro/index.ts';
import type { ClaimRemedy, FileDetector } from '../detector.ts';
import { onceADirectory } from '../file-place.ts';

// The kind's own remedy is for dpkg.
const remedies: Readonly<Partial<Record<string, ClaimRemedy>>> = {
  apk: { remedy: 'Install no `-doc` and `-lang` packages, which hold them apart.' },
  rpm: {
    remedy:
      'Install without documentation: `dnf install --setopt=tsflags=nodocs`, `microdnf install --nodocs`.',
  },
};

/** Manual pages, documents, message catalogues and sources of locales. */
export const documentation: FileDetector = {
  name: 'documentation',
  prepare({ inventory }) {
    const isPlace = onceADirectory(isDocumentationPlace);
    const instead = inventory.packages
      .map(({ manager }) => remedies[manager])
      .find((one) => one !== undefined);
    const claim = { kind: 'documentation' as const, ...(instead && { instead }) };
    return (_, { directory, name }) => (isPlace(directory) && !isLegalName(name) ? claim : undefined);
  },
};

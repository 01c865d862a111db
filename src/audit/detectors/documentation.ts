import type { FileDetector } from '../detector.ts';
import { onceADirectory } from '../file-place.ts';

const places =
  /^usr\/(?:local\/)?(?:share\/(?:doc|man|info|locale|i18n|gtk-doc|help|lintian|doc-base|omf)|man|info|doc)\/|(?:^|\/)share\/man\/|^opt\/[^/]*(?:conda3?|forge3?|mamba)\/(?:share\/)?(?:man|doc|info|locale|gtk-doc)\//;
// Licences have to stay with what they cover.
const legalName = /^(?:copyright|licen[cs]es?|copying|notice)(?:[.-].*)?$/i;

/** Manual pages, documents, message catalogues and sources of locales. */
export const documentation: FileDetector = {
  name: 'documentation',
  prepare() {
    const isPlace = onceADirectory(
      (directory) => places.test(directory) && !directory.includes('/common-licenses/'),
    );
    return (_, { directory, name }) =>
      isPlace(directory) && !legalName.test(name) ? { kind: 'documentation' } : undefined;
  },
};

import type { FileDetector } from '../detector.ts';

const places =
  /^usr\/(?:local\/)?share\/(?:doc|man|info|locale|gtk-doc|help|lintian|doc-base|omf)\/|^opt\/[^/]*conda3?\/(?:share\/)?(?:man|doc)\//;
// Licences have to stay with what they cover.
const legal = /\/(?:copyright|licen[cs]es?|copying|notice)(?:[.-][^/]*)?$/i;

/** Manual pages, documents and message catalogues. */
export const documentation: FileDetector = {
  name: 'documentation',
  prepare: () => (file) =>
    places.test(file.entry.path) &&
    !legal.test(file.entry.path) &&
    !/\/common-licenses\//.test(file.entry.path)
      ? { kind: 'documentation' }
      : undefined,
};

import type { FileDetector } from '../detector.ts';

/** Archives and link-time files that only a linker reads. */
export const staticLibrary: FileDetector = {
  name: 'static-library',
  prepare: (subject) => (file) =>
    /(?:^|\/)(?:lib[^/]*\.(?:a|la)|[^/]+\.o)$/.test(file.entry.path)
      ? { kind: 'static-library', owner: subject.ownerOf(file.entry.path) }
      : undefined,
};

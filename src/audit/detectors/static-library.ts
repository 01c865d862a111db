import type { FileDetector } from '../detector.ts';

/** Archives and link-time files that only a linker reads. */
export const staticLibrary: FileDetector = {
  name: 'static-library',
  prepare:
    (subject) =>
    ({ entry }, { name }) =>
      name.endsWith('.o') || (name.startsWith('lib') && /\.l?a$/.test(name))
        ? { kind: 'static-library', owner: subject.ownerOf(entry.path) }
        : undefined,
};

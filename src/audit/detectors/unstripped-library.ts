import type { RemainderDetector } from '../detector.ts';

/** Symbol tables and debug sections of libraries and programs that stay; counts what stripping takes off. */
export const unstrippedLibrary: RemainderDetector = {
  name: 'unstripped-library',
  detect: (subject, rest) =>
    rest.strippable
      .filter(({ entry }) => rest.isFree(entry.path))
      .map(({ entry, layer }) => ({
        path: entry.path,
        sizeBytes: Math.min(entry.strippableBytes ?? 0, entry.sizeBytes),
        layer,
        claim: { kind: 'unstripped-library' as const, owner: subject.ownerOf(entry.path) },
      })),
};

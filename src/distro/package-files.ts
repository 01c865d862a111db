/** Something installed and the files that it owns; a package of the distribution or of Conda, or a Python distribution. */
export interface PackageFiles {
  readonly name: string;
  readonly version: string;
  /** Paths as the root file system shows them: `usr/lib/x86_64-linux-gnu/libc.so.6`. */
  readonly files: readonly string[];
  /** Bytes of those files in the visible root file system. */
  readonly sizeBytes: number;
}

/** Answers which of `packages` owns a path; of several that list it, the first one does. */
export function ownerIndex<Package extends PackageFiles>(
  packages: readonly Package[],
): (path: string) => Package | undefined {
  const known = indexes.get(packages);
  // The cast: what is kept under a list was made of that very list.
  if (known !== undefined) return known as (path: string) => Package | undefined;
  const owners = new Map<string, Package>();
  for (const one of packages) {
    for (const file of one.files) if (!owners.has(file)) owners.set(file, one);
  }
  const ownerOf = (path: string): Package | undefined => owners.get(path);
  indexes.set(packages, ownerOf);
  return ownerOf;
}

/** Several parts of an audit ask about the same list; indexing 100,000 paths takes its time. */
const indexes = new WeakMap<readonly PackageFiles[], (path: string) => PackageFiles | undefined>();

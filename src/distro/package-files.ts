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
  const owners = new Map<string, Package>();
  for (const one of packages) {
    for (const file of one.files) if (!owners.has(file)) owners.set(file, one);
  }
  return (path) => owners.get(path);
}

import { gpuCompanionOf } from './hardware-variants.ts';
import { type AptPackage, aptTable } from './knowledge/apt-packages.ts';
import { systemTable } from './knowledge/system-libraries.ts';

/** The releases of Debian and Ubuntu that the tables know; `other` for those that they do not. */
export type DebianSuite = 'bullseye' | 'bookworm' | 'trixie' | 'focal' | 'jammy' | 'noble' | 'other';

/** What a distribution asks of the system at run time. */
export interface SystemNeeds {
  /** Debian packages of the shared libraries that its wheel does not bundle. */
  readonly packages: readonly string[];
  /** Sonames for which the table names no package in that suite. */
  readonly unknownSonames: readonly string[];
  /** Programs that it starts (`ffmpeg`), with the package of each where known. */
  readonly programs: readonly { readonly program: string; readonly package: string | undefined }[];
}

/** What a Python distribution (normalised name) needs of Debian at run time; undefined when the table does not know it. */
export function systemNeedsOf(
  distribution: string,
  suite: DebianSuite,
  extras: readonly string[] = [],
): SystemNeeds | undefined {
  if (systemTable.bundled.includes(distribution)) return { packages: [], unknownSonames: [], programs: [] };
  const entry = systemTable.distributions.find((one) => one.name === distribution);
  if (!entry) return undefined;
  const isBundled = entry.unlessExtra !== undefined && extras.includes(entry.unlessExtra);
  const sonames = isBundled ? [] : entry.sonames;
  const known = sonames.flatMap((soname) => packageOfSoname(soname, suite) ?? []);
  return {
    packages: [...new Set(known)],
    unknownSonames: sonames.filter((soname) => packageOfSoname(soname, suite) === undefined),
    programs: entry.programs.map((program) => ({ program, package: packageOfCommand(program) })),
  };
}

/** Whether the wheels of a distribution (normalised name) are known to bring every library, or come with a GPU's. */
export function bringsItsLibraries(distribution: string): boolean {
  return systemTable.bundled.includes(distribution) || gpuCompanionOf(distribution) !== undefined;
}

/** The Debian package that provides a shared library (`libGL.so.1` → `libgl1`), or undefined. */
export function packageOfSoname(soname: string, suite: DebianSuite): string | undefined {
  const entry = systemTable.sonames[soname];
  if (suite === 'bookworm' || suite === 'trixie') return entry?.[suite];
  // What other releases call it is a guess: most names are those of before the change to 64-bit times.
  if (suite === 'other') return entry?.bookworm;
  const { like, sameLibrary, otherLibrary } = systemTable.systems[suite];
  const name = entry?.[like];
  return name === undefined || otherLibrary[name] !== undefined ? undefined : (sameLibrary[name] ?? name);
}

/**
 * The run-time packages of a `-dev` package: `libpq-dev` → `['libpq5']`; an empty list where nothing is needed;
 * undefined when the table cannot say, so that the package is better kept.
 */
export function runtimePackagesOf(
  developmentPackage: string,
  suite: DebianSuite,
): readonly string[] | undefined {
  const entry = systemTable.development[developmentPackage];
  if (entry === undefined || entry === 'undecided') return undefined;
  if (isList(entry)) return entry;
  if (suite === 'bookworm' || suite === 'trixie') return entry[suite];
  if (suite === 'other') return undefined;
  const { like, sameLibrary, otherLibrary } = systemTable.systems[suite];
  return entry[like]?.map((name) => otherLibrary[name] ?? sameLibrary[name] ?? name);
}

/** What is known of a Debian package (a version or architecture suffix is taken off), or undefined. */
export function aptPackage(name: string): AptPackage | undefined {
  const bare = name.replace(/[=/:].*$/, '');
  return aptTable.packages.find((one) => one.name === bare);
}

/** The Debian package that brings a program (`pdftoppm` → `poppler-utils`), the smallest where several do, or undefined. */
export function packageOfCommand(command: string): string | undefined {
  const bare = command.slice(command.lastIndexOf('/') + 1);
  return aptTable.packages
    .filter((one) => one.commands.includes(bare))
    .sort((a, b) => (a.closureBytes ?? 0) - (b.closureBytes ?? 0))[0]?.name;
}

function isList<T>(value: readonly T[] | object): value is readonly T[] {
  return Array.isArray(value);
}

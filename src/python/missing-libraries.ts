import { posix } from 'node:path';
import { gpuCompanionOf } from './hardware-variants.ts';
import { systemTable } from './knowledge/system-libraries.ts';
import { type DebianSuite, packageOfSoname } from './system-packages.ts';
import type { LinkedLibrary } from './wheel-libraries.ts';

/** A distribution of an environment with what its native code is linked with. */
export interface LinkedDistribution {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  readonly libraries: readonly LinkedLibrary[];
  /** Libraries that could not be read, one clause each, the path before a colon. */
  readonly unread: readonly string[];
}

/** A shared library that no wheel of the environment and no slim base has. */
export interface MissingLibrary {
  readonly soname: string;
  /** `lightgbm 4.7.0`. */
  readonly distribution: string;
  readonly name: string;
  /** One of the files that are linked with it: `lightgbm/lib/lib_lightgbm.so`. */
  readonly path: string;
  /** The Debian package that has it; undefined where the table names none. */
  readonly packageName: string | undefined;
}

/**
 * The libraries that an environment's native code is linked with (`DT_NEEDED`) and that neither its wheels bring nor a slim
 * Debian image has. A library of another wheel counts as there, whatever the `DT_RPATH`: such wheels are loaded before by whoever
 * needs them (torch before torchvision). Left out: what the driver of a GPU brings, and what the table knows to be loaded only
 * where it is there.
 */
export function missingLibraries(
  environment: readonly LinkedDistribution[],
  suite: DebianSuite,
): readonly MissingLibrary[] {
  const there = new Set([...systemTable.slimBase, ...environment.flatMap(providedBy)]);
  return environment.flatMap(({ name, version, libraries }) => {
    if (gpuCompanionOf(name) !== undefined) return [];
    const optional = systemTable.distributions.find((one) => one.name === name)?.optional ?? [];
    const users = new Map<string, string>();
    for (const { path, needed } of libraries) {
      for (const soname of needed) {
        const isThere = there.has(soname) || /^libpython3/.test(soname) || optional.includes(soname);
        if (!isThere && !users.has(soname)) users.set(soname, path);
      }
    }
    return [...users].map(([soname, path]) => ({
      soname,
      distribution: `${name} ${version}`,
      name,
      path,
      packageName: packageOfSoname(soname, suite),
    }));
  });
}

function providedBy({ libraries, unread }: LinkedDistribution): readonly string[] {
  return [
    ...libraries.flatMap(({ path, soname }) => [
      posix.basename(path),
      ...(soname === undefined ? [] : [soname]),
    ]),
    ...unread.map((text) => posix.basename(text.replace(/: .*$/, ''))),
  ];
}

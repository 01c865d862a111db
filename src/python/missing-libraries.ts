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
 * Debian image has. A library of another wheel counts where the code's own folders lead to it (`DT_RPATH`, `DT_RUNPATH`, of which
 * `$ORIGIN` is the folder of the code), and where no package of Debian has it: whoever needs such a wheel loads it before (torch before
 * torchvision). What Debian has, too, is not left to chance: lightgbm finds the libgomp.so.1 of torch only after `import torch`.
 * Left out: what the driver of a GPU brings, and what the table knows to be loaded only where it is there.
 */
export function missingLibraries(
  environment: readonly LinkedDistribution[],
  suite: DebianSuite,
): readonly MissingLibrary[] {
  const brought = new Set(environment.flatMap(providedBy));
  const placed = new Set(environment.flatMap(placesOf));
  return environment.flatMap((one) => {
    const { name, version, libraries } = one;
    if (gpuCompanionOf(name) !== undefined) return [];
    const optional = systemTable.distributions.find((entry) => entry.name === name)?.optional ?? [];
    const own = new Set([...systemTable.slimBase, ...optional, ...providedBy(one)]);
    const users = new Map<string, string>();
    for (const library of libraries) {
      for (const soname of library.needed) {
        const isThere =
          own.has(soname) ||
          /^libpython3/.test(soname) ||
          ledTo(library, soname, placed) ||
          (brought.has(soname) && packageOfSoname(soname, suite) === undefined);
        if (!isThere && !users.has(soname)) users.set(soname, library.path);
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

/** Where wheels are unpacked below the environment; `$ORIGIN` may lead out of it, as `../../..` to its `lib`. */
const sitePackages = '/lib/python3/site-packages';

/** `numpy.libs/libx.so` → `/lib/python3/site-packages/numpy.libs/libx.so`; what a wheel has in `.data/data` goes to the environment itself. */
function placeOf(path: string): string {
  const [, ofData] = /^[^/]+\.data\/data\/(.*)$/.exec(path) ?? [];
  return ofData === undefined ? posix.join(sitePackages, path) : posix.join('/', ofData);
}

function ledTo({ path, folders }: LinkedLibrary, soname: string, placed: ReadonlySet<string>): boolean {
  const origin = posix.dirname(placeOf(path));
  return folders.some((folder) =>
    placed.has(
      posix.join(
        folder.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, () => origin),
        soname,
      ),
    ),
  );
}

/** The places where an environment has a library, by its file's name and by its own (`DT_SONAME`). */
function placesOf({ libraries, unread }: LinkedDistribution): readonly string[] {
  return [
    ...libraries.flatMap(({ path, soname }) => {
      const place = placeOf(path);
      return soname === undefined ? [place] : [place, posix.join(posix.dirname(place), soname)];
    }),
    ...unread.map((text) => placeOf(text.replace(/: .*$/, ''))),
  ];
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

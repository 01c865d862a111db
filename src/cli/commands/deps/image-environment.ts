import type { DepsDistribution } from '../../../deps/index.ts';
import type { RootFileSystem } from '../../../filetree/index.ts';
import type { InstalledDistribution } from '../../../python/index.ts';

/** The distributions that one Python of an image imports. */
export interface ImageEnvironment {
  /** `/opt/venv`, `/usr/local`. */
  readonly prefix: string;
  /** `3.11`; undefined where the path does not tell. */
  readonly pythonVersion: string | undefined;
  readonly distributions: readonly DepsDistribution[];
  readonly sizeBytes: number;
}

/** `opt/venv/lib/python3.11/site-packages`, `usr/lib/python3/dist-packages`, `root/.local/lib/python3.11/site-packages`. */
const location = /^(.*?)\/?lib(?:64)?\/(?:python|pypy)(\d(?:\.\d+)?)\/(?:site|dist)-packages$/;

/**
 * The environments of an image, the heaviest first: each virtual environment and each other prefix (Conda's, `/usr/local` of the official
 * images), and the system's Python; what is installed for a user belongs to the one of those two that is there. A distribution that
 * one Python finds in two places counts where it is found first.
 */
export function imageEnvironments(
  installed: readonly InstalledDistribution[],
  root: Pick<RootFileSystem, 'get'>,
): readonly ImageEnvironment[] {
  const hasOwnPython = ['python3', 'python'].some((name) => root.get(`usr/local/bin/${name}`) !== undefined);
  const groups = Map.groupBy(installed, (one) => prefixOf(one.location, hasOwnPython));
  return [...groups]
    .map(([prefix, list]) => environmentOf(prefix, list))
    .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.prefix < b.prefix ? -1 : 1));
}

/** Debian's Python looks into `dist-packages` only, below `/usr` and `/usr/local`; one that was built in `/usr/local` does not look there. */
function prefixOf(place: string, hasOwnPython: boolean): string {
  const prefix = location.exec(place)?.[1];
  if (prefix === undefined) return `/${place}`;
  if (place.endsWith('/dist-packages')) return '/usr';
  return prefix.endsWith('.local') ? (hasOwnPython ? '/usr/local' : '/usr') : `/${prefix}`;
}

/** The order of `sys.path`: the user's, the administrator's, the system's. */
function rankOf({ location: place }: InstalledDistribution): number {
  if (place.includes('.local/')) return 0;
  return place.startsWith('usr/local/') ? 1 : 2;
}

function environmentOf(prefix: string, list: readonly InstalledDistribution[]): ImageEnvironment {
  const byName = new Map<string, InstalledDistribution>();
  for (const one of [...list].sort((a, b) => rankOf(a) - rankOf(b)))
    if (!byName.has(one.name)) byName.set(one.name, one);
  const hasMarks = list.some(isMarked);
  const distributions = [...byName.values()].map((one) => toDistribution(one, hasMarks));
  const versions = list.flatMap(({ location: place }) => {
    const version = location.exec(place)?.[2];
    return version?.includes('.') === true ? [version] : [];
  });
  return {
    prefix,
    pythonVersion: versions[0],
    distributions,
    sizeBytes: distributions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

/** Its own mark, not that of something vendored inside of it. */
function isMarked({ files }: InstalledDistribution): boolean {
  return files.some((path) => /(?:site|dist)-packages\/[^/]+\.dist-info\/REQUESTED$/.test(path));
}

function toDistribution(one: InstalledDistribution, hasMarks: boolean): DepsDistribution {
  const { name, version, requirements, modules, entryPoints, sizeBytes, files, location: place } = one;
  return {
    name,
    version,
    requirements,
    modules,
    entryPoints,
    sizeBytes,
    paths: files.flatMap((path) => (path.startsWith(`${place}/`) ? [path.slice(place.length + 1)] : [])),
    ...(hasMarks && { isMarked: isMarked(one) }),
  };
}

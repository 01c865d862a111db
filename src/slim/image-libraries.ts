import { posix } from 'node:path';
import { type DistroInventory, type DpkgNode, readDpkgGraph } from '../distro/index.ts';
import type { RewriteFacts } from '../dockerfile/index.ts';
import {
  followLinks,
  type Linkage,
  linkageFrom,
  ownLibrary,
  type RootFileSystem,
} from '../filetree/index.ts';
import {
  type DebianSuite,
  type InstalledDistribution,
  isEnvironmentLibrary,
  type LinkedDistribution,
  missingLibraries,
} from '../python/index.ts';

/** A Debian package of the fat image whose library something in an environment is linked with. */
export interface ImageLibrary {
  /** Whose file is linked with it (normalised); undefined where no distribution has the file. */
  readonly distribution: string | undefined;
  readonly packageName: string;
  /** `lightgbm/lib/lib_lightgbm.so is linked with libgomp.so.1`. */
  readonly because: string;
  /** The packages of the image that bring it along by their dependencies, however far. */
  readonly broughtBy: ReadonlySet<string>;
}

/** What the fat image tells of system libraries. */
export interface ImageEvidence {
  readonly libraries: readonly ImageLibrary[];
  readonly distributions: readonly InstalledDistribution[];
  /** The distributions that the project asks for itself, by normalised name. */
  readonly requested: ReadonlySet<string>;
  /** Files of the build context that a later step has changed or removed; undefined where nobody looked. */
  readonly touchedFiles?: readonly string[];
}

/** The fat image, as far as its libraries go: its root was read with `linkageExcerpt` for every `isEnvironmentLibrary`. */
export interface LinkedImage {
  readonly root: RootFileSystem;
  readonly inventory: DistroInventory;
  readonly distributions: readonly InstalledDistribution[];
  readonly suite: DebianSuite;
  /** How many of the lowest layers the lean image has as well. */
  readonly keptLayerCount: number;
}

/**
 * The Debian packages that the native code of the Python environments is linked with (`DT_NEEDED`), by the very files of the image that a
 * loader finds. What comes from a folder that the code names itself (`DT_RPATH`, `DT_RUNPATH`) or from its own distribution
 * asks for nothing, nor what every slim base has, what is only tried, and what lies in layers that stay. Left out are environments
 * of conda, which bring their own, and what Debian's packages have installed, whose dependencies apt knows.
 */
export function imageLibraries(image: LinkedImage): readonly ImageLibrary[] {
  const found = new Map<string, ImageLibrary>();
  const bringers = bringersOf(image.root);
  for (const linked of linkedDistributions(image)) {
    for (const { soname, path } of missingLibraries([linked], image.suite)) {
      const packageName = packageIn(image, soname);
      const key = `${linked.name} ${packageName}`;
      if (packageName === undefined || found.has(key)) continue;
      found.set(key, {
        distribution: linked.name === '' ? undefined : linked.name,
        packageName,
        because: `${path} is linked with ${soname}`,
        broughtBy: bringers(packageName),
      });
    }
  }
  return [...found.values()];
}

/** The distributions with what their files are linked with; what no distribution has goes under an empty name. */
function linkedDistributions(image: LinkedImage): LinkedDistribution[] {
  const owners = new Map(image.distributions.flatMap((one) => one.files.map((path) => [path, one] as const)));
  const libraries = new Map<InstalledDistribution | undefined, LinkedDistribution['libraries'][number][]>();
  for (const path of image.root.captured()) {
    const linkage =
      isEnvironmentLibrary(path) && !isForeign(image, path)
        ? linkageFrom(image.root.content(path))
        : undefined;
    if (linkage === undefined) continue;
    const owner = owners.get(path);
    libraries.set(owner, [
      ...(libraries.get(owner) ?? []),
      {
        path: path.replace(/^.*?(?:^|\/)(?:site|dist)-packages\//, ''),
        ...linkage,
        needed: linkage.needed.filter((name) => !isBroughtAlong(image, { path, name, linkage })),
      },
    ]);
  }
  return [...libraries].map(([owner, files]) => ({
    name: owner?.name ?? '',
    version: owner?.version ?? '',
    libraries: files,
    unread: [],
  }));
}

/** An environment of conda, or a file of Debian's own Python. */
function isForeign({ root, inventory }: LinkedImage, path: string): boolean {
  const [, prefix] = /^(.*?)\/lib(?:64)?\/python[\d.]*\//.exec(path) ?? [];
  if (prefix !== undefined && root.get(`${prefix}/conda-meta`) !== undefined) return true;
  return inventory.ownerOf(path) !== undefined;
}

interface Asked {
  readonly path: string;
  readonly name: string;
  readonly linkage: Linkage;
}

function isBroughtAlong({ root, inventory }: LinkedImage, { path, name, linkage }: Asked): boolean {
  const own = ownLibrary(root, { path, name, folders: linkage.folders });
  return own !== undefined && inventory.ownerOf(own) === undefined;
}

/** The package of the file that a loader takes for a library; undefined where there is none, or it belongs to no package of Debian. */
function packageIn({ root, inventory, keptLayerCount }: LinkedImage, soname: string): string | undefined {
  for (const folder of systemFolders(root)) {
    const path = `${folder}/${soname}`;
    const target = followLinks(root, path)?.entry.path;
    if (target === undefined) continue;
    // A link is of a package for developers where it has no version.
    const owner = inventory.ownerOf(target) ?? inventory.ownerOf(path);
    const layer = root.placeOf(target)?.layer ?? 0;
    return owner?.manager === 'dpkg' && layer >= keptLayerCount ? owner.name : undefined;
  }
  return undefined;
}

/** Where a loader looks, the earlier the better (ld.so(8), and ld.so.conf.d of Debian). */
function systemFolders(root: RootFileSystem): string[] {
  const below = (parent: string): string[] => [
    ...[...root.namesIn(parent)]
      .filter((name) => /-linux-gnu\w*$/.test(name))
      .map((name) => posix.join(parent, name)),
    parent,
  ];
  return ['usr/local/lib', ...below('usr/lib'), ...below('lib')];
}

/** Tells by what installed packages another one comes along. */
function bringersOf(root: RootFileSystem): (packageName: string) => ReadonlySet<string> {
  const dependents = new Map<string, string[]>();
  for (const node of readDpkgGraph(root)) {
    for (const { name } of node.depends.flatMap(firstOf))
      dependents.set(name, [...(dependents.get(name) ?? []), node.name]);
  }
  const dependentsOf = (name: string): readonly string[] => dependents.get(name) ?? [];
  return (packageName) => reachable(dependentsOf(packageName), dependentsOf);
}

/** Of alternatives that are installed, apt would take any: only a package that satisfies a clause alone is sure to come. */
function firstOf(clause: readonly DpkgNode[]): readonly DpkgNode[] {
  const names = new Set(clause.map(({ name }) => name));
  return names.size === 1 ? clause.slice(0, 1) : [];
}

/**
 * The packages of those distributions that stay when `removed` are gone: a distribution goes with the removed ones if nothing else leads to
 * it. An extra of a distribution that stays may have brought what it names.
 */
export function librariesThatStay(
  { libraries, distributions, requested }: ImageEvidence,
  removed: ReadonlySet<string>,
): RewriteFacts['runtimeLibraries'] {
  if (libraries.length === 0) return [];
  const byName = new Map(distributions.map((one) => [one.name, one]));
  const required = new Set(distributions.flatMap(({ requires }) => requires));
  const roots = distributions
    .map(({ name }) => name)
    .filter((name) => !removed.has(name) && (requested.has(name) || !required.has(name)));
  const kept = reachable(roots, (name) => {
    const { requires = [], requirements = [] } = byName.get(name) ?? {};
    const extras = requirements.map((one) => one.name).filter((one) => !removed.has(one));
    return [...requires, ...extras];
  });
  const leaving = reachable([...removed], (name) => byName.get(name)?.requires ?? []);
  const found = new Map<string, RewriteFacts['runtimeLibraries'][number]>();
  for (const { distribution, packageName, because, broughtBy } of libraries) {
    const goes = distribution !== undefined && leaving.has(distribution) && !kept.has(distribution);
    if (!goes && !found.has(packageName)) found.set(packageName, { packageName, because, broughtBy });
  }
  return [...found.values()];
}

function reachable(roots: readonly string[], next: (name: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set(roots);
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const one of next(name)) {
      if (found.has(one)) continue;
      found.add(one);
      waiting.push(one);
    }
  }
  return found;
}

/** The facts with what the image tells beside what the tables do: never fewer packages, and the better reason. */
export function withImageLibraries(
  facts: RewriteFacts,
  evidence: ImageEvidence | undefined,
  removed: readonly string[],
): RewriteFacts {
  if (evidence === undefined) return facts;
  const swapped = evidence.distributions
    .map(({ name }) => name)
    .filter((name) => facts.smaller?.nameOf(name));
  const told = librariesThatStay(evidence, new Set([...removed, ...swapped]));
  const known = new Set(facts.runtimeLibraries.map(({ packageName }) => packageName));
  // What a table or an earlier attempt asks for is added by name, as ever.
  const exact = told.map(({ packageName, because, broughtBy }) =>
    known.has(packageName) || broughtBy === undefined
      ? { packageName, because }
      : { packageName, because, broughtBy },
  );
  const names = new Set(told.map(({ packageName }) => packageName));
  const { smaller } = facts;
  return {
    ...facts,
    ...(smaller && {
      smaller: {
        ...smaller,
        systemPackages: new Set([...smaller.systemPackages].filter((name) => !names.has(name))),
      },
    }),
    runtimeLibraries: [
      ...exact,
      ...facts.runtimeLibraries.filter(({ packageName }) => !names.has(packageName)),
    ],
  };
}

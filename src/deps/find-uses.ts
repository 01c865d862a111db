import { isStandardLibrary, likelyDistributions } from '../python/index.ts';
import { dottedModule } from './dotted-module.ts';
import { signsOf } from './find-signs.ts';
import type { ApplicationUses, DepsDistribution, ImportPlace } from './subject.ts';

/** How the application uses one distribution. */
export interface SeenUses {
  /** Imports of the application and of what runs in the build: `app/main.py:3 imports torch`. */
  readonly imports: readonly ImportPlace[];
  /** Imports of tests, notebooks and tools. */
  readonly elsewhere: readonly ImportPlace[];
  /** Programs of it that are started, with the place. */
  readonly started: readonly string[];
  /** By what signs others load it for the application, a sentence each. */
  readonly loaded: readonly string[];
  /** Signs that it may be. */
  readonly mayBeLoaded: readonly string[];
}

/** All uses by distribution, and imports that no distribution of the environment explains. */
export interface FoundUses {
  readonly byName: ReadonlyMap<string, SeenUses>;
  readonly unexplained: readonly ImportPlace[];
}

/** Finds who provides what the application imports and starts, by the metadata of what is there: no name is guessed. */
export function findUses(distributions: readonly DepsDistribution[], uses: ApplicationUses): FoundUses {
  const owners = moduleOwners(distributions);
  const places = new Map<string, ImportPlace[]>();
  const unexplained: ImportPlace[] = [];
  for (const place of uses.imports) {
    const names = owners(place);
    for (const name of names) places.set(name, [...(places.get(name) ?? []), place]);
    if (names.length === 0 && !isStandardLibrary(place.module.split('.')[0] ?? '')) unexplained.push(place);
  }
  const installed = new Set(distributions.map(({ name }) => name));
  const byName = new Map(
    distributions.map((one) => {
      const found = places.get(one.name) ?? [];
      const { loaded, mayBeLoaded, elsewhere } = signsOf(one, { installed, uses, owners });
      return [
        one.name,
        {
          imports: found.filter(({ role }) => role === 'application'),
          elsewhere: [...found.filter(({ role }) => role !== 'application'), ...elsewhere],
          started: startedPrograms(one, uses),
          loaded,
          mayBeLoaded,
        },
      ] as const;
    }),
  );
  return { byName, unexplained };
}

/** Programs that it installs, and modules of it that `python -m` runs. */
function startedPrograms(distribution: DepsDistribution, { commands }: ApplicationUses): readonly string[] {
  return programNames(distribution).flatMap((name) => {
    const place = commands.get(name);
    return place === undefined ? [] : [`${place} starts ${name}`];
  });
}

/** By what names it may be started. */
export function programNames({ name, modules, entryPoints }: DepsDistribution): readonly string[] {
  const scripts = ['console_scripts', 'gui_scripts'].flatMap((group) => entryPoints[group] ?? []);
  return [...new Set([...scripts, ...modules, name])];
}

/**
 * Who provides an imported module. Where several share a top-level name (a namespace package such as `google`), those that hold the
 * module itself count, or the longest part of it that anybody holds.
 */
export function moduleOwners(
  distributions: readonly DepsDistribution[],
): (place: Pick<ImportPlace, 'module' | 'names'>) => readonly string[] {
  const byTop = new Map<string, DepsDistribution[]>();
  for (const one of distributions) {
    for (const module of one.modules) byTop.set(module, [...(byTop.get(module) ?? []), one]);
  }
  const deep = new Map<string, ReadonlySet<string>>();
  const modulesIn = (one: DepsDistribution): ReadonlySet<string> => {
    const known = deep.get(one.name) ?? new Set(one.paths.flatMap(dottedModule));
    deep.set(one.name, known);
    return known;
  };
  return ({ module, names }) => {
    const steps = module.split('.');
    const candidates = byTop.get(steps[0] ?? '') ?? [];
    if (candidates.length < 2) return candidates.map(({ name }) => name);
    const longest = [...names.map((name) => [...steps, name]), steps];
    for (let length = steps.length + 1; length > 1; length -= 1) {
      const wanted = new Set(
        longest.filter((one) => one.length >= length).map((one) => one.slice(0, length).join('.')),
      );
      const found = candidates.filter((one) => [...wanted].some((name) => modulesIn(one).has(name)));
      if (found.length > 0) return found.map(({ name }) => name);
    }
    return candidates.map(({ name }) => name);
  };
}

/** The distribution that an import likely means where none in the environment provides it. */
export function likelyDistribution(place: Pick<ImportPlace, 'module'>): string {
  return likelyDistributions(place.module)[0] ?? place.module;
}

import { importsOneOf, type UsedThrough, usedThroughOf } from '../python/index.ts';
import { dottedModule } from './dotted-module.ts';
import type { ApplicationUses, DepsDistribution, ImportPlace } from './subject.ts';

/** By what signs others load a distribution for the application. */
export interface FoundSigns {
  readonly loaded: readonly string[];
  readonly mayBeLoaded: readonly string[];
  /** Imports of tests and the like that are such a sign. */
  readonly elsewhere: readonly ImportPlace[];
}

/** What signs are looked for in. */
export interface SignContext {
  readonly installed: ReadonlySet<string>;
  readonly uses: ApplicationUses;
  /** Who provides a module. */
  readonly owners: (place: Pick<ImportPlace, 'module' | 'names'>) => readonly string[];
}

/** Finds the signs that a distribution is loaded by others: by the table, by its own entry points, and by the names of its modules. */
export function signsOf(one: DepsDistribution, context: SignContext): FoundSigns {
  const { installed, uses } = context;
  const entries = usedThroughOf(one.name).filter(
    ({ by }) => by.length === 0 || by.some((host) => host !== one.name && installed.has(host)),
  );
  const sentences = (isSure: boolean): readonly string[] =>
    entries.filter((entry) => entry.isSure === isSure).flatMap((entry) => tableSigns(entry, uses));
  return {
    loaded: [...sentences(true), ...schemeSigns(one, uses), ...moduleSigns(one, context)],
    mayBeLoaded: [...sentences(false), ...wholeModules(entries, uses)],
    elsewhere: entries.flatMap(({ imports }) =>
      uses.imports.filter((place) => place.role !== 'application' && importsOneOf(place, imports)),
    ),
  };
}

/** `from fastapi import *` may take `fastapi.Form`, of which the text shows nothing. */
function wholeModules(entries: readonly UsedThrough[], uses: ApplicationUses): readonly string[] {
  const taken = uses.imports.filter(({ role, takesAll }) => role === 'application' && takesAll === true);
  return entries.flatMap(({ imports, how }) =>
    taken
      .filter(({ module }) => imports.some((one) => one.startsWith(`${module}.`)))
      .slice(0, 1)
      .map(({ file, line, module }) => `${file}:${line} takes all of ${module}: ${how}`),
  );
}

function tableSigns(entry: UsedThrough, uses: ApplicationUses): readonly string[] {
  const { signs, calls, commands } = uses;
  const decided = entry.unlessSettings.find((name) => signs.settings.has(name));
  if (decided !== undefined) return [];
  const imported = uses.imports.filter(
    (place) => place.role === 'application' && importsOneOf(place, entry.imports),
  );
  const named = (names: readonly string[], places: ReadonlyMap<string, string>, verb: string): string[] =>
    names.flatMap((name) => {
      const place = places.get(name) ?? places.get(name.toLowerCase());
      return place === undefined ? [] : [`${place} ${verb} ${name}`];
    });
  const found = [
    ...imported.slice(0, 1).map(({ file, line, module }) => `${file}:${line} imports ${module}`),
    ...named(entry.calls, calls, 'calls'),
    ...named(entry.strings, signs.strings, 'names'),
    ...named(entry.schemes, signs.schemes, 'names an address of'),
    ...named(entry.started, commands, 'starts'),
    ...Object.entries(entry.settings).flatMap(([name, values]) =>
      (signs.settings.get(name) ?? [])
        .filter(({ value }) => values.some((start) => value.startsWith(start)))
        .map(({ value, place }) => `${place} sets ${name}=${value}`),
    ),
  ];
  return found.slice(0, 1).map((sentence) => `${sentence}: ${entry.how}`);
}

/** Whose entry points name a part of an address: dialects of SQLAlchemy, file systems of fsspec. */
function schemeSigns({ entryPoints }: DepsDistribution, { signs }: ApplicationUses): readonly string[] {
  return ['sqlalchemy.dialects', 'fsspec.specs'].flatMap((group) =>
    (entryPoints[group] ?? []).flatMap((name) => {
      const place = signs.schemes.get(name.replace('.', '+'));
      return place === undefined
        ? []
        : [`${place} names an address of ${name}: it registers that (${group})`];
    }),
  );
}

/** `en_core_web_sm`: no plain word looks like that. */
const distinctive = /^[a-z0-9]+(?:_[a-z0-9]+)+$/;

/**
 * Names of its modules that stand in texts by which modules are loaded. `requests.json` is a file: the first two steps have to be a module
 * of it, or the second one a class.
 */
function moduleSigns(one: DepsDistribution, { uses, owners }: SignContext): readonly string[] {
  let inside: ReadonlySet<string> | undefined;
  for (const [name, place] of uses.signs.loads) {
    const [top = '', second] = name.split('.');
    if (!one.modules.includes(top) || !owners({ module: name, names: [] }).includes(one.name)) continue;
    inside ??= new Set(one.paths.flatMap(dottedModule));
    if (second === undefined || /^[A-Z]/.test(second) || inside.has(`${top}.${second}`))
      return [`${place} names ${name}`];
  }
  const named = one.modules.filter((module) => distinctive.test(module) && uses.strings.has(module));
  return named.slice(0, 1).map((module) => `${uses.strings.get(module)} names ${module}`);
}

import type { PythonImport } from './import-scan.ts';
import { type UsedThrough, usedThroughTable } from './knowledge/used-through.ts';

export type { UsedThrough } from './knowledge/used-through.ts';

/** What others load for an application by signs that it shows, of those that the table knows of this distribution (normalised name). */
export function usedThroughOf(distribution: string): readonly UsedThrough[] {
  return usedThroughTable.entries.filter(({ names }) => names.includes(distribution));
}

/** Everything of an application that is a sign somewhere in the table: what has to be looked for. */
export interface UseSigns {
  readonly calls: ReadonlySet<string>;
  /** In small letters. */
  readonly strings: ReadonlySet<string>;
  readonly settings: ReadonlySet<string>;
}

/** The signs that the table knows. */
export function useSigns(): UseSigns {
  const { entries } = usedThroughTable;
  return {
    calls: new Set(entries.flatMap(({ calls }) => calls)),
    strings: new Set(entries.flatMap(({ strings }) => strings.map((text) => text.toLowerCase()))),
    settings: new Set(
      entries.flatMap(({ settings, unlessSettings }) => [...Object.keys(settings), ...unlessSettings]),
    ),
  };
}

/** Does an import take one of these modules, or names of modules (`fastapi.Form`)? */
export function importsOneOf(
  { module, names, members }: Pick<PythonImport, 'module' | 'names' | 'members'>,
  wanted: readonly string[],
): boolean {
  const taken = [...names, ...(members ?? [])];
  const reached = [module, ...taken.map((name) => `${module}.${name}`)];
  return wanted.some((one) => reached.some((name) => name === one || name.startsWith(`${one}.`)));
}

/** Does an import take a sign of the table, so that it counts although the module is none of a distribution (`pickle`)? */
export function isSignImport(found: Pick<PythonImport, 'module' | 'names' | 'members'>): boolean {
  return usedThroughTable.entries.some(({ imports }) => importsOneOf(found, imports));
}

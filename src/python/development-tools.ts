import type { PythonImport } from './import-scan.ts';
import { type DevelopmentPurpose, devOnlyTable } from './knowledge/dev-only.ts';

export type { DevelopmentPurpose } from './knowledge/dev-only.ts';

/** Why nobody needs this distribution (normalised name) at run time, or undefined; imports are for the caller to check. */
export function developmentPurpose(distribution: string): DevelopmentPurpose | undefined {
  return devOnlyTable.entries.find(
    (entry) =>
      entry.names.includes(distribution) || entry.prefixes.some((prefix) => distribution.startsWith(prefix)),
  );
}

/** Does an import bring another distribution's module that needs this one (normalised name) at run time, or writes to it? */
export function isUsedThrough(
  distribution: string,
  { module, names, members }: Pick<PythonImport, 'module' | 'names' | 'members'>,
): boolean {
  const purpose = developmentPurpose(distribution);
  if (purpose === undefined) return false;
  const taken = [...names, ...(members ?? [])];
  const reached = [module, ...taken.map((name) => `${module}.${name}`)];
  // Of a star, and of a module whose name nobody writes, anything may be taken.
  const isWhole = names.includes('*') || (names.length === 0 && members === undefined);
  const isAmong = (one: string): boolean => reached.some((name) => isWithin(name, one));
  return (
    purpose.usedThrough.some(isAmong) ||
    purpose.loggedToBy.some((one) => isAmong(one) || (isWhole && isWithin(one, module)))
  );
}

function isWithin(name: string, module: string): boolean {
  return name === module || name.startsWith(`${module}.`);
}

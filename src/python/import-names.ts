import { normaliseName } from './distribution-name.ts';
import { importNamesTable } from './knowledge/import-names.ts';

/**
 * The distributions that may provide an imported module, likeliest first: the table for known mismatches
 * (`cv2`, `google.cloud.storage`), else the module's own first name. Only for when no installed metadata tells.
 */
export function likelyDistributions(module: string): readonly string[] {
  return knownDistributions(module) ?? [normaliseName(module.split('.')[0] ?? '')];
}

/** The distributions that the table names for an imported module, likeliest first; undefined where it names none. */
export function knownDistributions(module: string): readonly string[] | undefined {
  const steps = module.split('.');
  for (let length = steps.length; length > 0; length -= 1) {
    const found = importNamesTable.names[steps.slice(0, length).join('.')];
    if (found) return found;
  }
  return undefined;
}

/** The top-level names that a distribution (normalised) likely provides: the table turned round, and its own name. */
export function likelyModules(distribution: string): readonly string[] {
  const mapped = Object.entries(importNamesTable.names)
    .filter(([, distributions]) => distributions.includes(distribution))
    .map(([module]) => module);
  return [...mapped, distribution.replaceAll('-', '_')];
}

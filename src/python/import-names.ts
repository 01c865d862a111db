import { normaliseName } from './distribution-name.ts';
import { importNamesTable } from './knowledge/import-names.ts';

/**
 * The distributions that may provide an imported module, likeliest first: the table for known mismatches
 * (`cv2`, `google.cloud.storage`), else the module's own first name. Only for when no installed metadata tells.
 */
export function likelyDistributions(module: string): readonly string[] {
  const steps = module.split('.');
  for (let length = steps.length; length > 0; length -= 1) {
    const found = importNamesTable.names[steps.slice(0, length).join('.')];
    if (found) return found;
  }
  return [normaliseName(steps[0] ?? '')];
}

/** The top-level names that a distribution (normalised) likely provides: the table turned round, and its own name. */
export function likelyModules(distribution: string): readonly string[] {
  const mapped = Object.entries(importNamesTable.names)
    .filter(([, distributions]) => distributions.includes(distribution))
    .map(([module]) => module);
  return [...mapped, distribution.replaceAll('-', '_')];
}

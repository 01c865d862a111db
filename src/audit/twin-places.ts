import type { AuditDistribution } from './audit-request.ts';

/**
 * Gives the folder of a distribution that is installed more than once (two virtual environments), which its name alone does not
 * tell apart; undefined for all others.
 */
export function twinPlaces(
  distributions: readonly AuditDistribution[],
): (one: AuditDistribution) => string | undefined {
  const counts = new Map<string, number>();
  for (const { name } of distributions) counts.set(name, (counts.get(name) ?? 0) + 1);
  return ({ name, location }) => ((counts.get(name) ?? 0) > 1 ? location : undefined);
}

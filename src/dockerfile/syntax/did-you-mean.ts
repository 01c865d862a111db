import { editDistance } from '../../base/index.ts';

/**
 * `(did you mean from?)` with a space before it, for a name of which at most two letters are wrong; else ''. Of several, the nearest, and of
 * those the first (BuildKit's `util/suggest` takes any).
 */
export function didYouMean(wanted: string, names: readonly string[]): string {
  if (names.includes(wanted)) return '';
  const [nearest] = names
    .map((name) => ({ name, distance: editDistance(wanted, name) }))
    .filter(({ distance }) => distance <= 2)
    .sort((a, b) => a.distance - b.distance);
  return nearest === undefined ? '' : ` (did you mean ${nearest.name}?)`;
}

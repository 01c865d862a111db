import type { DepsDistribution } from '../../../deps/index.ts';
import type { UninstalledName } from '../../../dockerfile/index.ts';
import { normaliseName, parseRequirementName } from '../../../python/index.ts';

/** The distributions without those that `pip uninstall` takes out and nothing that is installed later brings back. */
export function withoutUninstalled(
  distributions: readonly DepsDistribution[],
  uninstalled: readonly UninstalledName[],
): readonly DepsDistribution[] {
  const gone = new Set(
    uninstalled
      .map(({ name, later }) => ({ name: normaliseName(name), back: broughtBy(later, distributions) }))
      .filter(({ name, back }) => !back.has(name))
      .map(({ name }) => name),
  );
  return distributions.filter(({ name }) => !gone.has(name));
}

/** The named ones with all that they require, whatever the markers say. */
function broughtBy(
  texts: readonly string[],
  distributions: readonly DepsDistribution[],
): ReadonlySet<string> {
  const byName = new Map(distributions.map((one) => [one.name, one]));
  const waiting = texts.flatMap((text) => {
    const parsed = parseRequirementName(text);
    return 'error' in parsed ? [] : [parsed.name];
  });
  const brought = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (brought.has(name)) continue;
    brought.add(name);
    waiting.push(...(byName.get(name)?.requirements ?? []).map((one) => one.name));
  }
  return brought;
}

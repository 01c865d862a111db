import { nodeId, nodesOf, reachableNodes } from '../python/index.ts';
import type { UseVerdict } from './judge-uses.ts';
import type { BroughtAlong, MinimalRequirement } from './report.ts';
import type { RootedGraph } from './roots.ts';
import type { DepsSubject } from './subject.ts';

/** The shortest list, and what it need not name. */
export interface MinimalList {
  readonly minimal: readonly MinimalRequirement[];
  readonly broughtAlong: readonly BroughtAlong[];
}

/**
 * The fewest distributions that bring everything that the application uses, or may use. As pip-chill's, no entry is a dependency of
 * another one; unlike it, the list begins with what is imported and started, so that what nothing uses is not on it.
 */
export function minimalList(
  subject: DepsSubject,
  { graph, roots }: RootedGraph,
  verdicts: ReadonlyMap<string, UseVerdict>,
): MinimalList {
  const extrasOf = (name: string): readonly string[] => [
    ...new Set(roots.filter((root) => root.name === name).flatMap(({ extras }) => extras)),
  ];
  const isRoot = new Set(roots.map(({ name }) => name));
  const wanted = subject.distributions
    .map(({ name }) => name)
    .filter((name) => {
      const use = verdicts.get(name)?.use;
      if (use === 'used') return true;
      return (
        isRoot.has(name) &&
        (use === 'doubtful' ||
          use === 'unknown' ||
          (use === 'required' && isAsked(name, roots, subject.requested)))
      );
    })
    .sort();
  const kept = new Set(wanted);
  const reachedBy = new Map(
    wanted.map((name) => [name, reachableNodes(graph, nodesOf({ name, extras: extrasOf(name) }))]),
  );
  const broughtAlong: BroughtAlong[] = [];
  for (const name of wanted) {
    const own = new Set([name, ...extrasOf(name).map((extra) => nodeId(name, extra))]);
    const by = [...kept].find((other) => {
      if (other === name) return false;
      return [...own].every((id) => reachedBy.get(other)?.has(id) === true);
    });
    if (by === undefined) continue;
    kept.delete(name);
    broughtAlong.push({ name, by, because: reasonOf(verdicts.get(name)) });
  }
  const minimal = subject.distributions
    .filter(({ name }) => kept.has(name))
    .map(({ name, version }) => {
      const extras = extrasOf(name);
      const text = `${name}${extras.length === 0 ? '' : `[${extras.join(',')}]`}==${version}`;
      return { name, extras, version, text, because: reasonOf(verdicts.get(name)) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { minimal, broughtAlong: broughtAlong.filter(({ because }) => because !== '') };
}

/** By name and for production, not guessed from an extra. */
function isAsked(name: string, roots: RootedGraph['roots'], requested: DepsSubject['requested']): boolean {
  const asked = requested.filter((one) => one.name === name);
  const isForProduction = asked.length === 0 || asked.some((one) => !one.isForDevelopment);
  return isForProduction && roots.some((root) => root.name === name && root.source !== 'extra');
}

function reasonOf(verdict: UseVerdict | undefined): string {
  if (verdict === undefined) return '';
  return verdict.evidence[0] ?? verdict.doubts[0] ?? '';
}

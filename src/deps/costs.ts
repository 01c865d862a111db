import { nodesOf } from '../python/index.ts';
import { type RootedGraph, reachedFrom } from './roots.ts';
import type { DepsDistribution } from './subject.ts';

/** What leaves with each distribution. */
export interface Costs {
  /** Name → names that only it brings, itself not among them: what it dominates in the graph of requirements. */
  readonly exclusive: ReadonlyMap<string, readonly string[]>;
  /** Name → the nearest distribution that it leaves with: its parent in the tree of dominators. */
  readonly heldBy: ReadonlyMap<string, string>;
}

/**
 * What would be reached no more without a distribution. In a graph with one beginning these are the nodes that it dominates
 * (Lengauer and Tarjan 1979); a distribution and its extras, which leave together, count as one.
 */
export function exclusiveCosts(rooted: RootedGraph, names: readonly string[]): Costs {
  const all = reachedFrom(rooted);
  const exclusive = new Map<string, readonly string[]>();
  for (const name of names) {
    const left = reachedFrom(rooted, new Set([name]));
    exclusive.set(name, [...all].filter((id) => id !== name && !id.includes('[') && !left.has(id)).sort());
  }
  const heldBy = new Map<string, string>();
  // The holder that holds least is the nearest one.
  for (const [name, held] of [...exclusive].sort(([, a], [, b]) => b.length - a.length))
    for (const one of held) heldBy.set(one, name);
  return { exclusive, heldBy };
}

/** Bytes that leave when all of these go: they and what nobody else brings. */
export function leavingBytes(
  rooted: RootedGraph,
  gone: ReadonlySet<string>,
  distributions: readonly DepsDistribution[],
): { readonly names: readonly string[]; readonly sizeBytes: number } {
  const before = reachedFrom(rooted);
  const after = reachedFrom(rooted, gone);
  const leaving = distributions.filter(({ name }) => before.has(name) && !after.has(name));
  return { names: leaving.map(({ name }) => name), sizeBytes: sumBytes(leaving) };
}

/** The bytes of all of them. */
export function sumBytes(distributions: readonly Pick<DepsDistribution, 'sizeBytes'>[]): number {
  return distributions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** Why a distribution is there: the shortest way from a requirement, and where that stands. */
export interface Reason {
  readonly path: readonly string[];
  readonly place: string | undefined;
}

/** The shortest way from a root to each distribution; roots that stand in a file, and not for development, come first. */
export function shortestReasons(
  { graph, roots }: RootedGraph,
  isLast: (name: string) => boolean,
): ReadonlyMap<string, Reason> {
  const order = { file: 0, mark: 1, extra: 2, top: 3 } as const;
  const sorted = [...roots].sort(
    (a, b) => Number(isLast(a.name)) - Number(isLast(b.name)) || order[a.source] - order[b.source],
  );
  const reasons = new Map<string, Reason>();
  const seen = new Set<string>();
  let edge = sorted.flatMap((root) =>
    nodesOf(root).map((id) => ({ id, path: [root.extras.length === 0 ? root.name : id], place: root.place })),
  );
  while (edge.length > 0) {
    const next: typeof edge = [];
    for (const { id, path, place } of edge) {
      const node = graph.nodes.get(id);
      if (node === undefined || seen.has(id)) continue;
      seen.add(id);
      if (!reasons.has(node.name)) reasons.set(node.name, { path, place });
      // An extra and its distribution are one step of the way.
      for (const to of node.to) next.push({ id: to, path: to === node.name ? path : [...path, to], place });
    }
    edge = next;
  }
  return reasons;
}

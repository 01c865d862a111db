import {
  type DependencyGraph,
  dependencyGraph,
  extrasOf,
  isInstaller,
  nodesOf,
  type RequestedName,
  reachableNodes,
} from '../python/index.ts';
import type { DepsSubject } from './subject.ts';

/** Where the graph begins: what somebody asked for by name, or seems to have. */
export interface Root extends RequestedName {
  /** `requirements.txt:3`; undefined where no file tells. */
  readonly place: string | undefined;
  /** `file`: a requirement; `mark`: the installer says so; `extra`: all that the extra needs is there; `top`: nobody requires it. */
  readonly source: 'file' | 'mark' | 'extra' | 'top';
}

/** The graph of an environment with its beginnings, which together reach everything. */
export interface RootedGraph {
  readonly graph: DependencyGraph;
  readonly roots: readonly Root[];
}

/** Finds the roots of an environment. What requirements files do not explain is explained by marks, by extras, and at last by itself. */
export function rootedGraph(
  subject: Pick<DepsSubject, 'distributions' | 'requested' | 'environment'>,
): RootedGraph {
  const { distributions, environment } = subject;
  const names = new Set(distributions.map(({ name }) => name));
  let roots: Root[] = subject.requested
    .filter(({ name }) => names.has(name))
    .map(({ name, extras, file, line }) => ({
      name,
      extras,
      place: line > 0 ? `${file}:${line}` : file,
      source: 'file',
    }));
  const asked = new Set(roots.map(({ name }) => name));
  // Where files tell what is asked for, a mark tells nothing more: the base image leaves some, too.
  const marked = asked.size > 0 ? [] : distributions.filter((one) => one.isMarked === true);
  roots = [
    ...roots,
    ...marked.map(({ name }): Root => ({ name, extras: [], place: undefined, source: 'mark' })),
  ];
  const graphOf = (): DependencyGraph => dependencyGraph({ distributions, requested: roots, environment });
  let graph = graphOf();
  for (;;) {
    const extra = likelyExtra(subject, graph, roots);
    if (extra === undefined) break;
    roots = [...roots, extra];
    graph = graphOf();
  }
  for (const top of topDistributions(graph, roots))
    roots.push({ name: top, extras: [], place: undefined, source: 'top' });
  return { graph, roots };
}

/** The nodes that all roots, or the chosen ones, reach; what is in `without` is passed by. */
export function reachedFrom(
  { graph, roots }: RootedGraph,
  without: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  return reachableNodes(graph, roots.flatMap(nodesOf), without);
}

/**
 * An extra that somebody seems to have asked for: all that it adds is there, and some of it would be there for no other reason. Of the
 * distributions that are reached, those that stand nearest to a requirement come first.
 */
function likelyExtra(
  { distributions, environment }: Pick<DepsSubject, 'distributions' | 'environment'>,
  graph: DependencyGraph,
  roots: readonly Root[],
): Root | undefined {
  const reached = reachedFrom({ graph, roots });
  const starts = roots.length > 0 ? reached : new Set(distributions.map(({ name }) => name));
  const isUnexplained = (name: string): boolean =>
    !reached.has(name) &&
    (graph.requiredBy.get(name) ?? []).every((by) => !reached.has(by)) &&
    !isInstaller(name);
  const there = new Set(distributions.map(({ name }) => name));
  const candidates = distributions
    .filter(({ name }) => starts.has(name))
    .flatMap((one) =>
      [...extrasOf(one, environment)].flatMap(([extra, adds]) => {
        const isWhole = adds.length > 0 && adds.every(({ name }) => there.has(name));
        const explained = adds.filter(({ name }) => name !== one.name && isUnexplained(name)).length;
        const isNew = !graph.nodes.has(`${one.name}[${extra}]`);
        return isWhole && isNew && explained > 0 && !isDeveloperExtra(extra)
          ? [{ one, extra, explained, size: adds.length }]
          : [];
      }),
    )
    .sort((a, b) => b.explained - a.explained || a.size - b.size || (a.one.name < b.one.name ? -1 : 1));
  const [best] = candidates;
  if (best === undefined) return undefined;
  const root = roots.find(({ name }) => name === best.one.name);
  return { name: best.one.name, extras: [best.extra], place: root?.place, source: 'extra' };
}

/** Whether an extra is for those who work on the library: nobody else installs it, and that pytest is there, too, is no sign of it. */
export function isDeveloperExtra(extra: string): boolean {
  return /^(?:dev|develop|development|tests?|testing|docs?|doc|lint|linting|typing|types|mypy|ci|check|checks|cover|enabler|all-dev|qa|build|release|benchmarks?)(?:-|$)/.test(
    extra,
  );
}

/** What nothing reaches and nobody requires; of a circle that nobody enters the first by name. */
function topDistributions(graph: DependencyGraph, roots: readonly Root[]): readonly string[] {
  const names = [...graph.nodes.values()]
    .filter(({ extra }) => extra === undefined)
    .map(({ name }) => name)
    .sort();
  // Who requires an extra requires its distribution.
  const required = new Set(
    [...graph.nodes.values()].flatMap(({ name, to }) =>
      to.flatMap((id) => {
        const target = graph.nodes.get(id)?.name;
        return target === undefined || target === name ? [] : [target];
      }),
    ),
  );
  const tops: string[] = [];
  let reached = reachedFrom({ graph, roots });
  const add = (name: string): void => {
    tops.push(name);
    reached = new Set([...reached, ...reachableNodes(graph, [name])]);
  };
  for (const name of names) {
    if (!reached.has(name) && !required.has(name)) add(name);
  }
  for (const name of names) if (!reached.has(name)) add(name);
  return tops;
}

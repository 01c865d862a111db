import { type MarkerEnvironment, markerApplies } from './environment-markers.ts';
import { extrasIn } from './marker-syntax.ts';
import type { NamedRequirement } from './requirement-line.ts';
import { isAllowedVersion } from './specifier.ts';

/** A distribution as far as the graph depends on it. */
export interface GraphDistribution {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  /** All that it may require, extras and markers included. */
  readonly requirements: readonly NamedRequirement[];
}

/** What somebody asked for by name. */
export interface RequestedName {
  readonly name: string;
  readonly extras: readonly string[];
}

/** One distribution, or one extra of it: `uvicorn`, `uvicorn[standard]`. An extra depends on its distribution, as pip has it. */
export interface GraphNode {
  /** `uvicorn[standard]`. */
  readonly id: string;
  readonly name: string;
  readonly extra: string | undefined;
  /** Nodes that it requires and that are there. */
  readonly to: readonly string[];
}

/** A requirement that is not met. */
export interface UnmetRequirement {
  /** Who requires it: `uvicorn`, `uvicorn[standard]`. */
  readonly by: string;
  readonly name: string;
  readonly specifier: string;
  /** The version that is there; undefined where there is none. */
  readonly version: string | undefined;
}

/** Who requires whom, markers evaluated and extras followed. */
export interface DependencyGraph {
  /** Distributions, and those of their extras that are asked for. */
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** Node → nodes that require it. */
  readonly requiredBy: ReadonlyMap<string, readonly string[]>;
  readonly unmet: readonly UnmetRequirement[];
}

/** What a graph is made of. */
export interface GraphInput {
  readonly distributions: readonly GraphDistribution[];
  readonly requested: readonly RequestedName[];
  readonly environment: MarkerEnvironment;
}

/** The node of a distribution or of its extra. */
export function nodeId(name: string, extra?: string): string {
  return extra === undefined ? name : `${name}[${extra}]`;
}

/** The nodes that a requirement with extras means. */
export function nodesOf({ name, extras }: RequestedName): readonly string[] {
  return extras.length === 0 ? [name] : extras.map((extra) => nodeId(name, extra));
}

/**
 * Builds the graph of an environment. Distributions require what their metadata says without extras (what `pip check` and pipdeptree
 * look at); an extra is a node of its own, there where a requirement asks for it, and brings what only it requires.
 */
export function dependencyGraph({ distributions, requested, environment }: GraphInput): DependencyGraph {
  const byName = new Map(distributions.map((one) => [one.name, one]));
  const nodes = new Map<string, GraphNode>();
  const unmet: UnmetRequirement[] = [];
  const waiting: { readonly name: string; readonly extra: string | undefined }[] = [
    ...distributions.map(({ name }) => ({ name, extra: undefined })),
    ...requested.flatMap(({ name, extras }) => extras.map((extra) => ({ name, extra }))),
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { name, extra } = next;
    const distribution = byName.get(name);
    const id = nodeId(name, extra);
    if (distribution === undefined || nodes.has(id)) continue;
    const wanted = requirementsWith(distribution, environment, extra);
    const to = new Set(extra === undefined ? [] : [name]);
    for (const one of wanted) {
      const target = byName.get(one.name);
      if (target === undefined || !meets(target.version, one))
        unmet.push({ by: id, name: one.name, specifier: one.specifier, version: target?.version });
      if (target === undefined) continue;
      for (const node of nodesOf(one)) to.add(node);
      waiting.push(...one.extras.map((asked) => ({ name: one.name, extra: asked })));
    }
    nodes.set(id, { id, name, extra, to: [...to].filter((node) => node !== id).sort() });
  }
  return { nodes, requiredBy: reversed(nodes), unmet: unmet.sort((a, b) => (a.by < b.by ? -1 : 1)) };
}

function meets(version: string, { specifier, url }: NamedRequirement): boolean {
  return url !== undefined || isAllowedVersion(version, specifier);
}

/** What a distribution requires without extras, or what one of its extras adds to that. */
export function requirementsWith(
  { requirements }: Pick<GraphDistribution, 'requirements'>,
  environment: MarkerEnvironment,
  extra?: string,
): readonly NamedRequirement[] {
  return requirements.filter(({ marker }) => {
    const applies = markerApplies(marker, environment);
    return extra === undefined ? applies : !applies && markerApplies(marker, environment, extra);
  });
}

/** The extras that a distribution's requirements know, with what each adds here. */
export function extrasOf(
  distribution: Pick<GraphDistribution, 'requirements'>,
  environment: MarkerEnvironment,
): ReadonlyMap<string, readonly NamedRequirement[]> {
  const names = new Set(distribution.requirements.flatMap(({ marker }) => extrasIn(marker)));
  return new Map(
    [...names].map((extra) => [extra, requirementsWith(distribution, environment, extra)] as const),
  );
}

function reversed(nodes: ReadonlyMap<string, GraphNode>): ReadonlyMap<string, readonly string[]> {
  const requiredBy = new Map<string, string[]>([...nodes.keys()].map((id) => [id, []]));
  for (const { id, to } of nodes.values()) for (const target of to) requiredBy.get(target)?.push(id);
  return requiredBy;
}

/** The nodes that the given ones lead to, themselves included; what is in `without` is passed by. */
export function reachableNodes(
  graph: DependencyGraph,
  from: readonly string[],
  without: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = from.filter((id) => graph.nodes.has(id));
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const node = graph.nodes.get(id);
    if (node === undefined || reached.has(id) || without.has(node.name)) continue;
    reached.add(id);
    waiting.push(...node.to);
  }
  return reached;
}

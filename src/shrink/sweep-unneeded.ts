/** What is swept: things that require each other, some of which nobody needs. */
export interface SweepRequest<Node> {
  readonly nodes: readonly Node[];
  /** What is to go where nothing needs it. */
  readonly targets: readonly Node[];
  /** False for what stays in any case, though a target brought it along. */
  readonly mayGo: (node: Node) => boolean;
  readonly requires: (node: Node) => readonly Node[];
  readonly requiredBecause: (node: Node) => string;
  /** What else speaks for each candidate: a node that counts if it stays itself; undefined for what always does. */
  readonly uses: (
    candidates: ReadonlySet<Node>,
  ) => ReadonlyMap<Node, readonly { readonly by: Node | undefined; readonly because: string }[]>;
}

/** What came of it. */
export interface Swept<Node> {
  readonly goes: ReadonlySet<Node>;
  /** Candidates that stay, with the reason. */
  readonly kept: ReadonlyMap<Node, string>;
  /** The target behind a candidate that is none. */
  readonly broughtBy: ReadonlyMap<Node, Node>;
}

/**
 * Mark and sweep as `apt autoremove` does it: candidates are the targets and what they require, directly or not; whatever is no candidate
 * stays, and so does every candidate that something needs which stays.
 */
export function sweepUnneeded<Node>(request: SweepRequest<Node>): Swept<Node> {
  const { nodes, requires, requiredBecause } = request;
  const broughtBy = candidatesOf(request);
  const candidates = new Set(broughtBy.keys());
  const uses = request.uses(candidates);
  const kept = new Map<Node, string>();
  const waiting: Node[] = [];
  const keep = (node: Node, because: string): void => {
    if (!candidates.has(node) || kept.has(node)) return;
    kept.set(node, because);
    waiting.push(node);
  };
  const usesBy = new Map<Node, [Node, string][]>();
  for (const [node, found] of uses) {
    for (const { by, because } of found) {
      if (by === undefined || !candidates.has(by)) keep(node, because);
      else usesBy.set(by, [...(usesBy.get(by) ?? []), [node, because]]);
    }
  }
  for (const node of nodes) {
    if (candidates.has(node)) continue;
    for (const required of requires(node)) keep(required, requiredBecause(node));
  }
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const required of requires(node)) keep(required, requiredBecause(node));
    for (const [used, because] of usesBy.get(node) ?? []) keep(used, because);
  }
  return { goes: new Set([...candidates].filter((node) => !kept.has(node))), kept, broughtBy };
}

/** Every candidate with the target that it comes from. */
function candidatesOf<Node>({ targets, mayGo, requires }: SweepRequest<Node>): Map<Node, Node> {
  const found = new Map<Node, Node>(targets.map((target) => [target, target]));
  const waiting = [...targets];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const target = found.get(node) ?? node;
    for (const required of requires(node)) {
      if (found.has(required) || !mayGo(required)) continue;
      found.set(required, target);
      waiting.push(required);
    }
  }
  return found;
}

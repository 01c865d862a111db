import { eventKinds, type FileHistory, type LinkedContents } from './file-history.ts';

/** Collects which events name the same content. */
export class LinkedNames {
  readonly #ofEvent = new Map<number, number>();
  readonly #contents: { readonly event: number; readonly sizeBytes: number }[] = [];

  /** A hard link: `event` is another name of what `target` names. */
  add(event: number, target: number, sizeBytes: number): void {
    let content = this.#ofEvent.get(target);
    if (content === undefined) {
      content = this.#contents.length;
      this.#contents.push({ event: target, sizeBytes });
      this.#ofEvent.set(target, content);
    }
    this.#ofEvent.set(event, content);
  }

  /** The event has come to stand for something else. */
  forget(event: number): void {
    this.#ofEvent.delete(event);
  }

  finish(): LinkedContents {
    return { ofEvent: this.#ofEvent, contents: this.#contents };
  }
}

/**
 * By content the node that its bytes belong to among those that `events` show: a name that is there before one that was removed,
 * that of the file itself before those of links, and of these the first by path.
 */
export function ownersOf(
  history: FileHistory,
  events: Int32Array,
  isRemoved: (node: number) => boolean,
): ReadonlyMap<number, number> {
  const { linked, eventNodes, pathRanks } = history;
  const owners = new Map<number, number>();
  const rank = (node: number, content: number): number =>
    (isRemoved(node) ? 2 * history.nodeCount : 0) +
    (events[node] === linked.contents[content]?.event ? -1 : (pathRanks[node] ?? 0));
  for (const [event, content] of linked.ofEvent) {
    const node = eventNodes[event] ?? 0;
    if (events[node] !== event || history.eventKinds[event] === eventKinds.gone) continue;
    const owner = owners.get(content);
    if (owner === undefined || rank(node, content) < rank(owner, content)) owners.set(content, node);
  }
  return owners;
}

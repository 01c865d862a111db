import type { FileHistory } from './file-history.ts';

/** The children of every node by name, in one list. */
export function childColumns(
  parents: readonly number[],
  names: readonly string[],
): Pick<FileHistory, 'childStarts' | 'childList'> {
  const childStarts = new Uint32Array(parents.length + 1);
  for (let node = 1; node < parents.length; node++) {
    const slot = (parents[node] ?? 0) + 1;
    childStarts[slot] = (childStarts[slot] ?? 0) + 1;
  }
  for (let node = 1; node < childStarts.length; node++) {
    childStarts[node] = (childStarts[node] ?? 0) + (childStarts[node - 1] ?? 0);
  }
  const childList = new Uint32Array(parents.length - 1);
  const filled = childStarts.slice();
  for (let node = 1; node < parents.length; node++) {
    const parent = parents[node] ?? 0;
    const slot = filled[parent] ?? 0;
    childList[slot] = node;
    filled[parent] = slot + 1;
  }
  const byName = (a: number, b: number): number => ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1);
  for (let node = 0; node < parents.length; node++) {
    const [start, end] = [childStarts[node] ?? 0, childStarts[node + 1] ?? 0];
    if (end - start > 1) childList.set([...childList.subarray(start, end)].sort(byName), start);
  }
  return { childStarts, childList };
}

/** By node: its place among all paths in order. */
export function rankPaths(childStarts: Uint32Array, childList: Uint32Array): Uint32Array {
  const ranks = new Uint32Array(childStarts.length - 1);
  const pending = [0];
  let rank = 0;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    ranks[node] = rank;
    rank += 1;
    for (let i = (childStarts[node + 1] ?? 0) - 1; i >= (childStarts[node] ?? 0); i--) {
      pending.push(childList[i] ?? 0);
    }
  }
  return ranks;
}

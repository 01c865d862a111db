import { buildHistory } from './build-history.ts';
import type { FileHistory } from './file-history.ts';
import { type GroupRows, type GroupShape, layOutGroups } from './group-rows.ts';
import { type Group, groupFindings, groupPackages } from './groups.ts';
import { type LayerView, viewLayer } from './layer-view.ts';
import type { BrowseSubject } from './subject.ts';
import { countRows, type TreeRows, type TreeShape } from './tree-rows.ts';
import { markWaste, type WasteMark, type WasteMarks } from './waste-marks.ts';

/** Lists of groups that can be browsed beside the tree. */
export type GroupList = 'packages' | 'findings';

/** What is browsed, prepared; what follows from it is computed when it is asked for, and the latest kept. */
export interface BrowseModel {
  readonly subject: BrowseSubject;
  readonly history: FileHistory;
  readonly waste: WasteMarks;
  readonly groups: Readonly<Record<GroupList, readonly Group[]>>;
  /** By node: the number of the package that owns it, plus 1; 0 for none. */
  readonly ownerOfNode: Uint32Array;
  viewOf(layer: number, isAggregated: boolean): LayerView;
  treeRows(view: LayerView, shape: TreeShape): TreeRows;
  groupRows(list: GroupList, shape: GroupShape): GroupRows;
}

/** Comparisons of layers that are kept: each takes some 22 bytes a path. */
const keptViews = 8;

/** Prepares an image for browsing. */
export function browseModel(subject: BrowseSubject): BrowseModel {
  const history = buildHistory(subject.root.layers);
  const waste = markWaste(history, subject.waste);
  const groups = {
    packages: groupPackages(history, subject.packages),
    findings: groupFindings(history, subject.audit.findings, waste),
  };
  const views = new Map<string, LayerView>();
  return {
    subject,
    history,
    waste,
    groups,
    ownerOfNode: ownersByNode(history, groups.packages),
    viewOf(layer, isAggregated) {
      const key = `${layer} ${isAggregated}`;
      const view = views.get(key) ?? viewLayer(history, waste, { layer, isAggregated });
      views.delete(key);
      views.set(key, view);
      const [oldest] = views.keys();
      if (views.size > keptViews && oldest !== undefined) views.delete(oldest);
      return view;
    },
    treeRows: rememberLatest(
      (view: LayerView, { hidden, filter, folds }: TreeShape) => [view, hidden, filter, folds],
      (view, shape) => countRows(history, view, shape),
    ),
    groupRows: rememberLatest(
      (list: GroupList, { order, filter, exceptions }: GroupShape) => [
        list,
        order,
        filter?.text,
        filter?.result,
        exceptions,
      ],
      (list, shape) => layOutGroups(history, groups[list], shape),
    ),
  };
}

function ownersByNode(history: FileHistory, packages: readonly Group[]): Uint32Array {
  const owners = new Uint32Array(history.nodeCount);
  for (const [number, { members }] of packages.entries()) {
    for (const event of members) {
      const node = history.eventNodes[event] ?? 0;
      if (owners[node] === 0) owners[node] = number + 1;
    }
  }
  return owners;
}

/** The mark of an event, where it is waste. */
export function markOf({ marks, markOfEvent }: WasteMarks, event: number): WasteMark | undefined {
  const number = markOfEvent[event] ?? 0;
  return number === 0 ? undefined : marks[number - 1];
}

function rememberLatest<A, B, Result>(
  keyOf: (a: A, b: B) => readonly unknown[],
  compute: (a: A, b: B) => Result,
): (a: A, b: B) => Result {
  let latest: { readonly key: readonly unknown[]; readonly result: Result } | undefined;
  return (a, b) => {
    const key = keyOf(a, b);
    if (latest === undefined || !latest.key.every((one, i) => one === key[i])) {
      latest = { key, result: compute(a, b) };
    }
    return latest.result;
  };
}

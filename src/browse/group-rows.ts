import type { FileHistory } from './file-history.ts';
import type { Group } from './groups.ts';
import { ascending } from './order.ts';
import { type FilterResult, textTest } from './text-filter.ts';
import type { Order } from './tree-rows.ts';

/** What decides which rows a list of groups has. */
export interface GroupShape {
  readonly order: Order;
  readonly filter: { readonly text: string; readonly result: FilterResult } | undefined;
  /** Numbers of groups that are open, though at first they are not, or the other way round with a filter. */
  readonly exceptions: ReadonlySet<number>;
}

/** A group as it is shown. */
export interface ShownGroup {
  readonly number: number;
  readonly group: Group;
  readonly isOpen: boolean;
  /** Positions in the group's members that the filter lets through, largest first. */
  readonly members: Uint32Array;
}

/** The rows of a list of groups. */
export interface GroupRows {
  readonly history: FileHistory;
  readonly shape: GroupShape;
  readonly shown: readonly ShownGroup[];
  readonly rowCount: number;
}

/** One row: a group, or one of its members. */
export interface GroupRow {
  readonly shown: ShownGroup;
  /** Position in the group's members; undefined for the group's own row. */
  readonly member: number | undefined;
}

/** Lays groups out in rows. */
export function layOutGroups(history: FileHistory, groups: readonly Group[], shape: GroupShape): GroupRows {
  const isNamed = shape.filter === undefined ? () => true : namedBy(shape.filter.text);
  const shown = groups.flatMap((group, number) => showGroup(history, { group, number, isNamed }, shape));
  if (shape.order === 'name') shown.sort((a, b) => (a.group.title < b.group.title ? -1 : 1));
  const rowCount = shown.reduce((sum, one) => sum + rowsOfGroup(one), 0);
  return { history, shape, shown, rowCount };
}

/** True for a group that a filter's text names, whatever its files are called. */
function namedBy(text: string): (group: Group) => boolean {
  const test = textTest(text);
  return ({ title, note }) => test(title) || test(`${title} ${note}`);
}

interface NumberedGroup {
  readonly group: Group;
  readonly number: number;
  readonly isNamed: (group: Group) => boolean;
}

function showGroup(
  history: FileHistory,
  { group, number, isNamed }: NumberedGroup,
  { filter, exceptions }: GroupShape,
): ShownGroup[] {
  const all = allMembers(group);
  const isExcepted = exceptions.has(number);
  if (filter === undefined || isNamed(group)) {
    return [{ number, group, isOpen: isExcepted, members: all }];
  }
  const { matches } = filter.result;
  const members = all.filter(
    (position) => matches[history.eventNodes[group.members[position] ?? 0] ?? 0] !== 0,
  );
  return members.length === 0 ? [] : [{ number, group, isOpen: !isExcepted, members }];
}

const memberNumbers = new WeakMap<Group, Uint32Array>();

function allMembers(group: Group): Uint32Array {
  const known = memberNumbers.get(group);
  if (known !== undefined) return known;
  const numbers = new Uint32Array(group.members.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = i;
  memberNumbers.set(group, numbers);
  return numbers;
}

/** Rows of a group: its own, and those of its members when it is open. */
export function rowsOfGroup({ isOpen, members }: ShownGroup): number {
  return isOpen ? 1 + members.length : 1;
}

const nameOrders = new WeakMap<Uint32Array, Uint32Array>();

/** Members in order. */
function orderedMembers({ history, shape }: GroupRows, { group, members }: ShownGroup): Uint32Array {
  if (shape.order === 'size') return members;
  const known = nameOrders.get(members);
  if (known !== undefined) return known;
  const keys = new Float64Array(members.length);
  for (let i = 0; i < keys.length; i++) {
    keys[i] = history.pathRanks[history.eventNodes[group.members[members[i] ?? 0] ?? 0] ?? 0] ?? 0;
  }
  const byName = ascending(keys).map((position) => members[position] ?? 0);
  nameOrders.set(members, byName);
  return byName;
}

/** The rows from number `start` on, at most `count`. */
export function groupRowsFrom(
  rows: GroupRows,
  { start, count }: { readonly start: number; readonly count: number },
): GroupRow[] {
  const found: GroupRow[] = [];
  let skip = start;
  for (const shown of rows.shown) {
    if (found.length >= count) break;
    const size = rowsOfGroup(shown);
    if (skip >= size) {
      skip -= size;
      continue;
    }
    if (skip === 0) found.push({ shown, member: undefined });
    const first = Math.max(0, skip - 1);
    skip = 0;
    if (!shown.isOpen) continue;
    const members = orderedMembers(rows, shown).subarray(first, first + count - found.length);
    for (const member of members) found.push({ shown, member });
  }
  return found;
}

/** The number of the row of a group. */
export function rowNumberOfGroup(rows: GroupRows, group: number): number {
  let number = 0;
  for (const shown of rows.shown) {
    if (shown.number === group) return number;
    number += rowsOfGroup(shown);
  }
  return 0;
}

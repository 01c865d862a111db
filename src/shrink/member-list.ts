import type { EntryPlace, LayerIndex } from '../filetree/index.ts';
import { placeColumn } from './place-column.ts';
import type { PlannedMember } from './planned-member.ts';

/** The entries of a new layer in the order in which they were added, each made when it is asked for. */
export interface MemberList extends Iterable<PlannedMember> {
  add(member: PlannedMember): void;
  readonly length: number;
  /** Positions of the layers that contents come from, ascending. */
  from(): readonly number[];
  readonly contentBytes: number;
  /** Entries that are neither directories nor whiteouts. */
  readonly fileCount: number;
}

/**
 * An empty list. Of a file that stays as it is in an old layer there is only its place, eight bytes: with its path and as an
 * object it takes two hundred.
 */
export function memberList(layers: readonly LayerIndex[]): MemberList {
  const places = placeColumn();
  const others = new Map<number, PlannedMember>();
  const from = new Set<number>();
  let [contentBytes, fileCount] = [0, 0];
  const memberAt = (number: number): PlannedMember => {
    const other = others.get(number);
    if (other !== undefined) return other;
    const content = places.at(number);
    const { path = '', sizeBytes = 0 } = layers[content.layer]?.entry(content.position) ?? {};
    return { kind: 'file', path, content, sizeBytes };
  };
  return {
    add(member) {
      if (member.kind === 'file') {
        from.add(member.content.layer);
        contentBytes += member.sizeBytes;
      }
      if (member.kind === 'file' || member.kind === 'link') fileCount += 1;
      const place = plainPlace(member, layers);
      if (place === undefined) others.set(places.length, member);
      places.add(place ?? { layer: 0, position: 0 });
    },
    from: () => [...from].sort((one, other) => one - other),
    get length() {
      return places.length;
    },
    get contentBytes() {
      return contentBytes;
    },
    get fileCount() {
      return fileCount;
    },
    *[Symbol.iterator]() {
      for (let number = 0; number < places.length; number++) yield memberAt(number);
    },
  };
}

/** Where the old layers have just that member: under the same path, with the content that it is to have. */
function plainPlace(member: PlannedMember, layers: readonly LayerIndex[]): EntryPlace | undefined {
  if (member.kind !== 'file' || member.change !== undefined) return undefined;
  const { layer, position } = member.content;
  return layers[layer]?.entry(position).path === member.path ? member.content : undefined;
}

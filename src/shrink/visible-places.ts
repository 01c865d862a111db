import type { EntryPlace, LayerIndex, RootFileSystem } from '../filetree/index.ts';

/** What of a layer is visible. */
export interface Places {
  /** 1 at the positions whose entry is visible by its own path. */
  readonly isVisible: Uint8Array;
  /** Further names of content, where hard links show it, too. */
  readonly names: Map<number, string[]>;
}

/** What is visible of each layer, by its position. */
export function visiblePlaces(root: RootFileSystem): ReadonlyMap<number, Places> {
  const found = new Map<number, Places>();
  const add = (place: EntryPlace | undefined, path: string): void => {
    const layer = place && root.layers[place.layer];
    if (place === undefined || layer === undefined) return;
    const places = found.get(place.layer) ?? {
      isVisible: new Uint8Array(layer.entryCount),
      names: new Map(),
    };
    found.set(place.layer, places);
    if (layer.entry(place.position).path === path) places.isVisible[place.position] = 1;
    else places.names.set(place.position, [...(places.names.get(place.position) ?? []), path]);
  };
  for (const { entry } of root.entries()) {
    add(root.placeOf(entry.path), entry.path);
    if (entry.type === 'hardlink') add(root.placeOf(entry.linkTarget ?? ''), entry.path);
  }
  return found;
}

/** The visible paths that show what is stored at a position of a layer. */
export function namesAt(
  { isVisible, names }: Places,
  index: LayerIndex,
  position: number,
): readonly string[] {
  const others = names.get(position) ?? [];
  return isVisible[position] === 1 ? [index.entry(position).path, ...others] : others;
}

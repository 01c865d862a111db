import type { EntryPlace } from '../filetree/index.ts';
import { doubled } from './doubled.ts';

/** Places of entries in the order in which they were added, eight bytes each. */
export interface PlaceColumn {
  add(place: EntryPlace): void;
  at(number: number): EntryPlace;
  readonly length: number;
}

/** An empty column. */
export function placeColumn(): PlaceColumn {
  // Of each entry the layer, and the position in it.
  let numbers = new Uint32Array(1024);
  let length = 0;
  return {
    add({ layer, position }) {
      if (2 * length === numbers.length) numbers = doubled(numbers);
      numbers[2 * length] = layer;
      numbers[2 * length + 1] = position;
      length += 1;
    },
    at: (number) => ({ layer: numbers[2 * number] ?? 0, position: numbers[2 * number + 1] ?? 0 }),
    get length() {
      return length;
    },
  };
}

import type { EntryPlace, LayerIndex } from '../filetree/index.ts';
import { doubled } from './doubled.ts';
import { placeColumn } from './place-column.ts';
import type { MentioningFile, Mentions } from './study.ts';

/** What a file names, by the numbers of the names. */
export type MentionedNumbers = {
  readonly [Kind in Exclude<keyof MentioningFile, 'path'>]-?: readonly number[];
};

/** Files with the modules that they name, in columns: typed arrays for each of 30,000 files would take more than what is in them. */
export interface MentionList extends Mentions {
  add(file: MentionedIn, numbers: MentionedNumbers): void;
}

/** Where a file lies, and a path that shows it. */
export interface MentionedIn {
  readonly path: string;
  readonly place: EntryPlace;
}

/** An empty list of files in these layers. */
export function mentionList(layers: readonly LayerIndex[]): MentionList {
  const paths = pathColumn(layers);
  const columns = {
    names: numberColumn(),
    guarded: numberColumn(),
    lazy: numberColumn(),
    words: numberColumn(),
  };
  const at = (position: number): MentioningFile | undefined => {
    if (position < 0 || position >= paths.length()) return undefined;
    const [guarded, lazy, words] = [
      columns.guarded.at(position),
      columns.lazy.at(position),
      columns.words.at(position),
    ];
    return {
      path: paths.at(position),
      names: columns.names.at(position),
      ...(guarded.length > 0 && { guarded }),
      ...(lazy.length > 0 && { lazy }),
      ...(words.length > 0 && { words }),
    };
  };
  function* each(): Generator<MentioningFile> {
    for (let position = 0; position < paths.length(); position++) {
      const mention = at(position);
      if (mention !== undefined) yield mention;
    }
  }
  return {
    at,
    find(isIt) {
      for (const mention of each()) if (isIt(mention)) return mention;
      return undefined;
    },
    add(file, { names, guarded, lazy, words }) {
      paths.add(file);
      columns.names.add(names);
      columns.guarded.add(guarded);
      columns.lazy.add(lazy);
      columns.words.add(words);
    },
    [Symbol.iterator]: each,
  };
}

interface PathColumn {
  add(file: MentionedIn): void;
  at(position: number): string;
  length(): number;
}

/** Paths by the places of their entries, which know them: as texts of their own, those of 100,000 files would take 13 MB. */
function pathColumn(layers: readonly LayerIndex[]): PathColumn {
  const places = placeColumn();
  const others = new Map<number, string>();
  const stored = ({ layer, position }: EntryPlace): string => layers[layer]?.entry(position).path ?? '';
  return {
    add({ path, place }) {
      // A hard link shows it under another name.
      if (stored(place) !== path) others.set(places.length, path);
      places.add(place);
    },
    at: (number) => others.get(number) ?? stored(places.at(number)),
    length: () => places.length,
  };
}

interface NumberColumn {
  add(numbers: readonly number[]): void;
  at(position: number): Uint32Array;
}

/** Lists of numbers behind each other, with the end of each. */
function numberColumn(): NumberColumn {
  let ends = new Uint32Array(1024);
  let count = 0;
  let numbers = new Uint32Array(1024);
  return {
    add(more) {
      const start = ends[count - 1] ?? 0;
      const end = start + more.length;
      while (end > numbers.length) numbers = doubled(numbers);
      numbers.set(more, start);
      if (count === ends.length) ends = doubled(ends);
      ends[count] = end;
      count += 1;
    },
    at: (position) => numbers.subarray(ends[position - 1] ?? 0, ends[position]),
  };
}

import type { MentioningFile, Mentions } from './study.ts';

/** What a file names, by the numbers of the names. */
export type MentionedNumbers = {
  readonly [Kind in Exclude<keyof MentioningFile, 'path'>]-?: readonly number[];
};

/** Files with the modules that they name, in columns: typed arrays for each of 30,000 files would take more than what is in them. */
export interface MentionList extends Mentions {
  add(path: string, numbers: MentionedNumbers): void;
}

/** An empty list. */
export function mentionList(): MentionList {
  const paths: string[] = [];
  const columns = {
    names: numberColumn(),
    guarded: numberColumn(),
    lazy: numberColumn(),
    words: numberColumn(),
  };
  const at = (position: number): MentioningFile | undefined => {
    const path = paths[position];
    if (path === undefined) return undefined;
    const [guarded, lazy, words] = [
      columns.guarded.at(position),
      columns.lazy.at(position),
      columns.words.at(position),
    ];
    return {
      path,
      names: columns.names.at(position),
      ...(guarded.length > 0 && { guarded }),
      ...(lazy.length > 0 && { lazy }),
      ...(words.length > 0 && { words }),
    };
  };
  function* each(): Generator<MentioningFile> {
    for (const position of paths.keys()) {
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
    add(path, { names, guarded, lazy, words }) {
      paths.push(path);
      columns.names.add(names);
      columns.guarded.add(guarded);
      columns.lazy.add(lazy);
      columns.words.add(words);
    },
    [Symbol.iterator]: each,
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

function doubled(numbers: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(2 * numbers.length);
  longer.set(numbers);
  return longer;
}

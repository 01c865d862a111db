import type { MentioningFile } from './study.ts';

/** Files with the modules that they name, in two columns: a typed array for each of 30,000 files would take more than what is in them. */
export interface MentionList extends Iterable<MentioningFile> {
  add(path: string, names: Iterable<number>): void;
}

/** An empty list. */
export function mentionList(): MentionList {
  const paths: string[] = [];
  const ends: number[] = [];
  let numbers = new Uint32Array(1024);
  let length = 0;
  return {
    add(path, names) {
      for (const name of names) {
        if (length === numbers.length) {
          const longer = new Uint32Array(2 * length);
          longer.set(numbers);
          numbers = longer;
        }
        numbers[length] = name;
        length += 1;
      }
      paths.push(path);
      ends.push(length);
    },
    *[Symbol.iterator]() {
      for (const [position, path] of paths.entries())
        yield { path, names: numbers.subarray(ends[position - 1] ?? 0, ends[position]) };
    },
  };
}

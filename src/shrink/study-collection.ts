import type { LayerIndex } from '../filetree/index.ts';
import { developmentPurpose, type InstalledDistribution } from '../python/index.ts';
import { type MentionList, mentionList } from './mention-list.ts';
import { type EntryCollection, entryCollection } from './stored-entries.ts';
import type { ElfFacts, ProgramSource, Study } from './study.ts';

/** What is being read out of the layers' files. */
export interface Collection {
  readonly entries: EntryCollection;
  readonly numbers: Map<string, number>;
  readonly mentions: MentionList;
  readonly programSources: ProgramSource[];
  /** Files of distributions that are the application. */
  readonly ownFiles: ReadonlySet<string>;
  /** What counts as a word of `MentioningFile`. */
  readonly words: ReadonlySet<string>;
  /** Classes that write to a tool which is there: `transformers.Trainer`. */
  readonly writers: readonly string[];
  readonly elf: Map<string, ElfFacts>;
  readonly withLoadedLibraries: boolean;
  readonly loadedLibraries: Map<string, string[]>;
  readonly archives: Set<string>;
  readonly stubReaders: Map<string, 'attaches' | 'names'>;
  readonly digests: Map<string, string>;
  runTimeCompilation: string | undefined;
}

/** Nothing yet. Libraries that are loaded while something runs are looked for where they are asked for. */
export function newCollection(
  layers: readonly LayerIndex[],
  distributions: readonly InstalledDistribution[],
  withLoadedLibraries: boolean,
): Collection {
  return {
    entries: entryCollection(),
    numbers: new Map(),
    mentions: mentionList(layers),
    programSources: [],
    ownFiles: new Set(distributions.filter(({ isOwn }) => isOwn === true).flatMap(({ files }) => files)),
    words: new Set(
      distributions.flatMap(({ modules, entryPoints }) => [...modules, ...Object.keys(entryPoints)]),
    ),
    writers: distributions.flatMap(({ name }) => developmentPurpose(name)?.loggedToBy ?? []),
    elf: new Map(),
    withLoadedLibraries,
    loadedLibraries: new Map(),
    archives: new Set(),
    stubReaders: new Map(),
    digests: new Map(),
    runTimeCompilation: undefined,
  };
}

/** Notes a library that a file loads while it runs. */
export function addLoaded(into: Collection, name: string, path: string): void {
  const known = into.loadedLibraries.get(name);
  if (known === undefined) into.loadedLibraries.set(ownText(name), [path]);
  else known.push(path);
}

/** Copies, as a part of a text keeps the whole of it in memory. */
export function ownTexts(texts: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...texts].map(ownText));
}

function ownText(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** The number of a module's name, the same each time. */
export function numberOf(numbers: Map<string, number>, name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  // A copy, as a part of a text keeps the whole of it in memory.
  numbers.set(ownText(name), numbers.size);
  return numbers.size - 1;
}

/** What was collected. */
export function finished(found: Collection): Study {
  const { numbers, ownFiles: _, words: __, writers: ___, withLoadedLibraries: ____, ...rest } = found;
  return { ...rest, names: [...numbers.keys()] };
}

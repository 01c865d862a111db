import type { StripPlan, StripRefusal } from './elf/plan-strip.ts';
import type { StoredEntries } from './stored-entries.ts';

/** What a library or program needs, and what it would be without debugging information. */
export interface ElfFacts {
  /** Names of libraries it is linked with. */
  readonly needed: readonly string[];
  /** Where it looks for them first, `$ORIGIN` as it stands there; absent where it says nothing. */
  readonly folders?: readonly string[];
  /** Absent where there is nothing to strip. */
  readonly strip?: StripPlan | StripRefusal;
}

/** The modules that one Python file names, by their numbers in `Study.names`. */
export interface MentioningFile {
  readonly path: string;
  readonly names: Uint32Array;
  /** Those of `names` that it is prepared to do without; absent where there are none. */
  readonly guarded?: Uint32Array;
  /** Those of `names` that only its functions import; absent where there are none. */
  readonly lazy?: Uint32Array;
  /** Strings in it that are a top-level module, or a group of entry points, and nothing else; absent where there are none. */
  readonly words?: Uint32Array;
}

/** Files that name modules, each made when it is asked for. */
export interface Mentions extends Iterable<MentioningFile> {
  at(position: number): MentioningFile | undefined;
  find(isIt: (mention: MentioningFile) => boolean): MentioningFile | undefined;
}

/** A script, or a Python file of the application, with the programs that it may start. */
export interface ProgramSource {
  readonly path: string;
  /** The words of its first line behind `#!`; absent where there is no such line. */
  readonly interpreter?: readonly string[];
  readonly programs: ReadonlySet<string>;
}

/** What was read out of the layers' files, once. */
export interface Study {
  /** The entries behind visible paths; of base layers only directories. */
  readonly entries: StoredEntries;
  readonly names: readonly string[];
  readonly mentions: Mentions;
  readonly programSources: readonly ProgramSource[];
  /** By visible path. */
  readonly elf: ReadonlyMap<string, ElfFacts>;
  /**
   * Libraries that files load while they run, with one that does: `libcuda.so.1` that a library has in its strings beside `dlopen`,
   * `magic` of `find_library("magic")`. Empty unless asked for.
   */
  readonly loadedLibraries: ReadonlyMap<string, readonly string[]>;
  /** Visible files that are `ar` archives. */
  readonly archives: ReadonlySet<string>;
  /** The sha256 of files that another one may be a copy of, by visible path. */
  readonly digests: ReadonlyMap<string, string>;
  /** Python sources that read type stubs while they run: that attach them to their package as lazy loaders do, or only name such files. */
  readonly stubReaders: ReadonlyMap<string, 'attaches' | 'names'>;
  /** A file of the application that makes something compile while it runs; undefined where none does. */
  readonly runTimeCompilation: string | undefined;
}

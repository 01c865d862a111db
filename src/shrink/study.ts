import type { StripPlan, StripRefusal } from './elf/plan-strip.ts';
import type { StoredEntries } from './stored-entries.ts';

/** What a library or program needs, and what it would be without debugging information. */
export interface ElfFacts {
  /** Names of libraries it is linked with. */
  readonly needed: readonly string[];
  /** Absent where there is nothing to strip. */
  readonly strip?: StripPlan | StripRefusal;
}

/** The modules that one Python file names, by their numbers in `Study.names`. */
export interface MentioningFile {
  readonly path: string;
  readonly names: Uint32Array;
}

/** What was read out of the layers' files, once. */
export interface Study {
  /** The entries behind visible paths; of base layers only directories. */
  readonly entries: StoredEntries;
  readonly names: readonly string[];
  /** Each made when it is asked for. */
  readonly mentions: Iterable<MentioningFile>;
  /** By visible path. */
  readonly elf: ReadonlyMap<string, ElfFacts>;
  /** Visible files that are `ar` archives. */
  readonly archives: ReadonlySet<string>;
  /** The sha256 of files that another one may be a copy of, by visible path. */
  readonly digests: ReadonlyMap<string, string>;
  /** Python sources that read type stubs while they run: that attach them to their package as lazy loaders do, or only name such files. */
  readonly stubReaders: ReadonlyMap<string, 'attaches' | 'names'>;
  /** A file of the application that makes something compile while it runs; undefined where none does. */
  readonly runTimeCompilation: string | undefined;
}

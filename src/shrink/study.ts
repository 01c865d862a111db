import type { TarEntry } from '../tar/index.ts';
import type { StripPlan, StripRefusal } from './elf/plan-strip.ts';

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

/** A script, or a Python file of the application, with the programs that it may start. */
export interface ProgramSource {
  readonly path: string;
  /** The words of its first line behind `#!`; absent where there is no such line. */
  readonly interpreter?: readonly string[];
  readonly programs: ReadonlySet<string>;
}

/** What was read out of the layers' files, once. */
export interface Study {
  /** The entry of the layer's tar behind a visible path, by `placeKey`; of base layers only what was asked for. */
  readonly entries: ReadonlyMap<string, TarEntry>;
  readonly names: readonly string[];
  readonly mentions: readonly MentioningFile[];
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
  /** A file of the application that makes something compile while it runs; undefined where none does. */
  readonly runTimeCompilation: string | undefined;
}

/** One text for an entry's place. */
export function placeKey({ layer, position }: { readonly layer: number; readonly position: number }): string {
  return `${layer}:${position}`;
}

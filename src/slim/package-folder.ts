import type { Table } from './toml-table.ts';

/** What building a package takes out of its folder: its own folders and modules, and why something of them may be left out. */
export interface PackageContents {
  /** Paths in the build context: `src/stopwords`, `units.py`. */
  readonly roots: readonly string[];
  /** In words that follow `because`; undefined when all of it is taken. */
  readonly because: string | undefined;
}

/** A folder with a manifest, as the rules for its contents see it. */
export interface PackageFolder {
  readonly folder: string;
  readonly pyproject: Table;
  /** Files of the build context below the folder, by paths relative to it. */
  readonly files: readonly string[];
  /** The text of a manifest beside `pyproject.toml`: `setup.cfg`, `MANIFEST.in`. */
  readonly textOf: (name: string) => string | undefined;
}

/** Whose package database a package stands in. */
export type PackageDatabase = 'dpkg' | 'apk' | 'rpm' | 'conda';

/** A package as its database tells, before its files are looked up in the root file system. */
export interface InstalledPackage {
  readonly manager: PackageDatabase;
  readonly name: string;
  /** As the database's own tools compare it: `2:1.4-3.el9` of rpm, without the build of Conda. */
  readonly version: string;
  readonly architecture?: string;
  /** The source package that it was built from, where it has another name. */
  readonly sourceName?: string;
  /** The build of a Conda package: `py311h24aa872_0`. */
  readonly build?: string;
  /** The environment that a Conda package is in: `opt/conda`. */
  readonly environment?: string;
  /** Paths as the database lists them (without leading slash), directories among them. */
  readonly listed: readonly string[];
}

/** A database, or a part of one, that is in the image and could not be read. */
export interface UnreadableDatabase {
  readonly path: string;
  /** What is wrong with it, as a clause without a full stop. */
  readonly reason: string;
}

/** Where the readers of databases get contents from, and leave word of what they could not read. */
export interface PackageSource {
  /** Whether the root file system shows a file (not a link) at `path`. */
  has(path: string): boolean;
  /** The content of a file; where the image has it but it was not captured, that is noted and the answer is undefined. */
  content(path: string): Uint8Array | undefined;
  /** The same, decoded. */
  text(path: string): string | undefined;
  /** The paths of the visible files of databases that match, in order. */
  paths(wants: (path: string) => boolean): string[];
  note(path: string, reason: string): void;
}

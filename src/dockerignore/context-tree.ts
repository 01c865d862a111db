import { posix } from 'node:path';

/** A file as far as suggestions look at it. */
export interface SentFile {
  /** Relative to the context, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** The files of a context by directory. */
export interface ContextTree {
  readonly files: readonly SentFile[];
  /** Every directory that holds a file at some depth, parents before children. */
  readonly directories: readonly string[];
  /** All files below a directory, at any depth. */
  filesBelow(directory: string): readonly SentFile[];
  fileAt(path: string): SentFile | undefined;
}

/** Groups files by the directories that hold them. */
export function contextTree(files: readonly SentFile[]): ContextTree {
  const below = new Map<string, SentFile[]>();
  const byPath = new Map(files.map((file) => [file.path, file]));
  for (const file of files) {
    for (let parent = posix.dirname(file.path); parent !== '.'; parent = posix.dirname(parent)) {
      const list = below.get(parent);
      if (list === undefined) below.set(parent, [file]);
      else list.push(file);
    }
  }
  return {
    files,
    directories: [...below.keys()].sort(),
    filesBelow: (directory) => below.get(directory) ?? [],
    fileAt: (path) => byPath.get(path),
  };
}

/** The directories that `isWanted`, without those that lie in another one of them. */
export function topDirectories(
  tree: ContextTree,
  isWanted: (directory: string) => boolean,
): readonly string[] {
  const found = new Set<string>();
  for (const directory of tree.directories) {
    if (!hasParentIn(directory, found) && isWanted(directory)) found.add(directory);
  }
  return [...found];
}

/** Whether one of the path's parent directories is in `directories`. */
export function hasParentIn(path: string, directories: ReadonlySet<string>): boolean {
  for (let parent = posix.dirname(path); parent !== '.'; parent = posix.dirname(parent)) {
    if (directories.has(parent)) return true;
  }
  return false;
}

/** A path as a pattern that matches it: special characters escaped; white space at the ends and line ends, which a line cannot hold, as `?`. */
export function exactPattern(path: string): string {
  const escaped = path.replaceAll(/[\\*?[\]^]/g, '\\$&').replace(/^[!#]/, '\\$&');
  return escaped.replaceAll(/^[\s\u0085]+|[\s\u0085]+$|[\r\n]/g, (space) => '?'.repeat(space.length));
}

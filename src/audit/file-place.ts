/** A path in two parts: `usr/bin/` and `sh`; the directory of a file in the root is empty. */
export interface FilePlace {
  readonly directory: string;
  readonly name: string;
}

/** Splits paths; files of one directory that follow each other get the very same string for it. */
export function placeFinder(): (path: string) => FilePlace {
  let directory = '';
  return (path) => {
    const end = path.lastIndexOf('/') + 1;
    if (end !== directory.length || !path.startsWith(directory)) directory = path.slice(0, end);
    return { directory, name: path.slice(end) };
  };
}

/**
 * Judges directories, each once for all the files in it that follow each other: an image has 20 files a directory, and
 * patterns over whole paths are what an audit spends its time on.
 */
export function onceADirectory<T>(judge: (directory: string) => T): (directory: string) => T {
  let last: { readonly directory: string; readonly answer: T } | undefined;
  return (directory) => {
    if (last === undefined || last.directory !== directory) last = { directory, answer: judge(directory) };
    return last.answer;
  };
}

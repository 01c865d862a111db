/** Files by the folder that holds them all. */
export interface WrittenFiles {
  /** Without a slash at the end; empty where there is none. */
  readonly folder: string;
  /** Relative to the folder. */
  readonly names: readonly string[];
}

/** Takes the folder that all files have in common out of their paths. */
export function writtenFiles(files: readonly string[]): WrittenFiles {
  const [first = '', ...others] = files;
  const parts = first.split('/').slice(0, -1);
  const isBelow = (count: number): boolean =>
    others.every((file) => file.startsWith(`${parts.slice(0, count).join('/')}/`));
  let count = parts.length;
  while (count > 0 && !isBelow(count)) count -= 1;
  const folder = parts.slice(0, count).join('/');
  return { folder, names: files.map((file) => (folder === '' ? file : file.slice(folder.length + 1))) };
}

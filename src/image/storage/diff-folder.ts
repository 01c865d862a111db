import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
const folderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
/** A fifo in place of a file must not hold this process up. */
const fileFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

/** Each part of a path is a folder that stays open while its files are read. */
const mostDepth = 200;

/**
 * The files below a folder that nobody is trusted to have filled well: each part of a path is opened from the one before, so that no symlink
 * leads out of it, not even one that appears meanwhile. Names are those of a tar, byte for byte. Linux only.
 */
export class DiffFolder {
  readonly #root: string;
  readonly #prefix: readonly string[];
  readonly #open: { readonly part: string; readonly fd: number }[] = [];
  #rootFd: number | undefined;

  /** `prefix` leads from `root` to the folder; below `root`, symlinks are followed nowhere. */
  constructor(root: string, prefix: readonly string[]) {
    this.#root = root;
    this.#prefix = prefix;
  }

  /** Opens a plain file of that length. Throws where there is none, or a part of its path is no folder. */
  open(name: string, sizeBytes: number): number {
    const fd = openSync(this.#place(name), fileFlags);
    const found = fstatSync(fd);
    if (found.isFile() && found.size === sizeBytes) return fd;
    closeSync(fd);
    throw otherFile(name, sizeBytes);
  }

  /** Throws where `open` would, but for what this user may not read. */
  check(name: string, sizeBytes: number): void {
    const found = lstatSync(this.#place(name));
    if (!found.isFile() || found.size !== sizeBytes) throw otherFile(name, sizeBytes);
  }

  close(): void {
    this.#closeFrom(0);
    if (this.#rootFd !== undefined) closeSync(this.#rootFd);
    this.#rootFd = undefined;
  }

  /** The path of a file from its own folder, which is open then. */
  #place(name: string): Buffer {
    const parts = [...this.#prefix, ...pathParts(name)];
    const last = parts.pop() ?? '';
    let depth = 0;
    while (depth < parts.length && this.#open[depth]?.part === parts[depth]) depth += 1;
    this.#closeFrom(depth);
    this.#rootFd ??= openSync(this.#root, O_RDONLY | O_DIRECTORY);
    let fd = this.#open[depth - 1]?.fd ?? this.#rootFd;
    for (const part of parts.slice(depth)) {
      fd = openSync(within(fd, part), folderFlags);
      this.#open.push({ part, fd });
    }
    return within(fd, last);
  }

  #closeFrom(depth: number): void {
    for (const { fd } of this.#open.splice(depth)) closeSync(fd);
  }
}

/** Node has no `openat`. */
function within(fd: number, part: string): Buffer {
  return Buffer.from(`/proc/self/fd/${fd}/${part}`, 'latin1');
}

/** The parts of a tar's name, as unpacking cleans it. Throws for one that leads out of the folder. */
export function pathParts(name: string): readonly string[] {
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (parts.pop() === undefined) throw new Error(`${shown(name)} leads out of the layer`);
    } else parts.push(part);
  }
  if (parts.length === 0 || parts.length > mostDepth || name.includes('\0')) {
    throw new Error(`${shown(name)} is no name of a file`);
  }
  return parts;
}

function otherFile(name: string, sizeBytes: number): Error {
  return new Error(`${shown(name)} is not the file of ${sizeBytes} bytes that the engine stored`);
}

/** Names are kept byte by byte. */
export function shown(name: string): string {
  return JSON.stringify(Buffer.from(name, 'latin1').toString()).slice(1, -1);
}

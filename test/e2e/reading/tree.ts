import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  type IndexedImage,
  indexImage,
  type RootFileSystem,
  type VisibleEntry,
} from '../../../src/filetree/index.ts';
import type { Image } from '../../../src/image/index.ts';
import { encodeName } from '../../../src/tar/index.ts';
import { run } from './programs.ts';

// What both sides say of a file: path, type, mode, owner, time, length and hash of the content, extended attributes, its other names.
//   bin/sh file 755 0:0 @1700000000 1982256 0a1b2c3d4e5f {user.note=00ff} = bin/ls,bin/sh
//   null character-device 644 0:0 @1700000000 1:3

const bigBytes = 8 * 1024 * 1024;

/** What an image shows by our reading, a line a name, in the order of the names. */
export async function ourTree(image: Image): Promise<string[]> {
  const { root }: IndexedImage = await indexImage(image, {
    capture: { key: 'all', wants: () => true, maxBytes: bigBytes },
  });
  const files = [...root.entries()].map((visible) => ({ visible, target: linkedEntry(root, visible) }));
  const groups = new Map<string, string[]>();
  for (const { visible, target } of files) {
    const key = target.entry.path;
    groups.set(key, [...(groups.get(key) ?? []), shown(visible.entry.path)]);
  }
  return files
    .map(({ visible, target }) =>
      lineOf(root, visible, { target, names: groups.get(target.entry.path) ?? [] }),
    )
    .sort();
}

/** What a directory on the disk shows. */
export async function diskTree(directory: string): Promise<string[]> {
  const listed = await run('python3', [join(import.meta.dirname, 'list-tree.py'), directory]);
  return listed
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

/** Takes the times of directories away: not every tool keeps them when something is added to a directory later. */
export function withoutDirectoryTimes(lines: readonly string[]): string[] {
  return lines.map((line) => (/^\S+ directory /.test(line) ? line.replace(/ @-?\d+$/, '') : line));
}

/** Takes away the extended attributes that `docker export` leaves out: all but capabilities (moby, `pkg/archive`). */
export function withoutAttributes(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/ \{(?!security\.capability=)[^ }]*\}/g, ''));
}

/** The entry that stands for the inode: a hard link's target, which may be a link itself. */
function linkedEntry(root: RootFileSystem, visible: VisibleEntry): VisibleEntry {
  let current = visible;
  for (let hop = 0; hop < 40 && current.entry.type === 'hardlink'; hop++) {
    const next = root.get(current.entry.linkTarget ?? '');
    if (next === undefined) return current;
    current = next;
  }
  return current;
}

function lineOf(
  root: RootFileSystem,
  { entry }: VisibleEntry,
  inode: { readonly target: VisibleEntry; readonly names: readonly string[] },
): string {
  const { type } = inode.target.entry;
  const words = [shown(entry.path), type];
  if (type !== 'symlink') words.push(entry.mode.toString(8));
  words.push(`${entry.uid}:${entry.gid}`, `@${Math.floor(entry.mtimeSeconds)}`);
  if (type === 'file') words.push(contentOf(root.content(entry.path)));
  if (type === 'symlink') words.push(`-> ${shown(inode.target.entry.linkTarget ?? '')}`);
  const { device, attributes } = inode.target.entry;
  if (device !== undefined) words.push(device);
  words.push(...Object.entries(attributes ?? {}).map(([key, value]) => `{${shown(key)}=${value}}`));
  if (type !== 'directory' && inode.names.length > 1) words.push(`= ${inode.names.toSorted().join(',')}`);
  return words.join(' ');
}

function contentOf(content: Uint8Array | undefined): string {
  if (content === undefined) return 'big';
  return `${content.length} ${createHash('sha256').update(content).digest('hex').slice(0, 12)}`;
}

function shown(name: string): string {
  const bytes = encodeName(name).toString('latin1');
  return bytes.replace(
    /[^\x21-\x7e]|\\/g,
    (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

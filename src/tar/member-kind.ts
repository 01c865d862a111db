import type { TarEntryType } from './tar-entry.ts';

/** What a type flag stands for. */
export type MemberKind =
  | TarEntryType
  | 'old-file'
  | 'gnu-sparse'
  | 'dump-directory'
  | 'extension'
  | 'ignored'
  | 'multi-volume';

const memberKinds: Readonly<Record<string, MemberKind>> = {
  '\0': 'old-file',
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
  D: 'dump-directory',
  S: 'gnu-sparse',
  x: 'extension',
  X: 'extension',
  g: 'extension',
  L: 'extension',
  K: 'extension',
  // A volume label, and Solaris' access control lists and extended attributes.
  V: 'ignored',
  A: 'ignored',
  E: 'ignored',
  M: 'multi-volume',
};

/** Reads a type flag; POSIX: an unknown type is to be treated as a regular file. */
export function memberKind(typeFlag: string): MemberKind {
  return memberKinds[typeFlag] ?? 'file';
}

import { lstat, open, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';

// 7f 45 4c 46 | class (2: 64 bit) | data (1: little endian) | … | at 18: machine (2 bytes)

const headerBytes = 20;

/** Machine numbers of the ELF specification, and what Go and image platforms call them, by bits and byte order. */
const machines: Readonly<Record<number, (is64: boolean, isLittle: boolean) => string>> = {
  3: () => '386',
  8: (is64, isLittle) => `mips${is64 ? '64' : ''}${isLittle ? 'le' : ''}`,
  21: (_, isLittle) => (isLittle ? 'ppc64le' : 'ppc64'),
  22: () => 's390x',
  40: () => 'arm',
  62: () => 'amd64',
  183: () => 'arm64',
  243: () => 'riscv64',
  258: () => 'loong64',
};

/** The architecture that a root file system is for, by its `/bin/sh`; undefined when there is none or it is no known ELF. */
export async function shellArchitecture(root: string): Promise<string | undefined> {
  const path = await resolveInside(root, 'bin/sh');
  if (path === undefined) return undefined;
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const header = Buffer.alloc(headerBytes);
    const { bytesRead } = await file.read(header, 0, headerBytes, 0);
    if (bytesRead < headerBytes || header.readUInt32BE(0) !== 0x7f454c46) return undefined;
    const isLittle = header[5] === 1;
    const machine = isLittle ? header.readUInt16LE(18) : header.readUInt16BE(18);
    return machines[machine]?.(header[4] === 2, isLittle);
  } finally {
    await file.close();
  }
}

/** As many links as Linux follows (path_resolution(7)). */
const mostLinks = 40;

/** Where a path leads when `root` is the root, so that absolute links stay inside; undefined unless to a file. */
async function resolveInside(root: string, path: string): Promise<string | undefined> {
  let pending = path.split('/');
  let done = '/';
  for (let links = 0; pending.length > 0; ) {
    const [name = '', ...rest] = pending;
    const next = posix.join(done, name);
    const stats = await lstat(join(root, next)).catch(() => undefined);
    if (stats === undefined) return undefined;
    pending = rest;
    if (!stats.isSymbolicLink()) {
      done = next;
      if (rest.length === 0 && !stats.isFile()) return undefined;
      continue;
    }
    links += 1;
    if (links > mostLinks) return undefined;
    const target = await readlink(join(root, next));
    if (target.startsWith('/')) done = '/';
    pending = [...target.split('/').filter((part) => part !== '' && part !== '.'), ...rest];
  }
  return join(root, done);
}

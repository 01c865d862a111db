import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory and those above it that are missing; one that is there is fine. Throws the system's error. Node's own
 * `recursive` never ends where the parent is there and still nothing can be made in it (below /proc).
 */
export function makeDirectory(path: string): void {
  if (make(path) !== 'no parent') return;
  const parent = dirname(path);
  if (parent !== path) makeDirectory(parent);
  mkdirSync(path);
}

function make(path: string): 'made' | 'no parent' {
  try {
    mkdirSync(path);
    return 'made';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return 'no parent';
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return 'made';
    throw error;
  }
}

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Vitest's global setup: gives the tests a folder for temporary files, and removes it with all that they left. Containers and other
 * users may look into it, as into `/tmp`; its name is short, as sockets may lie below it (unix(7): 107 bytes).
 */
export function setup(): () => void {
  const before = process.env['TMPDIR'];
  const folder = mkdtempSync(join(tmpdir(), 'pt-'));
  chmodSync(folder, 0o755);
  // Workers are started later, with this environment.
  process.env['TMPDIR'] = folder;
  return () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(folder, { recursive: true, force: true });
  };
}

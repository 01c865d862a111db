import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from './steps.ts';

/**
 * Writes the raw exports and notebook outputs of an example that lie beside its sources on a developer's disk
 * and are too large for git. Does nothing when they are there, or when the example has none.
 */
export async function ensureExampleData(example: string): Promise<void> {
  const isThere = (folder: string, name: string): Promise<boolean> =>
    readdir(folder).then(
      (names) => names.includes(name),
      () => false,
    );
  if (!(await isThere(join(example, 'data'), 'export_raw.py'))) return;
  if (await isThere(join(example, 'data'), 'raw')) return;
  await mustRun('python3', [join(example, 'data', 'export_raw.py')], {
    hint: 'The example writes its own data with Python; install python3.',
  });
}

import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { UserError } from '../../src/base/index.ts';
import { type Log, mustRun, timed } from './steps.ts';

/** Every executable of that name on the path, in the order in which a shell would find them. */
export async function programsNamed(name: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
  const folders = [...new Set([...(environment['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin'])];
  const found: string[] = [];
  for (const folder of folders.filter((one) => one !== '')) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) found.push(path);
  }
  return found;
}

/**
 * Makes sure that programs are there, installing the Debian packages that bring them where that is possible
 * (root, apt). `needed` maps a program to its package. Rejects with a `UserError` that names the command to run.
 */
export async function ensurePrograms(
  needed: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv,
  log: Log,
): Promise<void> {
  const missing: string[] = [];
  for (const [program, debianPackage] of Object.entries(needed)) {
    if ((await programsNamed(program, environment)).length === 0) missing.push(debianPackage);
  }
  if (missing.length === 0) return;
  const hint = `Run: apt-get update && apt-get install --no-install-recommends ${missing.join(' ')}`;
  const hasApt = (await programsNamed('apt-get', environment)).length > 0;
  if (process.getuid?.() !== 0 || !hasApt) {
    throw new UserError(
      `The lab needs ${missing.join(', ')}, and may not install it (not root, or no apt).`,
      {
        hint,
      },
    );
  }
  await timed(log, `Installing ${missing.join(', ')}`, async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await mustRun('apt-get', ['update', '-qq'], { env, hint });
    await mustRun('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env, hint });
  });
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { writeFileWhole } from '../../src/base/index.ts';
import { startInBackground } from './background.ts';
import type { LabState } from './state.ts';

/** Starts Debian's `docker-registry` on loopback, with its store below `folder`. */
export async function startRegistry(
  folder: string,
  port: number,
): Promise<NonNullable<LabState['registry']>> {
  await mkdir(join(folder, 'store'), { recursive: true });
  const settings = join(folder, 'config.yml');
  await writeFileWhole(
    settings,
    stringify({
      version: '0.1',
      log: { level: 'warn', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, 'store') }, delete: { enabled: true } },
      http: { addr: `127.0.0.1:${port}` },
    }),
  );
  const program = await startInBackground({
    title: 'The local registry',
    command: 'docker-registry',
    args: ['serve', settings],
    logFile: join(folder, 'registry.log'),
    mark: settings,
    isReady: () => answers(`http://127.0.0.1:${port}/v2/`),
    patienceSeconds: 20,
  });
  return { ...program, port };
}

async function answers(address: string): Promise<boolean> {
  return fetch(address, { signal: AbortSignal.timeout(1000) }).then(
    (response) => response.ok,
    () => false,
  );
}

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endProgram, isRunning, startInBackground } from './background.ts';
import type { LabEngine } from './engine.ts';
import type { LabPaths } from './paths.ts';
import { startRegistry } from './registry.ts';
import { type LabState, noteState, readState } from './state.ts';

/** Ports that are used when they are free: the index's stands in the stand-ins' pip settings, so it should not change. */
const usualPorts = { index: 18484, registry: 18485 };

/** The package index, started when it does not run at the address where this engine's containers look for it. */
export async function ensureIndex(
  paths: LabPaths,
  engine: LabEngine,
): Promise<NonNullable<LabState['index']>> {
  const addresses = [...new Set([engine.bridgeAddress, '127.0.0.1'])];
  const running = (await readState(paths.stateFile)).index;
  if (running !== undefined && (await isRunning(running))) {
    if (addresses.every((address) => running.addresses.includes(address))) return running;
    await endProgram(running);
  }
  const port = await portFor(usualPorts.index);
  const mark = `--id=${randomBytes(6).toString('hex')}`;
  const script = fileURLToPath(new URL('index-server.ts', import.meta.url));
  const program = await startInBackground({
    title: 'The package index',
    command: process.execPath,
    args: [script, paths.wheels, String(port), ...addresses, mark],
    logFile: join(paths.logs, 'index-server.log'),
    mark,
    isReady: async () => {
      const answers = await Promise.all(
        addresses.map((address) =>
          fetch(`http://${address}:${port}/`, { signal: AbortSignal.timeout(1000) }).then(
            async (response) => (await response.text()) === paths.wheels,
            () => false,
          ),
        ),
      );
      return answers.every((answer) => answer);
    },
    patienceSeconds: 20,
  });
  const index = { ...program, port, addresses };
  await noteState(paths.stateFile, { index });
  return index;
}

/** The local registry, started when it does not run. */
export async function ensureRegistry(paths: LabPaths): Promise<NonNullable<LabState['registry']>> {
  const running = (await readState(paths.stateFile)).registry;
  if (running !== undefined && (await isRunning(running))) return running;
  const registry = await startRegistry(paths.registry, await portFor(usualPorts.registry));
  await noteState(paths.stateFile, { registry });
  return registry;
}

/** The wanted port when nobody listens there, else one that the system chooses. */
async function portFor(wanted: number): Promise<number> {
  const tryPort = (port: number): Promise<number | undefined> =>
    new Promise((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(undefined));
      server.listen(port, '0.0.0.0', () => {
        const address = server.address();
        const got = typeof address === 'object' && address !== null ? address.port : port;
        server.close(() => resolve(got));
      });
    });
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted;
}

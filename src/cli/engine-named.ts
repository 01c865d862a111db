import { UserError } from '../base/index.ts';
import type { Engine } from '../engines/index.ts';
import type { CliEnvironment } from './environment.ts';

/** The engines that a person names in front of a reference. */
export type EngineKind = 'docker' | 'podman';

/** Found once a command: each search starts several programs. */
const found = new WeakMap<CliEnvironment, Map<EngineKind, Promise<Engine>>>();

/** The engine of that kind that answers here; throws a `UserError` with all reasons when none does. */
export async function engineNamed(kind: EngineKind, environment: CliEnvironment): Promise<Engine> {
  const known = found.get(environment) ?? new Map<EngineKind, Promise<Engine>>();
  found.set(environment, known);
  const engine = known.get(kind) ?? findEngine(kind, environment);
  known.set(kind, engine);
  return await engine;
}

async function findEngine(kind: EngineKind, environment: CliEnvironment): Promise<Engine> {
  const { findEngines } = await import('../engines/index.ts');
  const { engines, refusals } = await findEngines({
    environment: environment.variables,
    only: [kind],
    // Its images are read, loaded and run, never built.
    mayLackBuilder: true,
    signal: environment.signal,
  });
  const [engine] = engines;
  if (engine !== undefined) return engine;
  const reasons = refusals.map((refusal) => `${refusal.title}: ${refusal.reason}`).join('; ');
  throw new UserError(`No ${kind} engine answers${reasons === '' ? '' : ` (${reasons})`}.`, {
    hint: refusals[0]?.hint ?? 'Name a file instead: docker-archive:FILE, oci:DIR or oci-archive:FILE.',
  });
}

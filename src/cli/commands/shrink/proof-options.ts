import { z } from 'zod';
import { UserError } from '../../../base/index.ts';
import type { EngineName } from '../../../engines/index.ts';
import { type Probe, parseProbe } from '../../../verify/index.ts';
import { nameValues } from '../../name-values.ts';

const texts = z.array(z.string()).default([]);

// Named as those of `slim`.
const schema = z.object({
  verify: z.boolean().default(false),
  engine: z.enum(['docker', 'podman', 'buildah']).optional(),
  env: texts,
  probe: texts,
  port: z
    .array(
      z.coerce
        .number({ error: '--port must be a number' })
        .int('--port must be a whole number')
        .min(1, '--port must be 1 at least')
        .max(65535, '--port must be 65535 at most'),
    )
    .default([]),
  health: z.string().startsWith('/', '--health must be a path that starts with /').optional(),
  startTimeout: z.coerce
    .number({ error: '--start-timeout must be a number' })
    .positive('--start-timeout must be more than 0')
    .optional(),
});

/** How the original and the new image are compared while they run. */
export interface ProofOptions {
  readonly engine: EngineName | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly probes: readonly Probe[];
  readonly ports: readonly number[];
  readonly health: string | undefined;
  readonly startSeconds: number;
}

/** What is asked for with `--verify`; undefined without it. Throws a `UserError` for an option that has no meaning then. */
export function proofOptions(given: unknown): ProofOptions | undefined {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new UserError(parsed.error.issues.map((issue) => issue.message).join('; '));
  const { verify, engine, env, probe, port, health, startTimeout } = parsed.data;
  if (!verify) {
    const [useless] = Object.entries({ engine, env, probe, port, health, 'start-timeout': startTimeout })
      .filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value !== undefined))
      .map(([name]) => name);
    if (useless === undefined) return undefined;
    throw new UserError(`--${useless} has no meaning without --verify`);
  }
  return {
    engine,
    env: nameValues(env, '--env'),
    probes: probe.map(parseProbe),
    ports: port,
    health,
    startSeconds: startTimeout ?? 300,
  };
}

import { z } from 'zod';
import { UserError } from '../../../base/index.ts';
import type { EngineName } from '../../../engines/index.ts';

// Named as those of `slim`.
const schema = z.object({
  verify: z.boolean().default(false),
  engine: z.enum(['docker', 'podman', 'buildah']).optional(),
  health: z.string().startsWith('/', '--health must be a path that starts with /').optional(),
  startTimeout: z.coerce
    .number({ error: '--start-timeout must be a number' })
    .positive('--start-timeout must be more than 0')
    .optional(),
});

/** How the original and the new image are compared while they run, beside what they are asked. */
export interface ProofOptions {
  readonly engine: EngineName | undefined;
  readonly health: string | undefined;
  readonly startSeconds: number;
}

/** What is asked for with `--verify`; undefined without it. Throws a `UserError` for an option that has no meaning then. */
export function proofOptions(given: unknown): ProofOptions | undefined {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new UserError(parsed.error.issues.map((issue) => issue.message).join('; '));
  const { verify, engine, health, startTimeout } = parsed.data;
  if (!verify) {
    const [useless] = Object.entries({ engine, health, 'start-timeout': startTimeout })
      .filter(([, value]) => value !== undefined)
      .map(([name]) => name);
    if (useless === undefined) return undefined;
    throw new UserError(`--${useless} has no meaning without --verify`);
  }
  return {
    engine,
    health,
    startSeconds: startTimeout ?? 300,
  };
}

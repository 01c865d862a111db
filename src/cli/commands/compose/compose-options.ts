import { z } from 'zod';
import { UserError } from '../../../base/index.ts';
import { formatPlatform, parsePlatform } from '../../../image/index.ts';

/** The options of `plimsoll compose`, checked. */
export interface ComposeOptions {
  readonly directory: string;
  readonly file?: string | undefined;
  readonly dockerfile?: string | undefined;
  readonly service: readonly string[];
  readonly target: 'cpu' | 'gpu' | 'auto';
  /** `linux/amd64`, also where only `amd64` was given. */
  readonly platform?: string | undefined;
  readonly port?: number | undefined;
  readonly health?: string | undefined;
  /** `4g`. */
  readonly memory?: string | undefined;
  readonly cpus?: string | undefined;
  readonly fix: boolean;
  readonly write: boolean;
  readonly json: boolean;
}

const schema: z.ZodType<ComposeOptions> = z.object({
  directory: z.string(),
  file: z.string().optional(),
  dockerfile: z.string().optional(),
  service: z.array(z.string()).default([]),
  target: z.enum(['cpu', 'gpu', 'auto']),
  platform: z.string().optional(),
  port: z.coerce
    .number({ error: '--port must be a number' })
    .int('--port must be a whole number')
    .min(1, '--port must be 1 at least')
    .max(65535, '--port must be 65535 at most')
    .optional(),
  health: z.string().startsWith('/', '--health must be a path that starts with /').optional(),
  memory: z
    .string()
    .regex(/^[1-9]\d*(\.\d+)?([bkmg]|kb|mb|gb)$/i, '--memory must be a size with its unit: 512m, 4g')
    .optional(),
  cpus: z
    .string()
    .regex(/^(?!0+(\.0*)?$)\d+(\.\d+)?$/, '--cpus must be a number above 0: 2, 0.5')
    .optional(),
  fix: z.boolean().default(false),
  write: z.boolean().default(false),
  json: z.boolean().default(false),
});

/** Checks what the command line gave; throws a `UserError` that names the option. */
export function parseComposeOptions(given: unknown): ComposeOptions {
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new UserError(parsed.error.issues.map((issue) => issue.message).join('; '), {
      hint: 'plimsoll compose --help lists the options.',
    });
  }
  const { platform } = parsed.data;
  return {
    ...parsed.data,
    platform: platform === undefined ? undefined : formatPlatform(parsePlatform(platform)),
  };
}

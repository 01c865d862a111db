import { z } from 'zod';
import { UserError } from '../../../base/index.ts';
import { type Platform, parsePlatform } from '../../../image/index.ts';

const schema = z
  .object({
    subject: z.string().min(1),
    file: z.string().optional(),
    requirement: z.array(z.string()).default([]),
    python: z
      .string()
      .regex(/^3\.\d{1,2}$/, '--python must be a version such as 3.11')
      .optional(),
    target: z.enum(['cpu', 'gpu', 'auto']).default('auto'),
    platform: z.string().optional(),
    all: z.boolean().default(false),
    index: z.boolean().default(true),
    failOn: z.enum(['error', 'warning', 'info', 'never']).default('warning'),
    fix: z.boolean().default(false),
    dryRun: z.boolean().default(false),
    format: z.enum(['table', 'json', 'markdown']).optional(),
    json: z.boolean().default(false),
    output: z.string().optional(),
    insecure: z.boolean().default(false),
    quiet: z.boolean().default(false),
  })
  .readonly();

/** What the command line says, checked. */
export interface DepsOptions {
  /** A directory or an image. */
  readonly subject: string;
  readonly file: string | undefined;
  /** Requirements files, relative to the project. */
  readonly requirement: readonly string[];
  /** `3.11`. */
  readonly python: string | undefined;
  readonly target: 'cpu' | 'gpu' | 'auto';
  readonly platform: Platform | undefined;
  readonly all: boolean;
  /** Whether the package index is asked. */
  readonly index: boolean;
  readonly failOn: 'error' | 'warning' | 'info' | 'never';
  readonly fix: boolean;
  readonly dryRun: boolean;
  readonly format: 'table' | 'json' | 'markdown';
  readonly output: string | undefined;
  readonly insecure: boolean;
  readonly quiet: boolean;
}

/** Checks the options; throws a `UserError` that names the wrong one. */
export function depsOptions(given: unknown): DepsOptions {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new UserError(parsed.error.issues.map((issue) => issue.message).join('; '));
  const { platform, format, ...options } = parsed.data;
  if (options.json && format !== undefined && format !== 'json') {
    throw new UserError(`--json and --format ${format} contradict each other`, { hint: 'Give one of them.' });
  }
  if (options.dryRun && !options.fix) {
    throw new UserError('--dry-run shows what --fix would do', { hint: 'Give both, or neither.' });
  }
  return {
    ...options,
    file: options.file,
    python: options.python,
    output: options.output,
    format: options.json ? 'json' : (format ?? 'table'),
    platform: platform === undefined ? undefined : parsePlatform(platform),
  };
}

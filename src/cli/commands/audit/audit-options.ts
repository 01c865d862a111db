import { z } from 'zod';
import type { AuditGrouping } from '../../../audit/index.ts';
import { UserError } from '../../../base/index.ts';
import { type GateOptions, readGateOptions } from './gate-options.ts';

/** What `plimsoll audit` was asked for. */
export interface AuditOptions {
  readonly image: string;
  readonly platform?: string | undefined;
  readonly target?: 'cpu' | 'gpu' | undefined;
  /** The base image, of any source. */
  readonly base?: string | undefined;
  readonly interactive: boolean;
  readonly groupBy?: AuditGrouping | undefined;
  /** Of rows by directory. */
  readonly depth?: number | undefined;
  readonly format: 'table' | 'json' | 'html' | 'markdown' | 'sarif' | 'dive';
  /** A file; standard output when absent or `-`. */
  readonly output?: string | undefined;
  /** Talk to registries without TLS, or with certificates that nobody vouches for. */
  readonly insecure: boolean;
  /** Read every byte of uncompressed layers and verify it. */
  readonly verify: boolean;
  /** Present where gates are to be judged. */
  readonly gates?: GateOptions | undefined;
  readonly quiet: boolean;
}

const schema = z
  .object({
    image: z.string(),
    platform: z.string().optional(),
    target: z.enum(['cpu', 'gpu']).optional(),
    base: z.string().min(1, '--base needs the name of an image').optional(),
    interactive: z.boolean().default(false),
    groupBy: z.enum(['layer', 'package', 'class', 'directory']).optional(),
    depth: z.coerce
      .number({ error: '--depth must be a number' })
      .int('--depth must be a whole number')
      .positive('--depth must be at least 1')
      .optional(),
    format: z.enum(['table', 'json', 'html', 'markdown', 'sarif', 'dive']).optional(),
    json: z.boolean().default(false),
    output: z.string().min(1, '--output needs the name of a file').optional(),
    insecure: z.boolean().default(false),
    verify: z.boolean().default(false),
    quiet: z.boolean().default(false),
  })
  .refine(({ json, format }) => !json || format === undefined || format === 'json', {
    error: '--json and --format ask for two formats',
  })
  .refine(({ depth, groupBy }) => depth === undefined || groupBy === 'directory', {
    error: '--depth is for --group-by directory',
  })
  .transform(({ json, format, ...rest }) => ({
    ...rest,
    format: json ? ('json' as const) : (format ?? 'table'),
  }))
  .refine(({ groupBy, format }) => groupBy === undefined || format === 'table' || format === 'json', {
    error: '--group-by is for the table and for JSON',
  });

/** Reads the command's arguments; throws a `UserError` that names the option. */
export function readAuditOptions(given: Readonly<Record<string, unknown>>): AuditOptions {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new UserError(parsed.error.issues.map(({ message }) => message).join('; '));
  const gates = readGateOptions(given);
  if (gates === undefined) return parsed.data;
  const { interactive, format } = parsed.data;
  if (!interactive && format !== 'sarif' && format !== 'dive') return { ...parsed.data, gates };
  throw new UserError('gates are shown in the table, in JSON, Markdown and HTML');
}

/** True where what is shown is in the audit itself, and the image's files need not be at hand. */
export function isAuditAlone({ format, groupBy }: AuditOptions): boolean {
  return groupBy === undefined && format !== 'html' && format !== 'dive';
}

import { z } from 'zod';
import { UserError } from '../../../base/index.ts';
import { type Platform, parsePlatform } from '../../../image/index.ts';
import { type GateOptions, readGateOptions } from '../audit/gate-options.ts';

/** What `plimsoll check` was asked for. */
export interface CheckOptions {
  readonly image: string;
  readonly platform?: Platform | undefined;
  readonly target?: 'cpu' | 'gpu' | undefined;
  /** The base image, of any source. */
  readonly base?: string | undefined;
  /** The image before this one, or a file that `plimsoll audit --json` wrote. */
  readonly baseline?: string | undefined;
  readonly baselineOptional: boolean;
  readonly title?: string | undefined;
  readonly format: 'table' | 'json' | 'markdown' | 'junit';
  /** A file; standard output when absent or `-`. */
  readonly output?: string | undefined;
  /** False where a comment or JUnit has the standard output, and nobody asked for more. */
  readonly isReported: boolean;
  /** Files that get it in these formats as well; standard output for `-`. */
  readonly markdown?: string | undefined;
  readonly junit?: string | undefined;
  readonly insecure: boolean;
  readonly gates: GateOptions;
  readonly quiet: boolean;
}

const file = (flag: string): z.ZodOptional<z.ZodString> =>
  z.string().min(1, `${flag} needs the name of a file`).optional();

const schema = z
  .object({
    image: z.string(),
    platform: z.string().transform(parsePlatform).optional(),
    target: z.enum(['cpu', 'gpu']).optional(),
    base: z.string().min(1, '--base needs the name of an image').optional(),
    baseline: z.string().min(1, '--baseline needs an image or a file').optional(),
    baselineOptional: z.boolean().default(false),
    title: z.string().min(1, '--title needs a text').optional(),
    format: z.enum(['table', 'json', 'markdown', 'junit']).optional(),
    json: z.boolean().default(false),
    output: file('--output'),
    markdown: file('--markdown'),
    junit: file('--junit'),
    insecure: z.boolean().default(false),
    quiet: z.boolean().default(false),
  })
  .refine(({ json, format }) => !json || format === undefined || format === 'json', {
    error: '--json and --format ask for two formats',
  })
  .refine(({ baseline, baselineOptional }) => !baselineOptional || baseline !== undefined, {
    error: '--baseline-optional is about --baseline, which is not given',
  })
  .transform(({ json, format, ...rest }) => ({ ...rest, format: json ? ('json' as const) : format }))
  .superRefine((asked, context) => {
    const texts = printed(asked);
    if (texts.length < 2) return;
    const message = `${texts.join(' and ')} cannot both be on standard output: name a file for one of them`;
    context.addIssue({ code: 'custom', message });
  })
  .transform((asked) => ({
    ...asked,
    format: asked.format ?? ('table' as const),
    // The table that nobody asked for makes room.
    isReported: asked.output !== undefined || asked.format !== undefined || printed(asked).length === 0,
  }));

interface Printed {
  readonly format?: string | undefined;
  readonly output?: string | undefined;
  readonly markdown?: string | undefined;
  readonly junit?: string | undefined;
}

/** The options by which something was asked for on standard output. */
function printed({ format, output, markdown, junit }: Printed): readonly string[] {
  return [
    ...(output === '-'
      ? ['-o -']
      : output === undefined && format !== undefined
        ? [`--format ${format}`]
        : []),
    ...(markdown === '-' ? ['--markdown -'] : []),
    ...(junit === '-' ? ['--junit -'] : []),
  ];
}

/** Reads the command's arguments; throws a `UserError` that names the option. */
export function readCheckOptions(given: Readonly<Record<string, unknown>>): CheckOptions {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new UserError(parsed.error.issues.map(({ message }) => message).join('; '));
  const gates = readGateOptions({ ...given, ci: true });
  if (gates === undefined) throw new TypeError('gates are what is asked for');
  return { ...parsed.data, gates };
}

import { resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../../base/index.ts';
import { compareImages, type DetailedComparison, diffImages } from '../../../compare/index.ts';
import { parsePlatform } from '../../../image/index.ts';
import { compareJson, compareMarkdown, compareTable } from '../../../report/index.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { readImage } from '../../read-side.ts';
import { writeOutput } from '../../write-output.ts';

const speed = (flag: string): z.ZodType<number> =>
  z.coerce.number({ error: `${flag} must be a number` }).positive(`${flag} must be more than 0`);

const schema = z
  .object({
    before: z.string(),
    after: z.string(),
    platform: z.string().optional(),
    semantic: z.boolean().default(false),
    exitCode: z.boolean().default(false),
    ignore: z.array(z.string().regex(/[^/]/, '--ignore needs a pattern such as *.pyc')).default([]),
    files: z.boolean().default(false),
    uplink: speed('--uplink'),
    downlink: speed('--downlink').optional(),
    format: z.enum(['table', 'json', 'markdown']).optional(),
    json: z.boolean().default(false),
    insecure: z.boolean().default(false),
    output: z.string().min(1, '--output needs a file').optional(),
    quiet: z.boolean().default(false),
  })
  .refine(({ json, format }) => !json || format === undefined || format === 'json', {
    error: '--json and --format ask for two formats',
  });
type Options = z.output<typeof schema>;

/** How many file changes are listed where nobody asks for all. */
const mostChanges = 30;

/** Reads two images and prints their comparison. */
export async function runCompare(given: unknown, signal: AbortSignal): Promise<ExitCode> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new UserError(parsed.error.issues.map((issue) => issue.message).join('; '));
  const options = parsed.data;
  const environment = readEnvironment(signal, options.quiet);
  const comparison = await compareSources(options, environment);
  await deliver(textOf(comparison, options, environment), options, environment);
  return options.exitCode && !comparison.diff.isEqual ? exitCodes.findings : exitCodes.clean;
}

async function deliver(text: string, { output }: Options, environment: CliEnvironment): Promise<void> {
  if (output === undefined || output === '-') return environment.write(text);
  const path = resolve(environment.cwd, output);
  await writeOutput(path, text);
  environment.progress.note(`written: ${path}`);
}

async function compareSources(options: Options, environment: CliEnvironment): Promise<DetailedComparison> {
  const { semantic, ignore, uplink, downlink, insecure: isInsecure } = options;
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform);
  const how = { platform, withHashes: semantic, isInsecure, mayEstimate: true };
  const fat = await readImage(options.before, environment, how);
  const lean = await readImage(options.after, environment, how);
  return {
    ...compareImages({
      fat: fat.side,
      lean: lean.side,
      uplinkBitsPerSecond: uplink * 1e6,
      ...(downlink === undefined ? {} : { downlinkBitsPerSecond: downlink * 1e6 }),
    }),
    diff: diffImages(
      { root: fat.root, config: fat.image.config },
      { root: lean.root, config: lean.image.config },
      { isSemantic: semantic, ignore, mostChanges: options.files ? undefined : mostChanges },
    ),
  };
}

function textOf(comparison: DetailedComparison, options: Options, environment: CliEnvironment): string {
  switch (options.json ? 'json' : options.format) {
    case 'json':
      return compareJson(comparison);
    case 'markdown':
      return compareMarkdown(comparison);
    default:
      return compareTable(comparison, {
        width: environment.columns,
        hasColour: environment.isColour && options.output === undefined,
      });
  }
}

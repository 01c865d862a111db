import { z } from 'zod';
import { UserError } from '../../../base/index.ts';
import {
  type CompareRequest,
  type Comparison,
  compareImages,
  type DetailedComparison,
  diffImages,
  type Side,
} from '../../../compare/index.ts';
import { parsePlatform } from '../../../image/index.ts';
import { compareJson, compareMarkdown, compareTable } from '../../../report/index.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { readImage } from '../../read-side.ts';
import { deliverText, isStandardOutput } from '../../write-output.ts';
import { forecastSide, isProject } from './forecast-side.ts';

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
  const hasProject = [options.before, options.after].some((name) => isProject(name, environment));
  const comparison = hasProject
    ? await compareWithForecast(options, environment)
    : await compareSources(options, environment);
  await deliverText(textOf(comparison, options, environment), options.output, environment);
  return options.exitCode && comparison.diff?.isEqual !== true ? exitCodes.findings : exitCodes.clean;
}

/** At least one side is a project that nobody has built: sizes and Python distributions are compared, and no files. */
async function compareWithForecast(options: Options, environment: CliEnvironment): Promise<CompareResult> {
  const forFiles = [
    ...(options.exitCode ? ['--exit-code'] : []),
    ...(options.semantic ? ['--semantic'] : []),
    ...(options.files ? ['--files'] : []),
    ...(options.ignore.length > 0 ? ['--ignore'] : []),
  ];
  if (forFiles.length > 0)
    throw new UserError(`${forFiles.join(', ')}: a forecast knows no files to compare.`, {
      hint: 'Build the project, and name its image.',
    });
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform);
  const sideOf = async (
    name: string,
  ): Promise<{ readonly side: Side; readonly notes: readonly string[] }> => {
    if (isProject(name, environment)) return forecastSide(name, environment, platform);
    const how = { platform, isInsecure: options.insecure, mayEstimate: true };
    return { side: (await readImage(name, environment, how)).side, notes: [] };
  };
  const fat = await sideOf(options.before);
  const lean = await sideOf(options.after);
  const comparison = compareImages({ fat: fat.side, lean: lean.side, ...speedsOf(options) });
  return { ...comparison, assumptions: [...comparison.assumptions, ...fat.notes, ...lean.notes] };
}

function speedsOf({
  uplink,
  downlink,
}: Options): Pick<CompareRequest, 'uplinkBitsPerSecond' | 'downlinkBitsPerSecond'> {
  return {
    uplinkBitsPerSecond: uplink * 1e6,
    ...(downlink === undefined ? {} : { downlinkBitsPerSecond: downlink * 1e6 }),
  };
}

type CompareResult = Comparison & Partial<Pick<DetailedComparison, 'diff'>>;

async function compareSources(options: Options, environment: CliEnvironment): Promise<DetailedComparison> {
  const { semantic, ignore, insecure: isInsecure } = options;
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform);
  const how = { platform, withHashes: semantic, isInsecure, mayEstimate: true };
  const fat = await readImage(options.before, environment, how);
  const lean = await readImage(options.after, environment, how);
  return {
    ...compareImages({ fat: fat.side, lean: lean.side, ...speedsOf(options) }),
    diff: diffImages(
      { root: fat.root, config: fat.image.config },
      { root: lean.root, config: lean.image.config },
      { isSemantic: semantic, ignore, mostChanges: options.files ? undefined : mostChanges },
    ),
  };
}

function textOf(comparison: CompareResult, options: Options, environment: CliEnvironment): string {
  switch (options.json ? 'json' : options.format) {
    case 'json':
      return compareJson(comparison);
    case 'markdown':
      return compareMarkdown(comparison);
    default:
      return compareTable(comparison, {
        width: environment.columns,
        hasColour: environment.isColour && isStandardOutput(options.output),
      });
  }
}

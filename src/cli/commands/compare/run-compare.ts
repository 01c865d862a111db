import { z } from 'zod';
import { UserError } from '../../../base/index.ts';
import { compareImages } from '../../../compare/index.ts';
import { parsePlatform } from '../../../image/index.ts';
import { compareJson, compareTable } from '../../../report/index.ts';
import { readEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { readImage } from '../../read-side.ts';

const schema = z.object({
  before: z.string(),
  after: z.string(),
  platform: z.string().optional(),
  uplink: z.coerce.number({ error: '--uplink must be a number' }).positive('--uplink must be more than 0'),
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});

/** Reads two images and prints their comparison. */
export async function runCompare(given: unknown, signal: AbortSignal): Promise<ExitCode> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new UserError(parsed.error.issues.map((issue) => issue.message).join('; '));
  const options = parsed.data;
  const environment = readEnvironment(signal, options.quiet);
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform);
  const fat = await readImage(options.before, environment, { platform });
  const lean = await readImage(options.after, environment, { platform });
  const comparison = compareImages({
    fat: fat.side,
    lean: lean.side,
    uplinkBitsPerSecond: options.uplink * 1e6,
  });
  environment.write(
    options.json
      ? compareJson(comparison)
      : compareTable(comparison, { width: environment.columns, hasColour: environment.isColour }),
  );
  return exitCodes.clean;
}

import { z } from 'zod';
import { auditImage } from '../../../audit/index.ts';
import { parsePlatform } from '../../../image/index.ts';
import { auditJson, auditTable } from '../../../report/index.ts';
import { readEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { readImage } from '../../read-side.ts';

const schema = z.object({
  image: z.string(),
  platform: z.string().optional(),
  target: z.enum(['cpu', 'gpu']).optional(),
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});

/** Reads one image and prints its audit. */
export async function runAudit(given: unknown, signal: AbortSignal): Promise<ExitCode> {
  const options = schema.parse(given);
  const environment = readEnvironment(signal, options.quiet);
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform);
  const { image, root, side } = await readImage(options.image, environment, { platform });
  const audit = auditImage({
    image,
    root,
    inventory: side.inventory,
    distributions: side.distributions,
    ...(options.target === undefined ? {} : { target: options.target }),
  });
  environment.write(
    options.json
      ? auditJson(audit)
      : auditTable(audit, { width: environment.columns, hasColour: environment.isColour }),
  );
  return exitCodes.clean;
}

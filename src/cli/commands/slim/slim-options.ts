import { z } from 'zod';
import { UserError } from '../../../base/index.ts';
import { type Platform, parsePlatform } from '../../../image/index.ts';
import { type EditId, editIds } from '../../../slim/index.ts';
import { type Probe, parseProbe } from '../../../verify/index.ts';

/** The options of `plimsoll slim`, checked. */
export interface SlimOptions {
  readonly directory: string;
  readonly file: string | undefined;
  readonly composeFile: string | undefined;
  readonly stage: string | undefined;
  readonly target: 'cpu' | 'gpu' | 'auto';
  readonly engine: 'docker' | 'podman' | 'buildah' | undefined;
  readonly platform: Platform | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly probes: readonly Probe[];
  readonly ports: readonly number[];
  readonly health: string | undefined;
  readonly startSeconds: number;
  readonly uplinkBitsPerSecond: number;
  /** Images whose layers the registry has already. */
  readonly pushed: readonly string[];
  /** Edits that are not to be made. */
  readonly skipped: ReadonlySet<EditId>;
  readonly isBuild: boolean;
  readonly isApply: boolean;
  readonly isForce: boolean;
  readonly output: 'table' | 'json' | 'markdown';
  readonly isQuiet: boolean;
}

const positive = (what: string): z.ZodType<number> =>
  z.coerce.number({ error: `${what} must be a number` }).positive(`${what} must be more than 0`);

const schema = z.object({
  directory: z.string(),
  file: z.string().optional(),
  composeFile: z.string().optional(),
  stage: z.string().optional(),
  target: z.enum(['cpu', 'gpu', 'auto']),
  engine: z.enum(['docker', 'podman', 'buildah']).optional(),
  platform: z.string().optional(),
  buildArg: z.array(z.string()),
  env: z.array(z.string()),
  probe: z.array(z.string()),
  port: z.array(
    z.coerce
      .number({ error: '--port must be a number' })
      .int()
      .min(1)
      .max(65535, '--port must be 65535 at most'),
  ),
  health: z.string().startsWith('/', '--health must be a path that starts with /').optional(),
  startTimeout: positive('--start-timeout'),
  uplink: positive('--uplink'),
  pushed: z.array(z.string()),
  only: z.string().optional(),
  skip: z.string().optional(),
  build: z.boolean(),
  apply: z.boolean().default(false),
  force: z.boolean().default(false),
  json: z.boolean().default(false),
  markdown: z.boolean().default(false),
  quiet: z.boolean().default(false),
});

/** Checks what the command line gave; throws a `UserError` that names the option. */
export function parseSlimOptions(given: unknown): SlimOptions {
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new UserError(parsed.error.issues.map((issue) => issue.message).join('; '), {
      hint: 'plimsoll slim --help lists the options.',
    });
  }
  const options = parsed.data;
  if (options.json && options.markdown)
    throw new UserError('--json and --markdown exclude each other.', {
      hint: 'Both are also written to .plimsoll/report.json and .plimsoll/report.md.',
    });
  return {
    ...options,
    platform: options.platform === undefined ? undefined : parsePlatform(options.platform),
    buildArgs: pairs(options.buildArg, '--build-arg'),
    env: pairs(options.env, '--env'),
    probes: options.probe.map(parseProbe),
    ports: options.port,
    startSeconds: options.startTimeout,
    uplinkBitsPerSecond: options.uplink * 1e6,
    skipped: skippedEdits(options.only, options.skip),
    isBuild: options.build,
    isApply: options.apply,
    isForce: options.force,
    output: options.json ? 'json' : options.markdown ? 'markdown' : 'table',
    isQuiet: options.quiet,
    file: options.file,
    composeFile: options.composeFile,
    stage: options.stage,
    engine: options.engine,
    health: options.health,
  };
}

function pairs(given: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const equals = text.indexOf('=');
      if (equals < 1)
        throw new UserError(`${option} ${text} is not NAME=value.`, {
          hint: `Write it as ${option} NAME=value; the value may be empty.`,
        });
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}

function skippedEdits(only: string | undefined, skip: string | undefined): Set<EditId> {
  const skipped = new Set(idsOf(skip, '--skip'));
  if (only === undefined) return skipped;
  const wanted = new Set(idsOf(only, '--only'));
  return new Set(editIds.filter((id) => skipped.has(id) || !wanted.has(id)));
}

function idsOf(text: string | undefined, option: string): EditId[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map((word) => {
      const id = editIds.find((one) => one === word);
      if (id === undefined)
        throw new UserError(`${option}: there is no edit named ${word}.`, {
          hint: `The edits are ${editIds.join(', ')}.`,
        });
      return id;
    });
}

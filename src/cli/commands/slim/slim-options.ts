import { z } from 'zod';
import { UserError } from '../../../base/index.ts';
import type { SecretSource } from '../../../engines/index.ts';
import { type Platform, parsePlatform } from '../../../image/index.ts';
import type { EditId } from '../../../slim/index.ts';
import { type Probe, parseProbe } from '../../../verify/index.ts';
import { nameValues } from '../../name-values.ts';
import { chooseEdits } from './choose-edits.ts';
import { parseSecret } from './parse-secret.ts';
import { withPlace } from './setting-place.ts';
import { isSetting, type SlimSettings, withSettings } from './slim-settings.ts';

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
  /** Opt-in edits that are to be made. */
  readonly asked: ReadonlySet<EditId>;
  readonly secrets: readonly SecretSource[];
  readonly isExplain: boolean;
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
  target: z.enum(['cpu', 'gpu', 'auto']).default('auto'),
  engine: z.enum(['docker', 'podman', 'buildah']).optional(),
  platform: z.string().optional(),
  buildArg: z.array(z.string()),
  secret: z.array(z.string()),
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
  startTimeout: positive('--start-timeout').default(300),
  uplink: positive('--uplink').default(100),
  pushed: z.array(z.string()),
  only: z.string().optional(),
  skip: z.string().optional(),
  with: z.string().optional(),
  explain: z.boolean().default(false),
  build: z.boolean(),
  apply: z.boolean().default(false),
  force: z.boolean().default(false),
  json: z.boolean().default(false),
  markdown: z.boolean().default(false),
  quiet: z.boolean().default(false),
});

/** What surrounds the options. */
export interface OptionSurroundings {
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Checks what the command line gave, over what the project's `.plimsoll.yaml` says. Throws a `UserError` that names the option.
 */
export function parseSlimOptions(
  given: unknown,
  settings: SlimSettings,
  surroundings: OptionSurroundings,
): SlimOptions {
  const parsed = schema.safeParse(withSettings(given, settings));
  if (!parsed.success) {
    throw new UserError(parsed.error.issues.map((issue) => issue.message).join('; '), {
      hint: 'plimsoll slim --help lists the options.',
    });
  }
  const options = parsed.data;
  refuseContradictions(options);
  // An error in a setting names its place in the file, not an option that nobody gave.
  const located = <T>(option: string, path: readonly (string | number)[], read: () => T): T =>
    isSetting(given, option) ? withPlace(settings.placeOf(...path), read) : read();
  const { platform } = options;
  return {
    ...options,
    platform:
      platform === undefined ? undefined : located('platform', ['platform'], () => parsePlatform(platform)),
    buildArgs: nameValues(options.buildArg, '--build-arg'),
    env: nameValues(options.env, '--env'),
    probes: options.probe.map((text, at) => located('probe', ['probes', at], () => parseProbe(text))),
    ports: options.port,
    startSeconds: options.startTimeout,
    uplinkBitsPerSecond: options.uplink * 1e6,
    ...chooseEdits(options, settings),
    secrets: options.secret.map((text, at) =>
      located('secret', ['secrets', at], () => parseSecret(text, surroundings)),
    ),
    isExplain: options.explain,
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

function refuseContradictions(options: z.infer<typeof schema>): void {
  if (options.json && options.markdown)
    throw new UserError('--json and --markdown exclude each other.', {
      hint: 'Both are also written to .plimsoll/report.json and .plimsoll/report.md.',
    });
  if (options.explain && (options.markdown || options.apply))
    throw new UserError('--explain prints a plan and writes nothing.', {
      hint: 'Leave --markdown and --apply out; the report of a whole run has every diff too.',
    });
}

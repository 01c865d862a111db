import { z } from 'zod';
import { type LayerCompressionFormat, UserError } from '../../../base/index.ts';
import { formatReference, type Platform, parsePlatform, parseReference } from '../../../image/index.ts';
import { type Probe, parseProbe } from '../../../verify/index.ts';
import { nameValues } from '../../name-values.ts';
import { type Destination, parseDestination } from './destination.ts';
import { type ProofOptions, proofOptions } from './proof-options.ts';
import { type ShrinkSettings, withSettings } from './shrink-settings.ts';

const names = z.array(z.string().min(1)).default([]);

const schema = z
  .object({
    image: z.string(),
    output: z.string().optional(),
    tag: z.string().optional(),
    dryRun: z.boolean().default(false),
    platform: z.string().optional(),
    base: z.string().optional(),
    rebaseAll: z.boolean().default(false),
    only: names,
    skip: names,
    with: names,
    smallest: z.boolean().default(false),
    bytecode: z.enum(['all', 'traced', 'none']).optional(),
    trace: z.string().optional(),
    env: names,
    probe: names,
    port: z
      .array(
        z.coerce
          .number('--port must be a number')
          .int('--port must be whole')
          .min(1, '--port must be 1 at least')
          .max(65_535, '--port must be 65535 at most'),
      )
      .default([]),
    keep: z.array(z.string().regex(/[^/]/, '--keep needs a pattern such as *.pyi')).default([]),
    compression: z.enum(['gzip', 'zstd']).optional(),
    manifest: z.string().min(1, '--manifest needs the name of a file').optional(),
    caFile: z.string().optional(),
    verify: z.boolean().default(false),
    insecure: z.boolean().default(false),
    json: z.boolean().default(false),
    quiet: z.boolean().default(false),
  })
  .refine(({ base, rebaseAll }) => base === undefined || !rebaseAll, {
    error: '--base keeps layers that --rebase-all writes anew',
  })
  .refine(
    ({ smallest, bytecode, trace }) => !smallest || ((bytecode ?? 'none') === 'none' && trace === undefined),
    {
      error: '--smallest does without all compiled modules',
    },
  )
  .refine(({ bytecode, trace }) => trace === undefined || (bytecode ?? 'traced') === 'traced', {
    error: '--trace says which compiled modules stay, and so does --bytecode',
  })
  .refine(
    ({ verify, bytecode, trace, env, probe, port }) =>
      verify ||
      (bytecode === 'traced' && trace === undefined) ||
      (env.length === 0 && probe.length === 0 && port.length === 0),
    {
      error:
        '--env, --probe and --port have no meaning without --verify or --bytecode traced, which start the image',
    },
  )
  .refine(({ dryRun, output }) => !dryRun || output === undefined, {
    error: '--dry-run writes nothing, so that -o has no meaning',
  })
  .refine(({ dryRun, verify }) => !dryRun || !verify, {
    error: '--verify runs the image that is written; --dry-run writes none',
  })
  .refine(({ dryRun, tag }) => !dryRun || tag === undefined, {
    error: '--dry-run writes nothing, so that --tag has no meaning',
  });

/** What `plimsoll shrink` was asked for. */
export interface ShrinkOptions {
  readonly image: string;
  /** Absent for a dry run. */
  readonly destination: Destination | undefined;
  readonly tag: string | undefined;
  readonly platform: Platform | undefined;
  readonly base: string | undefined;
  readonly rebaseAll: boolean;
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly with: readonly string[];
  readonly bytecode: 'all' | 'traced' | 'none';
  /** A file that tells which modules a start loads. */
  readonly trace: string | undefined;
  /** For the image while it runs. */
  readonly env: Readonly<Record<string, string>>;
  readonly probes: readonly Probe[];
  readonly ports: readonly number[];
  readonly keep: readonly string[];
  readonly compression: LayerCompressionFormat;
  readonly manifest: string | undefined;
  /** How both images are compared while they run; absent where they are not. */
  readonly proof: ProofOptions | undefined;
  readonly insecure: boolean;
  /** A PEM file of authorities that registries may be vouched for by. */
  readonly caFile: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Checks the options, and fills up what they leave open from the settings. Throws a `UserError` that says what does not fit. */
export function shrinkOptions(given: unknown, settings: ShrinkSettings): ShrinkOptions {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new UserError(parsed.error.issues.map((issue) => issue.message).join('; '));
  if (!parsed.data.dryRun && parsed.data.output === undefined)
    throw new UserError('there is no destination: -o says where the lighter image goes to', {
      hint: '-o lean.tar writes an archive for docker load; registry:REF and docker:REF take an image, too. --dry-run shows what would go, and writes none.',
    });
  const { output, platform, tag, manifest, trace, caFile, dryRun: _, verify: __, ...rest } = parsed.data;
  const { smallest, probe, port, env, ...plain } = rest;
  const proof = proofOptions(given);
  const destination = output === undefined ? undefined : parseDestination(output);
  if (tag !== undefined && destination !== undefined && isNamed(destination)) {
    throw new UserError('--tag and the destination name two tags');
  }
  const { base, compression } = parsed.data;
  const bytecode = plain.bytecode ?? (smallest ? 'none' : trace === undefined ? undefined : 'traced');
  const settled = withSettings({ ...plain, base, compression, bytecode }, settings);
  return {
    ...settled,
    bytecode: settled.bytecode ?? 'all',
    trace,
    env: nameValues(env, '--env'),
    probes: probe.map(parseProbe),
    ports: port,
    manifest,
    caFile,
    proof,
    // `docker load` takes full references only.
    tag:
      tag !== undefined && destination?.kind === 'docker-archive'
        ? formatReference(parseReference(tag))
        : tag,
    destination,
    platform: platform === undefined ? undefined : parsePlatform(platform),
  };
}

/** False for files that `--tag` may name. */
function isNamed(destination: Destination): boolean {
  return 'reference' in destination || ('tag' in destination && destination.tag !== undefined);
}

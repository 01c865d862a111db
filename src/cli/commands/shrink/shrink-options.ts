import { z } from 'zod';
import { type LayerCompressionFormat, UserError } from '../../../base/index.ts';
import { formatReference, type Platform, parsePlatform, parseReference } from '../../../image/index.ts';
import { type Destination, parseDestination } from './destination.ts';
import { type ProofOptions, proofOptions } from './proof-options.ts';

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
    keep: z.array(z.string().regex(/[^/]/, '--keep needs a pattern such as *.pyi')).default([]),
    compression: z.enum(['gzip', 'zstd']),
    manifest: z.string().optional(),
    verify: z.boolean().default(false),
    insecure: z.boolean().default(false),
    json: z.boolean().default(false),
    quiet: z.boolean().default(false),
  })
  .refine(({ base, rebaseAll }) => base === undefined || !rebaseAll, {
    error: '--base keeps layers that --rebase-all writes anew',
  })
  .refine(({ dryRun, output }) => dryRun || output !== undefined, {
    error: '-o says where the image goes to; --dry-run writes none',
  })
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
  readonly smallest: boolean;
  readonly keep: readonly string[];
  readonly compression: LayerCompressionFormat;
  readonly manifest: string | undefined;
  /** How both images are compared while they run; absent where they are not. */
  readonly proof: ProofOptions | undefined;
  readonly insecure: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Checks the options. Throws a `UserError` that says what does not fit. */
export function shrinkOptions(given: unknown): ShrinkOptions {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new UserError(parsed.error.issues.map((issue) => issue.message).join('; '));
  const { output, platform, tag, base, manifest, dryRun: _, verify: __, ...rest } = parsed.data;
  const proof = proofOptions(given);
  const destination = output === undefined ? undefined : parseDestination(output);
  if (tag !== undefined && destination?.kind !== 'docker-archive' && destination?.tag !== undefined) {
    throw new UserError('--tag and the destination name two tags');
  }
  return {
    ...rest,
    base,
    manifest,
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

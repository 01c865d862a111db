import { join } from 'node:path';
import { z } from 'zod';
import { igzipVersion, UserError } from '../../../base/index.ts';
import {
  type Image,
  type Layer,
  nodesOf,
  openManifestTree,
  openRegistrySink,
  parseImageSpec,
  parsePlatform,
} from '../../../image/index.ts';
import {
  estimatePush,
  type LayerPacking,
  type PushReport,
  pushImage,
  pushIndex,
} from '../../../push/index.ts';
import {
  pushEstimateJson,
  pushEstimateTable,
  pushJson,
  pushMarkdown,
  pushTable,
} from '../../../report/index.ts';
import { engineNamed } from '../../engine-named.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { addToStepSummary } from '../../github-actions.ts';
import { isInFile } from '../../open-source.ts';
import { withImage } from '../../read-side.ts';
import { registryAccess } from '../../registry-access.ts';
import { registryDestination } from '../../registry-destination.ts';

const schema = z.object({
  image: z.string(),
  reference: z.string(),
  platform: z.string().optional(),
  allPlatforms: z.boolean().default(false),
  compression: z.enum(['zstd', 'gzip']).optional(),
  compressionLevel: z.coerce
    .number({ error: '--compression-level takes a whole number' })
    .int({ error: '--compression-level takes a whole number' })
    .optional(),
  compressor: z.enum(['igzip', 'zlib']).optional(),
  compat: z.enum(['current', 'any']),
  estimate: z.boolean().default(false),
  uplink: z.coerce.number({ error: '--uplink takes Mbit/s, for example 50' }).positive(),
  insecure: z.boolean().default(false),
  caFile: z.string().optional(),
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});

type PushOptions = z.output<typeof schema>;

/** Pushes an image, or says what that would send. */
export async function runPush(given: unknown, signal: AbortSignal): Promise<ExitCode> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new UserError(parsed.error.issues.map((issue) => issue.message).join('; '));
  const options = parsed.data;
  if (options.allPlatforms && options.platform !== undefined) {
    throw new UserError('--all-platforms and --platform exclude each other');
  }
  const packing = await packingOf(options);
  const environment = readEnvironment(signal, options.quiet);
  const sink = await openRegistrySink(registryDestination(options.reference), {
    access: registryAccess(options, environment),
    signal,
  });
  try {
    if (options.allPlatforms) await pushAll({ sink, packing, options, environment });
    else
      await withImage(options.image, environment, {
        platform: options.platform === undefined ? undefined : parsePlatform(options.platform),
        isInsecure: options.insecure,
        authorityFile: options.caFile,
        use: async (image) => await pushOpened({ image, sink, packing, options, environment }),
      });
    if (packing.format === 'zstd' && !options.estimate) await warnOfOldDocker(options, environment);
    return exitCodes.clean;
  } finally {
    sink.close();
  }
}

interface Work {
  readonly sink: Awaited<ReturnType<typeof openRegistrySink>>;
  readonly packing: LayerPacking;
  readonly options: PushOptions;
  readonly environment: CliEnvironment;
}

async function pushOpened({ image, ...work }: Work & { readonly image: Image }): Promise<void> {
  const { sink, packing, options, environment } = work;
  const { cacheDir, progress } = environment;
  if (options.estimate) await tellEstimate(image, work, packing);
  else await tell(await pushImage({ image, sink, packing, cacheDir, progress }), work);
}

/** Pushes the index of the source with all that it lists; what is stored stays byte for byte unless a compression is asked for. */
async function pushAll(work: Work): Promise<void> {
  const { sink, options, environment } = work;
  const { cacheDir, progress, signal } = environment;
  const isPacked =
    options.compression !== undefined ||
    options.compressionLevel !== undefined ||
    options.compressor !== undefined ||
    options.compat === 'any';
  const packing = isPacked ? work.packing : undefined;
  const tree = await openManifestTree(options.image, {
    registry: registryAccess(options, environment),
    temporaryDir: join(cacheDir, 'tmp'),
    progress,
    signal,
  });
  try {
    if (options.estimate) {
      const layers: Layer[] = [];
      for (const node of nodesOf(tree.root)) {
        if (node.kind === 'image') layers.push(...(await tree.openImage(node)).layers);
      }
      const { repository } = tree;
      await tellEstimate({ layers, ...(repository && { repository }) }, work, packing);
    } else await tell(await pushIndex({ tree, sink, packing, cacheDir, progress }), work);
  } finally {
    await tree.close();
  }
}

async function tellEstimate(
  image: Pick<Image, 'layers' | 'repository'>,
  { sink, options, environment }: Work,
  packing: LayerPacking | undefined,
): Promise<void> {
  const { cacheDir, columns: width, isColour: hasColour, write } = environment;
  const uplinkBitsPerSecond = options.uplink * 1e6;
  const estimate = await estimatePush({ image, sink, packing, cacheDir, uplinkBitsPerSecond });
  write(options.json ? pushEstimateJson(estimate) : pushEstimateTable(estimate, { width, hasColour }));
}

async function tell(report: PushReport, { options, environment }: Work): Promise<void> {
  const { columns: width, isColour: hasColour, progress, write } = environment;
  const asked = askedOfCompression(options);
  const isStored = report.layers.length > 0 && report.layers.every(({ packing }) => packing === 'stored');
  if (asked !== undefined && isStored) {
    progress.note(
      `All layers are compressed where they are stored, and go as they are: ${asked} changes nothing.`,
    );
  }
  write(options.json ? pushJson(report) : pushTable(report, { width, hasColour }));
  await addToStepSummary(pushMarkdown(report), environment);
}

/** The option that says how layers are to be compressed, where one does. */
function askedOfCompression(options: PushOptions): string | undefined {
  if (options.compression !== undefined) return `--compression ${options.compression}`;
  if (options.compressionLevel !== undefined) return `--compression-level ${options.compressionLevel}`;
  return options.compressor && `--compressor ${options.compressor}`;
}

/** The first version of Docker that pulls layers compressed with zstd. */
const firstWithZstd = 23;

/** An image that comes from an engine is likely to go back to one of its kind. */
async function warnOfOldDocker({ image }: PushOptions, environment: CliEnvironment): Promise<void> {
  const version = await versionOfHolder(image, environment);
  if (version === undefined) return;
  if (Number.parseInt(version, 10) >= firstWithZstd) return;
  environment.progress.note(
    `Docker ${version} here cannot pull layers that are compressed with zstd (Docker ${firstWithZstd} and later can). For hosts like this one, push with --compat any.`,
  );
}

/** The version of the Docker that an image came from; undefined where it came from elsewhere. */
async function versionOfHolder(image: string, environment: CliEnvironment): Promise<string | undefined> {
  const spec = parseImageSpec(image);
  if (spec.kind === 'docker') return (await engineNamed('docker', environment)).version;
  if (spec.kind !== 'bare' || isInFile(spec.text)) return undefined;
  try {
    const engine = await engineNamed('docker', environment);
    return (await engine.inspect(spec.text)) === undefined ? undefined : engine.version;
  } catch (error) {
    // Without an engine it came from a registry.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** From the quickest to the hardest that a compressor can try; above 19, zstd wants more memory of those who unpack. */
const levels = { zlib: [1, 9], zstd: [1, 19], igzip: [0, 3] } as const;

async function packingOf(options: PushOptions): Promise<LayerPacking> {
  const { compression, compressionLevel: level, compressor, compat } = options;
  if (compression === 'zstd' && compat === 'any') {
    throw new UserError('--compression zstd is not what any engine can pull', {
      hint: 'Docker before 23 cannot: leave out one of --compression zstd and --compat any.',
    });
  }
  if (compression === 'zstd' && compressor !== undefined) {
    throw new UserError(`--compressor ${compressor} makes gzip, not zstd`, {
      hint: 'Leave out one of --compression zstd and --compressor.',
    });
  }
  const isGzip = compressor !== undefined || compat === 'any';
  const format = compression ?? (isGzip ? 'gzip' : 'zstd');
  checkLevel(options, format);
  const isAnyGood = level === undefined && compressor === undefined;
  if (format === 'zstd') return { format, level, isAnyGood };
  // Levels are zlib's where nobody says whose, so a number means the same everywhere.
  const igzip = isAnyGood
    ? await igzipVersion()
    : compressor === 'igzip'
      ? await installedIgzip()
      : undefined;
  return { format, level, isAnyGood, igzip, isForAny: compat === 'any' };
}

function checkLevel(
  { compressionLevel: level, compressor }: PushOptions,
  format: LayerPacking['format'],
): void {
  const [lowest, highest] = levels[format === 'zstd' ? 'zstd' : (compressor ?? 'zlib')];
  if (level === undefined || (level >= lowest && level <= highest)) return;
  throw new UserError(
    `--compression-level of ${compressor ?? format} is a whole number from ${lowest} to ${highest}`,
  );
}

async function installedIgzip(): Promise<string> {
  const version = await igzipVersion();
  if (version !== undefined) return version;
  throw new UserError('--compressor igzip: there is no igzip on PATH', {
    hint: 'Install ISA-L (Debian and Ubuntu: isal; elsewhere: isa-l), or leave it out.',
  });
}

import * as z from 'zod';
import { isDigest } from '../base/index.ts';
import { parseDocument } from './documents.ts';
import type { HistoryEntry, ImageConfig } from './image.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const optionalText = z
  .string()
  .nullish()
  .transform((value) => value || undefined);
const texts = z
  .union([z.array(z.string()), z.string().transform((one) => [one])])
  .nullish()
  .transform((list) => list ?? []);
const keys = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((map) => Object.keys(map ?? {}));
const duration = z
  .number()
  .nullish()
  .transform((value) => value || undefined);

const healthcheckSchema = z.object({
  Test: texts,
  Interval: duration,
  Timeout: duration,
  StartPeriod: duration,
  StartInterval: duration,
  Retries: duration,
});

const configSchema = z.object({
  os: text,
  architecture: text,
  variant: optionalText,
  created: optionalText,
  author: optionalText,
  config: z
    .object({
      Env: texts,
      Entrypoint: texts,
      Cmd: texts,
      WorkingDir: text,
      User: text,
      ExposedPorts: keys,
      Volumes: keys,
      Labels: z
        .record(z.string(), z.string())
        .nullish()
        .transform((map) => map ?? {}),
      StopSignal: optionalText,
      Shell: texts,
      OnBuild: texts,
      Healthcheck: healthcheckSchema.nullish().transform((check) => check ?? undefined),
    })
    .nullish(),
  rootfs: z.object({
    diff_ids: z
      .array(z.string().refine(isDigest, 'not a sha256 or sha512 digest'))
      .nullish()
      .transform((list) => list ?? []),
  }),
  history: z
    .array(
      z.object({
        created: optionalText,
        created_by: text,
        comment: optionalText,
        author: optionalText,
        empty_layer: z.boolean().nullish(),
      }),
    )
    .nullish(),
});

type ConfigDocument = z.output<typeof configSchema>;

/**
 * Reads an image configuration, Docker's or OCI's (OCI image-spec, config.md); null and absent fields are empty.
 * Throws a `UserError` that names `where` and the place inside it for a malformed one.
 */
export function parseConfig(json: string, where: string): ImageConfig {
  const document = parseDocument(configSchema, json, where);
  const { config } = document;
  return {
    platform: {
      os: document.os || 'linux',
      architecture: document.architecture,
      ...(document.variant !== undefined && { variant: document.variant }),
    },
    ...(document.created !== undefined && { created: document.created }),
    env: config?.Env ?? [],
    entrypoint: config?.Entrypoint ?? [],
    cmd: config?.Cmd ?? [],
    workingDir: config?.WorkingDir ?? '',
    user: config?.User ?? '',
    exposedPorts: config?.ExposedPorts ?? [],
    volumes: config?.Volumes ?? [],
    labels: config?.Labels ?? {},
    ...(config?.StopSignal !== undefined && { stopSignal: config.StopSignal }),
    ...(config?.Shell.length && { shell: config.Shell }),
    ...(config?.OnBuild.length && { onBuild: config.OnBuild }),
    ...(document.author !== undefined && { author: document.author }),
    ...healthcheckOf(config?.Healthcheck),
    diffIds: document.rootfs.diff_ids,
    history: (document.history ?? []).map(historyEntry),
  };
}

function healthcheckOf(
  check: z.output<typeof healthcheckSchema> | undefined,
): Pick<ImageConfig, 'healthcheck'> {
  if (check === undefined || check.Test.length === 0) return {};
  return {
    healthcheck: {
      test: check.Test,
      ...(check.Interval !== undefined && { intervalNanoseconds: check.Interval }),
      ...(check.Timeout !== undefined && { timeoutNanoseconds: check.Timeout }),
      ...(check.StartPeriod !== undefined && { startPeriodNanoseconds: check.StartPeriod }),
      ...(check.StartInterval !== undefined && { startIntervalNanoseconds: check.StartInterval }),
      ...(check.Retries !== undefined && { retries: check.Retries }),
    },
  };
}

function historyEntry(entry: NonNullable<ConfigDocument['history']>[number]): HistoryEntry {
  return {
    createdBy: entry.created_by,
    ...(entry.created !== undefined && { created: entry.created }),
    ...(entry.comment !== undefined && { comment: entry.comment }),
    ...(entry.author !== undefined && { author: entry.author }),
    isEmptyLayer: entry.empty_layer === true,
  };
}

/** Writes an image configuration as JSON, in a fixed order and without empty fields. */
export function formatConfig(config: ImageConfig): string {
  const set = (names: readonly string[]): Record<string, object> | undefined =>
    names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, {}]));
  const list = (items: readonly string[]): readonly string[] | undefined =>
    items.length === 0 ? undefined : items;
  const check = config.healthcheck;
  return JSON.stringify({
    created: config.created,
    author: config.author,
    architecture: config.platform.architecture,
    os: config.platform.os,
    variant: config.platform.variant,
    config: {
      User: config.user || undefined,
      ExposedPorts: set(config.exposedPorts),
      Env: list(config.env),
      Entrypoint: list(config.entrypoint),
      Cmd: list(config.cmd),
      Volumes: set(config.volumes),
      WorkingDir: config.workingDir || undefined,
      Labels: Object.keys(config.labels).length === 0 ? undefined : config.labels,
      StopSignal: config.stopSignal,
      Healthcheck: check && {
        Test: check.test,
        Interval: check.intervalNanoseconds,
        Timeout: check.timeoutNanoseconds,
        StartPeriod: check.startPeriodNanoseconds,
        StartInterval: check.startIntervalNanoseconds,
        Retries: check.retries,
      },
      Shell: list(config.shell ?? []),
      OnBuild: list(config.onBuild ?? []),
    },
    rootfs: { type: 'layers', diff_ids: config.diffIds },
    history: config.history.map((entry) => ({
      created: entry.created,
      created_by: entry.createdBy,
      author: entry.author,
      comment: entry.comment,
      empty_layer: entry.isEmptyLayer || undefined,
    })),
  });
}

/**
 * The instruction of each layer, lowest first, where the history has exactly one entry with content for each layer;
 * otherwise none at all, since a wrong instruction is worse than no instruction.
 */
export function layerInstructions(config: ImageConfig): readonly (string | undefined)[] {
  const withContent = config.history.filter((entry) => !entry.isEmptyLayer);
  const isComplete = withContent.length === config.diffIds.length;
  return config.diffIds.map((_, position) => (isComplete ? withContent[position]?.createdBy : undefined));
}

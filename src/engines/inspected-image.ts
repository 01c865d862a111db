import { z } from 'zod';
import { UserError } from '../base/index.ts';
import type { Healthcheck, HistoryEntry, ImageConfig, Platform } from '../image/index.ts';
import type { BuiltImage } from './engine.ts';

/*
 * What the engines tell about an image. `docker image inspect NAME` and `podman image inspect NAME` print an array of one:
 *
 *   [{ "Id": "sha256:c243…", "Created": "2026-…", "Architecture": "amd64", "Os": "linux", "Size": 1982259,
 *      "Config": { "Env": ["PATH=…"], "Entrypoint": ["/bin/sh"], "Cmd": null, "ExposedPorts": { "8000/tcp": {} },
 *                  "Healthcheck": { "Test": ["CMD-SHELL", "…"], "Interval": 5000000000 } },
 *      "RootFS": { "Type": "layers", "Layers": ["sha256:…"] } }]
 *
 * Podman's Id has no `sha256:`, it has a `History` and keeps `Healthcheck` beside `Config`.
 * `buildah inspect --type image NAME` prints an object whose `Docker` is the image's configuration file and whose `Manifest` is a string:
 *
 *   { "FromImageID": "1a1e…", "Docker": { "os": "linux", "config": { "Env": […] }, "rootfs": { "diff_ids": […] }, "history": […] },
 *     "Manifest": "{\"layers\":[{\"mediaType\":\"…diff.tar\",\"size\":2121728,…" }
 */

const strings = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
const keys = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((record) => Object.keys(record ?? {}));

const healthcheckSchema = z.object({
  Test: strings,
  Interval: z.number().optional(),
  Timeout: z.number().optional(),
  StartPeriod: z.number().optional(),
  Retries: z.number().optional(),
});

const configSchema = z.object({
  Env: strings,
  Entrypoint: strings,
  Cmd: strings,
  WorkingDir: z.string().nullish(),
  User: z.string().nullish(),
  ExposedPorts: keys,
  Volumes: keys,
  Labels: z
    .record(z.string(), z.string())
    .nullish()
    .transform((labels) => labels ?? {}),
  StopSignal: z.string().nullish(),
  Healthcheck: healthcheckSchema.nullish(),
});

const historySchema = z
  .array(
    z.object({
      created: z.string().optional(),
      created_by: z.string().optional(),
      comment: z.string().optional(),
      empty_layer: z.boolean().optional(),
    }),
  )
  .nullish()
  .transform((history) => history ?? []);

const inspectSchema = z
  .array(
    z.object({
      Id: z.string(),
      Created: z.string().nullish(),
      Architecture: z.string(),
      Variant: z.string().nullish(),
      Os: z.string(),
      Size: z.number(),
      Config: configSchema.nullish(),
      Healthcheck: healthcheckSchema.nullish(),
      RootFS: z.object({ Layers: strings }),
      History: historySchema,
    }),
  )
  .min(1);

const buildahSchema = z.object({
  FromImageID: z.string(),
  Manifest: z.string(),
  Docker: z.object({
    created: z.string().nullish(),
    architecture: z.string(),
    variant: z.string().nullish(),
    os: z.string(),
    config: configSchema.nullish(),
    rootfs: z.object({ diff_ids: strings }),
    history: historySchema,
  }),
});

const manifestSchema = z.object({ layers: z.array(z.object({ mediaType: z.string(), size: z.number() })) });

/** Reads what `docker image inspect` or `podman image inspect` printed. Rejects what is not such JSON with a `UserError`. */
export function readInspectedImage(tag: string, json: string): BuiltImage {
  const [found] = parseAs(inspectSchema, tag, json);
  if (found === undefined) throw new UserError(`The engine tells nothing about image ${tag}.`);
  return {
    tag,
    id: withAlgorithm(found.Id),
    sizeBytes: found.Size,
    config: imageConfig({
      platform: platformOf(found.Os, found.Architecture, found.Variant),
      created: found.Created,
      config: found.Config ?? configSchema.parse({}),
      healthcheck: found.Config?.Healthcheck ?? found.Healthcheck,
      diffIds: found.RootFS.Layers,
      history: found.History,
    }),
  };
}

/**
 * Reads what `buildah inspect --type image` printed. The size is the sum of the stored layers, or `undefined` in
 * `sizeBytes` where they are stored compressed and their uncompressed size is not told.
 */
export function readBuildahImage(
  tag: string,
  json: string,
): Omit<BuiltImage, 'sizeBytes'> & { readonly sizeBytes: number | undefined } {
  const found = parseAs(buildahSchema, tag, json);
  const { layers } = parseAs(manifestSchema, tag, found.Manifest);
  const isPlain = layers.every(({ mediaType }) => mediaType.endsWith('tar'));
  const { Docker: docker } = found;
  return {
    tag,
    id: withAlgorithm(found.FromImageID),
    sizeBytes: isPlain ? layers.reduce((sum, layer) => sum + layer.size, 0) : undefined,
    config: imageConfig({
      platform: platformOf(docker.os, docker.architecture, docker.variant),
      created: docker.created,
      config: docker.config ?? configSchema.parse({}),
      healthcheck: docker.config?.Healthcheck,
      diffIds: docker.rootfs.diff_ids,
      history: docker.history,
    }),
  };
}

function parseAs<Output>(schema: z.ZodType<Output>, tag: string, json: string): Output {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new UserError(`What the engine tells about image ${tag} is not JSON.`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(
    `What the engine tells about image ${tag} cannot be understood: ${z.prettifyError(parsed.error)}`,
    { hint: 'This version of the engine may be too new or too old; please report it.' },
  );
}

function withAlgorithm(id: string): string {
  return id.includes(':') ? id : `sha256:${id}`;
}

function platformOf(os: string, architecture: string, variant: string | null | undefined): Platform {
  return variant ? { os, architecture, variant } : { os, architecture };
}

interface Found {
  readonly platform: Platform;
  readonly created: string | null | undefined;
  readonly config: z.infer<typeof configSchema>;
  readonly healthcheck: z.infer<typeof healthcheckSchema> | null | undefined;
  readonly diffIds: readonly string[];
  readonly history: z.infer<typeof historySchema>;
}

function imageConfig({ platform, created, config, healthcheck, diffIds, history }: Found): ImageConfig {
  return {
    platform,
    ...(created ? { created } : {}),
    env: config.Env,
    entrypoint: config.Entrypoint,
    cmd: config.Cmd,
    workingDir: config.WorkingDir ?? '',
    user: config.User ?? '',
    exposedPorts: config.ExposedPorts,
    volumes: config.Volumes,
    labels: config.Labels,
    ...(config.StopSignal ? { stopSignal: config.StopSignal } : {}),
    ...(healthcheck ? { healthcheck: healthcheckOf(healthcheck) } : {}),
    diffIds,
    history: history.map(historyEntry),
  };
}

function healthcheckOf(found: z.infer<typeof healthcheckSchema>): Healthcheck {
  return {
    test: found.Test,
    ...(found.Interval === undefined ? {} : { intervalNanoseconds: found.Interval }),
    ...(found.Timeout === undefined ? {} : { timeoutNanoseconds: found.Timeout }),
    ...(found.StartPeriod === undefined ? {} : { startPeriodNanoseconds: found.StartPeriod }),
    ...(found.Retries === undefined ? {} : { retries: found.Retries }),
  };
}

function historyEntry(found: z.infer<typeof historySchema>[number]): HistoryEntry {
  return {
    createdBy: found.created_by ?? '',
    ...(found.created === undefined ? {} : { created: found.created }),
    ...(found.comment === undefined ? {} : { comment: found.comment }),
    isEmptyLayer: found.empty_layer ?? false,
  };
}

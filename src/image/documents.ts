import * as z from 'zod';
import { hasDigest, isDigest, UserError } from '../base/index.ts';

/** Media types of the OCI image-spec (media-types.md). */
export const ociIndex = 'application/vnd.oci.image.index.v1+json';
export const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

/** Media types that Plimsoll reads, by what they are (OCI image-spec, media-types.md; Docker's schema 2). */
export const mediaTypes: {
  readonly indexes: readonly string[];
  readonly manifests: readonly string[];
  readonly configs: readonly string[];
  readonly layers: readonly string[];
} = {
  indexes: [ociIndex, 'application/vnd.docker.distribution.manifest.list.v2+json'],
  manifests: [ociManifest, 'application/vnd.docker.distribution.manifest.v2+json'],
  configs: ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json'],
  layers: [
    'application/vnd.oci.image.layer.v1.tar',
    'application/vnd.oci.image.layer.v1.tar+gzip',
    'application/vnd.oci.image.layer.v1.tar+zstd',
    'application/vnd.oci.image.layer.nondistributable.v1.tar',
    'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
    'application/vnd.docker.image.rootfs.diff.tar',
    'application/vnd.docker.image.rootfs.diff.tar.gzip',
    'application/vnd.docker.image.rootfs.diff.tar.zstd',
    'application/vnd.docker.image.rootfs.foreign.diff.tar',
    'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
  ],
};

const digest = z.string().refine(isDigest, 'not a sha256 or sha512 digest');
const optionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);
// A list that some writers leave out or set to null (`"manifests": null` in an index.json of Docker's).
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);
const annotations = z
  .record(z.string(), z.string())
  .nullish()
  .transform((map) => map ?? {});

const platformSchema = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: optionalText,
});

const descriptorSchema = z.object({
  mediaType: z.string(),
  digest,
  size: z.int().nonnegative(),
  urls: listOf(z.string()),
  annotations,
  platform: platformSchema.nullish().transform((platform) => platform ?? undefined),
});

const indexSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: optionalText,
  manifests: listOf(descriptorSchema),
});

const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: optionalText,
  config: descriptorSchema,
  layers: listOf(descriptorSchema),
  subject: descriptorSchema.nullish().transform((subject) => subject ?? undefined),
  annotations,
});

const dockerManifestSchema = z.array(
  z.object({
    LayerSources: z
      .record(z.string(), descriptorSchema)
      .nullish()
      .transform((map) => map ?? {}),
    Config: z.string().min(1),
    RepoTags: listOf(z.string()),
    Layers: listOf(z.string().min(1)),
  }),
);

/** A pointer to a blob (OCI image-spec, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly urls: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly platform?:
    | { readonly os: string; readonly architecture: string; readonly variant?: string | undefined }
    | undefined;
}

/** A list of manifests (OCI image index, Docker manifest list). */
export interface IndexDocument {
  readonly mediaType?: string | undefined;
  readonly manifests: readonly Descriptor[];
}

/** What an image is made of (OCI image manifest, Docker manifest schema 2). */
export interface ManifestDocument {
  readonly mediaType?: string | undefined;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  /** The manifest that this one says something about. */
  readonly subject?: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** `manifest.json` of a docker-archive: one item an image. */
export type DockerManifestDocument = readonly {
  readonly Config: string;
  readonly RepoTags: readonly string[];
  readonly Layers: readonly string[];
  /** Foreign layers by diffID. */
  readonly LayerSources: Readonly<Record<string, Descriptor>>;
}[];

/** Reads an image index; `where` names it in the `UserError` that malformed text throws. */
export function parseIndex(text: string, where: string): IndexDocument {
  return parseDocument(indexSchema, text, where);
}

/** Reads an image manifest. */
export function parseManifest(text: string, where: string): ManifestDocument {
  return parseDocument(manifestSchema, text, where);
}

/** Reads the `manifest.json` of a docker-archive. */
export function parseDockerManifest(text: string, where: string): DockerManifestDocument {
  return parseDocument(dockerManifestSchema, text, where);
}

/** Parses and validates a JSON document; the `UserError` names the document and the place inside it. */
export function parseDocument<T extends z.ZodType>(schema: T, text: string, where: string): z.output<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${where} is no JSON`, {
      hint: 'The image is damaged: save or pull it again.',
      cause,
    });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  throw new UserError(
    `${where} is malformed${place === '' ? '' : ` at ${place}`}: ${issue?.message ?? 'unknown problem'}`,
    { hint: 'The image is damaged, or written by a tool that does not follow the image specification.' },
  );
}

/** Fails with a `UserError` unless the bytes of a document are those that its descriptor promises. */
export function verifyDocument(
  content: Uint8Array,
  descriptor: Pick<Descriptor, 'digest'>,
  where: string,
): void {
  if (hasDigest(content, descriptor.digest)) return;
  throw new UserError(`${where} does not have its digest ${descriptor.digest}`, {
    hint: 'The image is damaged: save or pull it again.',
  });
}

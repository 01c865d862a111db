import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';
import { type Compression, sha256Digest } from '../base/index.ts';
import { type TarMember, writeTar } from '../tar/index.ts';
import { formatConfig, layerInstructions } from './config.ts';
import { emptyConfig } from './empty-config.ts';
import type { Image, ImageConfig, Layer } from './image.ts';
import { storedLayer } from './layer.ts';

/** What an image is to be made of. */
export interface ImageParts {
  /** The members of each layer, lowest first. */
  readonly layers: readonly (readonly TarMember[])[];
  /** What differs from an empty configuration for linux/amd64; diffIDs are computed. */
  readonly config?: Partial<Omit<ImageConfig, 'diffIds'>>;
  /** How layers are stored. Default `none`. */
  readonly compression?: Compression;
  readonly name?: string;
}

/** Assembles a small image in memory, layers held whole: for tiny images, not for those of gigabytes. */
export async function buildImage(parts: ImageParts): Promise<Image> {
  const tars = await Promise.all(parts.layers.map(async (members) => await buffer(writeTar(members))));
  const diffIds = tars.map((tar) => sha256Digest(tar));
  const config: ImageConfig = {
    ...emptyConfig({ os: 'linux', architecture: 'amd64' }),
    ...parts.config,
    diffIds,
  };
  const instructions = layerInstructions(config);
  const layers = await Promise.all(
    tars.map(async (tar, position) =>
      layerOf(await compressed(tar, parts.compression ?? 'none'), {
        diffId: diffIds[position] ?? '',
        compression: parts.compression ?? 'none',
        createdBy: instructions[position],
        title: `layer ${position + 1} of ${tars.length}`,
      }),
    ),
  );
  return {
    name: parts.name ?? 'assembled',
    platform: config.platform,
    digest: sha256Digest(formatConfig(config)),
    config,
    layers,
    close: async () => {},
  };
}

async function compressed(tar: Buffer, compression: Compression): Promise<Buffer> {
  if (compression === 'gzip') return await promisify(gzip)(tar);
  if (compression === 'zstd') return await promisify(zstdCompress)(tar);
  return tar;
}

function layerOf(
  blob: Buffer,
  known: {
    readonly diffId: string;
    readonly compression: Compression;
    readonly createdBy: string | undefined;
    readonly title: string;
  },
): Layer {
  const suffix = known.compression === 'none' ? '' : `+${known.compression}`;
  return storedLayer({
    digest: sha256Digest(blob),
    diffId: known.diffId,
    mediaType: `application/vnd.oci.image.layer.v1.tar${suffix}`,
    sizeBytes: blob.length,
    createdBy: known.createdBy,
    urls: [],
    title: known.title,
    open: async () => Readable.from(blob.length > 0 ? [blob] : [], { objectMode: false }),
  });
}

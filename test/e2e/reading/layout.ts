import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Digest } from '../../../src/base/index.ts';

/** A layer to be stored as it is. */
export interface RawLayer {
  /** The uncompressed archive. */
  readonly tar: Buffer;
  /** The bytes to store; the archive itself when absent. */
  readonly blob?: Buffer;
  readonly mediaType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Writes an OCI layout with layers byte for byte as given, tagged `v1`, and gives the name to open it by. */
export function writeRawLayout(directory: string, layers: readonly RawLayer[]): string {
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const store = (content: Buffer, mediaType: string): { mediaType: string; digest: string; size: number } => {
    const digest = sha256Digest(content);
    writeFileSync(join(blobs, digest.slice(7)), content);
    return { mediaType, digest, size: content.length };
  };
  const json = (document: unknown): Buffer => Buffer.from(JSON.stringify(document));
  const config = store(
    json({
      architecture: 'amd64',
      os: 'linux',
      config: { Cmd: ['/bin/busybox', 'true'] },
      rootfs: { type: 'layers', diff_ids: layers.map(({ tar }) => sha256Digest(tar)) },
      history: layers.map((_, position) => ({ created_by: `layer ${position + 1}` })),
    }),
    'application/vnd.oci.image.config.v1+json',
  );
  const manifest = store(
    json({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config,
      layers: layers.map(({ tar, blob, mediaType, annotations }) => ({
        ...store(blob ?? tar, mediaType ?? 'application/vnd.oci.image.layer.v1.tar'),
        ...(annotations && { annotations }),
      })),
    }),
    'application/vnd.oci.image.manifest.v1+json',
  );
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const annotations = { 'org.opencontainers.image.ref.name': 'v1' };
  writeFileSync(
    join(directory, 'index.json'),
    json({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  );
  return `oci:${directory}:v1`;
}

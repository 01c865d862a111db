import { z } from 'zod';
import { readTable } from '../base/index.ts';
import { parseReference } from '../image/index.ts';
import type { WheelPlatform } from '../python/index.ts';

/** What is known of a base image. */
export interface BaseImage {
  readonly sizeBytes: number;
  readonly uncertaintyBytes: number;
  readonly compressedBytes: number | undefined;
  readonly libc: WheelPlatform['libc'];
  readonly libcMinor: number;
  /** The version of its `python3`, or of the one that its package manager installs; undefined where the tag does not tell. */
  readonly pythonVersion: string | undefined;
  /** Debian packages that it has beyond a minimal system. */
  readonly packages: ReadonlySet<string>;
  /** Where the numbers are from. */
  readonly source: string;
}

const schema = z.strictObject({
  source: z.url(),
  packageLists: z.record(z.string(), z.array(z.array(z.string()))),
  images: z.array(
    z.strictObject({
      repository: z.string(),
      registry: z.string().default('docker.io'),
      tag: z.string(),
      sizeBytes: z.int().positive(),
      uncertaintyBytes: z.int().positive(),
      compressedBytes: z.int().positive().optional(),
      libc: z.enum(['glibc', 'musl']),
      libcMinor: z.int(),
      python: z.string().optional(),
      packages: z.string(),
      source: z.url(),
    }),
  ),
});

const table = schema.parse(readTable(new URL('base-images.yaml', import.meta.url)));

/** Mirrors that carry Docker Hub's images under a path of their own. */
const mirrors: readonly RegExp[] = [
  /^public\.ecr\.aws\/docker\/(?=library\/)/,
  /^mirror\.gcr\.io\//,
  /^[^/]+\/dockerhub\//,
];

/** What the table knows of a base image by its reference (a digest is left out of account); undefined for all others. */
export function baseImage(reference: string): BaseImage | undefined {
  const place = readPlace(reference);
  if (place === undefined) return undefined;
  const entry = table.images.find(
    (one) =>
      one.registry === place.registry &&
      one.repository === place.repository &&
      new RegExp(`^(?:${one.tag})$`).test(place.tag),
  );
  if (entry === undefined) return undefined;
  const ofTag = place.repository === 'python' ? /^3\.\d+/.exec(place.tag)?.[0] : undefined;
  const ofUbuntu = /ubuntu(\d+\.\d+)/.exec(place.tag)?.[1];
  const beneath = ofUbuntu === undefined ? undefined : baseImage(`ubuntu:${ofUbuntu}`);
  return {
    sizeBytes: entry.sizeBytes,
    uncertaintyBytes: entry.uncertaintyBytes,
    compressedBytes: entry.compressedBytes,
    libc: entry.libc,
    libcMinor: beneath?.libcMinor ?? entry.libcMinor,
    pythonVersion: ofTag ?? entry.python ?? beneath?.pythonVersion,
    packages: new Set((table.packageLists[entry.packages] ?? []).flat()),
    source: entry.source,
  };
}

interface Place {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

function readPlace(reference: string): Place | undefined {
  // A variable that the Dockerfile does not set stands in the reference as written.
  if (/[$\s]/.test(reference) || reference === 'scratch') return undefined;
  try {
    const whole = mirrors.reduce((text, mirror) => text.replace(mirror, ''), reference);
    const { registry, repository, tag } = parseReference(whole);
    return tag === undefined
      ? undefined
      : { registry, repository: repository.replace(/^library\//, ''), tag };
  } catch {
    return undefined;
  }
}

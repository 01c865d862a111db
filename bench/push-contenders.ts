import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../src/base/index.ts';
import type { labEngine } from '../test/lab/index.ts';
import type { Contender } from './audit-measure.ts';
import { removeByName } from './leftovers.ts';
import type { PushImages } from './push-images.ts';
import { docker } from './stage.ts';

/** Somebody who pushes the image. */
export interface PushContender {
  readonly title: string;
  /** What goes before the clock starts. */
  readonly prepare?: (registry: string) => Promise<void>;
  /** What goes after it has stopped. */
  readonly clean?: (registry: string) => Promise<void>;
  readonly commandOf: (registry: string, folder: string) => Omit<Contender, 'title'>;
}

/** The command line as it is built. */
export const cli: string = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** `docker push` first, then skopeo where it is installed, then ours, gzip also without `igzip` where that is. */
export async function pushContenders(
  images: PushImages,
  engine: Awaited<ReturnType<typeof labEngine>>,
  signal: AbortSignal,
): Promise<PushContender[]> {
  await docker(engine, ['load', '--quiet', '--input', images.archive]);
  const [hasSkopeo, hasIgzip] = await Promise.all(
    ['skopeo', 'igzip'].map(
      async (program) =>
        await runProcess(program, ['--version'], { signal }).then(
          ({ code }) => code === 0,
          () => false,
        ),
    ),
  );
  const formats = ['gzip', 'zstd'] as const;
  return [
    {
      title: 'docker push',
      prepare: async (registry) => void (await docker(engine, ['tag', images.tag, `${registry}/bench:1`])),
      clean: (registry) => removeByName(engine, [`${registry}/bench:1`]),
      commandOf: (registry) => ({
        command: engine.dockerProgram,
        args: ['push', '--quiet', `${registry}/bench:1`],
        env: engine.environment,
      }),
    },
    ...(hasSkopeo ? formats.map((format) => skopeo(images, format)) : []),
    ...formats.map((format) => plimsoll(images, format, ['--compression', format])),
    ...(hasIgzip ? [plimsoll(images, 'gzip by zlib', ['--compressor', 'zlib'])] : []),
  ];
}

function skopeo({ layout }: PushImages, format: string): PushContender {
  const options = [
    '--quiet',
    '--insecure-policy',
    '--dest-tls-verify=false',
    '--dest-compress-format',
    format,
  ];
  return {
    title: `skopeo copy from an OCI layout, ${format}`,
    commandOf: (registry) => ({
      command: 'skopeo',
      args: ['copy', ...options, `oci:${layout}:latest`, `docker://${registry}/bench:1`],
    }),
  };
}

function plimsoll({ layout }: PushImages, how: string, flags: readonly string[]): PushContender {
  return {
    title: `plimsoll push from an OCI layout, ${how}`,
    commandOf: (registry, folder) => ({
      command: process.execPath,
      args: [cli, 'push', `oci:${layout}`, `${registry}/bench:1`, ...flags, '--quiet'],
      env: { PLIMSOLL_CACHE_DIR: join(folder, 'cache') },
    }),
  };
}

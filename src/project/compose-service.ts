import { resolve } from 'node:path';
import type { PortSource, ServiceSource, VolumeSource } from './compose-schema.ts';
import { interpolate } from './compose-variables.ts';

/** A service of a compose file that is built from a Dockerfile. */
export interface ComposeService {
  readonly name: string;
  /** Absolute path of the build context. */
  readonly context: string;
  /** Absolute path; undefined for an inline Dockerfile. */
  readonly dockerfile: string | undefined;
  /** Names of `additional_contexts`, which FROM and COPY --from may use. */
  readonly contextNames: readonly string[];
  readonly target: string | undefined;
  /** Build arguments; undefined for one whose value comes from the environment. */
  readonly args: Readonly<Record<string, string | undefined>>;
  /** The name that the built image gets. */
  readonly image: string | undefined;
  /** As written: `8000:8000`, `127.0.0.1:80:8080/tcp`; the long form is written the same way. */
  readonly ports: readonly string[];
  /** Undefined for a value that the environment of Compose gives. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly volumes: readonly ComposeVolume[];
  /** Of the container; `undefined` where the compose file leaves it to the image, `'disabled'` where it turns it off. */
  readonly healthcheck: readonly string[] | 'disabled' | undefined;
  /** What asks for a GPU: `gpus: all`, `runtime: nvidia`, `deploy.resources.reservations.devices`; undefined when nothing does. */
  readonly gpus: string | undefined;
  readonly command: string | readonly string[] | undefined;
  readonly entrypoint: string | readonly string[] | undefined;
  readonly user: string | undefined;
  readonly workingDir: string | undefined;
}

/** A volume of a service; `source` is undefined for an anonymous one. */
export interface ComposeVolume {
  readonly source: string | undefined;
  readonly target: string;
  /** True for a path of the host (`./data:/data`), false for a named or anonymous volume. */
  readonly isBind: boolean;
}

/** A service with its defaults filled in; undefined for one that only names an image. Relative paths are relative to `directory`. */
export function toComposeService(
  name: string,
  source: ServiceSource,
  directory: string,
): ComposeService | undefined {
  if (source.build === undefined || source.build === null) return undefined;
  const build: BuildSource = typeof source.build === 'string' ? { context: source.build } : source.build;
  const context = resolve(directory, interpolate(build.context ?? '.') ?? '.');
  const isInline = build.dockerfile_inline !== undefined;
  const dockerfile = interpolate(build.dockerfile ?? 'Dockerfile');
  const target = build.target === undefined ? undefined : interpolate(build.target);
  return {
    name,
    context,
    dockerfile: isInline ? undefined : resolve(context, dockerfile ?? 'Dockerfile'),
    contextNames: Object.keys(pairsOf(build.additional_contexts)),
    target: target === '' ? undefined : target,
    args: pairsOf(build.args),
    image: source.image,
    ports: (source.ports ?? []).map(portText),
    environment: pairsOf(source.environment),
    volumes: (source.volumes ?? []).map(toVolume),
    healthcheck: healthcheckOf(source.healthcheck),
    gpus: gpuRequest(source),
    command: commandOf(source.command),
    entrypoint: commandOf(source.entrypoint),
    user: source.user === undefined ? undefined : String(source.user),
    workingDir: source.working_dir,
  };
}

type BuildSource = Exclude<ServiceSource['build'], string | null | undefined>;
type Pairs = ServiceSource['environment'];

function pairsOf(pairs: Pairs): Readonly<Record<string, string | undefined>> {
  if (pairs === undefined || pairs === null) return {};
  const entries: [string, string | undefined][] = Array.isArray(pairs)
    ? pairs.map((pair) => {
        const equals = pair.indexOf('=');
        return equals === -1
          ? [pair, undefined]
          : [pair.slice(0, equals), interpolate(pair.slice(equals + 1))];
      })
    : Object.entries(pairs).map(([name, value]) => [
        name,
        value === null ? undefined : interpolate(String(value)),
      ]);
  return Object.fromEntries(entries);
}

function portText(port: PortSource): string {
  if (typeof port !== 'object') return String(port);
  const published = port.published === undefined ? '' : `${port.published}:`;
  return `${published}${port.target}${port.protocol === undefined ? '' : `/${port.protocol}`}`;
}

function toVolume(volume: VolumeSource): ComposeVolume {
  if (typeof volume !== 'string') {
    return { source: volume.source, target: volume.target ?? '', isBind: volume.type === 'bind' };
  }
  const [first = '', second] = volume.split(/:(?![^{]*\})/);
  if (second === undefined) return { source: undefined, target: first, isBind: false };
  return { source: first, target: second, isBind: /^[./~]|^\$/.test(first) };
}

function healthcheckOf(healthcheck: ServiceSource['healthcheck']): ComposeService['healthcheck'] {
  if (healthcheck === undefined || healthcheck === null) return undefined;
  const { test, disable } = healthcheck;
  const words = typeof test === 'string' ? ['CMD-SHELL', test] : test;
  return disable === true || words?.[0] === 'NONE' ? 'disabled' : words;
}

function gpuRequest(source: ServiceSource): string | undefined {
  if (source.gpus !== undefined && source.gpus !== 0) {
    return `gpus: ${typeof source.gpus === 'object' ? JSON.stringify(source.gpus) : source.gpus}`;
  }
  if (source.runtime === 'nvidia') return 'runtime: nvidia';
  const devices = source.deploy?.resources?.reservations?.devices ?? [];
  const isGpu = devices.some(
    (device) => device.driver === 'nvidia' || device.capabilities?.flat().some((one) => /gpu/.test(one)),
  );
  return isGpu ? 'deploy.resources.reservations.devices' : undefined;
}

function commandOf(command: ServiceSource['command']): string | readonly string[] | undefined {
  if (command === undefined || command === null) return undefined;
  return typeof command === 'string' ? command : command.map(String);
}

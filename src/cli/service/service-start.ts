import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type ComposeService, type Project, variablesIn } from '../../project/index.ts';
import { containerCommand } from '../../slim/index.ts';

/** How a container of the project starts. */
export interface ServiceStart {
  /** ENTRYPOINT and CMD, or what the compose file starts in their place. */
  readonly words: readonly string[];
  /** Whether the compose file starts something else than the Dockerfile says: what that one exposes need not be so. */
  readonly isOverridden: boolean;
  /** ENV of the Dockerfile, over it the environment files and the environment of the compose file. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables whose value only Compose's own environment gives. */
  readonly openVariables: readonly string[];
  /** Whether a variable may have a value that is not known: it is open, or an environment file that is not there may set it. */
  readonly isOpen: (variable: string) => boolean;
  readonly user: string | undefined;
  /** Ports of the container that the compose file publishes. */
  readonly publishedPorts: readonly number[];
}

/** A service of a compose file with what it says beside the checked fields. */
export interface NamedService {
  readonly service: ComposeService;
  readonly merged: Readonly<Record<string, unknown>>;
  /** Absolute path of the compose file. */
  readonly file: string;
}

/** How a container starts: by the Dockerfile alone, or as a service of a compose file. */
export async function serviceStart(project: Project, named?: NamedService): Promise<ServiceStart> {
  const { model } = project.dockerfile;
  const after = model.stages[model.target]?.after;
  const service = named?.service;
  const environment = service?.environment ?? {};
  const openVariables = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [name] : [],
  );
  const files = named === undefined ? { variables: {}, isWhole: true } : await fileVariables(named);
  return {
    words: containerCommand(model, service),
    isOverridden: service?.command !== undefined || service?.entrypoint !== undefined,
    env: { ...after?.env, ...files.variables, ...definedOnly(environment) },
    openVariables,
    isOpen: (name) => openVariables.includes(name) || (!files.isWhole && environment[name] === undefined),
    user: service?.user ?? after?.user,
    publishedPorts: (service?.ports ?? []).flatMap(containerPort),
  };
}

function definedOnly(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** `8000:80`, `127.0.0.1:80:8080/tcp`, `3000-3001:3000-3001`, `9000`: the first port on the container's side. */
function containerPort(written: string): readonly number[] {
  const port = Number(/(\d+)(?:-\d+)?(?:\/tcp)?$/.exec(written)?.[1]);
  return Number.isInteger(port) && port > 0 && port < 65536 ? [port] : [];
}

// env_file: .env    env_file: [a.env, {path: b.env, required: false}]
async function fileVariables({ merged, file }: NamedService): Promise<{
  readonly variables: Readonly<Record<string, string>>;
  /** False where one of the files is not there (yet). */
  readonly isWhole: boolean;
}> {
  const written = merged['env_file'];
  const paths = (Array.isArray(written) ? written : [written]).flatMap((one: unknown): string[] => {
    if (typeof one === 'string') return [one];
    const path = typeof one === 'object' && one !== null && 'path' in one ? one.path : undefined;
    return typeof path === 'string' ? [path] : [];
  });
  const texts = await Promise.all(
    paths.map((path) => readFile(resolve(dirname(file), path), 'utf8').catch(() => undefined)),
  );
  return {
    variables: Object.assign({}, ...texts.map((text) => variablesIn(text ?? ''))),
    isWhole: texts.every((text) => text !== undefined),
  };
}

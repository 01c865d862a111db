import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../../base/index.ts';
import type { Engine } from '../../../engines/index.ts';
import { type Image, parseImageSpec } from '../../../image/index.ts';
import { tracedSources } from '../../../python/index.ts';
import { traceStart } from '../../../verify/index.ts';
import { engineNamed } from '../../engine-named.ts';
import type { CliEnvironment } from '../../environment.ts';
import type { ShrinkOptions } from './shrink-options.ts';

/** The longest from the start of the image to its answer, and of an answer, in seconds. */
const timeoutSeconds = 300;

/** What a trace is taken by. */
export interface TraceSetting {
  readonly options: ShrinkOptions;
  readonly environment: CliEnvironment;
  /** What a file tells (`givenTrace`); undefined where none was named. */
  readonly trace: ReadonlySet<string> | undefined;
}

/**
 * The sources of the modules whose bytecode stays: as a file tells, or as the started image does. Undefined where all bytecode
 * stays, or none. Fails with a `UserError` where the trace names no module.
 */
export async function tracedModules(
  image: Pick<Image, 'name' | 'config'>,
  { options, environment, trace }: TraceSetting,
): Promise<ReadonlySet<string> | undefined> {
  if (options.bytecode !== 'traced') return undefined;
  return trace ?? sourcesIn(await traceOf(image, options, environment), `the start of ${image.name}`);
}

/** The modules that the file of `--trace` tells of; undefined without it. Fails with a `UserError` where it names none. */
export async function givenTrace({
  trace,
}: Pick<ShrinkOptions, 'trace'>): Promise<ReadonlySet<string> | undefined> {
  if (trace === undefined) return undefined;
  const text = await readFile(trace, 'utf8').catch((error: unknown) => {
    throw new UserError(`--trace ${trace} cannot be read: ${messageOf(error)}`, { hint, cause: error });
  });
  return sourcesIn(text, trace);
}

const hint =
  'A trace is what `python -v` prints, or a list of .py and .pyc files. `python -I` and `-E` print nothing when they are asked by a variable.';

function sourcesIn(text: string, from: string): ReadonlySet<string> {
  const sources = tracedSources(text);
  if (sources.size > 0) return sources;
  throw new UserError(`${from} names no module of Python`, { hint });
}

async function traceOf(
  { config }: Pick<Image, 'config'>,
  { image: name, env, probes, ports }: ShrinkOptions,
  environment: CliEnvironment,
): Promise<string> {
  const { engine, reference } = await engineWith(name, environment);
  const exposed = config.exposedPorts.flatMap((port) => /^(\d+)(?:\/tcp)?$/.exec(port)?.[1] ?? []);
  return await traceStart({
    engine,
    image: reference,
    ports: ports.length > 0 ? ports : exposed.map(Number),
    env,
    probes,
    timeoutSeconds,
    progress: environment.progress,
    signal: environment.signal,
  });
}

async function engineWith(
  name: string,
  environment: CliEnvironment,
): Promise<{ readonly engine: Engine; readonly reference: string }> {
  const spec = parseImageSpec(name);
  if (spec.kind === 'docker' || spec.kind === 'podman')
    return { engine: await engineNamed(spec.kind, environment), reference: spec.reference };
  if (spec.kind === 'bare' && !existsSync(spec.text)) {
    const engine = await engineNamed('docker', environment);
    if ((await engine.inspect(spec.text)) !== undefined) return { engine, reference: spec.text };
  }
  throw new UserError('--bytecode traced starts the image, which no engine holds under this name', {
    hint: 'Name it docker:REF or podman:REF, or give a trace: --trace FILE.',
  });
}

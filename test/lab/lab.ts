import { mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../../src/base/index.ts';
import { endProgram, isRunning } from './background.ts';
import { bundledWheels, ensureStandIns } from './bases.ts';
import { ensurePrograms, programsNamed } from './debian-packages.ts';
import {
  type LabEngine,
  privateEngine,
  reachableEngine,
  startPrivateEngine,
  stopPrivateEngine,
} from './engine.ts';
import { ensureExampleData } from './example-data.ts';
import { type LabPaths, labPaths } from './paths.ts';
import { standInLabel } from './recipe.ts';
import { ensureIndex, ensureRegistry } from './services.ts';
import { type LabState, noteState, readState, removeState, writeState } from './state.ts';
import type { Log } from './steps.ts';
import { ensureWheels } from './wheels.ts';

/** What the lab shall bring up. */
export interface LabOptions {
  /** Also serves both builds of torch (3 GB of wheels, fetched once). */
  readonly withTorch?: boolean;
  /** Uses an engine of its own even when another one can be reached. */
  readonly isPrivateEngine?: boolean;
  /** Requirements, as pip reads them, that the index shall serve beside those of the examples. */
  readonly requirements?: readonly string[];
  /** Default: that of this process. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Default: standard error. */
  readonly log?: Log;
}

/** A lab that is up. */
export interface Lab {
  /** What programs need in their environment to use the lab's engine. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path of a docker client that builds with BuildKit on that engine. */
  readonly dockerProgram: string;
  /** Build arguments that make Dockerfiles use the lab's indexes. */
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Address of the local registry, e.g. `127.0.0.1:18485`. */
  readonly registry: string;
  /** The simple index as containers reach it. */
  readonly indexUrl: string;
  /** The same from this machine. */
  readonly hostIndexUrl: string;
  /** Names of images that are stand-ins. */
  readonly standIns: readonly string[];
  /** Sentences about what is not the real thing. */
  readonly notes: readonly string[];
  /** Ends what this call has started; what ran before stays. */
  down(): Promise<void>;
}

const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** An engine to build with: the one that answers, or a private one that is started. For places with internet. */
export async function labEngine(
  options: LabOptions = {},
): Promise<Pick<Lab, 'environment' | 'dockerProgram'>> {
  const { environment, log, paths } = await settingsOf(options);
  const engine = await ensureEngine({ paths, environment, options, log });
  return {
    environment: { ...engine.environment, ...(await pathWithDocker(paths, engine, environment)) },
    dockerProgram: engine.docker,
  };
}

interface LabSettings {
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly paths: LabPaths;
}

async function settingsOf(options: LabOptions): Promise<LabSettings> {
  const environment = options.environment ?? process.env;
  const paths = labPaths(environment);
  await mkdir(paths.root, { recursive: true });
  return {
    environment,
    paths,
    log: options.log ?? ((line: string) => void process.stderr.write(`lab: ${line}\n`)),
  };
}

/** The folder of an example project. */
export function exampleFolder(name: string): string {
  return join(projectRoot, 'examples', name);
}

/** Brings up what is missing of the lab. Safe to call again: what is there is used. */
export async function labUp(options: LabOptions = {}): Promise<Lab> {
  const { environment, log, paths } = await settingsOf(options);
  const before = await readState(paths.stateFile);
  await ensurePrograms(neededPrograms, environment, log);
  const engine = await ensureEngine({ paths, environment, options, log });
  const madeWheels = await ensureWheels({
    folder: paths.wheels,
    requirementFiles: ['churn-api', ...(options.withTorch ? ['sentiment-api'] : [])].map((name) =>
      join(exampleFolder(name), 'requirements-dev.txt'),
    ),
    requirements: options.requirements ?? [],
    withTorch: options.withTorch ?? false,
    log,
  });
  const index = await ensureIndex(paths, engine);
  const registry = await ensureRegistry(paths);
  const indexUrl = `http://${engine.bridgeAddress}:${index.port}/simple/`;
  const standIns = await ensureStandIns({
    engine,
    folder: paths.bases,
    bundledWheels: await bundledWheels(join(paths.wheels, 'simple')),
    indexUrl,
    log,
  });
  await exampleData('churn-api');
  await exampleData('sentiment-api');
  const notes = [...notesAbout(standIns), ...madeWheels];
  await noteState(paths.stateFile, { notes });
  return {
    environment: { ...engine.environment, ...(await pathWithDocker(paths, engine, environment)) },
    dockerProgram: engine.docker,
    buildArgs: { PYTORCH_INDEX_URL: `http://${engine.bridgeAddress}:${index.port}/whl/cpu` },
    registry: `127.0.0.1:${registry.port}`,
    indexUrl,
    hostIndexUrl: `http://127.0.0.1:${index.port}/simple/`,
    standIns,
    notes,
    down: () => endStarted(paths, before),
  };
}

/** Programs that the lab and the tests in it call, and the Debian packages that bring them. */
const neededPrograms = {
  mmdebstrap: 'mmdebstrap',
  'docker-registry': 'docker-registry',
  python3: 'python3',
  pip3: 'python3-pip',
  curl: 'curl',
  jq: 'jq',
};

function notesAbout(standIns: readonly string[]): string[] {
  return [
    `${standIns.join(', ')}: stand-ins made of Debian 12 packages, not the official images; their sizes differ from those.`,
    'Python packages: the wheels that pip on this machine resolves, served by a local index.',
  ];
}

/** Writes the raw exports and notebook outputs of an example where they are missing. */
export async function exampleData(name: string): Promise<void> {
  await ensureExampleData(exampleFolder(name));
}

interface EngineNeeds extends LabSettings {
  readonly options: LabOptions;
}

async function ensureEngine(needs: EngineNeeds): Promise<LabEngine> {
  const { paths, environment, options, log } = needs;
  const found =
    (options.isPrivateEngine ? undefined : await reachableEngine(environment)) ??
    (await privateEngine(environment, await readState(paths.stateFile)));
  if (found !== undefined) return found;
  const { engine, started } = await startPrivateEngine(paths.engine, environment, log);
  await noteState(paths.stateFile, { engine: started });
  return engine;
}

/** Programs find `docker` on their path: where the first one there cannot be used, a folder with the usable one precedes it. */
async function pathWithDocker(
  paths: LabPaths,
  engine: LabEngine,
  environment: NodeJS.ProcessEnv,
): Promise<Record<string, string>> {
  if ((await programsNamed('docker', environment))[0] === engine.docker) return {};
  const folder = join(paths.root, 'bin');
  await mkdir(folder, { recursive: true });
  await rm(join(folder, 'docker'), { force: true });
  await symlink(engine.docker, join(folder, 'docker'));
  return { PATH: `${folder}:${environment['PATH'] ?? ''}` };
}

async function endStarted(paths: LabPaths, before: LabState): Promise<void> {
  const now = await readState(paths.stateFile);
  const isNew = (part: 'engine' | 'index' | 'registry'): boolean => now[part]?.pid !== before[part]?.pid;
  if (now.index && isNew('index')) await endProgram(now.index);
  if (now.registry && isNew('registry')) await endProgram(now.registry);
  if (now.engine && isNew('engine')) await stopPrivateEngine(paths.engine, now.engine, false);
  await writeState(paths.stateFile, before);
}

/** Ends everything that the lab has started; with `isPurge` also removes all that it stored, and its images. */
export async function labDown(environment: NodeJS.ProcessEnv, isPurge: boolean, log: Log): Promise<void> {
  const paths = labPaths(environment);
  const state = await readState(paths.stateFile);
  if (state.index) await endProgram(state.index);
  if (state.registry) await endProgram(state.registry);
  if (state.engine) await stopPrivateEngine(paths.engine, state.engine, isPurge);
  else if (isPurge) await removeStandIns(environment);
  await removeState(paths.stateFile);
  if (isPurge) await rm(paths.root, { recursive: true, force: true });
  log(
    isPurge ? `Down; ${paths.root} and the stand-in images are removed.` : 'Down; what was downloaded stays.',
  );
}

async function removeStandIns(environment: NodeJS.ProcessEnv): Promise<void> {
  const engine = await reachableEngine(environment);
  if (engine === undefined) return;
  const env = engine.environment;
  const filter = ['--filter', `label=${standInLabel}`, '--format', '{{.Repository}}:{{.Tag}}'];
  const labelled = await runProcess(engine.docker, ['image', 'ls', ...filter, 'python'], { env });
  const names = labelled.stdout.split('\n').filter((name) => name !== '');
  if (names.length > 0) await runProcess(engine.docker, ['image', 'rm', ...names], { env });
}

/** What runs, a line for each part; `isUp` when the lab itself has started any of it. */
export async function labStatus(
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly isUp: boolean; readonly lines: readonly string[] }> {
  const paths = labPaths(environment);
  const state = await readState(paths.stateFile);
  const own = await privateEngine(environment, state);
  const engine = own ?? (await reachableEngine(environment));
  const running = await Promise.all(
    [state.index, state.registry].map(async (part) => part !== undefined && (await isRunning(part))),
  );
  const say = (isThere: boolean | undefined, part: LabState['index'] | LabState['registry']): string =>
    isThere ? `runs (pid ${part?.pid}, port ${part?.port})` : 'does not run';
  const where = engine?.environment['DOCKER_HOST'] ?? 'the default socket';
  return {
    isUp: own !== undefined || running.includes(true),
    lines: [
      engine === undefined
        ? 'engine    none answers'
        : `engine    Docker ${engine.version} at ${where}${own ? ` (the lab's own, pid ${state.engine?.pid})` : ''}`,
      `index     ${say(running[0], state.index)}`,
      `registry  ${say(running[1], state.registry)}`,
      `cache     ${paths.root}`,
      ...(state.notes ?? []).map((line) => `note      ${line}`),
    ],
  };
}

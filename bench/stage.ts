import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runProcess, UserError } from '../src/base/index.ts';
import { exampleData, isOnline, labEngine, labUp } from '../test/lab/index.ts';

/** Where a bench takes place: an engine, and Docker Hub and the package index or what stands in for them. */
export interface Stage {
  readonly dockerProgram: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** The same for a program on this machine that reads them as the build does. */
  readonly hostBuildArgs: Readonly<Record<string, string>>;
  /** The lab's package index as containers reach it; undefined where builds ask the Python Package Index. */
  readonly indexUrl?: string;
  /** The same from this machine. */
  readonly hostIndexUrl?: string;
  /** This machine's address as containers see it. */
  readonly hostAddress: string;
  /** Sentences about what is not the real thing. */
  readonly notes: readonly string[];
}

/** What a bench needs of its stage. */
export interface StageNeeds {
  readonly example: string;
  /** Single requirements that the index shall serve beside those of the examples. */
  readonly requirements?: readonly string[];
}

/** Uses the internet where it can be reached, and brings the lab up where it cannot. */
export async function setTheStage(needs: StageNeeds): Promise<Stage> {
  if (!(await isOnline())) {
    const lab = await labUp({
      withTorch: needs.example === 'sentiment-api',
      ...(needs.requirements === undefined ? {} : { requirements: needs.requirements }),
    });
    const container = new URL(lab.indexUrl).host;
    const host = new URL(lab.hostIndexUrl).host;
    const hostBuildArgs = Object.fromEntries(
      Object.entries(lab.buildArgs).map(([name, value]) => [name, value.replace(container, host)]),
    );
    return { ...lab, hostBuildArgs, hostAddress: new URL(lab.indexUrl).hostname };
  }
  const engine = await labEngine();
  await exampleData(needs.example);
  return { ...engine, buildArgs: {}, hostBuildArgs: {}, hostAddress: await gatewayOf(engine), notes: [] };
}

async function gatewayOf(engine: Pick<Stage, 'dockerProgram' | 'environment'>): Promise<string> {
  const format = '{{range .IPAM.Config}}{{.Gateway}} {{end}}';
  const inspected = await docker(engine, ['network', 'inspect', '--format', format, 'bridge']);
  const address = /\d+(?:\.\d+){3}/.exec(inspected)?.[0];
  if (address !== undefined) return address;
  throw new UserError(
    'The engine’s default network names no gateway, so that downloads cannot be measured.',
    {
      hint: 'Run the bench with a Docker engine on this machine.',
    },
  );
}

/** Calls the docker client and gives what it printed; rejects with a `UserError` that quotes it when it fails. */
export async function docker(
  stage: Pick<Stage, 'dockerProgram' | 'environment'>,
  words: readonly string[],
): Promise<string> {
  const result = await runProcess(stage.dockerProgram, words, { env: stage.environment });
  if (result.code === 0) return result.stdout;
  throw new UserError(`docker ${words.slice(0, 2).join(' ')} failed: ${result.stderr.trim()}`);
}

/** Options for `docker build` and `plimsoll slim` alike. */
export function buildArgWords(buildArgs: Readonly<Record<string, string>>): string[] {
  return Object.entries(buildArgs).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
}

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Runs `plimsoll` as a user would, its progress on this terminal, and gives its standard output. */
export async function plimsoll(stage: Stage, words: readonly string[], signal: AbortSignal): Promise<string> {
  console.error(`$ plimsoll ${words.join(' ')}`);
  const child = spawn(process.execPath, [cli, ...words], {
    env: { ...process.env, ...stage.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code === 0) return printed;
  throw new UserError(`plimsoll ${words[0]} ended with ${code}.`, { hint: printed.slice(-2000) });
}

/** Says which stand-ins took part; empty where there were none. */
export function standInLines(stage: Stage): string {
  return stage.notes.length === 0
    ? ''
    : `\nStand-ins took part:\n${stage.notes.map((note) => `  ${note}\n`).join('')}`;
}

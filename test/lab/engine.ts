import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess, UserError } from '../../src/base/index.ts';
import { endProgram, isRunning, startInBackground } from './background.ts';
import { ensurePrograms, programsNamed } from './debian-packages.ts';
import type { LabState } from './state.ts';
import { type Log, mustRun, timed } from './steps.ts';

/** A Docker engine that the lab may use. */
export interface LabEngine {
  /** Absolute path of a `docker` client that can build with BuildKit on this engine. */
  readonly docker: string;
  readonly version: string;
  /** What `docker` needs in its environment to reach the engine. */
  readonly environment: Readonly<Record<string, string>>;
  /** The address of this machine as containers of the default network see it. */
  readonly bridgeAddress: string;
}

/** The engine that the environment points to (`DOCKER_HOST`, or the client's own default), when it answers. */
export async function reachableEngine(environment: NodeJS.ProcessEnv): Promise<LabEngine | undefined> {
  const host = environment['DOCKER_HOST'];
  return connect(environment, host === undefined || host === '' ? {} : { DOCKER_HOST: host });
}

/** The private engine of the lab, when it runs. */
export async function privateEngine(
  environment: NodeJS.ProcessEnv,
  state: LabState,
): Promise<LabEngine | undefined> {
  if (state.engine === undefined || !(await isRunning(state.engine))) return undefined;
  return connect(environment, { DOCKER_HOST: `unix://${state.engine.socket}` });
}

async function connect(
  environment: NodeJS.ProcessEnv,
  reach: Readonly<Record<string, string>>,
): Promise<LabEngine | undefined> {
  const env = { ...reach, DOCKER_BUILDKIT: '1' };
  for (const docker of await programsNamed('docker', environment)) {
    const version = await runProcess(docker, ['version', '--format', '{{.Server.Version}}'], { env });
    if (version.code !== 0) continue;
    if (!(await hasBuildKit(docker))) continue;
    return {
      docker,
      version: version.stdout.trim(),
      environment: env,
      bridgeAddress: await gateway(docker, env),
    };
  }
  return undefined;
}

/** Clients before 23 speak BuildKit themselves; later ones only with the buildx plugin. */
async function hasBuildKit(docker: string): Promise<boolean> {
  const version = await runProcess(docker, ['--version']);
  const major = Number(/version (\d+)\./.exec(version.stdout)?.[1] ?? 0);
  return major < 23 || (await runProcess(docker, ['buildx', 'version'])).code === 0;
}

/** The gateway of the default network; where the engine does not say, the first address of its subnet, as Docker chooses it. */
async function gateway(docker: string, env: Readonly<Record<string, string>>): Promise<string> {
  const format = '{{range .IPAM.Config}}{{.Gateway}} {{.Subnet}} {{end}}';
  const found = await mustRun(docker, ['network', 'inspect', '--format', format, 'bridge'], { env });
  const words = found.stdout.split(/\s+/);
  const address = words.find((word) => /^\d+(\.\d+){3}$/.test(word));
  const subnet = words.find((word) => /^\d+(\.\d+){2}\.0\/\d+$/.test(word));
  if (address !== undefined) return address;
  if (subnet !== undefined) return subnet.replace(/\.0\/\d+$/, '.1');
  throw new UserError('The Docker engine has no default bridge network with an IPv4 gateway.', {
    hint: 'The lab needs a local Docker engine; containers of a remote one cannot reach its package index.',
  });
}

const bridge = 'plimsoll0';

/**
 * Starts a Docker engine with data, sockets and network of its own below `folder`, installing `docker.io` when it is
 * missing. Needs root. Rejects with a `UserError` that quotes the engine's log when it does not come up.
 */
export async function startPrivateEngine(
  folder: string,
  environment: NodeJS.ProcessEnv,
  log: Log,
): Promise<{ readonly engine: LabEngine; readonly started: NonNullable<LabState['engine']> }> {
  if (process.getuid?.() !== 0) {
    throw new UserError('No Docker engine answers, and only root may start one.', {
      hint: 'Start Docker, or set DOCKER_HOST to an engine that you may use.',
    });
  }
  await ensurePrograms({ dockerd: 'docker.io', iptables: 'iptables', ip: 'iproute2' }, environment, log);
  await mkdir(folder, { recursive: true });
  const socket = join(folder, 'docker.sock');
  const dataRoot = join(folder, 'data');
  await endOrphans(folder);
  const mtu = await raiseBridge();
  const program = await timed(log, 'Starting a private Docker engine', () =>
    startInBackground({
      title: 'The private Docker engine',
      command: 'dockerd',
      args: [
        ...[
          '--data-root',
          dataRoot,
          '--exec-root',
          join(folder, 'run'),
          '--pidfile',
          join(folder, 'docker.pid'),
        ],
        ...['--host', `unix://${socket}`, '--bridge', bridge, '--mtu', String(mtu), '--log-level', 'warn'],
      ],
      env: { PATH: `${environment['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin` },
      logFile: join(folder, 'dockerd.log'),
      mark: dataRoot,
      isReady: async () => (await connect(environment, { DOCKER_HOST: `unix://${socket}` })) !== undefined,
      patienceSeconds: 90,
    }),
  );
  const engine = await connect(environment, { DOCKER_HOST: `unix://${socket}` });
  if (engine === undefined)
    throw new UserError('The private Docker engine stopped answering right after its start.');
  return { engine, started: { ...program, socket, bridge } };
}

/**
 * Makes the network bridge of the private engine: another engine on this machine may own `docker0`.
 * Returns the packet size (MTU) of the way out, which containers must not exceed.
 */
async function raiseBridge(): Promise<number> {
  const mtu = await mtuOfDefaultRoute();
  const isThere = await runProcess('ip', ['link', 'show', 'dev', bridge]);
  if (isThere.code !== 0) {
    await mustRun('ip', ['link', 'add', 'name', bridge, 'type', 'bridge']);
    await mustRun('ip', ['address', 'add', `${await freeNetwork()}.1/24`, 'dev', bridge]);
  }
  await mustRun('ip', ['link', 'set', 'dev', bridge, 'mtu', String(mtu), 'up']);
  return mtu;
}

async function mtuOfDefaultRoute(): Promise<number> {
  const routes = await runProcess('ip', ['-4', 'route', 'show', 'default']);
  const device = / dev (\S+)/.exec(routes.stdout)?.[1];
  if (device === undefined) return 1500;
  const link = await runProcess('ip', ['link', 'show', 'dev', device]);
  return Number(/ mtu (\d+)/.exec(link.stdout)?.[1] ?? 1500);
}

/** The first three numbers of a private /24 network that no route of this machine uses. */
async function freeNetwork(): Promise<string> {
  const routes = (await mustRun('ip', ['-4', 'route', 'show', 'table', 'all'])).stdout;
  const candidates = Array.from({ length: 16 }, (_, index) => `172.${31 - index}.77`);
  const free = candidates.find((network) => !routes.includes(`${network.split('.').slice(0, 2).join('.')}.`));
  if (free !== undefined) return free;
  throw new UserError(
    'Every network from 172.16.0.0 to 172.31.0.0 is in use here: no room for a private engine.',
  );
}

/**
 * An engine that was killed leaves its containerd and the shims of its containers running, and a new engine on the
 * same folder waits for them in vain. All of them name a file below the folder on their command line.
 */
async function endOrphans(folder: string): Promise<void> {
  const run = join(folder, 'run');
  const marks = ['containerd.toml', 'containerd.sock'].map((name) => join(run, 'containerd', name));
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    for (const mark of marks) await endProgram({ pid, mark });
  }
  await unmountBelow(run);
  await rm(run, { recursive: true, force: true });
  await rm(join(folder, 'docker.pid'), { force: true });
}

/** Ends the private engine and takes its bridge away; with `isPurge` also everything it stored. */
export async function stopPrivateEngine(
  folder: string,
  started: NonNullable<LabState['engine']>,
  isPurge: boolean,
): Promise<void> {
  await endProgram(started);
  await endOrphans(folder);
  await runProcess('ip', ['link', 'delete', started.bridge]);
  await unmountBelow(folder);
  if (!isPurge) return;
  await rm(folder, { recursive: true, force: true });
}

/** An engine that was killed leaves mounts behind, and nothing below them can be removed. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).reverse()) {
    await runProcess('umount', ['--lazy', mount]);
  }
}

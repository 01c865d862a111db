import type { BuildFailureKind } from './build-error.ts';
import { missingPrograms } from './missing-programs.ts';

/** What an engine said when something failed. */
export interface TroubleReport {
  /** The failed build step's name; empty outside of steps and builds. */
  readonly step: string;
  /** What the step's own command printed. */
  readonly output: string;
  /** The engine's own error. */
  readonly engineWords: string;
  /** True when the engine was alive to blame a step. */
  readonly hasFailedStep: boolean;
  readonly exitCode: number | undefined;
}

/** The kind of trouble, and what to do about it where that is known. */
export interface Trouble {
  readonly kind: BuildFailureKind;
  readonly hint?: string;
}

interface Rule {
  readonly kind: BuildFailureKind;
  readonly applies: (report: TroubleReport) => boolean;
  readonly hint: string | ((report: TroubleReport) => string);
}

const everything = ({ output, engineWords }: TroubleReport): string => `${output}\n${engineWords}`;

const noSpace = /no space left on device|disk quota exceeded|\[Errno 28\]|ENOSPC/i;
const noNetwork =
  /dial tcp|no such host|i\/o timeout|TLS handshake timeout|proxyconnect tcp|Temporary failure in name resolution|Temporary failure resolving|Could not resolve|Failed to establish a new connection|NameResolutionError|Network is unreachable|(?:Read|Connect)TimeoutError|Connection (?:refused|reset by peer|timed out)|bad address '/i;
const diedEngine =
  /Cannot connect to the Docker daemon|Cannot connect to Podman|error during connect|error reading from server|code = Unavailable|transport is closing|server preface|closing transport|unexpected EOF|\bEOF$/m;
const refusedImage =
  /pull access denied|manifest unknown|manifest for .* not found|not found|unauthorized|authentication required|access to the resource is denied|repository does not exist|image not known|no stage or image found/i;
/** moby#36573, containerd's snapshots, containers/storage: what a step is to start from was removed, though the build cache names it. */
const goneLayer =
  /\blayer does not exist\b|parent snapshot \S+ does not exist|\blayer not known\b|failed to get layer/i;
const unresolvable =
  /No matching distribution found|ResolutionImpossible|conflicting dependencies|No solution found when resolving|Requires-Python|Could not find a version that satisfies|version solving failed/;
const badDockerfile =
  /dockerfile parse error|unknown instruction|Dockerfile cannot be empty|no contents in "|requires (?:at least|exactly)|Unknown flag|unknown flag|target stage .* could not be found|target "[^"]*" was not found|target stage "[^"]*" could not|failed to read dockerfile|no build stage|circular dependency/i;
const noCacheMount =
  /--mount option requires BuildKit|unknown flag: mount|(?:invalid|unsupported) (?:mount type|filesystem type) ["']?cache/i;
const missingSource =
  /failed to (?:compute cache key|calculate checksum).*not found|"[^"]+" not found|"[^"]+": not found|copier: (?:stat|get)|lstat .*no such file|no such file or directory/i;

const isFetch = ({ step }: TroubleReport): boolean =>
  /load metadata for|resolve image config|\bFROM\b/.test(step);
const isCopy = ({ step }: TroubleReport): boolean => /^\[[^\]]*\] (?:COPY|ADD)\b/i.test(step);
const isRun = ({ step }: TroubleReport): boolean => /(?:^|[\]:]\s*)RUN\b/i.test(step);
const copiesFromStage = ({ step }: TroubleReport): boolean => /\s--from=/.test(step);

/** Specific before generic. */
const rules: readonly Rule[] = [
  {
    kind: 'no-space',
    applies: (report) => noSpace.test(everything(report)),
    hint: 'The disk that holds the engine’s storage is full: free space there (`docker system df` shows what takes it, `docker builder prune` removes old build cache) and build again.',
  },
  {
    kind: 'engine-died',
    applies: (report) => !report.hasFailedStep && diedEngine.test(report.engineWords),
    hint: 'The engine went away while it worked: see that it runs (`docker info`), look into its log (`journalctl -u docker`), and try again.',
  },
  {
    kind: 'broken-cache',
    applies: ({ engineWords, exitCode }) => exitCode === undefined && goneLayer.test(engineWords),
    hint: 'The engine’s build cache names a layer that is gone: empty the cache (`docker builder prune --all`, `podman system prune`) and build again.',
  },
  {
    kind: 'cache-mount',
    applies: (report) => noCacheMount.test(report.engineWords),
    hint: '`RUN --mount=type=cache` needs BuildKit (Docker 18.09 or newer), Podman 4.0 or Buildah 1.24.',
  },
  {
    kind: 'dockerfile',
    applies: (report) => badDockerfile.test(report.engineWords) && report.exitCode === undefined,
    hint: 'Correct the Dockerfile at that place.',
  },
  {
    kind: 'missing-file',
    applies: (report) =>
      isCopy(report) && missingSource.test(report.engineWords) && !noNetwork.test(report.engineWords),
    hint: (report) =>
      copiesFromStage(report)
        ? 'The stage or image that is copied from has no such path.'
        : 'The build context has no such path: see whether it exists below the context folder and whether `.dockerignore` cuts it off.',
  },
  {
    kind: 'base-image',
    applies: ({ engineWords }) => /toomanyrequests|pull rate limit/i.test(engineWords),
    hint: 'The registry allows no more pulls for now: log in (`docker login`) or wait.',
  },
  {
    kind: 'base-image',
    applies: ({ engineWords }) =>
      /no matching manifest for|no image found in (?:image index|manifest list)/i.test(engineWords),
    hint: 'The base image does not exist for this platform: choose another one, or another `--platform`.',
  },
  {
    kind: 'network',
    applies: (report) => report.exitCode === undefined && noNetwork.test(report.engineWords),
    hint: 'The engine cannot reach the registry: check network, name resolution and proxy settings of the engine, or load the image beforehand.',
  },
  {
    kind: 'base-image',
    applies: (report) =>
      report.exitCode === undefined &&
      refusedImage.test(report.engineWords) &&
      (isFetch(report) || /load metadata|pull|source docker:|stage or image/.test(report.engineWords)),
    hint: 'The image does not exist or may not be pulled: check its name and tag, and log in where it is private (`docker login`).',
  },
  {
    kind: 'network',
    applies: ({ output }) => noNetwork.test(output),
    hint: 'The command in the container cannot reach the network: check name resolution and proxy of the engine (`HTTP_PROXY`, `HTTPS_PROXY` as build arguments), and the index or mirror that it asks.',
  },
  {
    kind: 'python-requirements',
    applies: ({ output }) => unresolvable.test(output),
    hint: 'The Python requirements cannot be met as they are: the ERROR lines name the requirement; check its version, the Python version of the base image and the package index.',
  },
  {
    kind: 'out-of-memory',
    applies: ({ exitCode, output }) => exitCode === 137 || /\bKilled\s*$|Cannot allocate memory/.test(output),
    hint: 'The command was killed, most likely for lack of memory: give the engine more memory, or run fewer parallel jobs.',
  },
  {
    kind: 'missing-command',
    applies: (report) =>
      report.exitCode === 127 ||
      /exec: \\?".*": stat .*: no such file/.test(report.output) ||
      (report.hasFailedStep && isRun(report) && missingPrograms(report.output).length > 0),
    hint: (report) => {
      const [name] = missingPrograms(everything(report));
      return `The image has no ${name === undefined ? 'such command' : `program \`${name}\``} at this point: install its package before, or name the right path.`;
    },
  },
];

/** Finds the usual cause in an engine's words. */
export function findTrouble(report: TroubleReport): Trouble {
  const rule = rules.find(({ applies }) => applies(report));
  if (rule === undefined) return { kind: 'instruction' };
  return { kind: rule.kind, hint: typeof rule.hint === 'string' ? rule.hint : rule.hint(report) };
}

import { posix } from 'node:path';
import type { Project } from '../../project/index.ts';
import {
  findGradioLaunches,
  findWebRoutes,
  type GradioLaunch,
  type ServeCommand,
  type StreamlitSettings,
  serveCommand,
  streamlitSettings,
  type WebRoutes,
} from '../../python/index.ts';
import type { ProjectStudy } from '../../slim/index.ts';
import type { ServiceStart } from './service-start.ts';

/** Where and as what a service listens. */
export interface Listening {
  /** Every port that something names, the likeliest first. */
  readonly ports: readonly number[];
  /** Whether something shows that it serves: a server, code that listens, a port that is published; not a worker of a queue. */
  readonly isServer: boolean;
  /** Whether the command starts a worker of a queue. */
  readonly isWorker: boolean;
  readonly server: ServeCommand | undefined;
  /** The command and the scripts that it names. */
  readonly commandText: string;
  readonly routes: WebRoutes;
  /** The launches of Gradio that the service reaches. */
  readonly launches: readonly GradioLaunch[];
  /** Undefined where it is no Streamlit application. */
  readonly streamlit: StreamlitSettings | undefined;
}

/** Finds where a service listens: by its command, its Dockerfile, its settings and its code. */
export async function findListening(
  project: Project,
  study: ProjectStudy,
  start: ServiceStart,
): Promise<Listening> {
  const served = new Set(study.application.sources.map((source) => source.path));
  const files = project.texts.pythonSources.filter((file) => served.has(file.path));
  const routes = await findWebRoutes(files);
  const launches = await findGradioLaunches(files);
  const scripts = calledScripts(project, start);
  const server = serveCommand(start.words, start.env) ?? serverIn(scripts, start);
  const streamlit = server?.server === 'streamlit' ? settingsOf(project) : undefined;
  const code = [
    ...launches.map((one) => one.port ?? { port: 7860, variable: 'GRADIO_SERVER_PORT' }),
    ...routes.listens,
  ].map(({ port, variable }) => toPort(start.env[variable ?? '']) ?? port);
  const known = server?.port === undefined ? [] : [server.port];
  // What nobody can set elsewhere stands before what the Dockerfile only says.
  const isSure = server?.isPortGiven === true || /^(uvicorn|fastapi|vllm)$/.test(server?.server ?? '');
  const isScript = server === undefined || server.server === 'python';
  const exposed = start.isOverridden ? [] : exposedPorts(project);
  // `CMD ["svc", "--port", "8080"]`: the project's own program serves there.
  const given = portsIn([start.words.join(' '), ...scripts.map(({ text }) => text)].join(' '));
  const isWorker = /(^|[\s/])(celery|rq|dramatiq|huey|arq)\s/.test(start.words.join(' '));
  return {
    server,
    isWorker,
    commandText: [start.words.join(' '), ...scripts.map(({ text }) => text)].join('\n'),
    isServer:
      !isWorker &&
      ((server !== undefined && server.server !== 'python') ||
        code.length + exposed.length + given.length + start.publishedPorts.length > 0),
    routes,
    launches,
    streamlit,
    ports: [
      ...new Set([
        ...(server?.isPortGiven === true ? known : []),
        ...(start.publishedPorts.length === 1 ? start.publishedPorts : []),
        ...(streamlit === undefined ? [] : [streamlit.port ?? 8501]),
        ...commandPorts(project, start, scripts),
        ...(isSure ? known : []),
        ...(isScript ? code : []),
        ...exposed,
        ...code,
        ...known,
      ]),
    ],
  };
}

/** The scripts of the project that a command names: `./start.sh`, `/app/start.sh`. */
function calledScripts(
  project: Project,
  { words }: ServiceStart,
): readonly { readonly path: string; readonly text: string }[] {
  const named = new Set(words.flatMap((word) => word.split(/\s+/)).map((word) => posix.basename(word)));
  return project.texts.shellScripts.filter(({ path }) => named.has(posix.basename(path)));
}

/** The server that a script starts, in a line of its own: `exec uvicorn app:app --port "$PORT"`. */
function serverIn(
  scripts: readonly { readonly text: string }[],
  { env }: ServiceStart,
): ServeCommand | undefined {
  const lines = scripts.flatMap(({ text }) => text.replace(/\\\r?\n/g, ' ').split(/\r?\n/));
  const found = lines
    .filter((line) => !/^\s*(#|$)/.test(line))
    .flatMap((line) => serveCommand(['/bin/sh', '-c', line], env) ?? []);
  return found.find(({ server }) => server !== 'python') ?? found.at(-1);
}

function settingsOf(project: Project): StreamlitSettings {
  const file = project.texts.manifests.find(({ path }) => path.endsWith('.streamlit/config.toml'));
  return streamlitSettings(file?.text ?? '');
}

/** `--port 8000`, `--bind 0.0.0.0:8000`, `-b :8000` in the command and the scripts it may call, `bind` in the settings of gunicorn. */
function commandPorts(
  project: Project,
  start: ServiceStart,
  called: readonly { readonly text: string }[],
): number[] {
  const scripts = called.length > 0 || start.isOverridden ? called : project.texts.shellScripts;
  const text = [start.words.join(' '), ...scripts.map((script) => script.text)].join(' ');
  const settings = project.texts.pythonSources.filter(({ path }) => path.endsWith('gunicorn.conf.py'));
  const bound = settings.flatMap((file) => [
    ...file.text.matchAll(/^bind\s*=\s*f?["'][^"'\n]*?:(\d{2,5})["']/gm),
  ]);
  return [...portsIn(text), ...bound.map((match) => Number(match[1]))];
}

function portsIn(text: string): number[] {
  const patterns = [/--(?:server\.)?port[= ](\d{2,5})\b/g, /(?:--bind|-b)[= ]\S*?:(\d{2,5})\b/g];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)]).map((match) => Number(match[1]));
}

function exposedPorts(project: Project): number[] {
  const { model } = project.dockerfile;
  return (model.stages[model.target]?.instructions ?? [])
    .filter((one) => one.syntax.keyword === 'expose')
    .flatMap((one) => one.syntax.value.split(/\s+/).map((word) => Number(word.split('/')[0])))
    .filter((port) => Number.isInteger(port) && port > 0);
}

function toPort(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}

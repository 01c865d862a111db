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
  readonly server: ServeCommand | undefined;
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
  const server = serveCommand(start.words, start.env);
  const streamlit = server?.server === 'streamlit' ? settingsOf(project) : undefined;
  const code = [
    ...launches.map((one) => one.port ?? { port: 7860, variable: 'GRADIO_SERVER_PORT' }),
    ...routes.listens,
  ].map(({ port, variable }) => toPort(start.env[variable ?? '']) ?? port);
  const known = server?.port === undefined ? [] : [server.port];
  // What nobody can set elsewhere stands before what the Dockerfile only says.
  const isSure = server?.isPortGiven === true || /^(uvicorn|fastapi|vllm)$/.test(server?.server ?? '');
  const isScript = server === undefined || server.server === 'python';
  return {
    server,
    routes,
    launches,
    streamlit,
    ports: [
      ...new Set([
        ...(server?.isPortGiven === true ? known : []),
        ...(start.publishedPorts.length === 1 ? start.publishedPorts : []),
        ...(streamlit === undefined ? [] : [streamlit.port ?? 8501]),
        ...commandPorts(project, start),
        ...(isSure ? known : []),
        ...(isScript ? code : []),
        ...exposedPorts(project),
        ...code,
        ...known,
      ]),
    ],
  };
}

function settingsOf(project: Project): StreamlitSettings {
  const file = project.texts.manifests.find(({ path }) => path.endsWith('.streamlit/config.toml'));
  return streamlitSettings(file?.text ?? '');
}

/** `--port 8000`, `--bind 0.0.0.0:8000`, `-b :8000` in the command and the scripts it may call, `bind` in the settings of gunicorn. */
function commandPorts(project: Project, start: ServiceStart): number[] {
  const text = [start.words.join(' '), ...project.texts.shellScripts.map((script) => script.text)].join(' ');
  const settings = project.texts.pythonSources.filter(({ path }) => path.endsWith('gunicorn.conf.py'));
  const bound = settings.flatMap((file) => [
    ...file.text.matchAll(/^bind\s*=\s*f?["'][^"'\n]*?:(\d{2,5})["']/gm),
  ]);
  const patterns = [/--(?:server\.)?port[= ](\d{2,5})\b/g, /(?:--bind|-b)[= ]\S*?:(\d{2,5})\b/g];
  const matches = [...patterns.flatMap((pattern) => [...text.matchAll(pattern)]), ...bound];
  return matches.map((match) => Number(match[1]));
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

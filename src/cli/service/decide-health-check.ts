import type { HealthCheck, Need } from '../../compose/index.ts';
import { type InstructionSyntax, missingCheckProgram } from '../../dockerfile/index.ts';
import type { Project } from '../../project/index.ts';
import { type DjangoHealth, findDjangoHealth } from '../../python/index.ts';
import type { ProjectStudy } from '../../slim/index.ts';
import type { Listening } from './find-listening.ts';
import { healthPathOf } from './find-service.ts';
import type { ServiceStart } from './service-start.ts';

/** What the decision is drawn from. */
export interface HealthCheckInput {
  readonly project: Project;
  readonly study: ProjectStudy;
  readonly start: ServiceStart;
  readonly listening: Listening;
  /** As the user gives them. */
  readonly healthPath?: string | undefined;
  readonly port?: number | undefined;
  readonly hasModels: boolean;
}

/** How to check the service; undefined for a job that listens nowhere. */
export async function decideHealthCheck(input: HealthCheckInput): Promise<Need<HealthCheck> | undefined> {
  const { project } = input;
  const own = ownCheck(project);
  const missing = own && missingCheckProgram(project.dockerfile.model, own.value);
  const place = `${project.dockerfile.path}:${own?.startLine}`;
  if (own !== undefined && missing === undefined) return { leftAlone: `${place} has a HEALTHCHECK` };
  const found = await newCheck(input);
  // The check of a compose file takes the place of the image's.
  return missing === undefined || found === undefined || !('value' in found)
    ? found
    : {
        ...found,
        because: `${place} asks with ${missing.program}, which ${missing.base} does not have and nothing installs, so it fails always; ${found.because}`,
      };
}

async function newCheck(input: HealthCheckInput): Promise<Need<HealthCheck> | undefined> {
  const { start, listening } = input;
  const words = start.words.join(' ');
  if (/--uds\b|\bunix:/.test(words)) return { leftAlone: 'the service listens on a socket, not on a port' };
  const port = input.port ?? listening.ports[0];
  if (port === undefined) return undefined;
  if (!listening.isServer && input.port === undefined) return undefined;
  const path = input.healthPath ?? healthPathOf(listening);
  // Loading a model takes its time.
  const common = { port, startSeconds: input.hasModels ? 120 : 60 };
  const tcp = (why: string): Need<HealthCheck> => ({
    value: { ...common, kind: 'tcp' },
    because: `${why}; so it is only asked whether port ${port} takes connections`,
  });
  if (speaksTls(input, words)) return tcp('the service speaks TLS');
  const asked = 'asked with the Python of the image, as a lean one has no curl';
  const django = path === undefined || input.healthPath !== undefined ? await djangoHealth(input) : undefined;
  if (django !== undefined && 'refusal' in django) return tcp(django.refusal);
  if (django !== undefined) {
    const host = django.host === 'localhost' ? { host: django.host } : {};
    const origin = path === undefined ? `${django.file}:${django.line} answers` : 'as given:';
    return {
      value: { ...common, kind: 'http', path: django.path, ...host },
      because: `${origin} ${django.path}, and ALLOWED_HOSTS lets ${django.host} in; ${asked}`,
    };
  }
  if (path === undefined) return tcp('no route for checks was found');
  const refusal = refusesPlainCalls(input);
  if (refusal !== undefined) return tcp(refusal);
  return {
    value: { ...common, kind: 'http', path },
    because: `${originOf(input, path)}, ${asked}`,
  };
}

function ownCheck({ dockerfile: { model } }: Project): InstructionSyntax | undefined {
  for (
    let stage = model.stages[model.target];
    stage !== undefined;
    stage = stage.baseStage === undefined ? undefined : model.stages[stage.baseStage]
  ) {
    const check = stage.instructions.findLast(({ syntax }) => syntax.keyword === 'healthcheck');
    if (check !== undefined) return /^none\b/i.test(check.syntax.value.trim()) ? undefined : check.syntax;
  }
  return undefined;
}

/** Host names that are checked: a plain call of 127.0.0.1 is turned away. */
function refusesPlainCalls({ project, study }: HealthCheckInput): string | undefined {
  const served = new Set(study.application.sources.map((source) => source.path));
  const file = project.texts.pythonSources.find(
    ({ path, text }) => served.has(path) && /\bTrustedHostMiddleware\b|^ALLOWED_HOSTS\s*=/m.test(text),
  );
  return file === undefined ? undefined : `${file.path} turns away calls for unknown hosts`;
}

function speaksTls({ listening }: HealthCheckInput, words: string): boolean {
  return (
    /--ssl-(keyfile|certfile)|--certfile|--server\.sslCertFile/.test(words) ||
    listening.streamlit?.hasTls === true
  );
}

function djangoHealth({
  project,
  start,
  listening,
  healthPath,
}: HealthCheckInput): Promise<DjangoHealth | undefined> {
  return findDjangoHealth(project.texts.pythonSources, {
    commandText: listening.commandText,
    environment: start.env,
    isOpen: start.isOpen,
    path: healthPath,
  });
}

function originOf({ listening, healthPath }: HealthCheckInput, path: string): string {
  if (healthPath !== undefined) return `${path} as given`;
  if (listening.streamlit !== undefined) return `${path} is where Streamlit tells its health`;
  const route = listening.routes.routes.find((one) => one.path === path && one.methods.includes('GET'));
  if (route !== undefined) return `${route.file}:${route.line} answers ${path}`;
  return listening.server?.server === 'vllm'
    ? `${path} is where vLLM tells its health`
    : `Gradio answers ${path}`;
}

import type { HealthCheck, Need } from '../../compose/index.ts';
import type { Project } from '../../project/index.ts';
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
export function decideHealthCheck(input: HealthCheckInput): Need<HealthCheck> | undefined {
  const { project, start, listening } = input;
  const own = ownCheck(project);
  if (own !== undefined) return { leftAlone: `${project.dockerfile.path}:${own} has a HEALTHCHECK` };
  const words = start.words.join(' ');
  if (/--uds\b|\bunix:/.test(words)) return { leftAlone: 'the service listens on a socket, not on a port' };
  const port = input.port ?? listening.ports[0];
  if (port === undefined) return undefined;
  if (!listening.isServer && input.port === undefined) return undefined;
  const path = input.healthPath ?? healthPathOf(listening);
  // Loading a model takes its time.
  const common = { port, startSeconds: input.hasModels ? 120 : 60 };
  if (path === undefined) {
    return {
      value: { ...common, kind: 'tcp' },
      because: `the service listens on port ${port}, and no route for checks was found: whether it takes connections`,
    };
  }
  const refusal = refusesPlainCalls(input, words);
  if (refusal !== undefined) {
    return {
      value: { ...common, kind: 'tcp' },
      because: `${refusal}: whether it takes connections on port ${port}`,
    };
  }
  return {
    value: { ...common, kind: 'http', path },
    because: `${originOf(input, path)}, asked with the Python of the image, as a lean one has no curl`,
  };
}

function ownCheck({ dockerfile: { model } }: Project): number | undefined {
  for (
    let stage = model.stages[model.target];
    stage !== undefined;
    stage = stage.baseStage === undefined ? undefined : model.stages[stage.baseStage]
  ) {
    const check = stage.instructions.findLast(({ syntax }) => syntax.keyword === 'healthcheck');
    if (check !== undefined)
      return /^none\b/i.test(check.syntax.value.trim()) ? undefined : check.syntax.startLine;
  }
  return undefined;
}

/** TLS, and host names that are checked: a plain call of 127.0.0.1 is turned away. */
function refusesPlainCalls(
  { project, study, listening }: HealthCheckInput,
  words: string,
): string | undefined {
  if (
    /--ssl-(keyfile|certfile)|--certfile|--server\.sslCertFile/.test(words) ||
    listening.streamlit?.hasTls === true
  )
    return 'the service speaks TLS';
  const served = new Set(study.application.sources.map((source) => source.path));
  const file = project.texts.pythonSources.find(
    ({ path, text }) => served.has(path) && /\bTrustedHostMiddleware\b|^ALLOWED_HOSTS\s*=/m.test(text),
  );
  return file === undefined ? undefined : `${file.path} turns away calls for unknown hosts`;
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

import type { Project } from '../../project/index.ts';
import type { ProjectStudy } from '../../slim/index.ts';
import type { Probe } from '../../verify/index.ts';
import { findListening, type Listening } from './find-listening.ts';
import { healthCheckPath } from './health-check-path.ts';
import { healthRoute, routeProbes } from './route-probes.ts';
import type { ServiceFacts } from './service-facts.ts';
import { serviceStart } from './service-start.ts';

/** What the user says of the service. */
export interface GivenService {
  readonly probes: readonly Probe[];
  readonly ports: readonly number[];
  readonly health: string | undefined;
}

/** Routes, health path and ports: as given, else as Dockerfile, compose file and source tell. */
export async function findService(
  project: Project,
  study: ProjectStudy,
  given: GivenService,
): Promise<ServiceFacts> {
  const listening = await findListening(project, study, await serviceStart(project));
  const healthPath = given.health ?? healthCheckPath(project.dockerfile.model) ?? healthPathOf(listening);
  return {
    probes: given.probes.length > 0 ? given.probes : routeProbes(listening.routes, healthPath),
    healthPath,
    ports: given.ports.length > 0 ? given.ports : listening.ports,
  };
}

/** Where a service says that it is up; undefined where nothing tells. */
export function healthPathOf({ routes, server, launches, streamlit }: Listening): string | undefined {
  const path = healthRoute(routes);
  if (streamlit !== undefined)
    return `${streamlit.basePath === '' ? '' : `/${streamlit.basePath}`}/_stcore/health`;
  if (path !== undefined) return path;
  if (server?.server === 'vllm') return '/health';
  // Gradio's page is there when its application is.
  return launches.length > 0 || server?.server === 'gradio' ? '/' : undefined;
}

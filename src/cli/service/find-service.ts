import type { Project } from '../../project/index.ts';
import { healthRoutePattern, type ProbeRequest, probeRequests, type WebRoutes } from '../../python/index.ts';
import type { ProjectStudy } from '../../slim/index.ts';
import type { Probe } from '../../verify/index.ts';
import { findListening, type Listening } from './find-listening.ts';
import { healthCheckPath } from './health-check-path.ts';
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
  // The health path is asked anyway.
  const found = probeRequests(listening.routes)
    .map(probeOf)
    .filter((probe) => probe.path !== healthPath || probe.method !== 'GET');
  return {
    probes: given.probes.length > 0 ? given.probes : found,
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

function healthRoute({ routes }: WebRoutes): string | undefined {
  return routes.find((route) => route.methods.includes('GET') && healthRoutePattern.test(route.path))?.path;
}

function probeOf({ method, path, query, jsonBody }: ProbeRequest): Probe {
  const search = query === undefined ? '' : new URLSearchParams(query).toString();
  const target = search === '' ? path : `${path}?${search}`;
  return jsonBody === undefined
    ? { method, path: target }
    : { method, path: target, body: JSON.stringify(jsonBody), contentType: 'application/json' };
}

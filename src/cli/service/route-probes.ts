import { healthRoutePattern, type ProbeRequest, probeRequests, type WebRoutes } from '../../python/index.ts';
import type { Probe } from '../../verify/index.ts';

/** Requests to the routes that a sample can be made for; the health path is asked anyway. */
export function routeProbes(routes: WebRoutes, healthPath: string | undefined): readonly Probe[] {
  return probeRequests(routes)
    .map(probeOf)
    .filter((probe) => probe.path !== healthPath || probe.method !== 'GET');
}

/** The route that says whether the service is up. */
export function healthRoute({ routes }: WebRoutes): string | undefined {
  return routes.find((route) => route.methods.includes('GET') && healthRoutePattern.test(route.path))?.path;
}

function probeOf({ method, path, query, jsonBody }: ProbeRequest): Probe {
  const search = query === undefined ? '' : new URLSearchParams(query).toString();
  const target = search === '' ? path : `${path}?${search}`;
  return jsonBody === undefined
    ? { method, path: target }
    : { method, path: target, body: JSON.stringify(jsonBody), contentType: 'application/json' };
}

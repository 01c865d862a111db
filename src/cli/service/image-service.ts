import { findWebRoutes } from '../../python/index.ts';
import { applicationTexts, type ImageContents } from '../application-texts.ts';
import { pathOfCheck } from './health-check-path.ts';
import { healthRoute, routeProbes } from './route-probes.ts';
import type { ServiceFacts } from './service-facts.ts';

/** What the sources in an image say of its service; its ports are in its configuration. Reads no other file than the application's. */
export async function imageService(contents: ImageContents): Promise<Omit<ServiceFacts, 'ports'>> {
  const { python, application } = await applicationTexts(contents);
  const served = new Set(application.sources.map(({ path }) => path));
  const routes = await findWebRoutes(python.filter(({ path }) => served.has(path)));
  const check = contents.config.healthcheck?.test ?? [];
  const healthPath = pathOfCheck(check.join(' ')) ?? healthRoute(routes);
  return { healthPath, probes: routeProbes(routes, healthPath) };
}

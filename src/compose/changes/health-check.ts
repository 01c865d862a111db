import { type ComposeChange, decideNeed, hasKey } from '../compose-change.ts';
import type { HealthCheck } from '../service-needs.ts';

/** Asks the service whether it works. */
export const healthCheck: ComposeChange = {
  id: 'health-check',
  title: 'Check the health',
  decide(needs, view) {
    const isThere = hasKey(view.effective, 'healthcheck');
    if (isThere && needs.checkFault !== undefined) return { leftAlone: needs.checkFault };
    return decideNeed(needs.healthCheck, isThere, (check) => [
      {
        path: ['services', view.name, 'healthcheck'],
        how: 'set',
        value: {
          test: { flow: ['CMD', 'python3', '-c', script(check)] },
          interval: '30s',
          timeout: '5s',
          start_period: `${check.startSeconds}s`,
          retries: 3,
        },
      },
    ]);
  },
};

/**
 * Python is in the image, curl is not; `python3` is what Debian, Conda and virtual environments all have. A proxy of the environment is
 * passed by: it would be asked for 127.0.0.1. An answer of 400 or above raises. A `$` is doubled for Compose.
 */
function script(check: HealthCheck): string {
  if (check.kind === 'tcp')
    return `import socket; socket.create_connection(('127.0.0.1', ${check.port}), 4).close()`;
  const url = `http://${check.host ?? '127.0.0.1'}:${check.port}${check.path}`.replaceAll('$', '$$$$');
  return `import urllib.request as u; u.build_opener(u.ProxyHandler({})).open('${url}', timeout=4)`;
}

import type { Listening } from './find-listening.ts';
import type { ServiceStart } from './service-start.ts';

/** Servers that listen on 127.0.0.1 alone unless told otherwise: the option and the variable that tell. */
const hosts: Readonly<Record<string, readonly [option: RegExp, variable: string, remedy: string]>> = {
  uvicorn: [/--host[= ](\S+)/, 'UVICORN_HOST', '--host 0.0.0.0'],
  flask: [/(?:--host|-h)[= ](\S+)/, 'FLASK_RUN_HOST', '--host 0.0.0.0'],
  django: [/runserver\s+(\S+):\d+/, '', 'runserver 0.0.0.0:PORT'],
};

/**
 * What is wrong with a port that is published: the service listens inside of its container alone, where no published port reaches it.
 * Only what is certain is said; undefined where the service is reached, or nothing tells.
 */
export function faultOfPort(listening: Listening, { env }: ServiceStart): string | undefined {
  const { server, launches, routes, commandText } = listening;
  const known = hosts[server?.server ?? ''];
  if (server !== undefined && known !== undefined) {
    const [option, variable, remedy] = known;
    const host = option.exec(commandText)?.[1] ?? env[variable] ?? '127.0.0.1';
    return isInside(host) ? fault(`${server.server} listens on ${host}`, remedy) : undefined;
  }
  const [launch] = launches;
  if (server !== undefined && server.server !== 'python') return undefined;
  if (launch === undefined) {
    const [listens, another] = routes.listens;
    return another === undefined && listens?.host !== undefined && isInside(listens.host)
      ? fault(`${listens.file}:${listens.line} listens on ${listens.host}`, 'host="0.0.0.0"')
      : undefined;
  }
  const host = launch.host ?? env['GRADIO_SERVER_NAME'] ?? '127.0.0.1';
  return isInside(host)
    ? fault(`${launch.file}:${launch.line} listens on ${host}`, 'GRADIO_SERVER_NAME=0.0.0.0')
    : undefined;
}

function isInside(host: string): boolean {
  return /^["']?(127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)["']?$/.test(host);
}

function fault(what: string, remedy: string): string {
  return `${what} alone, where a published port does not reach it: ${remedy} opens it`;
}

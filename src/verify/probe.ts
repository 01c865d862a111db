import { UserError } from '../base/index.ts';

/** One HTTP request that both images must answer alike. */
export interface Probe {
  readonly method: string;
  /** Path and query, `/predict?x=1`. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const usage = 'Write it as "/predict?x=1", "GET /items" or \'POST /predict {"x": 1}\'.';

/**
 * Reads a probe as people write it. A body that is JSON is sent as such, `a=1&b=2` as a form, anything else as plain text.
 * Rejects with a `UserError` what is no request: an unknown method, a whole URL, a body that begins like JSON and is none.
 *
 *     /predict?x=1
 *     GET /items
 *     POST /predict {"features": [5.1, 3.5]}
 */
export function parseProbe(text: string): Probe {
  const trimmed = text.trim();
  const match = /^(?:([A-Za-z]+)\s+)?(\S+)(?:\s+([\s\S]+))?$/.exec(trimmed);
  const fail = (problem: string): never => {
    throw new UserError(`The probe "${trimmed}" is malformed: ${problem}.`, { hint: usage });
  };
  const method = (match?.[1] ?? 'GET').toUpperCase();
  const path = match?.[2] ?? '';
  const body = match?.[3]?.trim();
  if (trimmed === '') fail('it is empty');
  if (/^https?:/i.test(path)) fail('give the path only, the address is that of the container');
  if (!methods.some((known) => known === method)) fail(`${method} is not a method of HTTP`);
  if (!path.startsWith('/')) fail(`the path "${path}" does not begin with /`);
  if (path.startsWith('//')) fail('the path begins with two slashes');
  if (path.includes('#')) fail('a fragment (#) is never sent to a server');
  if (body === undefined) return { method, path };
  if (method === 'GET' || method === 'HEAD') fail(`${method} has no body`);
  if (body.startsWith('@')) fail('a body is given as text, not as a file');
  return { method, path, body, contentType: contentTypeOf(body, fail) };
}

/** The probe as one line, as `parseProbe` reads it. */
export function formatProbe(probe: Probe): string {
  return [probe.method, probe.path, ...(probe.body === undefined ? [] : [probe.body])].join(' ');
}

function contentTypeOf(body: string, fail: (problem: string) => never): string {
  if (/^[[{"]/.test(body)) {
    try {
      JSON.parse(body);
    } catch (error) {
      fail(`its body is not JSON (${error instanceof Error ? error.message : String(error)})`);
    }
    return 'application/json';
  }
  return /^[^\s=&]+=[^\s]*$/.test(body) ? 'application/x-www-form-urlencoded' : 'text/plain; charset=utf-8';
}

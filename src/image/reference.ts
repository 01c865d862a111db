import { isDigest, UserError } from '../base/index.ts';

/** An image reference with Docker's defaults filled in. */
export interface Reference {
  /** `docker.io`, `ghcr.io`, `localhost:5000`. */
  readonly registry: string;
  /** `library/python`. */
  readonly repository: string;
  /** `latest` when neither tag nor digest is given. */
  readonly tag?: string;
  readonly digest?: string;
}

// python                                   docker.io/library/python:latest
// ghcr.io/owner/app:1.2                    localhost:5000/app@sha256:…
// domain and path as in github.com/distribution/reference, regexp.go
const domainComponent = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domain = `(?:${domainComponent}(?:\\.${domainComponent})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const pathComponent = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const domainPattern = new RegExp(`^${domain}$`);
const pathPattern = new RegExp(`^${pathComponent}(?:/${pathComponent})*$`);
const tagPattern = /^\w[\w.-]{0,127}$/;
const nameLimit = 255;

/** Reads a reference as Docker does (github.com/distribution/reference). Throws a `UserError` when it is none. */
export function parseReference(text: string): Reference {
  const invalid = (
    why: string,
    hint = 'Write it as [REGISTRY/]NAME[:TAG] or [REGISTRY/]NAME@sha256:…',
  ): UserError => new UserError(`"${text}" is no image reference: ${why}`, { hint });
  const scheme = /^[a-z][a-z-]*:\/\/(?=.)/.exec(text)?.[0];
  if (scheme !== undefined) {
    throw invalid(`it begins with ${scheme}`, `Write it as ${text.slice(scheme.length)}`);
  }
  const at = text.indexOf('@');
  const digest = at === -1 ? undefined : text.slice(at + 1);
  const beforeDigest = at === -1 ? text : text.slice(0, at);
  const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1);
  const tag = colon === -1 ? undefined : beforeDigest.slice(colon + 1);
  const name = colon === -1 ? beforeDigest : beforeDigest.slice(0, colon);
  if (digest !== undefined && !isDigest(digest)) throw invalid('its digest is malformed');
  if (tag !== undefined && !tagPattern.test(tag)) throw invalid('its tag is malformed');
  if (/^[a-f0-9]{64}$/.test(name)) throw invalid('64 hex digits are an image ID, not a name');
  const { registry, path } = splitRegistry(name);
  if (!domainPattern.test(registry)) throw invalid('its registry is malformed');
  if (/[A-Z]/.test(path) && pathPattern.test(path.toLowerCase())) {
    const host = name.length - path.length;
    const lower = `${text.slice(0, host)}${path.toLowerCase()}${text.slice(name.length)}`;
    throw invalid('a name is in lower case', `Write it as ${lower}`);
  }
  if (!pathPattern.test(path) || `${registry}/${path}`.length > nameLimit) {
    throw invalid('its name is malformed');
  }
  return {
    registry,
    repository: registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path,
    ...(tag !== undefined ? { tag } : digest === undefined && { tag: 'latest' }),
    ...(digest !== undefined && { digest }),
  };
}

/** A first component is a registry when it looks like a host: a dot, a port, upper case, or `localhost`. */
function splitRegistry(name: string): { readonly registry: string; readonly path: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = /[.:A-Z]/.test(first) || first === 'localhost';
  if (slash === -1 || !isHost) return { registry: 'docker.io', path: name };
  return { registry: first === 'index.docker.io' ? 'docker.io' : first, path: name.slice(slash + 1) };
}

/** The reference in full: `docker.io/library/python:3.11`. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}

/** True when both texts name the same image; texts that are no references must be equal. */
export function isSameReference(one: string, other: string): boolean {
  if (one === other) return true;
  try {
    return formatReference(parseReference(one)) === formatReference(parseReference(other));
  } catch {
    return false;
  }
}

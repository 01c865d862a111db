import type { RootFileSystem } from '../filetree/index.ts';

/** Which distribution an image is made from (os-release(5)). */
export interface OsRelease {
  /** `debian`, `alpine`, `ubuntu`; `linux` where the file has none, as os-release(5) says. */
  readonly id: string;
  readonly versionId?: string;
  readonly versionCodename?: string;
  /** `Debian GNU/Linux 12 (bookworm)`. */
  readonly prettyName: string;
}

// /etc/os-release is a symlink to the second path where both exist; the first one takes precedence.
const places = ['etc/os-release', 'usr/lib/os-release'];

/** True for the files that name the distribution. */
export function isOsReleaseFile(path: string): boolean {
  return places.includes(path);
}

/** What the image's os-release says, or undefined where it has none. */
export function readOsRelease(root: RootFileSystem): OsRelease | undefined {
  for (const path of places) {
    const content = root.content(path);
    if (content !== undefined) return parseOsRelease(new TextDecoder().decode(content));
  }
  return undefined;
}

/**
 * Parses os-release(5), shell assignments without expansion:
 *
 *     PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
 *     ID=debian
 *     VERSION_ID="12"
 */
function parseOsRelease(text: string): OsRelease {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([A-Z_0-9]+)=(.*)$/.exec(line);
    if (match?.[1] !== undefined) fields.set(match[1], unquote((match[2] ?? '').trim()));
  }
  const id = fields.get('ID') ?? 'linux';
  const [versionId, codename] = [fields.get('VERSION_ID'), fields.get('VERSION_CODENAME')];
  return {
    id,
    ...(versionId === undefined ? {} : { versionId }),
    ...(codename === undefined ? {} : { versionCodename: codename }),
    prettyName: fields.get('PRETTY_NAME') ?? fields.get('NAME') ?? id,
  };
}

function unquote(value: string): string {
  const quote = value[0];
  const isQuoted = value.length >= 2 && (quote === '"' || quote === "'") && value.endsWith(quote);
  const inner = isQuoted ? value.slice(1, -1) : value;
  return quote === '"' ? inner.replace(/\\(["$`\\])/g, '$1') : inner;
}

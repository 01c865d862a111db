import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { normaliseName } from './distribution-name.ts';

/** A file that a package index offers. */
export interface IndexedFile {
  /** `torch-2.3.0-cp311-cp311-manylinux_2_17_x86_64.whl`. */
  readonly name: string;
  /** Why its maker took it back (PEP 592), empty where no reason is given; undefined for a file that is not yanked. */
  readonly yanked: string | undefined;
  /** In hexadecimal digits, where the page tells it. */
  readonly sha256?: string | undefined;
}

const pageSchema = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      yanked: z.union([z.boolean(), z.string()]).optional(),
      hashes: z.object({ sha256: z.string().optional() }).optional(),
    }),
  ),
});

/**
 * Reads a project page of a package index: HTML (PEP 503, PEP 592) or JSON (PEP 691). Undefined for what is neither.
 *
 *     <a href="…/x-1.0-py3-none-any.whl#sha256=…" data-yanked="breaks &lt;3.9">x-1.0-py3-none-any.whl</a>
 *     {"meta": {"api-version": "1.1"}, "files": [{"filename": "x-1.0-py3-none-any.whl", "yanked": "breaks <3.9"}]}
 */
export function readIndexPage(text: string): readonly IndexedFile[] | undefined {
  return text.trimStart().startsWith('{') ? readJson(text) : readHtml(text);
}

function readJson(text: string): readonly IndexedFile[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const page = pageSchema.safeParse(value);
  return page.data?.files.map(({ filename, yanked = false, hashes }) => ({
    name: filename,
    ...(hashes?.sha256 !== undefined && { sha256: hashes.sha256.toLowerCase() }),
    yanked: typeof yanked === 'string' ? yanked : yanked ? '' : undefined,
  }));
}

function readHtml(text: string): readonly IndexedFile[] | undefined {
  const anchors = [...text.matchAll(/<a\b((?:[^>"']|"[^"]*"|'[^']*')*)>([^<]*)<\/a>/gi)];
  // An error page has no anchors, or none to files; a project without files has a page of HTML all the same.
  if (anchors.length === 0 && !/<html|<!doctype/i.test(text)) return undefined;
  return anchors.map(([, attributes = '', label = '']) => {
    const place = attributeOf(attributes, 'href');
    const sha256 = /#(?:.*&)?sha256=([0-9a-f]{64})\b/i.exec(place ?? '')?.[1];
    const href = place?.replace(/[#?].*$/, '').replace(/^.*\//, '');
    return {
      name: href === undefined || href === '' ? decodeEntities(label.trim()) : decodePercent(href),
      yanked: attributeOf(attributes, 'data-yanked'),
      ...(sha256 !== undefined && { sha256: sha256.toLowerCase() }),
    };
  });
}

/** The value of an attribute, empty for one without; undefined where it is not there. */
function attributeOf(attributes: string, name: string): string | undefined {
  const pattern = new RegExp(
    `(?:^|\\s)${name}(?:\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+)))?(?=\\s|$)`,
    'i',
  );
  const match = pattern.exec(attributes);
  return match === null ? undefined : decodeEntities(match[1] ?? match[2] ?? match[3] ?? '');
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[String(name).toLowerCase()] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a release was taken back: a reason (empty where none is given), false, or undefined where no index tells. */
export type Yanked = string | false | undefined;

/** How an index is asked. */
export interface AskIndexOptions {
  readonly signal?: AbortSignal;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/**
 * Asks package indexes whether releases were yanked: the first of them that lists a file of the version tells. An index that has no
 * such file tells nothing, and one that cannot be reached is not asked again; nothing throws but an abort.
 */
export function yankedReleases(
  indexUrls: readonly string[],
  options: AskIndexOptions = {},
): (release: { readonly name: string; readonly version: string }) => Promise<Yanked> {
  const unreachable = new Set<string>();
  return async ({ name, version }) => {
    for (const url of indexUrls) {
      if (unreachable.has(url)) continue;
      const page = await fetchPage(`${url.replace(/\/+$/, '')}/${normaliseName(name)}/`, options);
      if (page === 'unreachable') unreachable.add(url);
      const files = page === 'unreachable' ? undefined : readIndexPage(page.text);
      const own = (files ?? []).filter((file) => isOfVersion(file.name, version));
      if (own.length === 0) continue;
      // A release is yanked when all of its files are (PEP 592).
      const reasons = own.map((file) => file.yanked);
      return reasons.every((reason) => reason !== undefined) ? (reasons[0] ?? '') : false;
    }
    return undefined;
  };
}

/**
 * Asks package indexes for the hashes of a release's files, of all of them together, since pip may take a file of any; empty where none
 * tells. What `yankedReleases` says of indexes that cannot be reached is true here, too.
 */
export function releaseHashes(
  indexUrls: readonly string[],
  options: AskIndexOptions = {},
): (release: { readonly name: string; readonly version: string }) => Promise<readonly string[]> {
  const unreachable = new Set<string>();
  return async ({ name, version }) => {
    const hashes = new Set<string>();
    for (const url of indexUrls) {
      if (unreachable.has(url)) continue;
      const page = await fetchPage(`${url.replace(/\/+$/, '')}/${normaliseName(name)}/`, options);
      if (page === 'unreachable') unreachable.add(url);
      for (const file of (page === 'unreachable' ? undefined : readIndexPage(page.text)) ?? [])
        if (file.sha256 !== undefined && isOfVersion(file.name, version)) hashes.add(file.sha256);
    }
    return [...hashes].sort();
  };
}

/** `x-1.0-py3-none-any.whl`, `x-1.0.tar.gz`; a local version is written `1.0+cpu`. */
function isOfVersion(file: string, version: string): boolean {
  const base = file.replace(/\.(?:whl|tar\.gz|zip|tar\.bz2|egg)$/, '');
  const parts = base.split('-');
  if (file.endsWith('.whl')) return parts[1] === version;
  return base.endsWith(`-${version}`);
}

/** The text of a page, empty for one that is not there; `unreachable` for a server that does not answer. */
async function fetchPage(
  url: string,
  options: AskIndexOptions,
): Promise<{ readonly text: string } | 'unreachable'> {
  const parsed = URL.parse(url);
  if (parsed?.protocol === 'file:')
    return { text: await readFile(fileURLToPath(new URL('index.html', parsed)), 'utf8').catch(() => '') };
  if (parsed?.protocol !== 'https:' && parsed?.protocol !== 'http:') return 'unreachable';
  const headers: Record<string, string> = {
    accept: 'application/vnd.pypi.simple.v1+json, text/html;q=0.5',
  };
  if (parsed.username !== '') {
    const pair = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
    parsed.username = '';
    parsed.password = '';
  }
  const timeout = AbortSignal.timeout(10_000);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  try {
    const response = await (options.fetch ?? fetch)(parsed, { headers, signal });
    if (response.ok) return { text: await response.text() };
    await response.body?.cancel();
    return { text: '' };
  } catch {
    options.signal?.throwIfAborted();
    return 'unreachable';
  }
}

// A Python package index of the wheels in a folder, and beside it one like PyTorch's for the CPU builds:
//   node test/lab/index-server.ts FOLDER PORT ADDRESS… [--id=MARK]   (the mark only tells its process apart)
//   /simple/<project>/        PEP 503, with PEP 658 metadata
//   /whl/cpu/<project>/       the same for the CPU build of torch and what it needs
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { normalizedName, projectOf, readWheelFacts, type WheelFacts } from './wheel-facts.ts';

/** One index: its path, the folder of its wheels, and the path under which the wheels themselves are. */
interface Index {
  readonly path: string;
  readonly folder: string;
  readonly files: string;
}

/** A server of the indexes below `folder`; it answers `/` with `folder`, so that its owner knows it again. */
export function indexServer(folder: string): Server {
  const indexes: readonly Index[] = [
    { path: '/simple/', folder: join(folder, 'simple'), files: '/packages/' },
    { path: '/whl/cpu/', folder: join(folder, 'cpu'), files: '/whl/cpu-packages/' },
  ];
  return createServer((request, response) => {
    answer(indexes, folder, { request, response }).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer(indexes: readonly Index[], folder: string, exchange: Exchange): Promise<void> {
  const path = decodeURIComponent(new URL(exchange.request.url ?? '/', 'http://index').pathname);
  if (path === '/') return sendText(exchange, 'text/plain', folder);
  for (const index of indexes) {
    if (path === index.path) return sendProjects(exchange, index);
    if (path.startsWith(index.path)) return sendProject(exchange, index, path.slice(index.path.length));
    if (path.startsWith(index.files)) return sendFile(exchange, index, path.slice(index.files.length));
  }
  return sendNothing(exchange);
}

async function sendProjects(exchange: Exchange, index: Index): Promise<void> {
  const projects = new Set(Object.keys(await readWheelFacts(index.folder)).map(projectOf));
  const links = [...projects].sort().map((name) => `<a href="${index.path}${name}/">${name}</a><br/>`);
  sendText(exchange, 'text/html', page(links));
}

async function sendProject(exchange: Exchange, index: Index, rest: string): Promise<void> {
  const project = normalizedName(rest.replace(/\/$/, ''));
  const wheels = Object.entries(await readWheelFacts(index.folder)).filter(
    ([name]) => projectOf(name) === project,
  );
  if (wheels.length === 0) return sendNothing(exchange);
  sendText(exchange, 'text/html', page(wheels.map(([name, facts]) => wheelLink(index, name, facts))));
}

function wheelLink(index: Index, name: string, facts: WheelFacts): string {
  const python = facts.requiresPython?.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const attributes = [
    `href="${index.files}${encodeURIComponent(name)}#sha256=${facts.sha256}"`,
    ...(python === undefined ? [] : [`data-requires-python="${python}"`]),
    `data-core-metadata="sha256=${facts.metadataSha256}"`,
    `data-dist-info-metadata="sha256=${facts.metadataSha256}"`,
  ];
  return `<a ${attributes.join(' ')}>${name}</a><br/>`;
}

function page(links: readonly string[]): string {
  return `<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.0"></head><body>\n${links.join('\n')}\n</body></html>\n`;
}

async function sendFile(exchange: Exchange, index: Index, name: string): Promise<void> {
  const wheel = name.replace(/\.metadata$/, '');
  const facts = (await readWheelFacts(index.folder))[wheel];
  if (facts === undefined) return sendNothing(exchange);
  const path = join(index.folder, name);
  const sizeBytes = (await stat(path)).size;
  const range = byteRange(exchange.request.headers.range, sizeBytes);
  if (range === 'unsatisfiable') {
    exchange.response.writeHead(416, { 'content-range': `bytes */${sizeBytes}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
  exchange.response.writeHead(range ? 206 : 200, {
    'content-type': name === wheel ? 'binary/octet-stream' : 'text/plain; charset=utf-8',
    'content-length': end - start + 1,
    'accept-ranges': 'bytes',
    // As files.pythonhosted.org: what has this name never changes, so pip keeps it.
    'cache-control': 'max-age=365000000, immutable, public',
    etag: `"${name === wheel ? facts.sha256 : facts.metadataSha256}"`,
    ...(range ? { 'content-range': `bytes ${start}-${end}/${sizeBytes}` } : {}),
  });
  if (exchange.request.method === 'HEAD') {
    exchange.response.end();
    return;
  }
  // A client that goes away mid-file is its own business.
  await pipeline(createReadStream(path, { start, end, highWaterMark: 1 << 20 }), exchange.response).catch(
    () => {},
  );
}

/** Reads `bytes=0-99`, `bytes=100-` and `bytes=-8` (RFC 9110, 14.1.2); anything else is the whole file. */
function byteRange(
  header: string | undefined,
  sizeBytes: number,
): { readonly start: number; readonly end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const isSuffix = match[1] === '';
  const start = isSuffix ? Math.max(0, sizeBytes - Number(match[2])) : Number(match[1]);
  const end = isSuffix || match[2] === '' ? sizeBytes - 1 : Math.min(Number(match[2]), sizeBytes - 1);
  return start > end ? 'unsatisfiable' : { start, end };
}

function sendText(exchange: Exchange, type: string, text: string): void {
  const body = Buffer.from(text);
  exchange.response
    .writeHead(200, {
      'content-type': `${type}; charset=utf-8`,
      'content-length': body.length,
      'cache-control': 'max-age=600',
    })
    .end(exchange.request.method === 'HEAD' ? undefined : body);
}

function sendNothing(exchange: Exchange): void {
  exchange.response.writeHead(404, { 'content-type': 'text/plain', 'content-length': 0 }).end();
}

if (import.meta.main) {
  const [folder = '.', port = '0', ...addresses] = process.argv.slice(2);
  for (const address of addresses.filter((one) => !one.startsWith('--'))) {
    indexServer(resolve(folder))
      .on('error', (error) => {
        console.error(`Cannot listen on ${address}:${port}: ${error.message}`);
        process.exit(1);
      })
      .listen(Number(port), address);
  }
}

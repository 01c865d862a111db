import { type FileHandle, open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { messageOf, UserError } from '../base/index.ts';

/** Bytes of known length that can be read in pieces. */
export interface RangeSource {
  /** For messages; without credentials. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Exactly `length` bytes from `offset`; throws a `UserError` when the source ends before. */
  readonly readRange: (offset: number, length: number) => Promise<Uint8Array>;
}

/** A source that holds something open. */
export interface OpenWheel extends RangeSource {
  readonly close: () => Promise<void>;
}

/** How a wheel is reached. */
export interface OpenWheelOptions {
  readonly signal?: AbortSignal;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/**
 * Opens a wheel at a `file:`, `http:` or `https:` URL for reading in pieces (RFC 9110, section 14).
 * The file is never fetched whole: a server that cannot serve ranges or tell the size is a `UserError` that names the URL.
 */
export async function openWheel(url: string, options: OpenWheelOptions = {}): Promise<OpenWheel> {
  const parsed = URL.parse(url);
  if (parsed?.protocol === 'file:') return openFile(parsed);
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return openHttp(parsed, options);
  throw new UserError(`${url} is no place of a wheel that can be read`, {
    hint: 'Only file:, http: and https: URLs are.',
  });
}

async function openFile(url: URL): Promise<OpenWheel> {
  const path = fileURLToPath(url);
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    throw new UserError(`cannot open the wheel ${path}: ${messageOf(error)}`, { cause: error });
  }
  const { size } = await handle.stat();
  return {
    name: path,
    sizeBytes: size,
    readRange: async (offset, length) => {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset);
      return whole(buffer.subarray(0, bytesRead), length, path);
    },
    close: () => handle.close(),
  };
}

async function openHttp(url: URL, options: OpenWheelOptions): Promise<OpenWheel> {
  const request = httpRequest(url, options);
  const head = await request.send({ method: 'HEAD' });
  const sizeBytes = Number(head.headers.get('content-length') ?? Number.NaN);
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes <= 0) {
    throw new UserError(`${request.name}: the server does not tell how large the wheel is`, {
      hint: 'Use another index, or `pip download` the wheels and name their folder in PIP_FIND_LINKS.',
    });
  }
  return {
    name: request.name,
    sizeBytes,
    readRange: async (offset, length) => {
      if (length === 0) return new Uint8Array();
      const response = await request.send({ headers: { range: `bytes=${offset}-${offset + length - 1}` } });
      if (response.status !== 206) {
        await response.body?.cancel();
        throw new UserError(`${request.name}: the server sends only the whole wheel, not parts of it`, {
          hint: 'Use another index, or `pip download` the wheels and name their folder in PIP_FIND_LINKS.',
        });
      }
      return whole(new Uint8Array(await response.arrayBuffer()), length, request.name);
    },
    close: async () => {},
  };
}

interface HttpRequest {
  readonly name: string;
  readonly send: (init: RequestInit) => Promise<Response>;
}

/** `fetch` refuses URLs with a name and password; indexes are given that way, so they travel in a header. */
function httpRequest(url: URL, options: OpenWheelOptions): HttpRequest {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  plain.hash = '';
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (url.username !== '') {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  const name = plain.href;
  const send = async (init: RequestInit): Promise<Response> => {
    let response: Response;
    try {
      response = await (options.fetch ?? fetch)(plain, {
        ...init,
        headers: { ...headers, ...init.headers },
        signal: options.signal ?? null,
      });
    } catch (error) {
      options.signal?.throwIfAborted();
      throw new UserError(`cannot reach ${name}: ${messageOf(error)}`, { cause: error });
    }
    if (response.ok) return response;
    await response.body?.cancel();
    throw new UserError(`${name}: the server answers ${response.status} ${response.statusText}`.trim());
  };
  return { name, send };
}

function whole(bytes: Uint8Array, length: number, name: string): Uint8Array {
  if (bytes.byteLength === length) return bytes;
  throw new UserError(`${name} ends too early: ${bytes.byteLength} of ${length} bytes could be read`);
}

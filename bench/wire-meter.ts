import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestOptions,
  request,
  type ServerResponse,
} from 'node:http';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';

/** One answer that came through the meter. */
export interface Transfer {
  /** `http://host/path`, or `https://host:port` for a tunnel, of which nothing else can be seen. */
  readonly url: string;
  /** The HTTP status; 0 for a tunnel. */
  readonly status: number;
  /** Bytes of the body as they came over the wire; of a tunnel, all bytes towards the client. */
  readonly bodyBytes: number;
}

/** An HTTP proxy that notes what goes through it. */
export interface WireMeter {
  readonly port: number;
  /** What went through since the last call, in the order in which it ended. */
  take(): Transfer[];
  close(): void;
}

/** Starts a forwarding HTTP proxy (RFC 9110, 7.6; CONNECT: 9.3.6) on `address`, on a port of the system's choice. */
export async function startWireMeter(address: string): Promise<WireMeter> {
  let transfers: Transfer[] = [];
  const note = (transfer: Transfer): void => void transfers.push(transfer);
  const tunnels = new Set<Socket>();
  const server = createServer((asked, answer) => {
    forward(asked, answer, note).catch(() => answer.destroy());
  });
  // Who downloads may pause for minutes on a machine with other work: nobody is sent away for it.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0, timeout: 0 });
  server.on('connect', (asked: IncomingMessage, client: Socket) => {
    tunnels.add(client.once('close', () => tunnels.delete(client)));
    tunnel(asked.url ?? '', client, note);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, address, resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    take() {
      const taken = transfers;
      transfers = [];
      return taken;
    },
    close() {
      server.close();
      server.closeAllConnections();
      for (const client of tunnels) client.destroy();
    },
  };
}

/** Headers that concern one connection only and are not passed on. */
const hopByHop = ['connection', 'proxy-connection', 'proxy-authorization', 'keep-alive', 'te', 'upgrade'];

async function forward(
  asked: IncomingMessage,
  answer: ServerResponse,
  note: (transfer: Transfer) => void,
): Promise<void> {
  const url = asked.url ?? '';
  if (!url.startsWith('http://')) {
    answer.writeHead(400).end('This is a proxy.\n');
    return;
  }
  const headers = Object.fromEntries(
    Object.entries(asked.headers).filter(([name]) => !hopByHop.includes(name)),
  );
  const came = await answerOf(asked, url, headers);
  if (came === undefined) {
    answer.writeHead(502).end();
    return;
  }
  let bodyBytes = 0;
  came.on('data', (chunk: Buffer) => {
    bodyBytes += chunk.length;
  });
  answer.writeHead(came.statusCode ?? 502, came.headers);
  // A client that has seen enough may leave; what came until then came.
  await pipeline(came, answer).catch(() => {});
  note({ url, status: came.statusCode ?? 502, bodyBytes });
}

/** Milliseconds before each further try. */
const pauses = [200, 1000, 5000];

/** The server's answer; undefined when there is none. What has no body is asked for again when the connection fails. */
async function answerOf(
  asked: IncomingMessage,
  url: string,
  headers: OutgoingHttpHeaders,
): Promise<IncomingMessage | undefined> {
  const isPlain = asked.method === 'GET' || asked.method === 'HEAD';
  for (const pause of isPlain ? pauses : []) {
    const came = await ask(url, { method: asked.method, headers }).catch(() => undefined);
    if (came !== undefined) return came;
    await setTimeout(pause);
  }
  return await ask(url, { method: asked.method, headers }, isPlain ? undefined : asked).catch(
    () => undefined,
  );
}

async function ask(url: string, options: RequestOptions, body?: IncomingMessage): Promise<IncomingMessage> {
  const onward = request(url, options);
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    onward.once('response', resolve).once('error', reject);
  });
  if (body === undefined) onward.end();
  else body.pipe(onward);
  return await response;
}

function tunnel(authority: string, client: Socket, note: (transfer: Transfer) => void): void {
  const colon = authority.lastIndexOf(':');
  const server = connect(Number(authority.slice(colon + 1)), authority.slice(0, colon));
  let bodyBytes = 0;
  server.once('connect', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    client.pipe(server);
    server.pipe(client);
  });
  server.on('data', (chunk: Buffer) => {
    bodyBytes += chunk.length;
  });
  const end = (): void => {
    client.destroy();
    server.destroy();
  };
  client.on('error', end);
  server.on('error', end);
  client.once('close', end);
  server.once('close', () => {
    note({ url: `https://${authority}`, status: 0, bodyBytes });
    client.end();
  });
}

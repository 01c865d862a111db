import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';

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
  const onward = request(url, { method: asked.method, headers });
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    onward.once('response', resolve).once('error', reject);
  });
  asked.pipe(onward);
  const came = await response.catch(() => undefined);
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

import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { bodyLimitBytes, parseProbe, sendProbe } from './index.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  // A listening TCP server has an AddressInfo (node:net).
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('sending a probe', () => {
  it('sends method, path, body and content type, and reads the answer', async () => {
    const url = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      response.setHeader('content-type', 'Application/JSON; charset=utf-8');
      response.end(
        JSON.stringify([
          request.method,
          request.url,
          request.headers['content-type'],
          Buffer.concat(chunks).toString(),
        ]),
      );
    });
    const answer = await sendProbe(parseProbe('POST /a?b=1 {"x": 1}'), { url, timeoutSeconds: 5 });
    if (answer.kind !== 'response') throw new Error(answer.reason);
    expect(answer).toMatchObject({ status: 200, contentType: 'application/json', isTruncated: false });
    expect(JSON.parse(Buffer.from(answer.body).toString())).toEqual([
      'POST',
      '/a?b=1',
      'application/json',
      '{"x": 1}',
    ]);
  });

  it('does not follow redirects', async () => {
    const url = await serve((_, response) => void response.writeHead(307, { location: '/docs' }).end());
    expect(await sendProbe(parseProbe('/'), { url, timeoutSeconds: 5 })).toMatchObject({
      status: 307,
      headers: { location: '/docs' },
    });
  });

  it('stops reading an endless body', async () => {
    const url = await serve((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 20))) {}
      };
      response.on('drain', more);
      more();
    });
    const answer = await sendProbe(parseProbe('/stream'), { url, timeoutSeconds: 20 });
    if (answer.kind !== 'response') throw new Error(answer.reason);
    expect([answer.body.length, answer.isTruncated]).toEqual([bodyLimitBytes, true]);
  });

  it('tells why there is no answer', async () => {
    const hanging = await serve(() => {});
    expect(await sendProbe(parseProbe('/'), { url: hanging, timeoutSeconds: 0.1 })).toEqual({
      kind: 'no-answer',
      reason: 'no answer within 0.1 s',
    });
    const resetting = await serve((request) => void request.socket.destroy());
    expect(await sendProbe(parseProbe('/'), { url: resetting, timeoutSeconds: 5 })).toMatchObject({
      kind: 'no-answer',
    });
    expect(await sendProbe(parseProbe('/'), { url: 'http://127.0.0.1:9', timeoutSeconds: 5 })).toMatchObject({
      kind: 'no-answer',
    });
  });
});

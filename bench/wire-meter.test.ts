import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWireMeter, type WireMeter } from './wire-meter.ts';

let origin: Server;
let meter: WireMeter;
let address = '';
let hasFailed = false;

const portOf = (server: Server): number => {
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
};

beforeAll(async () => {
  origin = createServer((request, response) => {
    if (request.url === '/broken' || (request.url === '/once' && !hasFailed)) {
      hasFailed = true;
      request.socket.destroy();
    } else response.writeHead(request.url === '/wheel.whl' ? 200 : 404).end('x'.repeat(70_000));
  });
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${portOf(origin)}`;
  meter = await startWireMeter('127.0.0.1');
});

afterAll(() => {
  meter.close();
  origin.close();
});

const curl = async (...words: readonly string[]): Promise<string> => {
  const proxy = ['--proxy', `http://127.0.0.1:${meter.port}`, '--noproxy', ''];
  const { stdout } = await promisify(execFile)('curl', ['--silent', ...proxy, ...words]);
  return stdout;
};

test('what goes through arrives whole and is noted once, with its status', async () => {
  expect(await curl(`http://${address}/wheel.whl`)).toHaveLength(70_000);
  await curl(`http://${address}/none`);
  expect(meter.take()).toEqual([
    { url: `http://${address}/wheel.whl`, status: 200, bodyBytes: 70_000 },
    { url: `http://${address}/none`, status: 404, bodyBytes: 70_000 },
  ]);
  expect(meter.take()).toEqual([]);
});

test('a tunnel is counted with all its bytes', async () => {
  expect(await curl('--proxytunnel', `http://${address}/wheel.whl`)).toHaveLength(70_000);
  await expect
    .poll(() => meter.take())
    .toEqual([{ url: `https://${address}`, status: 0, bodyBytes: expect.any(Number) }]);
});

test('a server that breaks off is a bad gateway, not a silent end', async () => {
  expect(await curl('--write-out', '%{http_code}', `http://${address}/broken`)).toBe('502');
});

test('a connection that fails once is made again, and counts once', async () => {
  hasFailed = false;
  expect(await curl('--write-out', '%{http_code}', `http://${address}/once`)).toMatch(/404$/);
  expect(meter.take().filter(({ url }) => url.endsWith('/once'))).toEqual([
    { url: `http://${address}/once`, status: 404, bodyBytes: 70_000 },
  ]);
});

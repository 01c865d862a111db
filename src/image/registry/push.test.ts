import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256Digest, UserError } from '../../base/index.ts';
import { openRegistrySink, type RegistrySink } from '../index.ts';
import {
  type Fault,
  startUploadRegistry,
  type UploadRegistry,
  type UploadRequest,
} from './fixtures/upload-registry.ts';

const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * 7919 * (at % 251)) % 253));
const digest = sha256Digest(content);
const known = { digest, sizeBytes: content.length };

/** The digest of what the registry has under the content's name: millions of bytes are not compared one by one. */
function stored(): string {
  return sha256Digest(registry.blobs.get(`team/app@${digest}`) ?? '');
}

let registry: UploadRegistry;
let sink: RegistrySink;
let pauses: number[];
let toldBytes: number;

beforeEach(async () => {
  registry = await startUploadRegistry();
  pauses = [];
  toldBytes = 0;
  sink = await openRegistrySink(`${registry.host}/team/app:1`, {
    access: { pause: async (seconds) => void pauses.push(seconds) },
  });
});
afterEach(async () => {
  sink.close();
  await registry.close();
});

/** Sends the content; what is known of it before may be left out, as of a blob that is compressed on its way. */
async function send(facts: Partial<typeof known> = known): ReturnType<RegistrySink['send']> {
  return await sink.send({
    title: 'layer 1 of 1',
    ...facts,
    open: async () => Readable.from(piecesOf(content), { objectMode: false }),
    onBytes: (sizeBytes) => {
      toldBytes += sizeBytes;
    },
  });
}

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}

const methods = (): string[] => registry.seen.map(({ method }) => method);

/** The first so many requests of a method go wrong. */
function firstFail(
  method: string,
  count: number,
  fault: Fault,
): (request: UploadRequest) => Fault | undefined {
  let left = count;
  return (request) => {
    if (request.method !== method || left === 0) return undefined;
    left -= 1;
    return fault;
  };
}

async function failure(facts?: Partial<typeof known>): Promise<string> {
  const problem = await send(facts).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(UserError);
  return problem instanceof UserError ? `${problem.message} | ${problem.hint}` : '';
}

describe.each([
  ['a digest that is known before', known],
  ['a digest that only the bytes tell', {}],
])('%s', (_, facts) => {
  test('a blob goes in one request, and is found afterwards', async () => {
    expect(await sink.has(known)).toBe(false);
    expect(await send(facts)).toEqual(known);
    expect(stored()).toBe(digest);
    expect(await sink.has(known)).toBe(true);
    expect(methods()).toEqual(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'HEAD']);
    expect(toldBytes).toBe(content.length);
  });

  const troubles: readonly [why: string, fault: () => UploadRegistry['fault'], most: number][] = [
    [
      'a connection that breaks is taken up where it ended',
      () => firstFail('PATCH', 1, { cutAfterBytes: 2_000_000 }),
      3_000_000,
    ],
    [
      'one that breaks again and again, but gets on',
      () => firstFail('PATCH', 2, { cutAfterBytes: 1_200_000 }),
      3_000_000,
    ],
    ['one that breaks at once', () => firstFail('PATCH', 2, { cutAfterBytes: 0 }), 3_000_000],
    [
      'one that breaks while the digest is verified',
      () => firstFail('PUT', 1, { cutAfterBytes: 0 }),
      3_000_000,
    ],
    ['a server in trouble', () => firstFail('PATCH', 2, { status: 500 }), 3_000_000],
    [
      'a server in trouble that does not read',
      () => firstFail('PATCH', 2, { status: 503, isBodyUnread: true }),
      3_000_000,
    ],
    ['trouble when the upload is begun', () => firstFail('POST', 2, { status: 502 }), 3_000_000],
    ['trouble when it is completed', () => firstFail('PUT', 2, { status: 504 }), 3_000_000],
    ['an upload that the registry has lost', () => firstFail('PATCH', 1, { status: 404 }), 3_000_000],
    [
      'a registry that wants the bytes from elsewhere',
      () => firstFail('PATCH', 1, { status: 416 }),
      3_000_000,
    ],
  ];
  test.each(troubles)('%s', async (_why, fault, most) => {
    registry.fault = fault();
    expect(await send(facts)).toEqual(known);
    expect(stored()).toBe(digest);
    expect(registry.receivedBytes).toBeLessThanOrEqual(most);
    expect(toldBytes).toBe(content.length);
  });

  test('where the status of an upload is not told, it begins anew', async () => {
    const cut = firstFail('PATCH', 1, { cutAfterBytes: 2_000_000 });
    const silent = firstFail('GET', 1, { status: 404 });
    await sink.has(known);
    registry.fault = (request) => cut(request) ?? silent(request);
    expect(await send(facts)).toEqual(known);
    expect(registry.receivedBytes).toBe(5_000_000);
    expect(toldBytes).toBe(content.length);
  });

  test('a registry that forgets what came before is sent all of it in one request', async () => {
    registry.isForgetful = true;
    registry.fault = firstFail('PATCH', 1, { cutAfterBytes: 2_000_000 });
    expect(await send(facts)).toEqual(known);
    expect(stored()).toBe(digest);
  });
});

describe('bytes that have all arrived are read and sent once', () => {
  const challenge = { 'www-authenticate': 'Bearer realm="/token",service="here"' };
  const ends: readonly [why: string, fault: () => UploadRegistry['fault']][] = [
    ['where the answer to their completion is lost', () => firstFail('PUT', 1, { isAnswerLost: true })],
    ['where they are completed in the third try', () => firstFail('PUT', 2, { status: 503 })],
    ['where the connection breaks in front of it', () => firstFail('PUT', 1, { cutAfterBytes: 0 })],
    [
      'where the token has run out meanwhile',
      () => {
        const refuse = firstFail('PUT', 1, { status: 401, headers: challenge });
        return (request) =>
          request.path.startsWith('/token') ? { status: 200, json: { token: 'x' } } : refuse(request);
      },
    ],
  ];
  test.each(ends)('%s', async (_, fault) => {
    registry.fault = fault();
    let opened = 0;
    const open = async (): Promise<Readable> => {
      opened += 1;
      return Readable.from(piecesOf(content), { objectMode: false });
    };
    expect(await sink.send({ title: 'layer 1', open })).toEqual(known);
    expect(stored()).toBe(digest);
    expect({ opened, receivedBytes: registry.receivedBytes }).toEqual({
      opened: 1,
      receivedBytes: content.length,
    });
    expect(methods().filter((method) => method === 'PATCH')).toHaveLength(1);
  });
});

describe('where a proxy lets only short requests through', () => {
  const letsThrough =
    (mostBytes: number) =>
    ({ method, headers }: UploadRequest): Fault | undefined => {
      const isLong = !(Number(headers['content-length'] ?? Number.NaN) <= mostBytes);
      return method === 'PATCH' && isLong
        ? { status: 413, isBodyUnread: true, headers: { 'content-type': 'text/html' } }
        : undefined;
    };

  test.each([
    ['a digest that is known before', known],
    ['a digest that only the bytes tell', {}],
  ])('a blob goes in chunks: %s', async (_, facts) => {
    const limited = letsThrough(1024 * 1024);
    registry.fault = limited;
    expect(await send(facts)).toEqual(known);
    expect(stored()).toBe(digest);
    expect(toldBytes).toBe(content.length);
    // What was learned counts for the next blob.
    registry.seen.length = 0;
    registry.fault = (request) => limited(request) ?? undefined;
    await send(facts);
    const ranges = registry.seen.flatMap(({ method, headers }) =>
      method === 'PATCH' ? [headers['content-range']] : [],
    );
    expect(ranges).toEqual(['0-1048575', '1048576-2097151', '2097152-2999999']);
  });

  test('a chunk that breaks is taken up', async () => {
    const limited = letsThrough(1024 * 1024);
    let chunks = 0;
    registry.fault = (request) => {
      const refused = limited(request);
      if (refused !== undefined || request.method !== 'PATCH') return refused;
      chunks += 1;
      return chunks === 2 ? { cutAfterBytes: 500_000 } : undefined;
    };
    expect(await send({})).toEqual(known);
    expect(registry.receivedBytes).toBe(content.length);
  });

  test('shorter than can be sent, it is said', async () => {
    registry.fault = letsThrough(1000);
    expect(await failure()).toMatch(/finds layer 1 of 1 too large.*client_max_body_size/);
    expect(registry.blobs.size).toBe(0);
  });
});

test('an upload that is interrupted is called off', async () => {
  const interruption = new AbortController();
  const stopped = await openRegistrySink(`${registry.host}/team/app:1`, {
    access: {},
    signal: interruption.signal,
  });
  let left = 5;
  async function* slowPieces(): AsyncGenerator<Buffer> {
    for (const piece of piecesOf(content)) {
      left -= 1;
      if (left === 0) interruption.abort(new Error('Ctrl-C'));
      yield piece;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const open = async (): Promise<Readable> => Readable.from(slowPieces(), { objectMode: false });
  await expect(stopped.send({ title: 'layer 1', open })).rejects.toThrow('Ctrl-C');
  stopped.close();
  await expect.poll(methods).toContain('DELETE');
  expect(registry.blobs.size).toBe(0);
});

describe('a small blob whose digest is known', () => {
  const small = content.subarray(0, 200_000);
  const facts = { digest: sha256Digest(small), sizeBytes: small.length };
  const sendSmall = async (): Promise<typeof facts> =>
    await sink.send({
      ...facts,
      title: 'layer 1',
      open: async () => Readable.from(piecesOf(small), { objectMode: false }),
      onBytes: (sizeBytes) => {
        toldBytes += sizeBytes;
      },
    });

  test('goes with its completion', async () => {
    expect(await sendSmall()).toEqual(facts);
    expect(methods()).toEqual(['GET', 'POST', 'PUT']);
    expect(registry.blobs.get(`team/app@${facts.digest}`)).toEqual(small);
  });

  const troubles: readonly [why: string, fault: Fault][] = [
    ['a connection that breaks', { cutAfterBytes: 100_000 }],
    ['a connection that breaks at once', { cutAfterBytes: 0 }],
    ['an answer that is lost', { isAnswerLost: true }],
    ['a server in trouble', { status: 500 }],
    ['a server that does not read', { status: 503, isBodyUnread: true }],
    ['an upload that is lost', { status: 404 }],
  ];
  test.each(troubles)('comes through after %s', async (_, fault) => {
    registry.fault = firstFail('PUT', 1, fault);
    expect(await sendSmall()).toEqual(facts);
    expect(registry.blobs.get(`team/app@${facts.digest}`)).toEqual(small);
    expect(toldBytes).toBe(small.length);
  });
});

test('a server that has had too much is left alone for as long as it asks', async () => {
  registry.fault = firstFail('PATCH', 2, { status: 429, headers: { 'retry-after': '7' } });
  await send();
  expect(pauses).toEqual([7, 7]);
  registry.fault = firstFail('PATCH', 1, { status: 429, headers: { 'retry-after': '3600' } });
  expect(await failure()).toMatch(/too many requests.*Try again in 3600 seconds/);
});

test('a token that runs out on the way is fetched again', async () => {
  let token = 1;
  let isOver = true;
  registry.fault = ({ method, path, headers }) => {
    if (path.startsWith('/token')) return { status: 200, json: { token: `t${token}`, expires_in: 3600 } };
    const challenge = {
      'www-authenticate': `Bearer realm="http://${registry.host}/token",service="here",scope="repository:team/app:pull,push"`,
    };
    if (path === '/v2/') return { status: 401, headers: challenge };
    if (method === 'PATCH' && isOver) {
      isOver = false;
      token = 2;
    }
    return headers.authorization === `Bearer t${token}` ? undefined : { status: 401, headers: challenge };
  };
  expect(await send()).toEqual(known);
  const asked = registry.seen.filter(({ path }) => path.startsWith('/token')).map(({ path }) => path);
  expect(asked).toHaveLength(2);
  for (const path of asked) expect(decodeURIComponent(path)).toContain('scope=repository:team/app:pull,push');
});

describe('what no repetition makes better', () => {
  const cases: readonly [why: string, fault: () => UploadRegistry['fault'], told: RegExp][] = [
    [
      'a registry that does not let one in',
      () =>
        firstFail('PATCH', 9, { status: 403, json: { errors: [{ code: 'DENIED', message: 'not yours' }] } }),
      /does not take .* from somebody without credentials \(not yours\).*docker login/,
    ],
    [
      'one that asks for a login again and again',
      () => firstFail('PATCH', 9, { status: 401 }),
      /does not take .* without credentials/,
    ],
    [
      'a proxy that limits requests',
      () => firstFail('PATCH', 9, { status: 413, isBodyUnread: true }),
      /finds layer 1 of 1 too large.*client_max_body_size/,
    ],
    [
      'a server that stays in trouble',
      () => firstFail('PATCH', 9, { status: 500 }),
      /answers 500 when sent layer 1 of 1.*disk may be full/,
    ],
    [
      'a connection that breaks each time',
      () => firstFail('PATCH', 9, { cutAfterBytes: 10 }),
      /the connection to .* broke.*layer 1 of 1/,
    ],
    [
      'a registry that finds another digest',
      () =>
        firstFail('PUT', 9, {
          status: 400,
          json: { errors: [{ code: 'DIGEST_INVALID', message: 'digest is wrong' }] },
        }),
      /answers 400 .* \(digest is wrong\)/,
    ],
    [
      'one that says that it has stored something else',
      () => firstFail('PUT', 9, { status: 201, headers: { 'docker-content-digest': sha256Digest('x') } }),
      /has stored layer 1 of 1 as .*, not as /,
    ],
    [
      'one that does not tell the address of an upload',
      () => firstFail('POST', 9, { status: 202 }),
      /without telling its address/,
    ],
    [
      'one that does not take uploads',
      () => firstFail('POST', 9, { status: 405 }),
      /takes no pushes.*read-only/,
    ],
  ];
  test.each(cases)('%s', async (_why, fault, told) => {
    registry.fault = fault();
    expect(await failure()).toMatch(told);
    expect(registry.blobs.size).toBe(0);
  });

  test.each<[string, () => void]>([
    ['waits', () => {}],
    ['fails by itself', () => Promise.reject(new UserError('the image is closed'))],
  ])('where another layer has ended it all, a source that %s is let go of', async (_what, read) => {
    const source = new Readable({
      read() {
        Promise.resolve(read()).catch((error: Error) => this.destroy(error));
      },
    });
    const open = async (): Promise<Readable> => {
      sink.close();
      return source;
    };
    await expect(sink.send({ title: 'layer 1 of 1', open })).rejects.toThrow('is closed');
    await expect.poll(() => source.destroyed).toBe(true);
    expect(registry.blobs.size).toBe(0);
  });

  test('a source that breaks off ends it as it is', async () => {
    const broken = new UserError('the file is cut off');
    const problem = await sink
      .send({
        title: 'layer 1 of 1',
        open: async () =>
          Readable.from(
            (function* () {
              yield content.subarray(0, 500_000);
              throw broken;
            })(),
            { objectMode: false },
          ),
      })
      .catch((error: unknown) => error);
    expect(problem).toBe(broken);
    expect(registry.blobs.size).toBe(0);
    expect(methods().filter((method) => method === 'PATCH')).toHaveLength(1);
  });
});

test('a blob of another repository is mounted; where that is not to be had, it is not there', async () => {
  registry.blobs.set(`team/base@${digest}`, content);
  expect(await sink.mount(known, 'team/other')).toBe(false);
  expect(await sink.has(known)).toBe(false);
  expect(await sink.mount(known, 'team/base')).toBe(true);
  expect(await sink.has(known)).toBe(true);
  expect(registry.receivedBytes).toBe(0);
});

test('a blob of another length is not the one', async () => {
  registry.blobs.set(`team/app@${digest}`, content.subarray(1));
  expect(await sink.has(known)).toBe(false);
});

test('a tag that may not change is no trouble where it names the manifest already', async () => {
  const manifest = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    content: '{"schemaVersion":2}',
  };
  const refusal = { status: 400, json: { errors: [{ message: 'tag is immutable' }] } };
  const named = (text: string) => (request: UploadRequest) => {
    if (request.method === 'PUT') return refusal;
    const headers = { 'docker-content-digest': sha256Digest(text) };
    return request.method === 'HEAD' ? { status: 200, headers } : undefined;
  };
  registry.fault = named(manifest.content);
  expect(await sink.put(manifest)).toBe(sha256Digest(manifest.content));
  registry.fault = named('another');
  await expect(sink.put(manifest)).rejects.toThrow(/tag is immutable/);
});

test('a manifest goes under the tag, and its digest is what the registry says', async () => {
  const manifest = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    content: '{"schemaVersion":2}',
  };
  expect(await sink.put(manifest)).toBe(sha256Digest(manifest.content));
  expect(registry.manifests.get('team/app:1')).toEqual(manifest);
  await sink.put({ ...manifest, content: '{}' }, false);
  expect(registry.manifests.get('team/app:1')).toEqual(manifest);
  expect(registry.manifests.get(`team/app@${sha256Digest('{}')}`)?.content).toBe('{}');
  registry.fault = firstFail('PUT', 1, { status: 503 });
  await sink.put(manifest);
  registry.fault = firstFail('PUT', 1, { status: 201, headers: { 'docker-content-digest': digest } });
  await expect(sink.put(manifest)).rejects.toThrow(/has stored the manifest .* as /);
  registry.fault = firstFail('PUT', 1, {
    status: 400,
    json: { errors: [{ code: 'MANIFEST_INVALID', message: 'manifest invalid' }] },
  });
  await expect(sink.put(manifest)).rejects.toThrow(/answers 400 .*manifest invalid/);
});

test.each(['localhost:65536', '999.0.0.1:5000', '[::1::2]'])('%s is no address', async (host) => {
  await expect(openRegistrySink(`${host}/team/app:1`, { access: {} })).rejects.toThrow(
    `"${host}" is no address of a registry`,
  );
});

test('what is read while it is sent is read once', async () => {
  let opened = 0;
  await sink.send({
    title: 'layer',
    open: async () => {
      opened += 1;
      return Readable.from([await buffer(Readable.from([content]))], { objectMode: false });
    },
  });
  expect(opened).toBe(1);
});

import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UserError } from '../base/index.ts';
import { installedBytes, openWheel, type RangeSource, readWheelDirectory } from './index.ts';

interface Entry {
  readonly path: string;
  readonly content: string;
  /** As a wheel maker writes a file of more than 4 GB. */
  readonly isZip64?: boolean;
  readonly sizeBytes?: number;
}

/** A zip file with stored entries; zip64 end records when asked. */
function zip(
  entries: readonly Entry[],
  options: { readonly isZip64?: boolean; readonly comment?: string } = {},
): Buffer {
  const bodies: Buffer[] = [];
  const headers: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.path);
    const content = Buffer.from(entry.content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    bodies.push(local, name, content);
    const extra = entry.isZip64 ? Buffer.alloc(28) : Buffer.alloc(0);
    if (entry.isZip64) {
      extra.writeUInt16LE(0x5455, 0); // another field before it
      extra.writeUInt16LE(4, 2);
      extra.writeUInt16LE(1, 8);
      extra.writeUInt16LE(16, 10);
      extra.writeBigUInt64LE(BigInt(entry.sizeBytes ?? 0), 12);
      extra.writeBigUInt64LE(BigInt(content.length), 20);
    }
    const header = Buffer.alloc(46);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt32LE(entry.isZip64 ? 0xffffffff : content.length, 20);
    header.writeUInt32LE(entry.isZip64 ? 0xffffffff : content.length, 24);
    header.writeUInt16LE(name.length, 28);
    header.writeUInt16LE(extra.length, 30);
    header.writeUInt32LE(offset, 42);
    headers.push(header, name, extra);
    offset += local.length + name.length + content.length;
  }
  const directory = Buffer.concat(headers);
  const tail: Buffer[] = [];
  if (options.isZip64) {
    const record = Buffer.alloc(56);
    record.writeUInt32LE(0x06064b50, 0);
    record.writeBigUInt64LE(BigInt(entries.length), 32);
    record.writeBigUInt64LE(BigInt(directory.length), 40);
    record.writeBigUInt64LE(BigInt(offset), 48);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    locator.writeBigUInt64LE(BigInt(offset + directory.length), 8);
    tail.push(record, locator);
  }
  const comment = Buffer.from(options.comment ?? '');
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(options.isZip64 ? 0xffff : entries.length, 10);
  end.writeUInt32LE(options.isZip64 ? 0xffffffff : directory.length, 12);
  end.writeUInt32LE(options.isZip64 ? 0xffffffff : offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...bodies, directory, ...tail, end, comment]);
}

function inMemory(bytes: Buffer): RangeSource {
  return {
    name: 'tiny.whl',
    sizeBytes: bytes.length,
    readRange: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

const entries: readonly Entry[] = [
  { path: 'tiny/__init__.py', content: 'x = 1\n'.repeat(50) },
  { path: 'tiny/data.bin', content: 'abcdef' },
  { path: 'tiny/folder/', content: '' },
];

describe('readWheelDirectory', () => {
  it.each([
    ['a plain zip file', zip(entries)],
    ['zip64 end records', zip(entries, { isZip64: true })],
    ['a comment that holds the signature', zip(entries, { comment: `PK\u0005\u0006${'.'.repeat(40)}` })],
  ])('lists the files of %s', async (_, bytes) => {
    const directory = await readWheelDirectory(inMemory(bytes));
    expect(directory).toEqual({
      wheelBytes: bytes.length,
      files: [
        { path: 'tiny/__init__.py', compressedBytes: 300, sizeBytes: 300, headerOffset: 0, method: 0 },
        { path: 'tiny/data.bin', compressedBytes: 6, sizeBytes: 6, headerOffset: 346, method: 0 },
      ],
    });
    expect(installedBytes(directory, { withBytecode: false })).toBe(306);
    expect(installedBytes(directory, { withBytecode: true })).toBe(306 + 402);
  });

  it('takes sizes beyond 4 GB from the zip64 extra field', async () => {
    const bytes = zip([{ path: 'big.so', content: 'abc', isZip64: true, sizeBytes: 5_000_000_000 }]);
    const { files } = await readWheelDirectory(inMemory(bytes));
    expect(files).toEqual([
      { path: 'big.so', compressedBytes: 3, sizeBytes: 5_000_000_000, headerOffset: 0, method: 0 },
    ]);
  });

  it.each([
    ['an error page', Buffer.from('<html>not found</html>')],
    ['nothing', Buffer.alloc(0)],
    ['a file cut off at its end', zip(entries).subarray(0, -30)],
    [
      'a damaged directory',
      Buffer.from(zip(entries).map((byte, at) => (at === 30 + 16 + 300 + 30 + 13 + 6 + 30 + 12 ? 0 : byte))),
    ],
  ])('refuses %s', async (_, bytes) => {
    await expect(readWheelDirectory(inMemory(bytes))).rejects.toThrow(UserError);
  });
});

describe('openWheel', () => {
  it('reads a file in pieces', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'wheel-')), 'a b+cpu.whl');
    await writeFile(path, zip(entries));
    const source = await openWheel(pathToFileURL(path).href);
    expect((await readWheelDirectory(source)).files).toHaveLength(2);
    await expect(source.readRange(source.sizeBytes - 1, 2)).rejects.toThrow('ends too early');
    await source.close();
  });

  it('asks a server for the ranges alone, with the credentials of the URL in a header', async () => {
    const bytes = zip([{ path: 'large.bin', content: 'y'.repeat(200_000) }, ...entries]);
    const seen: (string | undefined)[] = [];
    let sent = 0;
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      if (request.method === 'HEAD') response.writeHead(200, { 'content-length': bytes.length }).end();
      else if (from !== undefined) {
        const part = bytes.subarray(Number(from), Number(to) + 1);
        sent += part.length;
        response.writeHead(206, { 'content-length': part.length }).end(part);
      } else response.writeHead(500).end();
    });
    const source = await openWheel(url.replace('http://', 'http://me:p%40ss@'));
    expect((await readWheelDirectory(source)).files).toHaveLength(3);
    expect(new Set(seen)).toEqual(new Set([`Basic ${Buffer.from('me:p@ss').toString('base64')}`]));
    expect(source.name).toBe(url);
    expect(sent).toBeLessThan(bytes.length / 2);
  });

  it.each([
    ['ignores ranges', 200, { 'content-length': '1000' }, 'sends only the whole wheel'],
    ['does not tell the size', 200, { 'transfer-encoding': 'chunked' }, 'does not tell how large'],
    ['has no such file', 404, {}, 'answers 404'],
  ])('refuses a server that %s, naming the URL', async (_, status, headers, message) => {
    const url = await serve((request, response) => {
      response.writeHead(status, headers);
      response.end(request.method === 'HEAD' ? undefined : Buffer.alloc(1000));
    });
    const failing = openWheel(url).then((source) => readWheelDirectory(source));
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toThrow(url);
  });

  it('refuses a URL that is no file', async () => {
    await expect(openWheel('git+ssh://host/x')).rejects.toThrow(UserError);
  });
});

async function serve(listener: Parameters<typeof createServer>[1] & {}): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  // A TCP server's address is always an object.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/tiny-1.0-py3-none-any.whl`;
}

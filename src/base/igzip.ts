import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { BlockReader, BlockSource } from './compress-blocks.ts';
import { releaseChunk } from './own-chunk.ts';
import { runProcess } from './run-process.ts';
import { UserError } from './user-error.ts';

/** What is read at a time where the source takes memory, in bytes. */
const blockBytes = 1024 * 1024;

// igzip command line interface 2.30.0

/** The version of ISA-L's `igzip` on PATH; undefined where there is none that says so. */
export async function igzipVersion(): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await runProcess('igzip', ['--version']);
    return /^igzip command line interface (\d[\w.-]*)/m.exec(`${stdout}${stderr}`)?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Compresses bytes with `igzip` of PATH into one gzip member (RFC 1952), which holds neither name nor time: the same version makes the same of the
 * same bytes, however they come. `level` is 0 to 3. A reader is closed in the end. Rejects with what the source says when it fails, and with a
 * `UserError` when the program does.
 */
export async function* igzipped(source: BlockSource, level: number): AsyncGenerator<Buffer> {
  const program = spawn('igzip', [`-${level}`, '-n', '-c'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = endOf(program);
  const fed = feed(source, program.stdin).catch((error: unknown) => {
    program.kill('SIGKILL');
    throw error;
  });
  // Told where they are waited for.
  ended.catch(() => {});
  fed.catch(() => {});
  try {
    for await (const chunk of program.stdout as AsyncIterable<Buffer>) yield chunk;
    await fed;
    await ended;
  } finally {
    program.kill('SIGKILL');
    await fed.catch(() => {});
  }
}

/** Waits for the end; rejects when it is a bad one. */
async function endOf(program: ChildProcessByStdio<Writable, Readable, Readable>): Promise<void> {
  let said = '';
  program.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-500);
  });
  let reason: string;
  try {
    const [code, signal]: unknown[] = await once(program, 'close');
    if (code === 0) return;
    reason = said.trim() || (signal ? `it was ended by ${signal}` : `it ended with ${code}`);
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  throw new UserError(`igzip failed: ${reason}`, { hint: 'Push with --compressor zlib.' });
}

/** Takes bytes as long as somebody wants them. */
interface Taker {
  readonly isOpen: () => boolean;
  readonly take: (bytes: Buffer) => Promise<void>;
}

/** Gives all bytes to the program; when it does not want them any more, its end tells why. */
async function feed(source: BlockSource, input: Writable): Promise<void> {
  let isOpen = true;
  input.on('error', () => {});
  input.once('close', () => {
    isOpen = false;
  });
  const taker: Taker = {
    isOpen: () => isOpen,
    async take(bytes) {
      if (!isOpen) return;
      await new Promise<void>((resolve) => {
        input.once('close', resolve);
        input.write(bytes, () => {
          input.off('close', resolve);
          resolve();
        });
      });
    },
  };
  if ('readInto' in source) await feedBlocks(source, taker);
  else {
    for await (const chunk of source) {
      if (!isOpen) break;
      await taker.take(chunk);
      releaseChunk(chunk);
    }
  }
  input.end();
}

async function feedBlocks(reader: BlockReader, { isOpen, take }: Taker): Promise<void> {
  // One is filled while the program takes the other.
  let [block, other] = [Buffer.allocUnsafeSlow(blockBytes), Buffer.allocUnsafeSlow(blockBytes)];
  let taken = Promise.resolve();
  try {
    for (let filled = blockBytes; filled === blockBytes && isOpen(); ) {
      filled = await reader.readInto(block);
      await taken;
      taken = take(block.subarray(0, filled));
      [block, other] = [other, block];
    }
    await taken;
  } finally {
    await reader.close();
  }
}

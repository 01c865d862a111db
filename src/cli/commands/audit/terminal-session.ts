import { writeSync } from 'node:fs';
import type { ReadStream, WriteStream } from 'node:tty';
import { decodeKeys, type Key, type ScreenSize } from '../../../browse/index.ts';

/** What the session tells. */
export interface TerminalListener {
  onKey(key: Key): void;
  onResize(size: ScreenSize): void;
  /** The terminal went away. */
  onEnd(): void;
}

/** Standard output on a terminal. */
export type TerminalOutput = WriteStream & { readonly fd: number };

/** A terminal that belongs to the program until it is left. */
export interface TerminalSession {
  size(): ScreenSize;
  /** Shows lines, one for each row; only those that changed are sent. */
  show(lines: readonly string[]): void;
  /** Gives the terminal back and stops the process, until the shell continues it; then everything is to be shown again. */
  suspend(): void;
  /** Gives the terminal back as it was. */
  leave(): void;
}

// Alternate screen; no cursor; no automatic line wrap; bracketed paste; mouse wheel as arrow keys; the kitty keyboard protocol,
// which tells ctrl-m from enter, where the terminal has it.
const enterSequence = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[?1007h\x1b[>1u\x1b[2J';
const leaveSequence = '\x1b[<u\x1b[?1007l\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l';

/** How long a lone escape byte waits for the rest of a sequence, in milliseconds. */
const escapeWaitMilliseconds = 40;

/** Takes the terminal over: raw input, alternate screen. Whatever ends the process gives it back. */
export function enterTerminal(
  input: ReadStream,
  output: TerminalOutput,
  listener: TerminalListener,
): TerminalSession {
  let shown: readonly string[] = [];
  let isLeft = false;
  const size = (): ScreenSize => ({ columns: output.columns || 80, rows: output.rows || 24 });
  let stopReading = readKeys(input, listener);
  const onResize = (): void => {
    shown = [];
    output.write('\x1b[2J');
    listener.onResize(size());
  };
  const leave = (): void => {
    if (isLeft) return;
    isLeft = true;
    process.off('exit', leave);
    process.off('SIGCONT', onContinue);
    output.off('resize', onResize);
    try {
      stopReading();
      // At once, since the process may be about to end.
      writeSync(output.fd, leaveSequence);
    } catch {
      // The terminal is gone: there is nothing to give back.
    }
  };
  let isSuspended = false;
  const onContinue = (): void => {
    if (!isSuspended || isLeft) return;
    isSuspended = false;
    stopReading = readKeys(input, listener);
    output.write(enterSequence);
    onResize();
  };
  process.on('exit', leave);
  process.on('SIGCONT', onContinue);
  output.on('resize', onResize);
  output.write(enterSequence);
  return {
    size,
    show(lines) {
      const changes = lines.flatMap((line, row) =>
        line === shown[row] ? [] : [`\x1b[${row + 1};1H${line}\x1b[0m`],
      );
      shown = lines;
      // The terminal shows the frame at once (synchronised output), or passes the marks by.
      if (changes.length > 0) output.write(`\x1b[?2026h${changes.join('')}\x1b[?2026l`);
    },
    suspend() {
      isSuspended = true;
      stopReading();
      writeSync(output.fd, leaveSequence);
      // To the whole foreground group, as the terminal's own ctrl-z does: a wrapper must stop too.
      process.kill(0, 'SIGTSTP');
      // Without a shell that could continue it, the kernel does not stop the process.
      setTimeout(onContinue, 100);
    },
    leave,
  };
}

function readKeys(input: ReadStream, listener: TerminalListener): () => void {
  let rest: Buffer = Buffer.alloc(0);
  let timer: NodeJS.Timeout | undefined;
  const take = (bytes: Buffer, isFinal: boolean): void => {
    const decoded = decodeKeys(bytes, isFinal);
    rest = decoded.rest;
    for (const key of decoded.keys) listener.onKey(key);
    if (rest.length > 0 && !isFinal) timer = setTimeout(() => take(rest, true), escapeWaitMilliseconds);
  };
  const onData = (chunk: Buffer): void => {
    clearTimeout(timer);
    take(Buffer.concat([rest, chunk]), false);
  };
  const onEnd = (): void => listener.onEnd();
  input.setRawMode(true);
  input.on('data', onData);
  input.on('end', onEnd);
  input.on('error', onEnd);
  input.resume();
  return () => {
    clearTimeout(timer);
    input.off('data', onData);
    input.off('end', onEnd);
    input.off('error', onEnd);
    input.pause();
    input.setRawMode(false);
  };
}

import { formatBytes, formatSeconds } from './bytes.ts';

/** Where long work tells how far it is. An implementation may throttle, colour or drop what it is told. */
export interface Progress {
  /** Starts a named task; `totalBytes` where it is known, so that rate and time left can be shown. */
  start(title: string, totalBytes?: number): ProgressTask;
  /** One line that stays on the screen. */
  note(line: string): void;
}

/** A running piece of work. */
export interface ProgressTask {
  /** More bytes are done. */
  advance(sizeBytes: number): void;
  /** What is being done right now, e.g. the engine's current build step. */
  step(text: string): void;
  done(summary?: string): void;
}

/** Progress that nobody watches. */
export const silentProgress: Progress = {
  start: () => ({ advance: () => {}, step: () => {}, done: () => {} }),
  note: () => {},
};

/** What the terminal renderer needs of a stream; `process.stderr` satisfies it. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Progress for people on `stream`: a live line with bytes, rate and time left on a terminal,
 * and only the notes where it is none (a CI log), so that logs stay readable.
 */
export function terminalProgress(stream: ProgressStream, now: () => number = Date.now): Progress {
  const isTerminal = stream.isTTY === true;
  const clear = (): void => void (isTerminal && stream.write('\r\x1b[2K'));
  return {
    note(line) {
      clear();
      stream.write(`${line}\n`);
    },
    start(title, totalBytes) {
      const startedAt = now();
      let doneBytes = 0;
      let text = '';
      let drawnAt = 0;
      const draw = (force = false): void => {
        if (!isTerminal || (!force && now() - drawnAt < 80)) return;
        drawnAt = now();
        const line = taskLine({ title, text, doneBytes, totalBytes, seconds: (now() - startedAt) / 1000 });
        clear();
        stream.write(line.slice(0, (stream.columns ?? 100) - 1));
      };
      draw(true);
      return {
        advance(sizeBytes) {
          doneBytes += sizeBytes;
          draw();
        },
        step(next) {
          text = next;
          draw();
        },
        done(summary) {
          clear();
          if (summary !== undefined) stream.write(`${summary}\n`);
        },
      };
    },
  };
}

interface TaskState {
  readonly title: string;
  readonly text: string;
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
  readonly seconds: number;
}

function taskLine(state: TaskState): string {
  const parts = [state.title];
  if (state.doneBytes > 0) {
    const rate = state.doneBytes / Math.max(state.seconds, 0.001);
    parts.push(
      state.totalBytes === undefined
        ? formatBytes(state.doneBytes)
        : `${formatBytes(state.doneBytes)} of ${formatBytes(state.totalBytes)}`,
      `${formatBytes(rate)}/s`,
    );
    if (state.totalBytes !== undefined && rate > 0) {
      parts.push(`${formatSeconds(Math.max(0, state.totalBytes - state.doneBytes) / rate)} left`);
    }
  } else {
    parts.push(formatSeconds(state.seconds));
  }
  if (state.text !== '') parts.push(state.text);
  return parts.join(' · ');
}

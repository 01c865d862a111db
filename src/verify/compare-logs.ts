import type { Difference } from './difference.ts';
import { newLines, tellsError, tellsFailedLoad } from './normalise-output.ts';
import { hintsFromOutput } from './output-hints.ts';
import type { ContainerLogs } from './serve.ts';

/**
 * Errors that only the lean container logs while it answers. Something that could not be loaded is a break, even
 * where every answer is equal: programs often log it and go on with less. Other errors are a change.
 */
export function compareLogs(fat: ContainerLogs, lean: ContainerLogs): Difference[] {
  const lines = newLines(`${fat.stdout}\n${fat.stderr}`, `${lean.stdout}\n${lean.stderr}`).filter(tellsError);
  const failedLoads = lines.filter(tellsFailedLoad);
  const others = lines.filter((line) => !tellsFailedLoad(line));
  const difference = (severity: 'break' | 'change', found: readonly string[]): Difference[] =>
    found.length === 0
      ? []
      : [
          {
            kind: 'log',
            severity,
            what:
              severity === 'break'
                ? 'the log tells of something that does not load'
                : 'the log tells of errors',
            fat: 'without these lines',
            lean: found.slice(0, 20).join('\n'),
            hints: severity === 'break' ? hintsFromOutput(found.join('\n')) : {},
          },
        ];
  return [...difference('break', failedLoads), ...difference('change', others)];
}

/** The last `count` lines of each stream, for a report. */
export function lastLines(logs: ContainerLogs, count = 100): ContainerLogs {
  const cut = (text: string): string => text.trimEnd().split('\n').slice(-count).join('\n');
  return { stdout: cut(logs.stdout), stderr: cut(logs.stderr) };
}

import { workflowCommand } from '../workflow-command.ts';
import type { CheckReport } from './check-report.ts';

/** Workflow commands of GitHub Actions for what does not pass, at the line that sets the limit; empty where everything passes. */
export function checkAnnotations({ title, gates, notes }: CheckReport): string {
  const lines = gates
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ gate, verdict, message, source }) => {
      const [, file, line] = /^(.+):(\d+)$/.exec(source) ?? [];
      return workflowCommand({
        command: verdict === 'fail' ? 'error' : 'warning',
        properties: { file, line, title: `${title}: ${gate}` },
        message,
      });
    });
  const remarks = notes.map((message) =>
    workflowCommand({ command: 'notice', properties: { title }, message }),
  );
  return [...lines, ...remarks].map((line) => `${line}\n`).join('');
}

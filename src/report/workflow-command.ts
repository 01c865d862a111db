/** What GitHub Actions shows beside the source, or on the page of the run. */
export interface WorkflowCommand {
  readonly command: 'error' | 'warning' | 'notice';
  /** `file`, `line`, `title`, …, in this order; a value that is undefined is left out. */
  readonly properties: Readonly<Record<string, string | number | undefined>>;
  readonly message: string;
}

/** A workflow command of GitHub Actions on one line: `::error file=Dockerfile,line=3,title=pip-cache::message`. */
export function workflowCommand({ command, properties, message }: WorkflowCommand): string {
  const pairs = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${property(String(value))}`],
  );
  return `::${command}${pairs.length === 0 ? '' : ` ${pairs.join(',')}`}::${data(message)}`;
}

// As the runner takes them apart again (actions/toolkit, packages/core/src/command.ts).
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

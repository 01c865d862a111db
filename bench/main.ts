// Measures what Plimsoll promises, on this machine.
//   npm run bench                      lists the benches
//   npm run bench -- NAME [options]    runs one; --json where it is offered
import { messageOf, UserError } from '../src/base/index.ts';
import { audit } from './audit.ts';
import type { Bench } from './bench.ts';
import { browse } from './browse.ts';
import { delivery } from './delivery.ts';
import { forecast } from './forecast.ts';
import { knowledge } from './knowledge.ts';
import { lint } from './lint.ts';
import { push } from './push.ts';
import { read } from './read.ts';
import { rebuild } from './rebuild.ts';
import { recipe } from './recipe.ts';
import { shrink } from './shrink.ts';
import { textTable } from './text-table.ts';
import { workloads } from './workloads.ts';

const benches: readonly Bench[] = [
  rebuild,
  recipe,
  forecast,
  read,
  browse,
  audit,
  push,
  delivery,
  lint,
  shrink,
  workloads,
  knowledge,
];

function list(): string {
  const rows = benches.map(({ name, usage, summary }) => [`${name} ${usage}`.trim(), summary]);
  return `npm run bench -- NAME [options]\n\n${textTable(['bench', 'measures'], rows, 'left')}\n`;
}

async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help') {
    process.stdout.write(list());
    return 0;
  }
  const bench = benches.find((one) => one.name === name);
  if (bench === undefined) {
    throw new UserError(`There is no bench "${name}".`, {
      hint: `Benches: ${benches.map((one) => one.name).join(', ')}`,
    });
  }
  const interruption = new AbortController();
  for (const signalName of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signalName, () => interruption.abort(new UserError(`Interrupted by ${signalName}.`)));
  }
  return bench.run(rest, interruption.signal);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isOption = error instanceof TypeError && 'code' in error;
    const isExpected = error instanceof UserError || isOption;
    console.error(`bench: ${isExpected || !(error instanceof Error) ? messageOf(error) : error.stack}`);
    if (error instanceof UserError && error.hint !== undefined) console.error(`bench: ${error.hint}`);
    process.exitCode = 2;
  },
);

// The demo: `plimsoll slim` on an example project, with whatever engine there is.
//   npm run demo [-- churn-api | sentiment-api] [options of plimsoll slim]
// Brings the lab up when Docker Hub or the Python Package Index cannot be reached.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, UserError } from '../../src/base/index.ts';
import { exampleData, exampleFolder, isOnline, labEngine, labUp } from './index.ts';

/** How an example is shown: what `slim` is told, and whether it needs torch. */
const examples: Readonly<
  Record<string, { readonly options: readonly string[]; readonly withTorch: boolean }>
> = {
  'churn-api': { options: [], withTorch: false },
  'sentiment-api': { options: ['--target', 'cpu'], withTorch: true },
};

interface Stage {
  readonly environment: Readonly<Record<string, string>>;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

async function setTheStage(name: string, withTorch: boolean): Promise<Stage> {
  const log = (line: string): void => console.error(`lab: ${line}`);
  if (!(await isOnline())) {
    log('Docker Hub or the Python Package Index is out of reach: stand-ins take their place.');
    return labUp({ withTorch, log });
  }
  const engine = await labEngine({ log });
  await exampleData(name);
  return { environment: engine.environment, buildArgs: {}, notes: [] };
}

async function main(): Promise<void> {
  const [first = 'churn-api', ...rest] = process.argv.slice(2);
  const name = first.startsWith('-') ? 'churn-api' : first;
  const example = examples[name];
  if (example === undefined) {
    throw new UserError(`There is no example "${name}".`, {
      hint: `Examples: ${Object.keys(examples).join(', ')}`,
    });
  }
  const stage = await setTheStage(name, example.withTorch);
  const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const buildArgs = Object.entries(stage.buildArgs).flatMap(([key, value]) => [
    '--build-arg',
    `${key}=${value}`,
  ]);
  const directory = relative(process.cwd(), exampleFolder(name)) || '.';
  const words = [
    'slim',
    directory,
    ...example.options,
    ...buildArgs,
    ...(first.startsWith('-') ? [first] : []),
    ...rest,
  ];
  for (const note of stage.notes) console.error(`lab: ${note}`);
  console.error(`$ plimsoll ${words.join(' ')}`);
  process.exitCode = await runCli([cli, ...words], stage.environment);
  if (stage.notes.length > 0) {
    console.error('Stand-ins took part:');
    for (const note of stage.notes) console.error(`  ${note}`);
  }
}

async function runCli(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  if (!existsSync(words[0] ?? ''))
    throw new UserError('The command line tool is not there: src/cli/main.ts.');
  const child = spawn(process.execPath, words, { stdio: 'inherit', env: { ...process.env, ...environment } });
  // Ctrl-C reaches the whole foreground group; the tool tidies up, and this process waits for it.
  const wait = (): void => {};
  process.on('SIGINT', wait);
  const forward = (): void => void child.kill('SIGTERM');
  process.on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

main().catch((error: unknown) => {
  console.error(`demo: ${messageOf(error)}`);
  if (error instanceof UserError && error.hint !== undefined) console.error(`demo: ${error.hint}`);
  process.exitCode = 2;
});

import { runProcess } from '../../../src/base/index.ts';
import { cliEnvironment } from '../run-cli.ts';

/** Runs a program and gives what it prints; one that fails fails the test. */
export async function run(
  program: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<string> {
  const { code, stdout, stderr } = await runProcess(program, args, {
    ...options,
    env: cliEnvironment(options.env),
    keepCharacters: 20_000_000,
  });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Says whether a program can be called. */
export async function isThere(program: string): Promise<boolean> {
  return runProcess(program, ['--version']).then(
    ({ code }) => code === 0,
    () => false,
  );
}

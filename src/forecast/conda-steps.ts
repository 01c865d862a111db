import { posix } from 'node:path';
import { type Instruction, readCondaInstall, runningCommands } from '../dockerfile/index.ts';
import { listedRequirements, readCondaEnvironment } from '../python/index.ts';
import { contextPaths } from './context-paths.ts';
import { type ReadContext, type ReadStep, readRequirementsFile } from './pip-step.ts';
import { indexesOf } from './step-indexes.ts';

/**
 * What pip installs below `pip:` of the environment files that an instruction gives to Conda. What Conda itself installs is known to
 * the build only.
 *
 *     conda env create -f environment.yml
 */
export async function readCondaSteps(instruction: Instruction, context: ReadContext): Promise<ReadStep[]> {
  const found: ReadStep[] = [];
  for (const command of runningCommands(instruction)) {
    const install = readCondaInstall(command);
    const isEnvironment = command.words.includes('env') || install?.file !== undefined;
    // A list of packages is no YAML: `conda create --file packages.txt`.
    if (install === undefined || !isEnvironment || /\.txt$/.test(install.file ?? '')) continue;
    const step = await readPipSection(install.file ?? 'environment.yml', instruction, context);
    if (step !== undefined) found.push(step);
  }
  return found;
}

async function readPipSection(
  path: string,
  instruction: Instruction,
  context: ReadContext,
): Promise<ReadStep | undefined> {
  for (const candidate of contextPaths(path, instruction, context.copies)) {
    const text = await context.readText(candidate);
    if (text === undefined) continue;
    const file = readCondaEnvironment({ path: candidate, text });
    const listed = listedRequirements(file, { isWanted: (group) => group === 'main' });
    // pip is started in the folder of the environment file.
    const included = await Promise.all(
      file.includes.map((name) =>
        readRequirementsFile(posix.join(posix.dirname(path), name), { instruction, context }, false),
      ),
    );
    return {
      step: {
        requirements: [...listed.requirements, ...included.flatMap(({ requirements }) => requirements)],
        constraints: included.flatMap(({ constraints }) => constraints ?? []),
        indexes: indexesOf(file),
      },
      problems: [...listed.problems, ...included.flatMap(({ problems }) => problems ?? [])],
    };
  }
  return undefined;
}

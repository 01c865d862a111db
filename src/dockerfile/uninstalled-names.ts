import type { DockerfileModel } from './model.ts';
import { pipInstallOf, readPipUninstall } from './pip-command.ts';
import { runningCommands } from './programs.ts';
import { readProjectInstall } from './project-tool-command.ts';
import { shippedStages } from './stage-chain.ts';

/** A distribution that the build takes out again, as it is written: `pip uninstall -y opencv-python`. */
export interface UninstalledName {
  readonly name: string;
  /** Requirements that are installed later, and may bring it back with them. */
  readonly later: readonly string[];
}

/**
 * What `pip uninstall` takes out of the image, and no later installation asks for by its name. A list, a project or a folder that is
 * installed later may ask for anything: what was taken out before counts as installed.
 */
export function uninstalledNames(model: DockerfileModel): readonly UninstalledName[] {
  let found: readonly UninstalledName[] = [];
  const instructions = shippedStages(model).flatMap((stage) => stage.instructions);
  for (const command of instructions.flatMap(runningCommands)) {
    const names = readPipUninstall(command) ?? [];
    found = [...found, ...names.map((name) => ({ name, later: [] }))];
    const install = pipInstallOf(command);
    if (readProjectInstall(command) !== undefined) found = [];
    if (install === undefined) continue;
    const asked = install.requirements.map(({ text }) => text);
    const isOpen = install.requirementFiles.length + install.localPaths.length > 0;
    found = isOpen ? [] : found.map((one) => ({ ...one, later: [...one.later, ...asked] }));
  }
  return found;
}

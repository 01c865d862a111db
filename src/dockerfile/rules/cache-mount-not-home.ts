import type { Instruction } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { commandsIn } from '../programs.ts';
import { readProjectInstall } from '../project-tool-command.ts';
import { cacheTargets } from '../run-mounts.ts';
import type { LintRule, Violation } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** A cache mount for root's HOME that pip or uv does not use. */
export const cacheMountNotHome: LintRule = {
  id: 'cache-mount-not-home',
  severity: 'warning',
  title: 'a cache mount that pip or uv does not use',
  check: ({ model }) =>
    instructionsOf(model, 'run').flatMap((instruction) => [
      ...unusedMount(instruction, 'pip'),
      ...unusedMount(instruction, 'uv'),
    ]),
};

function unusedMount(instruction: Instruction, tool: 'pip' | 'uv'): readonly Violation[] {
  const places = [`/root/.cache/${tool}`, '/root/.cache'];
  const target = cacheTargets(instruction).find((one) => places.includes(one));
  const isUsed = commandsIn(instruction).some(
    (command) =>
      readPipInstall(command)?.tool === tool || (tool === 'uv' && readProjectInstall(command)?.tool === 'uv'),
  );
  const why = target === undefined || !isUsed ? undefined : otherPlace(instruction, tool);
  if (why === undefined) return [];
  return [{ range: instruction.syntax.range, message: `${tool} ${why}: the mount at ${target} stays empty` }];
}

/** Why the cache is elsewhere, as far as the file tells. */
function otherPlace({ before, syntax }: Instruction, tool: 'pip' | 'uv'): string | undefined {
  const { user, variables } = before;
  const name = tool === 'pip' ? 'PIP_CACHE_DIR' : 'UV_CACHE_DIR';
  const moved = [name, 'XDG_CACHE_HOME', 'HOME'].find((one) => variables[one] !== undefined);
  if (moved !== undefined) {
    const place = variables[moved] ?? '';
    return place.startsWith('/root') || /[$]|^$/.test(place)
      ? undefined
      : `keeps its cache by ${moved} in ${place}`;
  }
  // Set for the command alone, perhaps.
  if (/\b(?:HOME|PIP_CACHE_DIR|UV_CACHE_DIR|XDG_CACHE_HOME)=|--cache-dir/.test(syntax.value))
    return undefined;
  const isRoot = user === undefined || /^(?:root|0)(?::|$)/.test(user) || user.includes('$');
  return isRoot ? undefined : `runs as ${user}, who has another HOME`;
}

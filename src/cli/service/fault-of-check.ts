import type { Stage } from '../../dockerfile/index.ts';
import type { ComposeService, Project } from '../../project/index.ts';

/**
 * What is wrong with a health check of a compose file: it calls a program that the image lacks, so that it fails always. Only what is certain
 * is said: the slim images of Python, into which nothing installs the program.
 */
export function faultOfCheck(project: Project, check: ComposeService['healthcheck']): string | undefined {
  if (check === undefined || check === 'disabled') return undefined;
  const program = /(?:^|[\s;&|/])(curl|wget)\s/.exec(`${check.slice(1).join(' ')} `)?.[1];
  if (program === undefined) return undefined;
  const { model } = project.dockerfile;
  const chain: Stage[] = [];
  for (let stage = model.stages[model.target]; stage !== undefined; ) {
    chain.push(stage);
    stage = stage.baseStage === undefined ? undefined : model.stages[stage.baseStage];
  }
  const base = chain.at(-1)?.base ?? '';
  const isBare = /^(docker\.io\/)?(library\/)?python:[\w.-]*slim/.test(base);
  const isInstalled = chain.some(({ instructions }) =>
    instructions.some(
      ({ syntax }) =>
        ['run', 'copy', 'add'].includes(syntax.keyword) &&
        [syntax.value, ...syntax.heredocs.map((one) => one.content)].some((text) => text.includes(program)),
    ),
  );
  return isBare && !isInstalled
    ? `its check calls ${program}, which ${base} does not have and nothing installs, so it fails always: take it out, and one with Python is proposed`
    : undefined;
}

import { posix } from 'node:path';
import { argumentWords, shippedStages } from '../dockerfile/index.ts';
import type { Project } from '../project/index.ts';
import { normaliseName } from '../python/index.ts';

type Stage = Project['dockerfile']['model']['stages'][number];

/** Programs that find tests by themselves. */
const testRunners = /(^|[\s"'/])(pytest|py\.test|unittest|tox|nox|nose2|coverage|trial|green)([\s"',]|$)/;
const testFile = /(^|\/)(tests?|testing)\/|(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/;

/**
 * Why a path of the context is needed by a stage that the image takes nothing of, or undefined: `docker build --target test` is to work
 * with the lean `.dockerignore` as well.
 */
export function neededByOtherStages(project: Project): (path: string) => string | undefined {
  const { model } = project.dockerfile;
  const shipped = shippedStages(model);
  const others = model.stages.filter((stage) => !shipped.includes(stage) && copiesFolder(stage));
  const uses = others.map((stage) => {
    const text = commandText(stage);
    const words = text
      .split(/[\s"'=;|&(),[\]]+/)
      .map((word) => posix.normalize(word).replace(/^\/|\/$/g, ''));
    return { name: stage.name ?? String(stage.position), hasTests: testRunners.test(text), words };
  });
  return (path) => {
    const user = uses.find(
      ({ hasTests, words }) => (hasTests && testFile.test(path)) || words.some((word) => isIn(path, word)),
    );
    return user === undefined ? undefined : `the stage ${user.name} uses it`;
  };
}

/** The stage that the image takes nothing of and that calls a program, or a module with `-m`, of a distribution's name. */
export function stageThatUses(project: Project): (distribution: string) => string | undefined {
  const stages = otherStages(project).map((stage) => ({
    name: stage.name ?? String(stage.position),
    words: new Set(wordsOf(commandText(stage)).map((word) => normaliseName(posix.basename(word)))),
  }));
  return (distribution) => stages.find(({ words }) => words.has(normaliseName(distribution)))?.name;
}

function otherStages(project: Project): readonly Stage[] {
  const { model } = project.dockerfile;
  const shipped = shippedStages(model);
  return model.stages.filter((stage) => !shipped.includes(stage));
}

function wordsOf(text: string): string[] {
  return text.split(/[\s"'=;|&(),[\]]+/).filter((word) => word !== '');
}

/** `COPY . .`, `COPY tests/ tests/`: whatever lies there gets into the stage. */
function copiesFolder(stage: Stage): boolean {
  return stage.instructions.some(
    ({ syntax }) =>
      (syntax.keyword === 'copy' || syntax.keyword === 'add') &&
      !syntax.flags.some((flag) => flag.name === 'from') &&
      argumentWords(syntax)
        .slice(0, -1)
        .some(({ text }) => !/\.\w+$/.test(posix.basename(text)) || text === '.'),
  );
}

function commandText(stage: Stage): string {
  return stage.instructions
    .filter(({ syntax }) => ['run', 'cmd', 'entrypoint'].includes(syntax.keyword))
    .map(({ syntax }) => [syntax.value, ...syntax.heredocs.map((one) => one.content)].join('\n'))
    .join('\n');
}

/** The path itself, or a folder that it lies in. */
function isIn(path: string, word: string): boolean {
  return path === word || (word !== '' && word !== '.' && path.startsWith(`${word}/`));
}

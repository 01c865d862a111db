import { posix } from 'node:path';
import { argumentWords, shippedStages } from '../dockerfile/index.ts';
import type { Project } from '../project/index.ts';

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

function isIn(path: string, folder: string): boolean {
  return folder !== '' && folder !== '.' && path.startsWith(`${folder}/`);
}

import type { DockerfileModel, ShellCommand } from '../model.ts';
import { type PipInstall, readPipInstall } from '../pip-command.ts';
import { commandsIn } from '../programs.ts';
import { readProjectInstall } from '../project-tool-command.ts';
import { shippedStages } from '../stage-chain.ts';
import type { LintProject, LintRule } from './rule.ts';

const tools =
  /^(pytest(?:-[\w-]+)?|black|ruff|mypy|pyright|flake8|pylint|isort|autopep8|yapf|bandit|pre-commit|tox|nox|coverage|hypothesis|ipdb|jupyter(?:lab)?|notebook|sphinx|mkdocs(?:-[\w-]+)?|twine|bump2version)(?=$|[[<>=!~;\s@])/i;
/** Those of the tools that no application runs with. */
const pureTools =
  /^(?:pytest(?:-.+)?|black|ruff|mypy|pyright|flake8|pylint|isort|autopep8|yapf|pre-commit|tox|nox|coverage|twine|bump2version|ipdb)$/;
const devFile =
  /(?:^|[/_.-])(?:dev|develop|development|tests?|testing|lint|ci)(?:[-_.]?requirements)?\.(?:txt|in)$|(?:^|\/)(?:dev|tests?)[-_]requirements/i;
const devExtra = /\[(?:[^\]]*,)?\s*(?:dev|development|tests?|testing|lint)\s*(?:,[^\]]*)?\]/;
const devStage = /dev|test|lint|debug|ci(?:$|[-_])|notebook|jupyter|docs/i;

/** Tools for developers in the image. */
export const devDependencies: LintRule = {
  id: 'dev-dependencies',
  severity: 'warning',
  title: 'development dependencies are installed',
  check: ({ model, project }) => {
    if (devStage.test(model.stages[model.target]?.name ?? '')) return [];
    const started = startText(model);
    return shippedStages(model)
      .flatMap(({ instructions }) => instructions)
      .flatMap((instruction) =>
        commandsIn(instruction).flatMap((command) => {
          const found = developing(command, instruction.before.variables, project);
          return found === undefined || isStarted(found.word, started)
            ? []
            : [{ range: found.range, message: found.message }];
        }),
      );
  },
};

function isStarted(word: string | undefined, started: string): boolean {
  if (word === undefined) return false;
  // Without a start of its own the image is for work at its prompt.
  return started === ''
    ? /^(?:jupyter|notebook)/.test(word.toLowerCase())
    : started.includes(word.toLowerCase());
}

/** What the container starts, in lower case: a notebook server is no tool of its developers. */
function startText(model: DockerfileModel): string {
  const instructions = model.stages.flatMap((stage) => stage.instructions);
  const started = instructions
    .filter(({ syntax }) => ['cmd', 'entrypoint'].includes(syntax.keyword))
    .map(({ syntax }) => syntax.value.toLowerCase());
  // The port of Jupyter, or a base that is made for it.
  const isNotebook =
    model.stages.some(({ base }) => /jupyter/.test(base)) ||
    instructions.some(({ syntax }) => syntax.keyword === 'expose' && /\b8888\b/.test(syntax.value));
  return [...started, ...(isNotebook ? ['jupyterlab jupyter notebook'] : [])].join('\n');
}

interface Found {
  /** What a start command would name; undefined for groups. */
  readonly word: string | undefined;
  readonly range: ShellCommand['range'];
  readonly message: string;
}

function developing(
  command: ShellCommand,
  variables: Readonly<Record<string, string>>,
  project: LintProject | undefined,
): Found | undefined {
  const pip = readPipInstall(command);
  const tool = pip?.requirements.find(({ text }) => tools.test(text));
  if (tool !== undefined) {
    const word = tools.exec(tool.text)?.[1] ?? tool.text;
    return {
      word,
      range: tool.range,
      message: `${word} is for developers: install it in a stage of its own`,
    };
  }
  const file = pip?.requirementFiles.find(({ text }) => devFile.test(text));
  const extra = pip?.localPaths.find(({ text }) => devExtra.test(text));
  const named = file ?? extra;
  if (named !== undefined) {
    const message = `${named.text} is for developers: the image needs only what the application imports`;
    return { word: named.text, range: named.range, message };
  }
  const within = toolsWithin(pip, project);
  if (within !== undefined) return within;
  const option = groupOption(command, variables, project);
  return option === undefined
    ? undefined
    : {
        word: undefined,
        range: command.range,
        message: `development groups are installed too: add ${option}`,
      };
}

/** Tools in a requirement file that is not named after them. */
function toolsWithin(pip: PipInstall | undefined, project: LintProject | undefined): Found | undefined {
  for (const { text, range } of pip?.requirementFiles ?? []) {
    const names = project?.requirementFiles.get(text)?.filter((name) => pureTools.test(name)) ?? [];
    const [first] = names;
    if (first === undefined) continue;
    const rest = names.length === 1 ? 'is' : `and ${names.length - 1} more are`;
    const message = `${first} ${rest} for developers: keep them out of ${text}, in a file of their own`;
    return { word: first, range, message };
  }
  return undefined;
}

/** The option that leaves out the development groups, where a tool installs them unasked and it is not given. */
function groupOption(
  command: ShellCommand,
  variables: Readonly<Record<string, string>>,
  project: LintProject | undefined,
): string | undefined {
  const install = readProjectInstall(command);
  if (install !== undefined && project?.hasDevelopmentGroups.get(install.tool) === false) return undefined;
  const has = (pattern: RegExp): boolean => install?.arguments.some((word) => pattern.test(word)) === true;
  switch (install?.tool) {
    case 'uv':
      return has(/^--(?:no-dev|no-default-groups|only-group|no-group)/) ||
        /^(?:1|true)$/.test(variables['UV_NO_DEV'] ?? '')
        ? undefined
        : '--no-dev';
    case 'poetry':
      return has(/^--(?:only|without|no-dev|only-root)/) ? undefined : '--only main';
    case 'pdm':
      return has(/^--(?:prod|production|no-dev)|^-[a-zA-Z]*G/) ? undefined : '--prod';
    case 'pipenv':
      return has(/^(?:-d|--dev)$/) ? 'nothing: take --dev away' : undefined;
    default:
      return undefined;
  }
}

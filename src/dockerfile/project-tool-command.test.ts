import { describe, expect, test } from 'vitest';
import { parseDockerfile, resolveDockerfile } from './index.ts';
import { readProjectInstall, readToolRun } from './project-tool-command.ts';

function commandOf(line: string): Parameters<typeof readProjectInstall>[0] {
  const model = resolveDockerfile(parseDockerfile(`FROM python:3.12\nRUN ${line}\n`));
  const [command] = model.stages[0]?.instructions[0]?.commands ?? [];
  if (command === undefined) throw new Error(`no command in ${line}`);
  return command;
}

describe('an installation from manifest and lock file', () => {
  test.each([
    ['uv sync --frozen', 'uv', true, 'the project is installed with its dependencies'],
    ['uv --quiet sync --no-install-project', 'uv', false, 'an option of uv itself stands in front'],
    ['uv sync --no-install-workspace', 'uv', false, 'a workspace member is a project, too'],
    ['/opt/poetry/bin/poetry install --no-root', 'poetry', false, 'by its path'],
    ['python -m poetry sync', 'poetry', true, 'as a module'],
    ['pdm install --prod --no-self', 'pdm', false, 'PDM calls the project self'],
    ['pipenv install --system --deploy', 'pipenv', false, 'a Pipfile has no project'],
  ])('%s', (line, tool, hasProject, _why) => {
    expect(readProjectInstall(commandOf(line))).toMatchObject({ tool, hasProject });
  });

  test.each([
    ['pipenv install requests', 'adds a package'],
    ['uv pip install -r requirements.txt', 'reads no lock file'],
    ['uv tool install ruff', 'an environment of the tool'],
    ['poetry config virtualenvs.create false', 'only configures'],
    ['uv run sync', 'starts a program'],
    ['pip install poetry', 'brings the tool'],
  ])('%s is none: %s', (line, _why) => {
    expect(readProjectInstall(commandOf(line))).toBeUndefined();
  });
});

describe('a program that a tool starts', () => {
  test.each([
    ['uv run uvicorn app:app', { droppedWords: 2, prefix: [], program: 'uvicorn', isSyncing: true }],
    ['uv run --no-sync --frozen api', { droppedWords: 4, prefix: [], program: 'api', isSyncing: false }],
    ['uv run main.py --port 80', { droppedWords: 2, prefix: ['python'], program: 'python' }],
    ['uv run -m app', { droppedWords: 3, prefix: ['python', '-m'], program: 'python' }],
    ['poetry run python main.py', { droppedWords: 2, prefix: [], program: 'python', isSyncing: false }],
    ['pipenv run gunicorn', { tool: 'pipenv', program: 'gunicorn' }],
  ])('%s', (line, expected) => {
    expect(readToolRun(line.split(' '))).toMatchObject(expected);
  });

  test.each([
    ['uv run --with httpx main.py', 'another environment'],
    ['uv run --extra gpu serve', 'another set of dependencies'],
    ['uv run --env-file .env serve', 'reads variables'],
    ['uv --directory /srv run serve', 'another directory'],
    ['poetry -C /srv run serve', 'another directory'],
    ['uv run $COMMAND', 'known at run time only'],
    ['poetry run', 'what follows comes from CMD'],
  ])('%s is not sure: %s', (line, _why) => {
    expect(readToolRun(line.split(' '))).toBe('unsure');
  });

  test('another program is none', () => {
    expect(readToolRun(['make', 'run'])).toBeUndefined();
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lintModel, parseDockerfile, resolveDockerfile } from '../../../dockerfile/index.ts';
import { readLintProject } from './read-lint-project.ts';

/** What the rule says of a Dockerfile, with the lines. */
async function saidOf(text: string, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const context = mkdtempSync(join(tmpdir(), 'plimsoll-program-'));
  onTestFinished(() => rmSync(context, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(context, path)), { recursive: true });
    writeFileSync(join(context, path), content);
  }
  const syntax = parseDockerfile(text);
  const model = resolveDockerfile(syntax);
  const project = await readLintProject({ syntax, model, dockerfile: join(context, 'Dockerfile'), context });
  return lintModel(syntax, model, { project })
    .filter(({ rule }) => rule === 'missing-program')
    .map(({ line, message }) => `${line}: ${message}`);
}

const python = 'FROM python:3.12-slim\n';
const lists = {
  'requirements.txt': 'fastapi\nscikit-learn\n',
  'server.txt': '-r requirements.txt\nuvicorn[standard]>=0.30\n',
  'git.txt': '-r requirements.txt\ngit+https://example.org/server.git\n',
  'gone.txt': '-r not-there.txt\n',
};
const list = 'COPY *.txt ./\nRUN pip install -r requirements.txt\n';
const uvicorn = 'CMD ["uvicorn", "app:app"]\n';
const said = (line: number, what: string, install: string): string =>
  `${line}: ${what}, which no requirement names: add ${install} to what pip installs`;

test.each<readonly [text: string, expected: readonly string[], reason: string]>([
  [python + list + uvicorn, [said(4, 'CMD starts uvicorn', 'uvicorn')], 'no list names it'],
  [python + uvicorn, [said(2, 'CMD starts uvicorn', 'uvicorn')], 'nothing is installed at all'],
  [`${python}${list}CMD uvicorn app:app\n`, [said(4, 'CMD starts uvicorn', 'uvicorn')], 'shell form'],
  [
    `${python}${list}CMD ["sh", "-c", "alembic upgrade head && exec uvicorn app:app --port $PORT"]\n`,
    [said(4, 'CMD starts uvicorn', 'uvicorn')],
    'in a program of a shell, behind another command',
  ],
  [
    `${python}${list}ENTRYPOINT ["tini", "-g", "--"]\nCMD ["python", "-u", "-m", "uvicorn", "app:app"]\n`,
    [said(5, 'CMD starts uvicorn', 'uvicorn')],
    'as a module, behind an init',
  ],
  [
    `${python}${list}ENTRYPOINT ["/opt/venv/bin/gunicorn"]\nCMD ["app:app"]\n`,
    [said(4, 'ENTRYPOINT starts gunicorn', 'gunicorn')],
    'by its path',
  ],
  [
    `${python}${list}CMD ["fastapi", "run", "app.py"]\n`,
    [said(4, 'CMD starts fastapi', 'fastapi[standard]')],
    'fastapi alone cannot run its own program',
  ],
  [
    `${python.trim()} AS base\nCMD ["streamlit", "run", "a.py"]\nFROM base\nRUN pip install fastapi\n`,
    [said(2, 'CMD starts streamlit', 'streamlit')],
    'inherited from a stage of the file',
  ],
  [
    `${python.trim()} AS build\nRUN python -m venv /opt/venv && /opt/venv/bin/pip install fastapi\nFROM python:3.12-slim\nCOPY --from=build /opt/venv /opt/venv\n${uvicorn}`,
    [said(5, 'CMD starts uvicorn', 'uvicorn')],
    'an environment of a stage that has none either',
  ],
  [`${python}COPY *.txt ./\nRUN pip install -r server.txt\n${uvicorn}`, [], 'an included list has it'],
  [`${python}RUN pip install 'uvicorn[standard]==0.30'\n${uvicorn}`, [], 'named in the Dockerfile'],
  [`${python}RUN pip install uvicorn==$V\n${uvicorn}`, [], 'with a version of a variable'],
  [`${python}RUN pip install 'fastapi[standard]'\n${uvicorn}`, [], 'an extra brings it'],
  [`${python}RUN pip install mcp\n${uvicorn}`, [], 'a distribution that requires it'],
  [`${python}RUN pip install flask-cors\nCMD ["flask", "run"]\n`, [], 'one of many that do'],
  [`${python}RUN pip install $PACKAGES\n${uvicorn}`, [], 'what a variable holds is unknown'],
  [`${python}COPY *.txt ./\nRUN pip install -r git.txt\n${uvicorn}`, [], 'a requirement without a name'],
  [`${python}COPY *.txt ./\nRUN pip install -r gone.txt\n${uvicorn}`, [], 'a list that is not there'],
  [`${python}RUN pip install -r /tmp/other.txt\n${uvicorn}`, [], 'one that no COPY brings'],
  [`${python}COPY . .\nRUN pip install .\n${uvicorn}`, [], 'a project, which deps judges'],
  [`${python}COPY . .\nRUN uv sync --frozen\nCMD ["uv", "run", "uvicorn", "app:app"]\n`, [], 'one of uv'],
  [`FROM tiangolo/uvicorn-gunicorn:python3.11\n${list}${uvicorn}`, [], "somebody's base"],
  [`ARG BASE\nFROM $BASE\n${list}${uvicorn}`, [], 'a base that is not known'],
  [
    `FROM debian:12\nRUN apt-get install -y gunicorn\nCMD ["gunicorn", "a:b"]\n`,
    [],
    'a package of the system',
  ],
  [`${python}COPY uvicorn /usr/local/bin/uvicorn\n${uvicorn}`, [], 'a file of that name'],
  [`${python}COPY docker/bin/ /usr/local/bin/\n${uvicorn}`, [], 'a folder of programs'],
  [`${python}COPY .venv /opt/venv\n${uvicorn}`, [], 'an environment of the context'],
  [`${python}COPY --from=acme/env:1 /opt /opt\n${uvicorn}`, [], 'files of another image'],
  [`${python}COPY install.sh /\nRUN /install.sh\n${uvicorn}`, [], 'a script of unknown content'],
  [`${python}RUN curl -sSf https://example.org/install | sh\n${uvicorn}`, [], 'one of the internet'],
  [`${python}${list}CMD ["./uvicorn", "app:app"]\n`, [], 'a file of the application'],
  [`${python}${list}ENTRYPOINT ["/start.sh"]\n${uvicorn}`, [], 'what a script does with its arguments'],
  [`${python}${list}CMD [ "$DEV" ] && uvicorn a:b || python a.py\n`, [], 'what may not run'],
  [`${python}${list}CMD ["python", "app.py"]\n`, [], 'a program that the base has'],
  [`${python}${list}CMD ["serve-model"]\n`, [], 'a program that the table does not know'],
  [
    `${python.trim()} AS base\n${uvicorn}FROM base\nENTRYPOINT ["python", "app.py"]\n`,
    [],
    'an ENTRYPOINT sets the CMD of its base aside',
  ],
])('%j', async (text, expected, reason) => {
  expect([reason, await saidOf(text, lists)]).toEqual([reason, expected]);
});

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readProject } from '../../../project/index.ts';
import { contextUses } from './context-uses.ts';
import { findSources } from './present-sources.ts';
import { judgeContext } from './report-of.ts';

function projectOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cut-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** `error models 1`: what is cut off, and by which line of the ignore file. */
async function cutsOf(folder: string): Promise<readonly string[]> {
  const project = await readProject(folder);
  const uses = contextUses(project.dockerfile.model, project.dockerfile.syntax.escape);
  const present = await findSources(folder, uses);
  const nothing = { suggestions: [], kept: [], secrets: [], unusedIgnoreFiles: [] };
  const { report } = judgeContext({ project, uses, present, ...nothing });
  return report.cutSources.map(({ severity, path, ignoreLine }) => `${severity} ${path} ${ignoreLine}`);
}

describe('an ignore file that cuts off what the Dockerfile takes', () => {
  const dockerfile = (line: string): string => `FROM python:3.12\nARG DIR=models\n${line}\n`;

  test.each([
    ['COPY models/ /m/', 'models', 'error models 1', 'a directory'],
    ['COPY ["models/a b.pt", "/m/"]', '**/*.pt', 'error models/a b.pt 1', 'a file, in JSON form'],
    ['COPY $DIR /m/', 'x\nmodels', 'error models 2', 'by a variable'],
    ['COPY models/*.pt /m/', 'models/*', 'error models/a b.pt 1', 'all that a wildcard is for'],
    ['ADD --chown=1 ./models /m/', 'models', 'error models 1', 'by ADD'],
    ['RUN --mount=type=bind,source=models,target=/m ls', 'models', 'error models 1', 'by a mount'],
    ['RUN --mount=target=/m,src=models ls', 'models', 'error models 1', 'by a mount without a type'],
    ['COPY link /m/', 'models', 'error models 1', 'what a link leads to'],
    ['COPY models /m/', 'models/*', 'warning models 1', 'a directory without what is in it'],
  ])('%s with %j: %s, %s', async (line, ignored, found) => {
    const folder = projectOf({
      Dockerfile: dockerfile(line),
      '.dockerignore': ignored,
      'models/a b.pt': 'x',
    });
    symlinkSync('models', join(folder, 'link'));
    expect(await cutsOf(folder)).toEqual([found]);
  });

  test.each([
    ['COPY . /m/', 'models', 'the whole context'],
    ['COPY models /m/', 'models\n!models/a b.pt', 'an exception takes it back in'],
    ['COPY models/* /m/', 'models/b.pt', 'a wildcard that still finds something'],
    ['COPY --from=models models /m/', 'models', 'another image'],
    ['ADD https://example.com/models /m/', 'models', 'a download'],
    ['COPY <<models /m\nmodels', 'models', 'a heredoc'],
    ['RUN --mount=type=cache,source=models,target=/m ls', 'models', 'a cache'],
    ['COPY nowhere /m/', 'nowhere', 'what is not there is no matter of the ignore file'],
  ])('%s with %j is fine: %s', async (line, ignored) => {
    const files = { 'models/a b.pt': 'x', 'models/b.pt': 'x', '.dockerignore': ignored };
    expect(await cutsOf(projectOf({ Dockerfile: dockerfile(line), ...files }))).toEqual([]);
  });
});

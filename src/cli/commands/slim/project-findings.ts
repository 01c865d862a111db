import { resolve } from 'node:path';
import { containerPrograms, lintModel, mayComeOtherwise } from '../../../dockerfile/index.ts';
import { type Finding, findingFacts, sortFindings } from '../../../finding/index.ts';
import type { Project } from '../../../project/index.ts';
import { developmentPurpose } from '../../../python/index.ts';
import type { ProjectStudy } from '../../../slim/index.ts';
import { readLintProject } from '../lint/read-lint-project.ts';

/** What the project itself shows without any image: Dockerfile, build context, requirements. */
export async function projectFindings(project: Project, study: ProjectStudy): Promise<Finding[]> {
  return sortFindings([
    ...contextFindings(project),
    ...dockerfileFindings(project),
    ...(await startFindings(project)),
    ...dependencyFindings(project, study),
  ]);
}

function contextFindings({ context, dockerignore }: Project): Finding[] {
  const ofKind = (wanted: (path: string) => boolean): { path: string; sizeBytes: number }[] =>
    context.files.filter((file) => wanted(file.path)).map(({ path, sizeBytes }) => ({ path, sizeBytes }));
  const git = ofKind((path) => path === '.git' || path.startsWith('.git/'));
  const secrets = ofKind(
    (path) =>
      /(^|\/)(\.env(\.[\w.-]+)?|id_(rsa|ed25519|ecdsa)|[^/]+\.pem|\.netrc|\.pypirc)$/.test(path) &&
      !/\.(example|sample|template)$/.test(path),
  );
  const found: Finding[] = [];
  if (dockerignore === undefined)
    found.push({ kind: 'missing-dockerignore', ...findingFacts('missing-dockerignore', {}) });
  if (git.length > 0) found.push({ kind: 'git-directory', ...findingFacts('git-directory', { files: git }) });
  for (const file of secrets)
    found.push({
      kind: 'secret-file',
      secret: /(^|\/)\.env/.test(file.path) ? 'environment file' : 'private key',
      ...findingFacts('secret-file', { files: [file], location: { file: file.path } }),
    });
  return found;
}

function dockerfileFindings({ dockerfile }: Project): Finding[] {
  const { model, path } = dockerfile;
  const stage = model.stages[model.target];
  if (stage === undefined) return [];
  const found: Finding[] = [];
  const location = { file: path, line: stage.from.startLine };
  if (
    stage.baseStage === undefined &&
    !/[:@]/.test(stage.base.slice(stage.base.lastIndexOf('/') + 1)) &&
    stage.base !== 'scratch'
  ) {
    found.push({ kind: 'unpinned-base', base: stage.base, ...findingFacts('unpinned-base', { location }) });
  }
  // One rule says what is too early, here and in `plimsoll lint`.
  const severities = new Map([['source-before-install', 'warning'] as const]);
  const early = lintModel(dockerfile.syntax, model, { severities }).find(
    ({ rule, range }) =>
      rule === 'source-before-install' &&
      stage.instructions.some(({ syntax }) => syntax.range.start === range.start),
  );
  if (early !== undefined)
    found.push({
      kind: 'late-copy',
      ...findingFacts('late-copy', { location: { file: path, line: early.line } }),
    });
  return found;
}

/** As `plimsoll lint` judges what the container starts. */
async function startFindings({ dockerfile, directory }: Project): Promise<Finding[]> {
  const { model, syntax, path } = dockerfile;
  const place = { dockerfile: resolve(directory, path), context: directory };
  const { missingPrograms } = await readLintProject({ syntax, model, ...place });
  return containerPrograms(model).flatMap(({ program, instruction }): Finding[] => {
    const install = missingPrograms.get(program);
    if (install === undefined || mayComeOtherwise(model, program)) return [];
    const location = { file: path, line: instruction.syntax.startLine };
    const remedy = `Add ${install} to the requirements.`;
    return [{ kind: 'missing-program', program, ...findingFacts('missing-program', { location, remedy }) }];
  });
}

function dependencyFindings(_project: Project, study: ProjectStudy): Finding[] {
  return study.requirements.flatMap((tree) =>
    tree.requested.flatMap(({ path, line, isConstraint }): Finding[] => {
      if (isConstraint || line.name === undefined || developmentPurpose(line.name) === undefined) return [];
      return [
        {
          kind: 'dev-dependency',
          distribution: line.name,
          ...findingFacts('dev-dependency', { location: { file: path, line: line.startLine } }),
        },
      ];
    }),
  );
}

import type { RewriteFacts } from '../dockerfile/index.ts';
import type { Project } from '../project/index.ts';
import type { FactsInput } from './facts-input.ts';

const installationPath =
  /\/usr\/(?:local\/)?(?:lib\/python3[\d.]*\/(?:site|dist)-packages|bin\/(?:python3?|pip3?|uvicorn|gunicorn|celery|flask)[\d.]*)\b/;

/** Lines of the sources that name the place where Python's distributions are today. */
export function hardCodedPaths(project: Project): RewriteFacts['hardCodedPaths'] {
  return [...project.texts.pythonSources, ...project.texts.shellScripts].flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, at) => {
      // A shebang of the system's Python in a test or tool never runs in the container's start.
      const match = line.startsWith('#') ? null : installationPath.exec(line);
      return match === null || path.endsWith('.ipynb') ? [] : [{ file: path, line: at + 1, text: match[0] }];
    }),
  );
}

const condaPlace =
  /\/opt\/conda\b[^\s"'):,]*|\b(?:CONDA_(?:EXE|PYTHON_EXE|SHLVL|PROMPT_MODIFIER)|MAMBA_EXE)\b/;

/** Lines of the sources that name a place in conda's installation, or a variable that leads to it. */
export function condaPaths(project: Project): RewriteFacts['hardCodedPaths'] {
  const sources = [...project.texts.pythonSources, ...project.texts.shellScripts];
  return sources
    .filter(({ path, isInContext }) => isInContext && !path.endsWith('.ipynb'))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, at) => {
        const match = line.trimStart().startsWith('#') ? null : condaPlace.exec(line);
        return match === null ? [] : [{ file: path, line: at + 1, text: match[0] }];
      }),
    );
}

/** What of the application compiles when it runs, if anything; `names` are the requested distributions. */
export function compilesAtRunTime(
  { project, study, target }: Pick<FactsInput, 'project' | 'study' | 'target'>,
  names: readonly string[],
): string | undefined {
  const files = new Set(study.application.sources.map((file) => file.path));
  for (const { path, text } of project.texts.pythonSources) {
    if (!files.has(path)) continue;
    const match = /torch\.compile\b|cpp_extension|@triton\.jit|\bpyximport\b|numba\.pycc|cffi\.verify/.exec(
      text,
    );
    if (match !== null) return `${path}: ${match[0]}`;
  }
  // XLA calls ptxas and links libdevice when it first compiles a graph.
  const compiler = names.find((name) => /^(tensorflow|jax)(-|$)/.test(name));
  return target.device === 'gpu' ? compiler : undefined;
}

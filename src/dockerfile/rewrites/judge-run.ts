import type { ProjectTool } from '../project-tool-command.ts';
import type { RunJudge } from './start-text.ts';
import type { ToolManifest } from './tool-manifests.ts';

/** Programs of well-known distributions: no project gives a task of its own such a name. */
const wellKnown = new Set([
  'python', 'python3', 'uvicorn', 'gunicorn', 'hypercorn', 'daphne', 'granian', 'fastapi', 'flask', 'django-admin', 'celery', 'streamlit',
  'gradio', 'alembic', 'litestar', 'sanic', 'scrapy', 'mlflow', 'prefect', 'dagster', 'airflow', 'jupyter', 'uwsgi', 'waitress-serve',
  'chainlit', 'bentoml', 'ray', 'torchrun', 'accelerate', 'aerich', 'rq', 'arq', 'dramatiq', 'sh', 'bash',
]); // biome-ignore format: a list

/** What these start stands in a file that is not read here; and they are development dependencies as often as not. */
const taskRunners = /^(poe|task|taskipy|invoke|inv|make|just|tox|nox|hatch|honcho|supervisord|pytest)$/;

/** What is known about the environment that a program is started in. */
export interface RunQuestion {
  readonly tool: ProjectTool;
  /** Does the last installation bring the project itself? */
  readonly hasProject: boolean;
  readonly manifest: ToolManifest | undefined;
}

/**
 * Says whether a program is the same without the tool's `run`: no task of the manifest, no script of a project that is not installed,
 * nothing that `uv run` would first install.
 */
export function judgeRun({ tool, hasProject, manifest }: RunQuestion): RunJudge {
  return (run) => {
    if (run.tool !== tool) return `\`${run.tool} run\` starts it, but ${tool} installs`;
    if (taskRunners.test(run.program)) return `what \`${run.program}\` starts is not read here`;
    if (tool === 'uv' && run.isSyncing && !hasProject && manifest?.isPackage !== false)
      return '`uv run` installs the project itself when the container starts, which the build leaves out';
    if (manifest?.taskNames.has(run.program) === true || manifest?.taskNames.has('_') === true)
      return `\`${run.program}\` is looked up in the tasks of the manifest, which only \`${tool} run\` knows`;
    if (tool === 'uv' || wellKnown.has(run.program)) return undefined;
    const isScript = manifest?.scriptNames.has(run.program);
    if (isScript === true && !hasProject)
      return `\`${run.program}\` is a script of the project, which is not installed: only \`${tool} run\` finds it`;
    if (manifest === undefined && (tool !== 'poetry' || !hasProject))
      return `\`${run.program}\` may be a name that only \`${tool} run\` knows`;
    return undefined;
  };
}

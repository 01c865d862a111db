import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import { parse } from 'yaml';
import { runProcess } from '../../src/base/index.ts';

/** What a run of a workflow happens in. */
export interface WorkflowRun {
  /** The contexts `github` and `secrets`. */
  readonly github: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Directory of the checked-out repository, and one for temporary files of a runner. */
  readonly cwd: string;
  readonly temporary: string;
  readonly env: Readonly<Record<string, string>>;
  /** What actions do that matter here, by name without version; others do nothing. */
  readonly actions: Readonly<Record<string, (inputs: Readonly<Record<string, string>>) => Promise<void>>>;
}

/** What a run left behind. */
export interface WorkflowOutcome {
  /** Of every job that ran, by name. */
  readonly jobs: Readonly<Record<string, 'success' | 'failure'>>;
  /** The names, or actions, of all steps that ran. */
  readonly steps: readonly string[];
  readonly log: string;
  readonly summary: string;
}

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly if?: string;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly strategy?: { readonly matrix: { readonly include: readonly Readonly<Record<string, unknown>>[] } };
  readonly steps: readonly Step[];
}

type Contexts = Readonly<Record<string, unknown>>;

/** Runs a workflow's jobs one after another: expressions by GitHub's own evaluator, scripts by bash as its runner does. */
export async function runWorkflow(text: string, run: WorkflowRun): Promise<WorkflowOutcome> {
  const { jobs }: { readonly jobs: Readonly<Record<string, Job>> } = parse(text);
  const summaryFile = join(run.temporary, 'summary.md');
  writeFileSync(summaryFile, '');
  const outcome: { jobs: Record<string, 'success' | 'failure'>; steps: string[]; log: string } = {
    jobs: {},
    steps: [],
    log: '',
  };
  for (const [name, job] of Object.entries(jobs)) {
    const isFine = Object.values(outcome.jobs).every((one) => one === 'success');
    if (!isTrue(job.if, { github: run.github }, isFine)) continue;
    outcome.jobs[name] = 'success';
    for (const matrix of job.strategy?.matrix.include ?? [{}]) {
      const done = await runSteps(job, { ...run, matrix, summaryFile });
      outcome.steps.push(...done.steps);
      outcome.log += done.log;
      if (!done.isFine) outcome.jobs[name] = 'failure';
    }
  }
  return { ...outcome, summary: readFileSync(summaryFile, 'utf8') };
}

type JobRun = WorkflowRun & { readonly matrix: Contexts; readonly summaryFile: string };

async function runSteps(
  job: Job,
  run: JobRun,
): Promise<{ readonly steps: readonly string[]; readonly log: string; readonly isFine: boolean }> {
  const outputs: Record<string, { outputs: Record<string, string> }> = {};
  const common = {
    github: run.github,
    secrets: run.secrets,
    matrix: run.matrix,
    runner: { temp: run.temporary },
  };
  const jobEnv = filledIn(job.env, common);
  const steps: string[] = [];
  let log = '';
  let isFine = true;
  for (const step of job.steps) {
    const contexts = { ...common, steps: outputs, env: jobEnv };
    if (!isTrue(step.if, contexts, isFine)) continue;
    steps.push(step.name ?? step.uses?.replace(/@.*/, '') ?? '');
    if (step.uses !== undefined) {
      await run.actions[step.uses.replace(/@.*/, '')]?.(filledIn(step.with, contexts));
      continue;
    }
    const done = await runScript(step, {
      ...run,
      env: { ...run.env, ...jobEnv, ...filledIn(step.env, contexts) },
    });
    log += done.log;
    isFine &&= done.code === 0;
    if (step.id !== undefined) outputs[step.id] = { outputs: done.outputs };
  }
  return { steps, log, isFine };
}

async function runScript(
  { run: script = '' }: Step,
  { cwd, temporary, env, github, summaryFile }: JobRun,
): Promise<{ readonly code: number | null; readonly log: string; readonly outputs: Record<string, string> }> {
  const [file, outputFile] = [join(temporary, 'step.sh'), join(temporary, 'output')];
  writeFileSync(file, script);
  writeFileSync(outputFile, '');
  const { code, stdout, stderr } = await runProcess('bash', ['-e', file], {
    cwd,
    env: {
      ...env,
      ...{ GITHUB_ACTIONS: 'true', CI: 'true', RUNNER_TEMP: temporary },
      ...{ GITHUB_OUTPUT: outputFile, GITHUB_STEP_SUMMARY: summaryFile },
      ...{ GITHUB_SHA: String(github['sha']), GITHUB_REPOSITORY: String(github['repository']) },
    },
  });
  const pairs = readFileSync(outputFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  return { code, log: stdout + stderr, outputs: Object.fromEntries(pairs) };
}

function filledIn(
  values: Readonly<Record<string, unknown>> | undefined,
  contexts: Contexts,
): Record<string, string> {
  const fill = (text: string): string =>
    text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_all, expression: string) => evaluated(expression, contexts, true));
  return Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [key, fill(String(value))]));
}

/** A condition that asks for no state holds only while all went well. */
function isTrue(condition: string | undefined, contexts: Contexts, isFine: boolean): boolean {
  if (condition === undefined) return isFine;
  const asksState = /\b(?:success|failure|always|cancelled)\(\)/.test(condition);
  return (asksState || isFine) && evaluated(condition, contexts, isFine) === 'true';
}

function evaluated(expression: string, contexts: Contexts, isFine: boolean): string {
  const states = { cancelled: false, success: isFine, failure: !isFine, always: true };
  const functions = Object.entries(states).map(([name, value]) => ({
    ...{ name, minArgs: 0, maxArgs: 0 },
    call: () => new data.BooleanData(value),
  }));
  const { tokens } = new Lexer(expression.trim()).lex();
  const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
  const values = JSON.parse(JSON.stringify(contexts), data.reviver);
  const named = new Map(functions.map((one) => [one.name, one]));
  return new Evaluator(tree, values, named).evaluate().coerceString();
}

/** Uploads and downloads of artifacts between the jobs of a run, as files in a directory. */
export function artifacts(store: string, cwd: string): WorkflowRun['actions'] {
  return {
    'actions/upload-artifact': async ({ path = '' }) => {
      mkdirSync(store, { recursive: true });
      for (const file of globSync(path)) copyFileSync(file, join(store, basename(file)));
    },
    'actions/download-artifact': async ({ path = '' }) => {
      if (!existsSync(store)) return;
      mkdirSync(join(cwd, path), { recursive: true });
      for (const file of globSync(join(store, '*'))) copyFileSync(file, join(cwd, path, basename(file)));
    },
  };
}

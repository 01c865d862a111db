import { UserError } from '../base/index.ts';
import type { FinishedRun } from '../engines/index.ts';
import { assertEngineWorks } from './assert-engine-works.ts';
import { lastLines } from './compare-logs.ts';
import { type ComparedRuns, compareRuns } from './compare-runs.ts';
import type { Difference } from './difference.ts';
import { limitTime } from './limit-time.ts';
import { hintsFromOutput } from './output-hints.ts';
import { checkOf } from './verification.ts';
import { containerSettings, type PreparedRequest } from './verify-request.ts';
import type { VerifiedService } from './verify-service.ts';

/** A finished run, or why there is none. */
type Run = { readonly finished: FinishedRun } | { readonly failure: string; readonly refusal?: UserError };

const nothing = {
  startUp: { fatSeconds: undefined, leanSeconds: undefined },
  requests: [],
} as const;

/** Runs two images that serve nothing to their end and compares exit code and output. */
export async function verifyRun(request: PreparedRequest): Promise<VerifiedService> {
  const known = request.memory.runs.all().at(-1);
  const first = known === undefined ? await run(request, 'fat') : { finished: known };
  if ('failure' in first) return cannotRun(first.failure);
  if (known === undefined) request.memory.runs.add(first.finished);
  const lean = await run(request, 'lean');
  if ('failure' in lean) {
    if (lean.refusal !== undefined) {
      await assertEngineWorks(lean.refusal, async () =>
        'finished' in (await run(request, 'fat')) ? true : undefined,
      );
    }
    return leanFails(first.finished, lean.failure);
  }
  const { fat, compared } = await compare(request, first.finished, lean.finished);
  const check = checkOf(
    'run',
    compared.differences,
    compared.ignored.length === 0
      ? `exit code ${fat.exitCode} and output`
      : `exit code ${fat.exitCode} and output, lines that vary in the fat image itself left out: ${compared.ignored.length}`,
  );
  const isWeak = check.outcome === 'same' && fat.exitCode !== 0;
  return {
    ...nothing,
    isJudged: true,
    logs: { fat: lastLines(fat), lean: lastLines(lean.finished) },
    differences: compared.differences,
    checks: [
      isWeak ? { ...check, outcome: 'weak', detail: `${check.detail}: the fat image fails as well` } : check,
    ],
  };
}

/** Compares with the latest run of the fat image; where the output differs, runs that again: only it can tell which of its lines vary. */
async function compare(
  request: PreparedRequest,
  fat: FinishedRun,
  lean: FinishedRun,
): Promise<{ readonly fat: FinishedRun; readonly compared: ComparedRuns }> {
  const { runs } = request.memory;
  const compareWith = (one: FinishedRun): ComparedRuns =>
    compareRuns({ fat: one, lean, again: runs.all().filter((other) => other !== one) }, request.tolerance);
  const compared = compareWith(fat);
  const isOutput = ({ kind, severity }: Difference): boolean => kind === 'output' && severity === 'break';
  if (!compared.differences.some((one) => isOutput(one) && !runs.isConfirmed(one))) return { fat, compared };
  const again = await run(request, 'fat');
  if (!('finished' in again)) return { fat, compared };
  runs.add(again.finished);
  const recompared = compareWith(again.finished);
  runs.confirm(recompared.differences);
  return { fat: again.finished, compared: recompared };
}

async function run(request: PreparedRequest, which: 'fat' | 'lean'): Promise<Run> {
  request.step(`running the ${which} image to its end`);
  const seconds = request.limits.runSeconds;
  try {
    const finished = await limitTime(seconds, request.signal, (signal) =>
      request.engine.run({ ...containerSettings(request), image: request[which], signal }),
    );
    return finished === undefined ? { failure: `it did not end within ${seconds} s` } : { finished };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { failure: error.message, refusal: error };
  }
}

function cannotRun(failure: string): VerifiedService {
  const detail = `the fat image exposes no port, and as a job: ${failure}`;
  return {
    ...nothing,
    isJudged: false,
    logs: { fat: { stdout: '', stderr: '' }, lean: { stdout: '', stderr: '' } },
    differences: [],
    checks: [{ name: 'run', outcome: 'not-judged', detail }],
  };
}

function leanFails(fat: FinishedRun, failure: string): VerifiedService {
  return {
    ...nothing,
    isJudged: true,
    logs: { fat: lastLines(fat), lean: { stdout: '', stderr: failure } },
    differences: [
      {
        kind: 'start',
        severity: 'break',
        what: 'run to the end with the image’s own command',
        fat: `exit code ${fat.exitCode}`,
        lean: failure,
        hints: hintsFromOutput(failure),
      },
    ],
    checks: [{ name: 'run', outcome: 'different', detail: failure }],
  };
}

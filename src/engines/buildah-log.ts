import { type BuildLog, keepLine } from './build-log.ts';
import type { BuildStep } from './engine.ts';

/*
 * The output of `podman build` and `buildah build`, which carries no times:
 *
 *   [1/2] STEP 3/5: RUN pip install -r requirements.txt      (several stages; one stage has no `[1/2] `)
 *   Collecting numpy
 *   --> eb27f5a09a1
 *   [1/2] STEP 4/5: COPY app.py /srv/
 *   --> Using cache 5e391f0bb0a1c85494fd32e1cadcf113d817b7bd0aecf26ece76fe0da676d574
 *   --> 5e391f0bb0a
 *   [2/2] COMMIT eng-ok:1
 *   Successfully tagged localhost/eng-ok:1
 *   3a0f913c08f2f8416873b92dc3b4e2100bb602dcf85c4a10debcca3ed54cb59a
 *
 * and when a step fails:
 *
 *   ls: /missing: No such file or directory
 *   Error: building at STEP "RUN ls /missing": while running runtime: exit status 1
 */

interface Step {
  readonly name: string;
  readonly from: number;
  readonly output: string[];
  isCached: boolean;
}

const stepLine = /^(?:\[(\d+\/\d+)\] )?STEP (\d+(?:\/\d+)?): (.*)$/;
const commitLine = /^(?:\[\d+\/\d+\] )?COMMIT(?: (.*))?$/;
const errorLine = /^(?:Error|error): /;

/** A reader of what Podman and Buildah print while they build; step times are those at which the lines came. */
export function createBuildahLog(): BuildLog {
  const finished: BuildStep[] = [];
  const outside: string[] = [];
  let current: Step | undefined;
  const begin = (name: string | undefined, atSeconds: number): string | undefined => {
    if (current !== undefined) finished.push(finish(current, atSeconds));
    current = name === undefined ? undefined : { name, from: atSeconds, output: [], isCached: false };
    return name;
  };
  return {
    push(line, atSeconds) {
      const step = stepLine.exec(line);
      if (step !== null) return begin(stepName(step), atSeconds);
      const commit = commitLine.exec(line);
      if (commit !== null) return begin(`COMMIT ${commit[1] ?? ''}`.trimEnd(), atSeconds);
      if (line.startsWith('Successfully tagged ')) return begin(undefined, atSeconds);
      if (line.startsWith('--> Using cache') && current !== undefined) current.isCached = true;
      else if (!line.startsWith('--> ')) keepLine(current?.output ?? outside, line);
      return undefined;
    },
    outcome() {
      const lines = current?.output ?? outside;
      const errorAt = lines.findLastIndex((line) => errorLine.test(line));
      const error = errorAt === -1 ? '' : lines.slice(errorAt).join('\n').replace(errorLine, '').trim();
      const output = errorAt === -1 ? lines : lines.slice(0, errorAt);
      return {
        steps: finished,
        failed: current && { name: current.name, output, error },
        message: error,
        line: undefined,
      };
    },
  };
}

function stepName([, stage, step = '', instruction = '']: RegExpExecArray): string {
  return `[${stage === undefined ? '' : `${stage} `}${step}] ${instruction}`;
}

function finish(step: Step, atSeconds: number): BuildStep {
  const seconds = step.isCached ? 0 : Math.round((atSeconds - step.from) * 10) / 10;
  return { name: step.name, seconds, isCached: step.isCached };
}

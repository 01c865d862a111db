import { type BuildLog, type BuildOutcome, keepLine } from './build-log.ts';

/*
 * BuildKit's `--progress=plain`, as Docker 20.10 prints it (a digest line per step, errors at the end without a prefix)
 *
 *   #6 [builder 3/4] RUN pip install -r requirements.txt
 *   #6 sha256:869a7b104b8a685e0919a65ea7035d93b74657d5a7b3105edb34e3e997ecab78
 *   #6 0.255 Collecting numpy
 *   #6 DONE 1.3s
 *   #3 transferring context: 1.98MB 0.0s done
 *   #7 ERROR: executor failed running [/bin/sh -c false]: exit code: 1
 *   ------
 *    > [builder 4/4] RUN false:
 *   ------
 *   executor failed running [/bin/sh -c false]: exit code: 1
 *
 * and as buildx does (padded step numbers, the source excerpt, `ERROR:` before the last words):
 *
 *   #12 [ 8/12] ADD deployment /deployment
 *   #12 ERROR: failed to calculate checksum of ref 7rwf::46ri: "/deployment": not found
 *   ------
 *    > [ 8/12] ADD deployment /deployment:
 *   ------
 *   Dockerfile:170
 *   --------------------
 *    170 | >>> ADD deployment /deployment
 *   --------------------
 *   ERROR: failed to build: failed to solve: failed to compute cache key: … "/deployment": not found
 */

interface Vertex {
  readonly name: string;
  readonly output: string[];
  seconds: number | undefined;
  isCached: boolean;
  error: string | undefined;
}

const stepLine = /^#(\d+) (.*)$/;
const doneLine = /^DONE (\d+(?:\.\d+)?)s$/;
const outputLine = /^\d+\.\d+(?: (.*))?$/;
const contextLine = /^transferring context: (\d+(?:\.\d+)?[kMGT]?B)(?: |$)/;
const excerptSource = /^(?:.*[^:\s]):(\d+)$/;
const excerptRule = /^-{6,}$/;

/** A reader of BuildKit's plain progress, of Docker's built-in client and of buildx. */
export function createBuildkitLog(): BuildLog {
  const vertices = new Map<number, Vertex>();
  const tail: string[] = [];
  return {
    push(line) {
      const step = stepLine.exec(line);
      if (step === null) {
        keepLine(tail, line);
        return undefined;
      }
      const [, number = '', rest = ''] = step;
      const vertex = vertices.get(Number(number));
      if (vertex !== undefined) return pushStatus(vertex, rest);
      const name = rest.replace(/^\[[^\]]*\]/, (place) => place.replace(/\s+/g, ' ').replace('[ ', '['));
      vertices.set(Number(number), {
        name,
        output: [],
        seconds: undefined,
        isCached: false,
        error: undefined,
      });
      return name;
    },
    outcome: () => outcomeOf(vertices, tail),
  };
}

function pushStatus(vertex: Vertex, rest: string): string | undefined {
  const done = doneLine.exec(rest);
  const output = outputLine.exec(rest);
  const context = contextLine.exec(rest);
  if (done !== null) vertex.seconds = Number(done[1]);
  else if (rest === 'CACHED') vertex.isCached = true;
  else if (rest.startsWith('ERROR: ')) vertex.error = rest.slice('ERROR: '.length);
  else if (output !== null) {
    keepLine(vertex.output, output[1] ?? '');
    return vertex.name;
  } else if (context !== null && vertex.name.endsWith('build context'))
    return `sending the build context, ${context[1]}`;
  return undefined;
}

function outcomeOf(vertices: ReadonlyMap<number, Vertex>, tail: readonly string[]): BuildOutcome {
  const inOrder = [...vertices].sort(([a], [b]) => a - b).map(([, vertex]) => vertex);
  const failed = inOrder.find((vertex) => vertex.error !== undefined);
  return {
    steps: inOrder.flatMap(({ name, seconds, isCached }) =>
      isCached || seconds !== undefined ? [{ name, seconds: isCached ? 0 : (seconds ?? 0), isCached }] : [],
    ),
    failed: failed && { name: failed.name, output: failed.output, error: failed.error ?? '' },
    ...lastWords(tail),
  };
}

/** The final error: what follows the last rule of dashes, without buildx's advice lines. */
function lastWords(tail: readonly string[]): Pick<BuildOutcome, 'message' | 'line'> {
  const lastRule = tail.findLastIndex((line) => excerptRule.test(line));
  const words = tail
    .slice(lastRule + 1)
    .filter((line) => line.trim() !== '' && !line.startsWith('View build details:'))
    .map((line) => line.replace(/^(?:ERROR|error): /, ''));
  const source = tail.findLast(
    (line, index) => excerptSource.test(line) && excerptRule.test(tail[index + 1] ?? ''),
  );
  const named = source ?? words.find((line) => /parse error (?:on )?line \d+/.test(line));
  const number = named === undefined ? undefined : /(?:line |:)(\d+)(?=:|$)/.exec(named)?.[1];
  return { message: words.join('\n'), line: number === undefined ? undefined : Number(number) };
}

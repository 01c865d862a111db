import { auditImage } from '../../../audit/index.ts';
import { compareImages, diffImages } from '../../../compare/index.ts';
import type { Gates } from '../../../policy/index.ts';
import {
  type CheckReport,
  checkAnnotations,
  checkJson,
  checkJunit,
  checkMarkdown,
  checkTable,
} from '../../../report/index.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import type { ExitCode } from '../../exit-code.ts';
import { addToStepSummary, annotate } from '../../github-actions.ts';
import type { ReadImage } from '../../read-opened.ts';
import { withImage } from '../../read-side.ts';
import { deliverText, isStandardOutput } from '../../write-output.ts';
import { auditReading, auditRequest } from '../audit/audit-request.ts';
import { baseDiffIds } from '../audit/base-layers.ts';
import { exitOfGates, findGates, judgeGates } from '../audit/judge-gates.ts';
import { type CheckOptions, readCheckOptions } from './check-options.ts';
import { type Before, readBefore } from './read-before.ts';

/** `plimsoll check`: reads an image and the one before it, judges the gates, and tells it to all who want to know. */
export async function runCheck(
  given: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<ExitCode> {
  const options = readCheckOptions(given);
  const environment = readEnvironment(signal, options.quiet);
  const gates = await findGates(options.gates, environment);
  const { read, base } = await withImage(options.image, environment, {
    ...auditReading({ insecure: options.insecure, verify: false }, options.platform),
    withCompression: false,
    mayEstimate: gates.figures.maxCompressed === undefined,
    use: async (image, readAll) => ({
      base: await baseDiffIds(image, options, environment),
      read: await readAll(),
    }),
  });
  // After the image, whose layers need not be fetched again where both have them.
  const before = await readBefore(options, environment);
  const report = reportOf({ read, base, before, gates, options });
  await deliver(report, options, environment);
  return exitOfGates({ results: report.gates, verdict: report.verdict, notes: report.notes });
}

interface Checked {
  readonly read: ReadImage;
  readonly base: readonly string[] | undefined;
  readonly before: Before | string | undefined;
  readonly gates: Gates;
  readonly options: CheckOptions;
}

function reportOf({ read, base, before, gates, options }: Checked): CheckReport {
  const request = auditRequest(read, options, base);
  const audit = auditImage(request);
  const found = typeof before === 'string' ? undefined : before;
  const judged = judgeGates(typeof before === 'string' ? withoutGrowth(gates, before) : gates, {
    audit,
    request,
    measures: read.side.measures,
    baseline: found?.baseline,
  });
  return {
    title: options.title ?? read.image.name,
    image: {
      name: read.image.name,
      digest: read.image.digest,
      contentBytes: audit.image.contentBytes,
    },
    baseline: found?.baseline,
    verdict: judged.verdict,
    gates: judged.results,
    notes: judged.notes,
    comparison: comparisonOf(read, found?.content),
  };
}

/** What did not exist cannot have grown. */
function withoutGrowth(gates: Gates, because: string): Gates {
  const { maxGrowth, ...figures } = gates.figures;
  const left = maxGrowth === undefined ? '' : ' maxGrowth is not judged.';
  return { ...gates, figures, notes: [...gates.notes, `${because}${left}`] };
}

const uplinkBitsPerSecond = 100e6;
/** How many file changes are listed. */
const mostChanges = 20;

function comparisonOf(read: ReadImage, before: Before['content']): CheckReport['comparison'] {
  if (before === undefined) return undefined;
  return {
    ...compareImages({ fat: before.side, lean: read.side, uplinkBitsPerSecond }),
    diff: diffImages(before, { root: read.root, config: read.image.config }, { ignore: [], mostChanges }),
  };
}

async function deliver(
  report: CheckReport,
  options: CheckOptions,
  environment: CliEnvironment,
): Promise<void> {
  const { output, markdown, junit, isReported } = options;
  if (isReported) await deliverText(textOf(report, options, environment), output, environment);
  const comment = checkMarkdown(report);
  if (markdown !== undefined) await deliverText(comment, markdown, environment);
  if (junit !== undefined) await deliverText(checkJunit(report), junit, environment);
  annotate(checkAnnotations(report), environment);
  await addToStepSummary(comment, environment);
}

function textOf(report: CheckReport, { format, output }: CheckOptions, environment: CliEnvironment): string {
  switch (format) {
    case 'json':
      return checkJson(report);
    case 'markdown':
      return checkMarkdown(report);
    case 'junit':
      return checkJunit(report);
    case 'table':
      return checkTable(report, {
        width: environment.columns,
        hasColour: environment.isColour && isStandardOutput(output),
      });
  }
}

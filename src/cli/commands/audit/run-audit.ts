import { type Audit, type AuditRequest, auditImage } from '../../../audit/index.ts';
import { type Image, parsePlatform } from '../../../image/index.ts';
import { type AuditMemory, auditMemory } from '../../audit-memory.ts';
import { buildId } from '../../build-id.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import type { ExitCode } from '../../exit-code.ts';
import type { ReadImage } from '../../read-opened.ts';
import { withImage } from '../../read-side.ts';
import { deliverText } from '../../write-output.ts';
import { type AuditOptions, isAuditAlone, readAuditOptions } from './audit-options.ts';
import { auditReading, auditRequest } from './audit-request.ts';
import { baseDiffIds } from './base-layers.ts';
import { baselineOf, exitOfGates, findGates, judgeGates } from './judge-gates.ts';

/** Reads one image and shows its audit. */
export async function runAudit(
  given: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<ExitCode> {
  const options = readAuditOptions(given);
  const environment = readEnvironment(signal, options.quiet);
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform);
  if (options.interactive) {
    const { browseImage } = await import('./browse-image.ts');
    return browseImage(options, environment, platform);
  }
  const gates = options.gates && (await findGates(options.gates, environment));
  const found = await withImage(options.image, environment, {
    ...auditReading(options, platform),
    withMeasures: gates?.figures.maxCompressed !== undefined,
    use: async (image, read) => await findAudit(image, read, { options, environment }),
  });
  const { audit, files } = found;
  const judged =
    options.gates &&
    gates &&
    files &&
    judgeGates(gates, {
      audit,
      request: files.request,
      measures: files.measures,
      baseline: await baselineOf(options.gates.baseline, environment),
    });
  const { renderAudit } = await import('./render-audit.ts');
  const text = renderAudit(audit, files?.request, { options, environment, gates: judged });
  await deliver(text, options, environment);
  return exitOfGates(judged);
}

interface FoundAudit {
  readonly audit: Audit;
  /** What the audit was made of; absent where it was remembered. */
  readonly files?: { readonly request: AuditRequest; readonly measures: ReadImage['side']['measures'] };
}

/** The audit as this build made it before, where nothing but the audit is shown; else the image is read. */
async function findAudit(
  image: Image,
  read: () => Promise<ReadImage>,
  { options, environment }: { readonly options: AuditOptions; readonly environment: CliEnvironment },
): Promise<FoundAudit> {
  const base = await baseDiffIds(image, options, environment);
  const memory = await memoryOf(image, { target: options.target, base, baseName: options.base }, environment);
  const isEnough = isAuditAlone(options) && options.gates === undefined && !options.verify;
  const known = isEnough ? await memory?.recall() : undefined;
  if (known !== undefined) return { audit: known };
  const found = await read();
  const request = auditRequest(found, options, base);
  const audit = auditImage(request);
  // The same image can be whole elsewhere.
  if (found.absentLayers.length === 0) await memory?.keep(audit);
  return { audit, files: { request, measures: found.side.measures } };
}

async function memoryOf(
  image: Image,
  request: Readonly<Record<string, unknown>>,
  { cacheDir }: CliEnvironment,
): Promise<AuditMemory | undefined> {
  const build = buildId();
  if (build === undefined) return undefined;
  return await auditMemory(image, { cacheDir, buildId: build, request });
}

/** A page is of no use on a terminal: it goes into a file there. */
const pageName = 'plimsoll-audit.html';

async function deliver(text: string, options: AuditOptions, environment: CliEnvironment): Promise<void> {
  const isPageOnTerminal = options.format === 'html' && process.stdout.isTTY === true;
  const output = options.output ?? (isPageOnTerminal ? pageName : undefined);
  await deliverText(text, output, environment);
}

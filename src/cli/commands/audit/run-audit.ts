import { resolve } from 'node:path';
import { type AuditRequest, auditImage } from '../../../audit/index.ts';
import { writeFileWhole } from '../../../base/index.ts';
import { parsePlatform } from '../../../image/index.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import type { ExitCode } from '../../exit-code.ts';
import { readImage } from '../../read-side.ts';
import { type AuditOptions, readAuditOptions } from './audit-options.ts';
import { exitOfGates, findGates, judgeGates } from './judge-gates.ts';

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
    return browseImage(options.image, environment, { platform, target: options.target });
  }
  const gates = options.gates && (await findGates(options.gates, environment));
  const { image, root, side, duplicates } = await readImage(options.image, environment, {
    platform,
    withMeasures: gates?.figures.maxCompressed !== undefined,
    withDuplicates: true,
    isInsecure: options.insecure,
    verifyDigests: options.verify,
  });
  const request: AuditRequest = {
    image,
    root,
    inventory: side.inventory,
    distributions: side.distributions,
    ...(duplicates && { duplicates }),
    ...(options.target === undefined ? {} : { target: options.target }),
  };
  const audit = auditImage(request);
  const { renderAudit } = await import('./render-audit.ts');
  const judged =
    options.gates &&
    gates &&
    (await judgeGates(
      gates,
      { audit, root, measures: side.measures },
      { options: options.gates, environment },
    ));
  const text = renderAudit(audit, request, { options, environment, gates: judged });
  await deliver(text, options, environment);
  return exitOfGates(judged);
}

/** A page is of no use on a terminal: it goes into a file there. */
const pageName = 'plimsoll-audit.html';

async function deliver(text: string, options: AuditOptions, environment: CliEnvironment): Promise<void> {
  const isPageOnTerminal = options.format === 'html' && process.stdout.isTTY === true;
  const output = options.output ?? (isPageOnTerminal ? pageName : undefined);
  if (output === undefined || output === '-') return environment.write(text);
  const path = resolve(environment.cwd, output);
  await writeFileWhole(path, text);
  environment.progress.note(`written: ${path}`);
}

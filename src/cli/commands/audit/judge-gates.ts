import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Audit, AuditRequest } from '../../../audit/index.ts';
import { messageOf, UserError } from '../../../base/index.ts';
import type { LayerMeasure } from '../../../compare/index.ts';
import { diveFigures } from '../../../filetree/index.ts';
import {
  type Baseline,
  diveCiPath,
  type GateResult,
  type Gates,
  type GateText,
  type GateVerdict,
  gateVerdict,
  hasNoGates,
  judgeAudit,
  readBaseline,
  readGates,
} from '../../../policy/index.ts';
import type { CliEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { readImage } from '../../read-side.ts';
import type { GateOptions } from './gate-options.ts';

/** All gates judged, and what was read and not judged. */
export interface JudgedGates {
  readonly results: readonly GateResult[];
  readonly verdict: GateVerdict;
  readonly notes: readonly string[];
}

/** Finds the gates that hold; before the image is read, so that a mistake in them costs no time. */
export async function findGates(options: GateOptions, environment: CliEnvironment): Promise<Gates> {
  const { gatesFile, flags } = options;
  const gates = readGates({
    plimsollYaml: await gateText(gatesFile ?? '.plimsoll.yaml', environment, gatesFile !== undefined),
    diveCi: await gateText(diveCiPath(environment.variables), environment, false),
    flags,
    environment: environment.variables,
  });
  if (!hasNoGates(gates)) return gates;
  throw new UserError('There are no gates to judge.', {
    hint: 'Write them into .plimsoll.yaml (docs/gates.md), or give one as an option: --max-size 1.2GB.',
  });
}

/** Judges an audit by the gates. */
export function judgeGates(
  gates: Gates,
  read: {
    readonly audit: Audit;
    readonly request: AuditRequest;
    readonly measures: readonly LayerMeasure[];
    readonly baseline: Baseline | undefined;
  },
): JudgedGates {
  const { audit, request, measures, baseline } = read;
  const compressed =
    gates.figures.maxCompressed === undefined
      ? undefined
      : {
          sizeBytes: measures.reduce((sum, { compressedBytes }) => sum + compressedBytes, 0),
          isSampled: measures.some(({ isSampled }) => isSampled),
        };
  const results = judgeAudit(audit, gates, {
    compressed,
    baseline,
    dive: gates.dive === undefined ? undefined : diveFigures(request.root),
    absentLayerCount: request.absentLayers?.length ?? 0,
  });
  return { results, verdict: gateVerdict(results), notes: gates.notes };
}

const exits = {
  pass: exitCodes.clean,
  fail: exitCodes.findings,
  'cannot-judge': exitCodes.cannotJudge,
} as const satisfies Record<GateVerdict, ExitCode>;

/** How the command ends. */
export function exitOfGates(gates: JudgedGates | undefined): ExitCode {
  return gates === undefined ? exitCodes.clean : exits[gates.verdict];
}

/** A file that is named must be there; others are read where they are. */
async function gateText(
  file: string,
  { cwd }: CliEnvironment,
  isDemanded: boolean,
): Promise<GateText | undefined> {
  try {
    return { file, text: await readFile(resolve(cwd, file), 'utf8') };
  } catch (cause) {
    const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (isAbsent && !isDemanded) return undefined;
    throw new UserError(`The gates in ${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** What growth is measured against: what `plimsoll audit --json` wrote, else an image. */
export async function baselineOf(
  name: string | undefined,
  environment: CliEnvironment,
): Promise<Baseline | undefined> {
  if (name === undefined) return undefined;
  const recorded = await recordedBaseline(name, environment);
  if (recorded !== undefined) return recorded;
  const { image, root } = await readImage(name, environment, { withMeasures: false });
  const contentBytes = root.layers.reduce((sum, layer) => sum + layer.contentBytes, 0);
  return { name: image.name, contentBytes };
}

/** What a file says that `plimsoll audit --json` wrote; undefined where the name is an image's. */
export async function recordedBaseline(name: string, { cwd }: CliEnvironment): Promise<Baseline | undefined> {
  if (!name.endsWith('.json')) return undefined;
  const path = resolve(cwd, name);
  const isFile = (await stat(path).catch(() => undefined))?.isFile() === true;
  return isFile ? readBaseline({ file: name, text: await readFile(path, 'utf8') }) : undefined;
}

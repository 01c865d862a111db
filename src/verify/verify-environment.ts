import { assertEngineWorks } from './assert-engine-works.ts';
import { compareEnvironments } from './compare-environments.ts';
import { dependencyConflicts } from './dependency-conflicts.ts';
import type { Environment } from './environment.ts';
import { type EnvironmentReading, probeEnvironment } from './probe-environment.ts';
import { type Check, type CheckName, checkOf, type PartialVerification } from './verification.ts';
import { containerSettings, type PreparedRequest } from './verify-request.ts';

/** The comparison of the environments, with what later parts want to know of them. */
export interface VerifiedEnvironment extends PartialVerification {
  /** Present when both could be read. */
  readonly environments: { readonly fat: Environment; readonly lean: Environment } | undefined;
}

const checkNames: readonly CheckName[] = ['imports', 'shared libraries', 'pip check', 'distributions'];

/** Compares the Python environments of both images from inside: imports, shared libraries, pip check, distributions. */
export async function verifyEnvironment(request: PreparedRequest): Promise<VerifiedEnvironment> {
  const fat = await request.memory.environment(() => read(request, 'fat'));
  if (fat.kind !== 'read') return notJudged(`the fat image: ${describeReading(fat)}`);
  const lean = await read(request, 'lean');
  if (lean.kind === 'refused') {
    const executable = fat.environment.python.executable;
    await assertEngineWorks(lean.error, () =>
      request.engine.run({
        ...containerSettings(request),
        image: request.fat,
        entrypoint: [executable],
        command: ['-c', ''],
        network: 'none',
      }),
    );
  }
  if (lean.kind !== 'read') return lostEnvironment(fat.environment, lean);
  const compared = compareEnvironments(fat.environment, lean.environment, request.swaps);
  return {
    environments: { fat: fat.environment, lean: lean.environment },
    differences: [
      ...compared.runtime,
      ...compared.imports,
      ...compared.libraries,
      ...compared.conflicts,
      ...compared.distributions,
    ],
    checks: [
      checkOf('runtime', compared.runtime, `Python ${lean.environment.python.version}`),
      importCheck(
        fat.environment,
        checkOf('imports', compared.imports, plural(request.imports.length, 'import')),
      ),
      checkOf(
        'shared libraries',
        compared.libraries,
        plural(lean.environment.libraries.paths.length, 'shared library', 'shared libraries'),
      ),
      conflictCheck(
        lean.environment,
        checkOf('pip check', compared.conflicts, 'what the distributions require'),
      ),
      checkOf(
        'distributions',
        compared.distributions,
        `${plural(fat.environment.distributions.length, 'distribution')} in the fat image, ${lean.environment.distributions.length} in the lean one`,
      ),
    ],
  };
}

async function read(request: PreparedRequest, which: 'fat' | 'lean'): Promise<EnvironmentReading> {
  request.step(`imports and libraries of the ${which} image`);
  const image = request.images[which];
  return await probeEnvironment({
    engine: request.engine,
    image: request[which],
    config: image.config,
    question: { imports: request.imports, importSeconds: request.limits.importSeconds },
    timeoutSeconds: request.limits.environmentSeconds,
    ...containerSettings(request),
  });
}

function describeReading(reading: Exclude<EnvironmentReading, { readonly kind: 'read' }>): string {
  return reading.kind === 'no-python' ? `no Python found (${reading.detail})` : reading.detail;
}

function notJudged(detail: string): VerifiedEnvironment {
  return {
    environments: undefined,
    differences: [],
    checks: checkNames.map((name) => ({ name, outcome: 'not-judged', detail })),
  };
}

function lostEnvironment(
  fat: Environment,
  lean: Exclude<EnvironmentReading, { readonly kind: 'read' }>,
): VerifiedEnvironment {
  const found = describeReading(lean);
  return {
    environments: undefined,
    differences: [
      {
        kind: 'runtime',
        severity: 'break',
        what: 'Python',
        fat: `${fat.python.executable} ${fat.python.version}`,
        lean: found,
        hints: {},
      },
    ],
    checks: [
      { name: 'runtime', outcome: 'different', detail: `the lean image: ${found}` },
      ...notJudged(`the lean image: ${found}`).checks,
    ],
  };
}

function importCheck(fat: Environment, check: Check): Check {
  if (check.outcome === 'different') return check;
  if (fat.imports.length === 0) return { ...check, outcome: 'not-judged', detail: 'the app imports nothing' };
  const failing = fat.imports.filter((one) => one.outcome !== 'ok').length;
  if (failing === 0) return check;
  const detail = `${check.detail}, ${failing} of them fail in the fat image too`;
  return { ...check, detail, outcome: failing === fat.imports.length ? 'weak' : check.outcome };
}

function conflictCheck(lean: Environment, check: Check): Check {
  const { notJudged: unreadable } = dependencyConflicts(lean);
  if (unreadable.length === 0) return check;
  return { ...check, detail: `${check.detail}; not judged: ${unreadable.slice(0, 3).join(', ')}` };
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

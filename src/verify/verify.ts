import { UserError } from '../base/index.ts';
import type { BuiltImage } from '../engines/index.ts';
import { type FatMemory, newFatMemory } from './fat-memory.ts';
import type { Verdict, Verification } from './verification.ts';
import { verifyEnvironment } from './verify-environment.ts';
import { defaultTimeouts, type PreparedRequest, type VerifyRequest } from './verify-request.ts';
import { verifyRun } from './verify-run.ts';
import { type VerifiedService, verifyService } from './verify-service.ts';

/**
 * Runs a lean image beside the fat one, which is right by definition, and tells every difference: the environment
 * from inside, then the service (or, without a port, the whole run) with the image's own command. Containers are
 * always removed. Rejects with a `UserError` when an image is missing or the engine no longer answers, and with the
 * signal's reason when aborted; everything that the images do wrong is data.
 */
export async function verifyImages(request: VerifyRequest): Promise<Verification> {
  return verifyWithMemory(request, newFatMemory());
}

/**
 * Verifies one lean image after the other against the same fat image as `verifyImages` does, and asks the fat image
 * once. It is asked again only where an answer differs that it gave a while ago: what changes with time (a date, data
 * from elsewhere) then counts as varying in the fat image itself.
 */
export function leanVerifier(request: Omit<VerifyRequest, 'lean'>): (lean: string) => Promise<Verification> {
  const memory = newFatMemory();
  return (lean) => verifyWithMemory({ ...request, lean }, memory);
}

async function verifyWithMemory(request: VerifyRequest, memory: FatMemory): Promise<Verification> {
  const task = request.progress.start('Verifying');
  try {
    const prepared = await prepare(request, memory, (text) => task.step(text));
    const environment = await verifyEnvironment(prepared);
    const service = await verifyBehaviour(prepared, environment.environments);
    const differences = [...environment.differences, ...service.differences];
    const checks = [...environment.checks, ...service.checks];
    const breaks = differences.filter((one) => one.severity === 'break').length;
    const verdict: Verdict = breaks > 0 ? 'different' : service.isJudged ? 'same' : 'cannot-judge';
    return {
      verdict,
      summary: summarise(verdict, breaks, { ...service, checks }),
      differences,
      checks,
      startUp: service.startUp,
      requests: service.requests,
      logs: service.logs,
    };
  } catch (error) {
    request.signal?.throwIfAborted();
    throw error;
  } finally {
    task.done();
  }
}

async function prepare(
  request: VerifyRequest,
  memory: FatMemory,
  step: (text: string) => void,
): Promise<PreparedRequest> {
  const fat = await memory.image(() => inspect(request, request.fat));
  const lean = await inspect(request, request.lean);
  return {
    ...request,
    images: { fat, lean },
    limits: { ...defaultTimeouts, ...request.timeouts },
    servicePorts: request.ports ?? exposedPorts(fat),
    tolerance: request.tolerance ?? 1e-4,
    swaps: request.swaps ?? [],
    roundGapSeconds: request.roundGapSeconds ?? 1.1,
    memory,
    step,
  };
}

async function inspect(request: VerifyRequest, name: string): Promise<BuiltImage> {
  request.signal?.throwIfAborted();
  const image = await request.engine.inspect(name);
  if (image !== undefined) return image;
  throw new UserError(`${request.engine.name} has no image ${name}.`, {
    hint: 'Build or pull it first, then verify again.',
  });
}

/** The TCP ports of `EXPOSE`: `8000/tcp`, `8000`. */
function exposedPorts(image: BuiltImage): readonly number[] {
  return image.config.exposedPorts.flatMap((text) => {
    const [port, protocol = 'tcp'] = text.split('/');
    return protocol === 'tcp' && /^\d+$/.test(port ?? '') ? [Number(port)] : [];
  });
}

async function verifyBehaviour(
  request: PreparedRequest,
  environments: Parameters<typeof verifyService>[1],
): Promise<VerifiedService> {
  if (request.servicePorts.length > 0) return await verifyService(request, environments);
  if (request.probes.length === 0) return await verifyRun(request);
  const detail = 'there are probes, but the fat image exposes no port to send them to';
  return {
    isJudged: false,
    startUp: { fatSeconds: undefined, leanSeconds: undefined },
    requests: [],
    logs: { fat: { stdout: '', stderr: '' }, lean: { stdout: '', stderr: '' } },
    differences: [],
    checks: [{ name: 'requests', outcome: 'not-judged', detail }],
  };
}

function summarise(
  verdict: Verdict,
  breaks: number,
  { requests, checks }: Pick<Verification, 'requests' | 'checks'>,
): string {
  if (verdict === 'different') {
    const where = checks.filter((one) => one.outcome === 'different').map((one) => one.name);
    return `The lean image differs in ${breaks} way${breaks === 1 ? '' : 's'} (${where.join(', ')}).`;
  }
  if (verdict === 'cannot-judge') {
    const reason =
      checks.findLast((one) => one.outcome === 'not-judged')?.detail ?? 'nothing could be compared';
    return `Cannot judge: ${reason}.`;
  }
  const unproven = checks.filter((one) => one.outcome === 'not-judged' || one.outcome === 'weak');
  const asked =
    requests.length === 0 ? '' : `, and answers ${requests.length === 1 ? 'alike' : 'all requests alike'}`;
  const caveat = unproven.map((one) => `${one.name}: ${one.detail}`).join('; ');
  return `The lean image does what the fat one does${asked}${caveat === '' ? '.' : `; but ${caveat}.`}`;
}

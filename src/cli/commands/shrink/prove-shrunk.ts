import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { detectEngine, type Engine } from '../../../engines/index.ts';
import { type Image, parseImageSpec } from '../../../image/index.ts';
import type { ShrinkProof } from '../../../report/index.ts';
import { type AttemptOutcome, takeBackUntilPassed } from '../../../slim/index.ts';
import { type Difference, leanVerifier, type Verification } from '../../../verify/index.ts';
import type { CliEnvironment } from '../../environment.ts';
import { imageService } from '../../service/image-service.ts';
import { loadImage } from './load-image.ts';
import { type MadeImage, makeShrunk, planWith, type ShrinkWork } from './make-shrunk.ts';
import type { ProofOptions } from './proof-options.ts';

/** The engine that both images are to run on. Throws a `UserError` where none answers. */
export async function proofEngine(
  { engine }: ProofOptions,
  source: string,
  environment: CliEnvironment,
): Promise<Engine> {
  const { variables, signal } = environment;
  const prefer = engine ?? (parseImageSpec(source).kind === 'podman' ? 'podman' : undefined);
  return await detectEngine({ environment: variables, signal, ...(prefer && { prefer }) });
}

/**
 * Runs a new image beside the original. Where they differ, finds the passes without which they do not: images are made without
 * some of them and run as well. Nothing of either image stays in the engine.
 */
export async function proveShrunk(
  work: ShrinkWork,
  made: MadeImage,
  { engine, proof }: { readonly engine: Engine; readonly proof: ProofOptions },
): Promise<ShrinkProof> {
  const { options, read, image } = work;
  const service = await imageService({ root: read.root, config: image.config });
  const healthPath = proof.health ?? service.healthPath;
  const guests = newGuests(work, engine);
  try {
    const verify = leanVerifier({
      engine,
      fat: await guests.original(),
      imports: made.imports,
      probes: options.probes.length > 0 ? options.probes : service.probes,
      env: options.env,
      timeouts: { startSeconds: proof.startSeconds },
      ...(options.ports.length > 0 && { ports: options.ports }),
      ...(healthPath !== undefined && { healthPath }),
      progress: work.environment.progress,
      signal: work.environment.signal,
    });
    const verifyImage = async (image: Image): Promise<Verification> =>
      await guests.during(image, async (tag) => await verify(tag));
    const verification = await verifyImage(made.image);
    const { name, version } = engine;
    const search = isDifferent(verification)
      ? await findCulprits(work, made, { verifyImage, first: verification })
      : { culprits: [], isSameWithout: false };
    const verdict = search.isSameWithout ? 'different' : verification.verdict;
    return { engine: { name, version }, verification, verdict, ...search };
  } finally {
    await guests.leave();
  }
}

/** The passes at fault, found as `slim` finds the edits that are: by attempts without some of them. */
async function findCulprits(
  work: ShrinkWork,
  made: MadeImage,
  {
    verifyImage,
    first,
  }: {
    readonly verifyImage: (image: Image) => Promise<Verification>;
    readonly first: Verification;
  },
): Promise<Pick<ShrinkProof, 'culprits' | 'isSameWithout'>> {
  const { progress } = work.environment;
  const suspects = [...new Set(made.plan.edits.map(({ pass }) => pass))];
  let attempts = 0;
  const attempt = async (without: ReadonlySet<string>): Promise<AttemptOutcome<Verification>> => {
    if (without.size === 0) return outcomeOf(first);
    attempts += 1;
    progress.note(`Trying without ${[...without].join(', ')} …`);
    const passes = work.passes.filter(({ name }) => !without.has(name));
    const other = await makeShrunk(work, await planWith(work, passes), `without-${attempts}`);
    try {
      return outcomeOf(await verifyImage(other.image));
    } finally {
      await other.remove();
    }
  };
  const { outcome, takenBack } = await takeBackUntilPassed({ suspects, attempt });
  const culprits = takenBack.map(({ id, why }) => ({ pass: id, because: why }));
  return { culprits, isSameWithout: outcome.isPassed };
}

/** Whether anything differs that nobody asked for: what breaks, and new lines in output and log. */
function isDifferent({ differences }: Verification): boolean {
  return differences.some(decides);
}

function decides({ severity, kind }: Difference): boolean {
  return severity === 'break' || (severity === 'change' && (kind === 'output' || kind === 'log'));
}

function outcomeOf(verification: Verification): AttemptOutcome<Verification> {
  const worst = verification.differences.find(decides);
  const what = worst === undefined ? verification.summary : `${worst.what}: ${worst.lean}`;
  return {
    isPassed: !isDifferent(verification),
    // A guess costs less than a search, but may name the wrong pass.
    blamed: [],
    what: what.split('\n')[0] ?? what,
    value: verification,
  };
}

/** Images that are in the engine only for a while. */
interface Guests {
  /** The name or ID of the original there. */
  original(): Promise<string>;
  /** Has an image in the engine while something is done with it. */
  during<Result>(image: Image, use: (tag: string) => Promise<Result>): Promise<Result>;
  leave(): Promise<void>;
}

function newGuests(work: ShrinkWork, engine: Engine): Guests {
  const { environment, layers, options } = work;
  const name = `plimsoll/shrink-${randomBytes(4).toString('hex')}`;
  const tags = new Set<string>();
  const load = async (image: Image, word: string): Promise<string> => {
    const tag = `${name}:${word}`;
    tags.add(tag);
    await loadImage(image, {
      engine,
      reference: `docker.io/${tag}`,
      path: join(layers.folder, `${word}.tar`),
      compression: options.compression,
      environment,
    });
    return tag;
  };
  return {
    original: async () => (await heldOriginal(work, engine)) ?? (await load(work.image, 'original')),
    async during(image, use) {
      const tag = await load(image, 'lean');
      try {
        return await use(tag);
      } finally {
        await engine.removeImage(tag);
      }
    },
    async leave() {
      for (const tag of tags) await engine.removeImage(tag);
    },
  };
}

/** The original's ID where the engine has it already. */
async function heldOriginal({ options, image }: ShrinkWork, engine: Engine): Promise<string | undefined> {
  const spec = parseImageSpec(options.image);
  const isFrom = spec.kind === (engine.name === 'docker' ? 'docker' : 'podman');
  if (!isFrom || !('reference' in spec)) return undefined;
  const held = await engine.inspect(spec.reference);
  const isSame = held?.config.diffIds.join() === image.config.diffIds.join();
  return isSame ? held?.id : undefined;
}

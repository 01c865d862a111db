import { isMap, isScalar, isSeq, type Scalar } from 'yaml';
import { setupStep } from './action-cache.ts';
import type { BuildStep, StepChange } from './build-step.ts';
import { beforeItem, rangeOf, type Splice } from './pipeline-text.ts';

const buildWords = /\bdocker\s+(?:image\s+|buildx\s+)?build(?=\s)/g;

/** `--cache-from` and `--cache-to` of a registry for `docker build` in a script, with a builder that can export a cache. */
export function scriptCache(step: BuildStep): StepChange {
  const { place, build, scope } = step;
  const { form, hasOutput } = build.step;
  const command = commandOf(step);
  const repository = command && repositoryOf(command.source);
  const tag = scope === undefined ? 'buildcache' : `buildcache-${scope}`;
  const reference = `${repository ?? 'REGISTRY/IMAGE'}:${tag}`;
  const options = `--cache-from "type=registry,ref=${reference}" --cache-to "type=registry,ref=${reference},mode=max"`;
  const line = `docker buildx build${hasOutput ? '' : ' --load'} ${options}`;
  const isReady = form === 'buildx' && hasBuilder(step);
  const builder = isReady ? undefined : builderSplice(step, command?.scalar);
  const advice = `${place}: ${line} …${isReady ? '' : `, after ${isAction(step) ? 'a step uses: docker/setup-buildx-action@v3' : 'docker context create ci and docker buildx create --use ci'}`}`;
  const because = doubtOf(step, repository, command?.at);
  if (command === undefined || because !== undefined || (!isReady && builder === undefined))
    return { splices: undefined, advice, ...(because === undefined ? {} : { because }) };
  const { at, length } = command;
  return { splices: [{ at, length, text: line }, ...(builder === undefined ? [] : [builder])], advice };
}

/** Why a person has to put the lines in. */
function doubtOf(
  step: BuildStep,
  repository: string | undefined,
  at: number | undefined,
): string | undefined {
  const { build, job, node } = step;
  if (repository === undefined) return 'the registry is not in the name of the image';
  if (!build.isPushed) return 'the job does not push, so it may lack the right to write to the registry';
  if (at !== undefined && !isLoggedIn(step, at))
    return 'log in to the registry before the build: the cache is written then';
  const image = /^docker:(\d+)/.exec(String((isMap(job) ? job : node).get('image') ?? ''))?.[1];
  return image !== undefined && Number(image) < 23 ? 'its docker image has no buildx' : undefined;
}

/** A `docker login` above: in a step before, in `before_script` (of the job or of all jobs), or in the script up to the build. */
function isLoggedIn({ text, node, document, siblings = [], position }: BuildStep, at: number): boolean {
  const above = [
    ...siblings.slice(0, Math.max(0, position)),
    node.get('before_script'),
    document.get('before_script'),
    document.getIn(['default', 'before_script']),
    text.slice(rangeOf(node)?.[0] ?? at, at),
  ];
  return above.some((one) =>
    /\b(?:docker|podman|crane|oras)\s+login\b|docker\/login-action@|(?:ecr|acr|gcr|artifact)[\w-]*login|docker-login|configure-docker/i.test(
      String(one ?? ''),
    ),
  );
}

interface FoundCommand {
  readonly scalar: Scalar;
  /** Its text in the file. */
  readonly source: string;
  /** Where `docker build` stands in the file. */
  readonly at: number;
  readonly length: number;
}

/** The one build in the scripts of a step; undefined where there are several, or where the file does not show it. */
function commandOf({ text, node }: BuildStep): FoundCommand | undefined {
  const found = scriptScalars(node).flatMap((scalar) => {
    const [start, end] = rangeOf(scalar) ?? [0, 0];
    const source = text.slice(start, end);
    return [...source.matchAll(buildWords)].map((match) => ({
      scalar,
      source: source.slice(match.index),
      at: start + match.index,
      length: match[0].length,
    }));
  });
  const [only] = found;
  if (only === undefined || found.length > 1) return undefined;
  // In double quotes ours would need escapes, within brackets a comma ends the value.
  const isPlain = only.scalar.type !== 'QUOTE_DOUBLE' && !isInBrackets(text, only.scalar);
  return isPlain ? only : undefined;
}

function isInBrackets(text: string, scalar: Scalar): boolean {
  const start = rangeOf(scalar)?.[0] ?? 0;
  return scalar.type === 'PLAIN' && /[[{,]\s*$/.test(text.slice(0, start));
}

/** `$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA` → `$CI_REGISTRY_IMAGE`; undefined for a name without a registry or a namespace. */
function repositoryOf(command: string): string | undefined {
  const joined = command.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, '$${{$1}}').replaceAll(/\\\r?\n\s*/g, ' ');
  const tag = /\s(?:-t|--tag)[\s=]+["']?([^\s"']+)/.exec(joined.split(/\r?\n|&&/)[0] ?? '')?.[1];
  const colon =
    tag?.replaceAll(/\$\{\{.*?\}\}|\$\{.*?\}/g, (all) => '$'.repeat(all.length)).lastIndexOf(':') ?? -1;
  if (tag === undefined || colon === -1 || tag.indexOf('/', colon) !== -1) return undefined;
  const repository = tag.slice(0, colon);
  return /\/|REGISTRY|\$/.test(repository) && !/^localhost/.test(repository) ? repository : undefined;
}

function isAction(step: BuildStep): boolean {
  return step.node.has('run');
}

function hasBuilder({ siblings = [], position, node }: BuildStep): boolean {
  const above = siblings.slice(0, Math.max(0, position)).map(String).join('\n');
  return /docker\/setup-buildx-action@|buildx create/.test(`${above}\n${String(node)}`);
}

/** The step, or the lines of the script, that make a builder. */
function builderSplice(step: BuildStep, scalar: Scalar | undefined): Splice | undefined {
  if (isAction(step)) return setupStep(step);
  const start = scalar && rangeOf(scalar)?.[0];
  // Only a script that is a list of lines has a place for more of them.
  if (start === undefined || !/-[ \t]+$/.test(step.text.slice(0, start))) return undefined;
  return beforeItem(step.text, start, ['- docker context create ci', '- docker buildx create --use ci']);
}

/** The texts of a script: one, or a list of them. */
function scriptScalars(node: BuildStep['node']): readonly Scalar[] {
  return ['run', 'script', 'before_script'].flatMap((key) => {
    const value: unknown = node.get(key, true);
    if (isScalar(value)) return [value];
    return isSeq(value) ? value.items.filter((item) => isScalar(item)) : [];
  });
}

import { UserError } from '../base/index.ts';
import type { DockerfileModel } from '../dockerfile/index.ts';
import type { CiBuild } from './ci-builds.ts';
import { shownPath } from './ci-builds.ts';
import type { ComposeService } from './compose-service.ts';

/** Somebody who builds an image from this project: a service of the compose file or a pipeline. */
export interface Builder {
  /** `service api of compose.yaml`, `.github/workflows/release.yml`. */
  readonly place: string;
  /** Absolute. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly isPushed: boolean;
}

/** A choice, and who it follows. */
export interface Choice<T> {
  readonly value: T;
  /** One sentence for the user; undefined where there was nothing to choose. */
  readonly reason: string | undefined;
}

/** All who build from this directory as their context. */
export function buildersOf(
  directory: string,
  services: readonly ComposeService[],
  ciBuilds: readonly CiBuild[],
): readonly Builder[] {
  return [
    ...services.flatMap(({ name, context, dockerfile, target }): Builder[] =>
      context === directory && dockerfile !== undefined
        ? [{ place: `service ${name} of the compose file`, dockerfile, target, isPushed: false }]
        : [],
    ),
    ...ciBuilds.filter(({ context }) => context === directory),
  ];
}

const forDevelopers =
  /(^|[-_.])(tests?|testing|dev|devel|development|devcontainer|debug|lint|ci|docs?|bench(mark)?s?|builder|build)([-_.]|$)/i;

/** The Dockerfile that the builders agree on, what is only for developers left aside; undefined when nobody builds. Throws a `UserError` when they differ. */
export function chooseDockerfile(
  directory: string,
  builders: readonly Builder[],
): Choice<string> | undefined {
  const files = groupBy(
    shipped(builders, ({ dockerfile }) => dockerfile.split('/').pop() ?? ''),
    (one) => one.dockerfile,
  );
  const [first] = files;
  if (first === undefined) return undefined;
  if (files.length === 1)
    return { value: first[0], reason: `${shownPath(directory, first[0])}: built by ${placesOf(first[1])}` };
  const plain = files.find(
    ([path]) =>
      /\/(Dockerfile|Containerfile)$/.test(path) && shownPath(directory, path).split('/').length === 1,
  );
  const others = files
    .filter((one) => one !== plain)
    .map(([path, who]) => `${shownPath(directory, path)} (${placesOf(who)})`);
  if (plain !== undefined)
    return {
      value: plain[0],
      reason: `${shownPath(directory, plain[0])}: built by ${placesOf(plain[1])}; also built: ${others.join(', ')}: choose with --file`,
    };
  throw new UserError(`${directory} is built from ${files.length} Dockerfiles: ${others.join(', ')}`, {
    hint: `Say which one with --file, for example --file ${shownPath(directory, first[0])}.`,
  });
}

/** The stage that the builders of a Dockerfile agree on; the last one when they do, or when one of them builds that. Throws a `UserError` when they differ and not any will do. */
export function chooseTarget(
  builders: readonly Builder[],
  model: DockerfileModel,
  acceptsAny: boolean,
): Choice<string | undefined> {
  const last = model.stages.at(-1)?.name;
  const groups = groupBy(
    shipped(builders, ({ target }) => target ?? ''),
    ({ target }) => (target?.toLowerCase() === last ? '' : (target ?? '')),
  );
  const [first] = groups;
  if (first === undefined) return { value: undefined, reason: undefined };
  const [name, who] = first;
  if (groups.length === 1) {
    // As the builder writes it, the last stage's name too.
    const [written] = new Set(who.map(({ target }) => target));
    const isOne = new Set(who.map(({ target }) => target)).size === 1;
    const value = isOne ? written : name === '' ? undefined : name;
    return { value, reason: value === undefined ? undefined : `stage ${value}: built by ${placesOf(who)}` };
  }
  const shown = (text: string): string =>
    text === '' ? `the last stage${last === undefined ? '' : `, ${last}`}` : text;
  const list = groups.map(([stage, builds]) => `${shown(stage)} (${placesOf(builds)})`).join(', ');
  if (acceptsAny || groups.some(([stage]) => stage === ''))
    return { value: undefined, reason: `the last stage; several are built: ${list}: choose with --stage` };
  throw new UserError(`several stages are built: ${list}`, {
    hint: `Say which one with --stage, for example --stage ${name}.`,
  });
}

/** Without those for developers only, where there are others; and of pipelines, those that push, where one does. */
export function shipped<Of extends Pick<Builder, 'place' | 'isPushed'>>(
  builders: readonly Of[],
  nameOf: (builder: Of) => string,
): readonly Of[] {
  const pushed = builders.some(({ isPushed }) => isPushed)
    ? builders.filter(({ isPushed, place }) => isPushed || place.startsWith('service '))
    : builders;
  const serious = pushed.filter((builder) => !forDevelopers.test(nameOf(builder)));
  return serious.length > 0 ? serious : pushed;
}

function placesOf(builders: readonly Builder[]): string {
  const places = [...new Set(builders.map(({ place }) => place))];
  return places.length > 3
    ? `${places.slice(0, 3).join(', ')} and ${places.length - 3} more`
    : places.join(', ');
}

function groupBy(
  builders: readonly Builder[],
  key: (builder: Builder) => string,
): [string, readonly Builder[]][] {
  const groups = new Map<string, Builder[]>();
  for (const builder of builders) groups.set(key(builder), [...(groups.get(key(builder)) ?? []), builder]);
  return [...groups];
}

import { basename } from 'node:path';
import { nearestName, UserError } from '../../../base/index.ts';
import { type Compose, type ComposeService, inlineText } from '../../../project/index.ts';
import type { NamedService } from '../../service/service-start.ts';

/**
 * The services to look at: the named ones, else those that are built from the directory or one below it, else from any other. Throws
 * a `UserError` where there is none, or where two of them cannot be told apart.
 */
export function chooseServices(
  compose: Compose,
  directory: string,
  names: readonly string[],
): readonly NamedService[] {
  const all = builtServices(compose);
  const file = compose.documents[0]?.file ?? '';
  if (names.length > 0) {
    const wanted = new Set(names.map((name) => serviceNamed(compose, name)));
    return all.filter(({ service }) => wanted.has(service));
  }
  const local = all.filter(({ service }) => !isRemote(service.context));
  const inside = local.filter(
    ({ service }) => service.context === directory || service.context.startsWith(`${directory}/`),
  );
  // A compose file in a folder of its own, such as deploy/, builds from the folder above.
  const chosen = inside.length > 0 ? inside : local;
  if (chosen.length === 0) {
    throw new UserError(`${basename(file)} builds no service from a directory.`, {
      hint: `Its services are ${[...compose.merged.keys()].join(', ') || 'none'}; only what is built here can be judged.`,
    });
  }
  for (const [at, named] of chosen.entries()) {
    const one = named.service;
    const twin = chosen.slice(at + 1).find((other) => identity(other) === identity(named))?.service;
    if (twin !== undefined) {
      throw new UserError(`${one.name} and ${twin.name} are built and started alike.`, {
        hint: `Say which one is meant: --service ${one.name} or --service ${twin.name}, or both.`,
      });
    }
  }
  return chosen;
}

/** Every service that the file builds, in its order. */
export function builtServices(compose: Compose): readonly NamedService[] {
  const [main] = compose.documents;
  return compose.services.map((service) => ({
    service,
    merged: compose.merged.get(service.name) ?? {},
    file: (compose.origins.get(service.name) ?? main)?.file ?? '',
  }));
}

function serviceNamed(compose: Compose, name: string): ComposeService {
  const found = compose.services.find((one) => one.name === name);
  if (found !== undefined) return found;
  const known = [...compose.merged.keys()];
  if (known.includes(name)) {
    throw new UserError(`The service ${name} is not built, it runs an image that is there already.`, {
      hint: `Built are ${compose.services.map((one) => one.name).join(', ') || 'none'}.`,
    });
  }
  const near = nearestName(name, known);
  throw new UserError(`There is no service ${name}.`, {
    hint: near === undefined ? `The services are ${known.join(', ')}.` : `Is ${near} meant?`,
  });
}

/** Everything by which services that share a directory differ. */
function identity({ service: { name: _, ...rest }, merged }: NamedService): string {
  return JSON.stringify([rest, inlineText(merged)]);
}

/** `https://github.com/me/app.git#main` became a path below the compose file. */
function isRemote(context: string): boolean {
  return /\/(https?|git|ssh):\/|\/git@/.test(context);
}

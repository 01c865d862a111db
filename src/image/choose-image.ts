import { UserError } from '../base/index.ts';
import type { BesideImage, Platform } from './image.ts';
import { formatPlatform, hostPlatform, matchingPlatforms } from './platform.ts';
import { isSameReference } from './reference.ts';

/** One of the images that a source holds. */
export interface ImageCandidate {
  /** Tags and references that name it; none at all is common. */
  readonly names: readonly string[];
  readonly platform: Platform;
  /** Digest of its manifest or configuration. */
  readonly digest: string;
}

/** Which image is wanted. */
export interface ImageWish {
  readonly tag?: string | undefined;
  readonly platform?: Platform | undefined;
}

/**
 * Chooses by tag, then by platform (the host's when none is asked for and there is a choice). Throws a `UserError` that
 * lists what is there when nothing or more than one image fits.
 */
export function chooseImage<T extends ImageCandidate>(
  candidates: readonly T[],
  wish: ImageWish,
  title: string,
): T {
  const { tag } = wish;
  const named = distinct(tag === undefined ? candidates : candidates.filter((one) => isNamed(one, tag)));
  if (named.length === 0) {
    throw new UserError(
      candidates.length === 0
        ? `${title} holds no image: its index lists none`
        : `${title} holds no image tagged ${tag}`,
      { hint: candidates.length === 0 ? 'Save the image again.' : `It holds ${listed(candidates)}.` },
    );
  }
  const [only] = named;
  if (wish.platform === undefined && named.length === 1 && only) return only;
  const isSeveralNames = new Set(named.map((one) => one.names.join(' '))).size > 1;
  if (wish.platform === undefined && isSeveralNames) throw ambiguous(named, title);
  const wanted = wish.platform ?? hostPlatform();
  const matching = matchingPlatforms(named, wanted);
  const [best] = matching;
  if (best === undefined) {
    throw new UserError(`${title} holds no image for ${formatPlatform(wanted)}`, {
      hint: isSeveralNames ? `It holds ${listed(named)}.` : platformHint(named),
    });
  }
  const equals = matching.filter((one) => formatPlatform(one.platform) === formatPlatform(best.platform));
  if (equals.length > 1) throw ambiguous(equals, title);
  return best;
}

/** True where one of the images runs on the platform that is asked for, or none is. */
export function hasPlatform(candidates: readonly ImageCandidate[], { platform }: ImageWish): boolean {
  return platform === undefined || matchingPlatforms(candidates, platform).length > 0;
}

function isNamed(candidate: ImageCandidate, tag: string): boolean {
  return candidate.digest === tag || candidate.names.some((name) => isSameReference(name, tag));
}

function distinct<T extends ImageCandidate>(candidates: readonly T[]): T[] {
  return [...new Map(candidates.map((one) => [one.digest, one])).values()];
}

function ambiguous(candidates: readonly ImageCandidate[], title: string): UserError {
  return new UserError(`${title} holds ${candidates.length} images`, {
    hint: `Choose one by its tag or digest, after the path and a colon: ${listed(candidates)}.`,
  });
}

function platformHint(candidates: readonly ImageCandidate[]): string {
  const platforms = candidates.map(({ platform }) => formatPlatform(platform)).join(', ');
  return candidates.length === 1
    ? `It is for ${platforms} alone.`
    : `Choose one with --platform: ${platforms}.`;
}

// app:1 = docker.io/library/app:1 (linux/amd64, linux/arm64), sha256:… (linux/amd64)
function listed(candidates: readonly ImageCandidate[]): string {
  const platforms = new Map<string, string[]>();
  for (const { names, digest, platform } of candidates) {
    const title = names.length === 0 ? digest : names.join(' = ');
    platforms.set(title, [...(platforms.get(title) ?? []), formatPlatform(platform)]);
  }
  return [...platforms].map(([title, all]) => `${title} (${all.join(', ')})`).join(', ');
}

/** What an index that gives several images lists beside the one that was chosen; undefined where that is nothing. */
export function besideImage(
  chosen: ImageCandidate,
  candidates: readonly ImageCandidate[],
  /** The digests of what its attestations are about, one for each. */
  attested: readonly string[],
): BesideImage | undefined {
  const own = formatPlatform(chosen.platform);
  const related = candidates.filter(
    ({ names }) => chosen.names.length === 0 || names.some((name) => chosen.names.includes(name)),
  );
  const platforms = [...new Set(related.map(({ platform }) => formatPlatform(platform)))].filter(
    (platform) => platform !== own,
  );
  const attestations = attested.filter((digest) => digest === chosen.digest).length;
  return platforms.length === 0 && attestations === 0 ? undefined : { platforms, attestations };
}

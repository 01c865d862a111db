import { UserError } from '../base/index.ts';
import type { Platform } from './image.ts';

/** `linux/arm64/v8` as a person reads and types it. */
export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/');
}

// linux/amd64   linux/arm/v7   arm64

/** Reads `OS/ARCHITECTURE[/VARIANT]` or an architecture alone. Throws a `UserError` for other text. */
export function parsePlatform(text: string): Platform {
  const parts = text.toLowerCase().split('/');
  const [first = '', second, variant] = parts;
  if (parts.length > 3 || parts.some((part) => !/^[a-z0-9._-]+$/.test(part))) {
    throw new UserError(`"${text}" is no platform`, { hint: 'Write it as linux/amd64 or linux/arm/v7.' });
  }
  return normalisedPlatform(
    second === undefined
      ? { os: 'linux', architecture: first }
      : { os: first, architecture: second, ...(variant !== undefined && { variant }) },
  );
}

/** Linux on the architecture that this program runs on: what a container engine here would choose. */
export function hostPlatform(architecture: string = process.arch): Platform {
  return normalisedPlatform({ os: 'linux', architecture });
}

const architectureNames: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  x64: 'amd64',
  aarch64: 'arm64',
  armhf: 'arm',
  i386: '386',
  ia32: '386',
};

/** The spelling that platforms are compared in (containerd, platforms/database.go). */
function normalisedPlatform(platform: Platform): Platform {
  const architecture = architectureNames[platform.architecture] ?? platform.architecture;
  const variant = platform.variant === '' ? undefined : platform.variant;
  const isDefault =
    (architecture === 'arm64' && (variant === 'v8' || variant === '8')) ||
    (architecture === 'amd64' && variant === 'v1');
  const plain = { os: platform.os, architecture };
  if (architecture === 'arm') return { ...plain, variant: armVariant(variant) };
  return variant === undefined || isDefault ? plain : { ...plain, variant };
}

function armVariant(variant: string | undefined): string {
  if (variant === undefined) return 'v7';
  return /^\d/.test(variant) ? `v${variant}` : variant;
}

/** The candidates that run on `wanted`, the best first: the same platform, then on ARM the older variants. */
export function matchingPlatforms<T extends { readonly platform: Platform }>(
  candidates: readonly T[],
  wanted: Platform,
): T[] {
  const target = normalisedPlatform(wanted);
  return accepted(target).flatMap((platform) =>
    candidates.filter((one) => formatPlatform(normalisedPlatform(one.platform)) === formatPlatform(platform)),
  );
}

function accepted(target: Platform): Platform[] {
  if (target.architecture !== 'arm') return [target];
  const version = Number(target.variant?.slice(1));
  if (!Number.isInteger(version)) return [target];
  return [8, 7, 6, 5]
    .filter((older) => older <= version)
    .map((older) => ({ ...target, variant: `v${older}` }));
}

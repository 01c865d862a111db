import type { Stage } from '../model.ts';
import { nothingToDo, type ResolvedDockerfile, type Rewrite, type RewriteFacts } from './rewrite.ts';

/** What a build is for when nobody says otherwise; the compose file says so too. */
const usualPlatform = 'linux/amd64';
/** As programs, downloads and Debian packages name architectures. */
const architectureName = /(?<![\w])(x86[_-]64|amd64|x64|aarch64|arm64|armv7l?)(?![\w])/i;

/** `FROM --platform=linux/amd64 python` → `FROM python`: the platform belongs to the build, not to the Dockerfile. */
export const basePlatform: Rewrite = {
  id: 'base-platform',
  title: 'Build for the platform that is asked for',
  risk: 'verify',
  propose(dockerfile, facts) {
    const { model } = dockerfile;
    const fixed = model.stages.filter(({ platform }) => platform !== undefined && !isChosen(platform));
    if (fixed.length === 0) return nothingToDo;
    const leftAlone: string[] = [];
    const freed = fixed.filter((stage) => {
      const doubt = doubtOf(stage, dockerfile, facts);
      if (doubt !== undefined) leftAlone.push(`${dockerfile.placeOf(stage.from)}: ${doubt}`);
      return doubt === undefined;
    });
    const written = freed.find(({ platform }) => !isRedundant(platform ?? ''))?.platform;
    return {
      edits: freed.flatMap(({ from }) => {
        const flag = from.flags.find(({ name }) => name === 'platform');
        return flag === undefined
          ? []
          : [{ range: { start: flag.range.start, end: from.valueRange.start }, newText: '' }];
      }),
      reason:
        written === undefined
          ? 'a stage is built for the target platform anyway'
          : `the file builds for ${written} only, whatever is asked for; \`--platform ${written}\` of the build says the same where it is wanted`,
      leftAlone,
    };
  },
};

/** `$BUILDPLATFORM` is a deliberate cross-build, `$MY_PLATFORM` a switch of the user's. */
function isChosen(platform: string): boolean {
  return platform.includes('$') && !isRedundant(platform);
}

function isRedundant(platform: string): boolean {
  return /^\$(TARGETPLATFORM|\{TARGETPLATFORM\})$/.test(platform);
}

/** Why the flag must stay, in words that follow the place; undefined when it may go. */
function doubtOf(
  stage: Stage,
  { model }: ResolvedDockerfile,
  { buildPlatform }: RewriteFacts,
): string | undefined {
  const platform = stage.platform ?? '';
  if (isRedundant(platform)) return undefined;
  const others = model.stages.flatMap((one) => one.platform ?? []).filter((one) => !isRedundant(one));
  if (others.some((one) => normalPlatform(one) !== normalPlatform(platform)))
    return `the stages are built for different platforms (${[...new Set(others)].join(', ')}), which looks deliberate`;
  if (normalPlatform(platform) !== normalPlatform(buildPlatform ?? usualPlatform))
    return `without the flag the image would be built for ${buildPlatform ?? usualPlatform}; build with \`--platform ${platform}\` to have it taken out`;
  if (architectureName.test(stage.name ?? ''))
    return `the stage ${stage.name} is one of several for single platforms`;
  if (/(^|\/)(cuda|tensorrt|pytorch|tritonserver)[:@]/.test(stage.base))
    return `${stage.base} is for GPUs, and most wheels for CUDA exist for amd64 alone`;
  return downloadOf(stage);
}

/** What the stage names by architecture would be wrong on every other one. */
function downloadOf({ instructions }: Stage): string | undefined {
  for (const { syntax } of instructions) {
    if (!['run', 'add', 'copy', 'env', 'arg'].includes(syntax.keyword)) continue;
    const text = [syntax.value, ...syntax.heredocs.map((one) => one.content)].join('\n');
    const found = architectureName.exec(text)?.[0];
    if (found !== undefined)
      return `\`${found}\` is named in ${syntax.keyword.toUpperCase()}; take it from \`ARG TARGETARCH\` first (amd64 and arm64, elsewhere x86_64 and aarch64)`;
  }
  return undefined;
}

/** `linux/x86_64` is `linux/amd64`, `linux/arm64/v8` is `linux/arm64` (containerd's normalisation). */
function normalPlatform(platform: string): string {
  const [os = '', architecture = '', variant] = platform.toLowerCase().split('/');
  const name = ({ x86_64: 'amd64', 'x86-64': 'amd64', aarch64: 'arm64' } as Record<string, string>)[
    architecture
  ];
  const normal = name ?? architecture;
  return [
    os,
    normal,
    ...(variant === undefined || (normal === 'arm64' && variant === 'v8') ? [] : [variant]),
  ].join('/');
}

import { normaliseName } from './distribution-name.ts';

/** What a requirement asks for by name. */
export interface RequestedDistribution {
  readonly name: string;
  readonly extras: readonly string[];
  readonly specifier: string;
  readonly marker: string | undefined;
}

/** What becomes of GPU builds. */
export interface CpuNames {
  /** GPU build → CPU build under another name: `tensorflow` → `tensorflow-cpu`. */
  readonly cpuName: (name: string) => string | undefined;
  /** Extras that only the GPU build has: `and-cuda`, `cuda12`; none when nothing is swapped. */
  readonly gpuExtras?: ((name: string) => readonly string[]) | undefined;
}

/** `tensorflow[and-cuda]==2.16` → `tensorflow-cpu==2.16`; `torch==2.3.1+cu121` → `torch==2.3.1`; undefined where nothing changes. */
export function cpuReplacement(line: RequestedDistribution, facts: CpuNames): string | undefined {
  const normalised = normaliseName(line.name);
  const dropped = facts.gpuExtras?.(normalised) ?? [];
  const name = facts.cpuName(normalised) ?? (dropped.length > 0 ? line.name : undefined);
  const specifier = line.specifier.replace(/\+cu\d+/g, '');
  const kept = line.extras.filter((extra) => !dropped.includes(extra));
  if (name === undefined) return undefined;
  if (name === line.name && specifier === line.specifier && kept.length === line.extras.length)
    return undefined;
  return requirementText({ name, extras: kept, specifier, marker: line.marker });
}

/** As a line of a requirements file spells it. */
export function requirementText({ name, extras, specifier, marker }: RequestedDistribution): string {
  const inBrackets = extras.length === 0 ? '' : `[${extras.join(',')}]`;
  return `${name}${inBrackets}${specifier}${marker === undefined ? '' : ` ; ${marker}`}`;
}

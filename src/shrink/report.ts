import type { RootFileSystem } from '../filetree/index.ts';
import { redactInstruction } from '../finding/index.ts';
import type { FoundBase, Image, Platform } from '../image/index.ts';
import type { LayerGroup } from './layer-group.ts';
import type { PassRisk, ShrinkPass } from './pass.ts';
import type { PassLeftAlone, ShrinkPlan } from './plan.ts';
import type { TakenBack } from './take-back.ts';
import type { WrittenLayer } from './write-layers.ts';

/** A layer before. */
export interface OldLayer {
  readonly position: number;
  readonly digest: string;
  readonly instruction?: string;
  readonly contentBytes: number;
  readonly deadBytes: number;
  /** Kept as it is. */
  readonly isBase: boolean;
}

/** A layer after. */
export interface NewLayer {
  readonly position: number;
  /** Absent for the base's layers. */
  readonly group?: LayerGroup;
  readonly contentBytes: number;
  readonly fileCount: number;
  /** Absent where nothing was written. */
  readonly digest?: string;
  /** As stored, in bytes; absent where nothing was written. */
  readonly storedBytes?: number;
}

/** What a pass did. */
export interface PassReport {
  readonly name: string;
  readonly title: string;
  readonly risk: PassRisk;
  readonly fileCount: number;
  readonly savedBytes: number;
  /** What it found in layers of the base, which stay. */
  readonly inBaseBytes: number;
}

/** What shrinking an image does, or would do; schema `plimsoll.shrink/1`. */
export interface ShrinkReport {
  readonly image: { readonly name: string; readonly digest: string; readonly platform: Platform };
  readonly isDryRun: boolean;
  readonly base?: FoundBase;
  readonly before: {
    readonly contentBytes: number;
    readonly storedBytes: number;
    readonly layers: readonly OldLayer[];
  };
  readonly after: {
    readonly contentBytes: number;
    /** Absent where nothing was written. */
    readonly storedBytes?: number;
    readonly layers: readonly NewLayer[];
  };
  /** Bytes above the base that nothing shows. */
  readonly deadBytes: number;
  readonly passes: readonly PassReport[];
  readonly takenBack: readonly TakenBack[];
  readonly leftAlone: readonly PassLeftAlone[];
  /** How many modules a trace told of, whose bytecode stays; absent where there is no trace. */
  readonly tracedModules?: number;
  /** Where the image was written to; absent where it was not. */
  readonly output?: { readonly destination: string; readonly digest: string };
}

/** What is reported. */
export interface ReportRequest {
  readonly image: Pick<Image, 'name' | 'digest' | 'platform' | 'layers'>;
  readonly root: RootFileSystem;
  readonly base: FoundBase | undefined;
  readonly baseLayerCount: number;
  readonly passes: readonly ShrinkPass[];
  readonly plan: ShrinkPlan;
  readonly written?: readonly WrittenLayer[];
  readonly traced?: ReadonlySet<string> | undefined;
  readonly output?: ShrinkReport['output'];
}

/** Sums up a plan, and what was written of it. */
export function shrinkReport(request: ReportRequest): ShrinkReport {
  const { image, root, base, baseLayerCount, plan, written, traced, output } = request;
  const { name, digest, platform } = image;
  const before = oldLayers(request);
  const after = newLayers(request);
  const stored = after.map(({ storedBytes }) => storedBytes);
  return {
    image: { name, digest, platform },
    isDryRun: written === undefined,
    ...(base && { base }),
    before: {
      contentBytes: sum(before.map(({ contentBytes }) => contentBytes)),
      storedBytes: sum(image.layers.map(({ sizeBytes }) => sizeBytes)),
      layers: before,
    },
    after: {
      contentBytes: sum(after.map(({ contentBytes }) => contentBytes)),
      ...(written && { storedBytes: sum(stored.map((sizeBytes) => sizeBytes ?? 0)) }),
      layers: after,
    },
    deadBytes: sum(root.buried.map(({ layer, sizeBytes }) => (layer < baseLayerCount ? 0 : sizeBytes))),
    passes: request.passes.map((pass) => passReport(pass, plan)),
    takenBack: plan.takenBack,
    leftAlone: plan.leftAlone,
    ...(traced && { tracedModules: traced.size }),
    ...(output && { output }),
  };
}

function passReport({ name, title, risk }: ShrinkPass, plan: ShrinkPlan): PassReport {
  const own = plan.edits.filter(({ pass }) => pass === name);
  return {
    name,
    title,
    risk,
    fileCount: own.length,
    savedBytes: sum(own.map(({ savedBytes }) => savedBytes)),
    inBaseBytes: plan.inBase.get(name)?.sizeBytes ?? 0,
  };
}

function oldLayers({ image, root, baseLayerCount }: ReportRequest): OldLayer[] {
  const dead = new Map<number, number>();
  for (const { layer, sizeBytes } of root.buried) dead.set(layer, (dead.get(layer) ?? 0) + sizeBytes);
  return image.layers.map((layer, position) => ({
    position,
    digest: layer.digest,
    ...(layer.createdBy !== undefined && { instruction: redactInstruction(layer.createdBy) }),
    contentBytes: root.layers[position]?.contentBytes ?? 0,
    deadBytes: dead.get(position) ?? 0,
    isBase: position < baseLayerCount,
  }));
}

function newLayers({ image, root, baseLayerCount, plan, written }: ReportRequest): NewLayer[] {
  const base = image.layers.slice(0, baseLayerCount).map((layer, position): NewLayer => {
    const index = root.layers[position];
    const files = index === undefined ? [] : [...index.entries()].filter(({ type }) => isFile(type));
    return {
      position,
      contentBytes: index?.contentBytes ?? 0,
      fileCount: files.length,
      ...(written && { digest: layer.digest, storedBytes: layer.sizeBytes }),
    };
  });
  const own = plan.layers.map(({ group, contentBytes, fileCount }, number): NewLayer => {
    const made = written?.[number];
    return {
      position: baseLayerCount + number,
      group,
      contentBytes: made?.contentBytes ?? contentBytes,
      fileCount,
      ...(made && { digest: made.layer.digest, storedBytes: made.layer.sizeBytes }),
    };
  });
  return [...base, ...own];
}

function isFile(type: string): boolean {
  return type !== 'directory' && type !== 'whiteout' && type !== 'opaque-whiteout';
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

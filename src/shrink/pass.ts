import type { DistroInventory, DistroPackage } from '../distro/index.ts';
import type { RootFileSystem } from '../filetree/index.ts';
import type { ImageConfig } from '../image/index.ts';
import type { InstalledDistribution } from '../python/index.ts';
import type { StripPlan } from './elf/plan-strip.ts';
import type { Tool } from './python-uses.ts';
import type { Study } from './study.ts';

/** `safe` cannot change behaviour, `verify` is proven by the static checks and best by a run beside the original, `opt-in` waits to be asked for. */
export type PassRisk = 'safe' | 'verify' | 'opt-in';

/** The image as passes look at it; everything is read already. */
export interface ShrinkSubject {
  readonly root: RootFileSystem;
  readonly config: ImageConfig;
  readonly distributions: readonly InstalledDistribution[];
  readonly inventory: DistroInventory;
  readonly study: Study;
  /** Sources of the modules that a start loads, where that is known. */
  readonly traced?: ReadonlySet<string> | undefined;
  distributionOf(path: string): InstalledDistribution | undefined;
  packageOf(path: string): DistroPackage | undefined;
}

/** One change of one visible file. */
export type ShrinkEdit =
  | {
      readonly kind: 'remove';
      readonly path: string;
      readonly reason: string;
      /** What stands and falls together: a proof that needs one of its files takes all of them back. */
      readonly unit: string;
      /** Present where the unit is a distribution or package: it goes from the image altogether, or stays. */
      readonly whole?: WholeUnit;
    }
  /** A copy of `target` that becomes a hard link to it. */
  | { readonly kind: 'link'; readonly path: string; readonly reason: string; readonly target: string }
  | { readonly kind: 'strip'; readonly path: string; readonly reason: string; readonly plan: StripPlan };

/** A distribution or package that goes with all that is known of it. */
export interface WholeUnit {
  /** Other units that stay where this one does, as it requires them. */
  readonly needs: readonly string[];
  /** Present for a tool: what is prepared for its absence, tests and what is written for it do not speak for it. */
  readonly tool?: Tool;
}

/** What a pass would have taken, and why it did not. */
export interface LeftAlone {
  readonly path: string;
  readonly because: string;
}

/** What a pass found. */
export interface PassResult {
  readonly edits: readonly ShrinkEdit[];
  readonly leftAlone: readonly LeftAlone[];
}

/** One way to make an image lighter: pure, over the visible tree. */
export interface ShrinkPass {
  readonly name: string;
  /** For tables: what it takes. */
  readonly title: string;
  readonly risk: PassRisk;
  /** It asks for `Study.loadedLibraries`. */
  readonly needsLoadedLibraries?: boolean;
  find(subject: ShrinkSubject): PassResult;
}

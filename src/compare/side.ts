import type { DistroInventory, PackageFiles } from '../distro/index.ts';
import type { RootFileSystem } from '../filetree/index.ts';
import type { Layer } from '../image/index.ts';
import type { Group } from './groups.ts';

/** One layer compressed as `docker push` does (gzip, default level), by one thread; whoever measures it says how. */
export interface LayerMeasure {
  readonly compressedBytes: number;
  /** Processor time of one gzip thread, in seconds; 0 where the source has the layer compressed already. */
  readonly compressSeconds: number;
  /** True when a part was measured and the rest inferred. */
  readonly isSampled: boolean;
  /** True where nothing was measured, but estimated when the layer was read at another time. */
  readonly isEstimated?: boolean;
}

/** A real image with its layers read. */
export interface ImageSide {
  readonly kind: 'image';
  /** `churn-api:fat`. */
  readonly name: string;
  readonly layers: readonly Pick<Layer, 'diffId' | 'createdBy'>[];
  readonly root: RootFileSystem;
  readonly inventory: DistroInventory;
  readonly distributions: readonly PackageFiles[];
  /** One for each layer, lowest first. */
  readonly measures: readonly LayerMeasure[];
  /** How many of the lowest layers are the base image's (see `findBase`); 0 where nothing tells. */
  readonly baseLayerCount: number;
}

/** One layer or part of a layer that a build would make. */
export interface ForecastRow {
  readonly group: Group;
  /** `base python:3.11-slim`, `pip install -r requirements.txt`. */
  readonly label: string;
  readonly sizeBytes: number;
  /** The true size lies within `sizeBytes` ± this, in bytes. */
  readonly uncertaintyBytes: number;
  /** Where it is known (wheels are compressed already); otherwise inferred by a ratio that the comparison states. */
  readonly compressedBytes?: number;
  /** Equal in two forecasts when they share the layer, e.g. the base's reference. */
  readonly sharedKey?: string;
}

/** An image that nobody has built yet. */
export interface ForecastSide {
  readonly kind: 'forecast';
  readonly name: string;
  /** Lowest first. */
  readonly rows: readonly ForecastRow[];
  /** Python distributions that it would have; what the base brings has no size. Undefined where nobody can tell. */
  readonly packages?: readonly {
    readonly name: string;
    readonly version: string;
    readonly sizeBytes: number;
  }[];
}

/** One half of a comparison. */
export type Side = ImageSide | ForecastSide;

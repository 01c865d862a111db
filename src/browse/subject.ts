import type { Audit } from '../audit/index.ts';
import type { RootFileSystem } from '../filetree/index.ts';
import type { FindingOwner } from '../finding/index.ts';
import type { WasteFile } from './waste-marks.ts';

/** A package with its files in the final file system. */
export interface BrowsedPackage extends FindingOwner {
  readonly files: readonly string[];
  readonly sizeBytes: number;
  /** The folder that holds it, where the name alone does not tell. */
  readonly location?: string;
}

/** What is browsed: an image that was read and audited. */
export interface BrowseSubject {
  readonly audit: Audit;
  readonly root: RootFileSystem;
  readonly packages: readonly BrowsedPackage[];
  /** Every file that is waste, dead or avoidable. */
  readonly waste: readonly WasteFile[];
}

/** A file that the plan writes, relative to the project: `Dockerfile`, `docker/prune-site-packages.py`. */
export interface LeanFile {
  readonly path: string;
  readonly content: string;
  /** What the project has there now; undefined for a new file. */
  readonly previous: string | undefined;
  /** No part of the build: not laid out for it. */
  readonly isNotBuilt?: true;
  /** Written beside the lean files for whoever wants it; `--apply` leaves it there. */
  readonly isOffered?: true;
}

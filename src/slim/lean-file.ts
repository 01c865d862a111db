/** A file that the plan writes, relative to the project: `Dockerfile`, `docker/prune-site-packages.py`. */
export interface LeanFile {
  readonly path: string;
  readonly content: string;
  /** What the project has there now; undefined for a new file. */
  readonly previous: string | undefined;
}

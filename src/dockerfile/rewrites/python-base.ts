/** An official Python image taken apart: `python:3.11.9-bookworm`. */
export interface PythonBase {
  /** `python`, `docker.io/library/python`, … as written. */
  readonly repository: string;
  /** `3.11.9`, `3`, or empty for none and `latest`; may be a variable (`${PYTHON_VERSION}`). */
  readonly version: string;
  /** `slim`, `alpine`, `windowsservercore`, or empty for the full image. */
  readonly variant: string;
  /** `bookworm`, `trixie`, or empty. */
  readonly suite: string;
  readonly isPinnedByDigest: boolean;
}

const repositories =
  /^(?:(?:docker\.io\/|index\.docker\.io\/)?(?:library\/)?|public\.ecr\.aws\/docker\/library\/|mirror\.gcr\.io\/(?:library\/)?)python$/;
const suites = ['buster', 'bullseye', 'bookworm', 'trixie', 'forky'];

/**
 * Reads a reference to the Docker official Python image; undefined for every other image.
 * Tags are `[VERSION][-slim|-alpine…][-SUITE]` (Docker Hub, library/python).
 */
export function readPythonBase(reference: string): PythonBase | undefined {
  const [name = '', digest] = reference.split('@');
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const repository = colon === -1 ? name : name.slice(0, colon);
  if (!repositories.test(repository)) return undefined;
  const parts = (colon === -1 ? '' : name.slice(colon + 1))
    .split(/-(?![^{]*\})/)
    .filter((part) => part !== '');
  const suite = parts.find((part) => suites.includes(part)) ?? '';
  const variant = parts.find((part) => /^(slim|alpine|windowsservercore|nanoserver)/.test(part)) ?? '';
  const version =
    parts[0] !== undefined && parts[0] !== suite && parts[0] !== variant && parts[0] !== 'latest'
      ? parts[0]
      : '';
  return { repository, version, variant, suite, isPinnedByDigest: digest !== undefined };
}

/** The same Python on the slim variant of the same Debian suite. */
export function slimReference(base: PythonBase): string {
  const tag = [base.version, 'slim', base.suite].filter((part) => part !== '').join('-');
  return `${base.repository}:${tag}`;
}

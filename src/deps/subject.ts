import type { GraphDistribution, MarkerEnvironment, Yanked } from '../python/index.ts';

/** A distribution of the environment, installed in an image or resolved for a project. */
export interface DepsDistribution extends GraphDistribution {
  /** Its own files, in bytes; for a project with the bytecode that its build makes. */
  readonly sizeBytes: number;
  /** Top-level names that can be imported. */
  readonly modules: readonly string[];
  /** Group → names, of `entry_points.txt`. */
  readonly entryPoints: Readonly<Record<string, readonly string[]>>;
  /** Its files by their path in site-packages. */
  readonly paths: readonly string[];
  /** The installer's mark of what was asked for by name (`REQUESTED`, PEP 376); undefined where nothing has such marks. */
  readonly isMarked?: boolean;
}

/** How far a requirement says which version is installed. */
export type Pin = 'exact' | 'locked' | 'range' | 'any' | 'reference';

/** A requirement that asks for a distribution by name, and where it stands. */
export interface Requested {
  /** Normalised. */
  readonly name: string;
  readonly extras: readonly string[];
  /** `>=0.30,<1`; empty for any. */
  readonly specifier: string;
  readonly pin: Pin;
  /** `requirements.txt`, `Dockerfile`, `pyproject.toml`. */
  readonly file: string;
  /** 1-based; 0 for the file as a whole. */
  readonly line: number;
  /** The file, or the group that it stands in, is for development by its name. */
  readonly isForDevelopment: boolean;
}

/** One place that imports a module. */
export interface ImportPlace {
  /** Absolute dotted name, as far as the statement says it: `google.cloud.storage`. */
  readonly module: string;
  /** Names taken from it, which may be modules themselves. */
  readonly names: readonly string[];
  /** Of `import module`: what the file takes of it (`module.Trainer`); absent where that is not known. */
  readonly members?: readonly string[] | undefined;
  /** `from module import *`: any name of it may be taken. */
  readonly takesAll?: boolean;
  readonly file: string;
  readonly line: number;
  /** `application` also stands for what runs while the image is built. */
  readonly role: 'application' | 'test' | 'notebook' | 'tooling';
  /** False for an import that may fail without harm. */
  readonly isNeeded: boolean;
}

/** A variable of the environment where it is set. */
export interface SetVariable {
  /** In small letters. */
  readonly value: string;
  readonly place: string;
}

/** What the application shows where others load distributions for it; each with the place. */
export interface ApplicationSigns {
  /** Dotted names that are loaded by their text: `django_redis.cache.RedisCache`, applications of Django. */
  readonly loads: ReadonlyMap<string, string>;
  /** String constants and words of commands that the knowledge asks about, in small letters. */
  readonly strings: ReadonlyMap<string, string>;
  /** Of URLs: `postgresql+psycopg2`, `s3`. */
  readonly schemes: ReadonlyMap<string, string>;
  /** Variables that the knowledge asks about. */
  readonly settings: ReadonlyMap<string, readonly SetVariable[]>;
}

/** What the application is seen to use. */
export interface ApplicationUses {
  /** Imports of other people's modules. */
  readonly imports: readonly ImportPlace[];
  /** Programs that the container starts, or that code and scripts call: name → place. */
  readonly commands: ReadonlyMap<string, string>;
  /** Programs of scripts that nothing is seen to start: name → place. */
  readonly mayStart: ReadonlyMap<string, string>;
  /** Dotted names and words in strings of the application: name → place. */
  readonly strings: ReadonlyMap<string, string>;
  /** Functions and classes that the knowledge asks about, where the application calls them: `imshow`, `read_excel` → place. */
  readonly calls: ReadonlyMap<string, string>;
  readonly signs: ApplicationSigns;
  /** Places that import what only the running program knows. */
  readonly dynamicImports: readonly string[];
  /** How many Python files of the application were read; with none nothing can be told unused. */
  readonly fileCount: number;
}

/** A program that the container starts, and that comes with a distribution or not at all. */
export interface StartedProgram {
  readonly program: string;
  /** `Dockerfile:24: CMD`. */
  readonly place: string;
  /** Distributions that install it. */
  readonly distributions: readonly string[];
  /** What to ask for: `fastapi[standard]`. */
  readonly install: string;
}

/** An instruction that installs a requirements file. */
export interface RequirementsInstall {
  /** `Dockerfile:19`. */
  readonly place: string;
  readonly file: string;
  /** The file that production needs, where that is another one. */
  readonly production: string | undefined;
  /** How the tool of a manifest installs without its groups for development: `uv sync --no-dev`; undefined where it does, or for files. */
  readonly withoutDevelopment?: string | undefined;
}

/** Everything that is judged. */
export interface DepsSubject {
  /** `.`, or the name of an image. */
  readonly name: string;
  readonly kind: 'project' | 'image';
  /** `3.11`. */
  readonly pythonVersion: string;
  readonly environment: MarkerEnvironment;
  readonly distributions: readonly DepsDistribution[];
  /** What installs the requirements; none for an image. */
  readonly installs: readonly RequirementsInstall[];
  /** Who asks for what; empty for an image without requirements files. */
  readonly requested: readonly Requested[];
  readonly uses: ApplicationUses;
  /** Programs of distributions that the container starts; absent where that is not known. */
  readonly starts?: readonly StartedProgram[];
  /** For whom the application is made, and how that is known. */
  readonly target: { readonly device: 'cpu' | 'gpu'; readonly evidence: string };
  /** By name; absent for what no index was asked about. */
  readonly yanked: ReadonlyMap<string, Yanked>;
  /** Imports inside of other distributions' code: module's first name → distributions that import it; undefined where that was not read. */
  readonly importedWithin?: ReadonlyMap<string, readonly string[]>;
  /** Names of distributions that another installer brings (Conda), of which only the names are known. */
  readonly broughtByOthers?: ReadonlySet<string>;
  /** Parts of the environment that could not be read. */
  readonly incomplete: readonly { readonly what: string; readonly because: string }[];
  readonly warnings: readonly string[];
}

import type { Risk } from '../../finding/index.ts';
import type { DockerfileModel } from '../model.ts';
import type { DockerfileSyntax, InstructionSyntax, TextEdit } from '../syntax/syntax.ts';

/** The names of the rewrites, as `--only` and `--skip` take them. */
export type RewriteId =
  | 'apt-steps'
  | 'conda-clean'
  | 'split-stages'
  | 'regular-install'
  | 'slim-base'
  | 'cuda-base'
  | 'production-requirements'
  | 'cpu-wheels'
  | 'headless-opencv'
  | 'virtual-environment'
  | 'wheel-mounts'
  | 'tool-environment'
  | 'start-command'
  | 'tool-layer-order'
  | 'tool-stages'
  | 'conda-stages'
  | 'runtime-packages'
  | 'runtime-libraries'
  | 'no-recommends'
  | 'layer-order'
  | 'package-layer-order'
  | 'heavy-layer'
  | 'step-inputs'
  | 'cache-mounts'
  | 'prune-tests'
  | 'prune-headers'
  | 'strip-libraries'
  | 'base-pip'
  | 'traced-bytecode'
  | 'base-platform'
  | 'copy-owner'
  | 'non-root-user'
  | 'model-volume'
  | 'secret-mounts';

/** What a Debian package is there for, as the knowledge tables tell it. */
export type PackagePurpose = 'build' | 'header' | 'convenience' | 'run-time' | 'unknown';

/** What the rewrites know besides the Dockerfile: facts of the project, of its dependencies and of the engine. */
export interface RewriteFacts {
  /** False when the engine keeps nothing between `RUN --mount=type=cache` runs. */
  readonly hasCacheMounts: boolean;
  /** What a requirements file needs beside itself: `requirements-dev.txt` → [`requirements-dev.txt`, `requirements.txt`]. */
  readonly requirementClosure: ReadonlyMap<string, readonly string[]>;
  /** Folders of the build context in which every file is a requirements file: `requirements`. */
  readonly requirementFolders: ReadonlySet<string>;
  /** Requirements files that name something of the build context (`-e .`, `./pkg`): they need the source. */
  readonly requirementsWithSource: ReadonlySet<string>;
  /** Requirements file as installed today → the file with what production needs. */
  readonly productionRequirements: ReadonlyMap<string, string>;
  /** Normalised names of distributions that only development needs. */
  readonly developmentDistributions: ReadonlySet<string>;
  /** Requirements to install from the CPU index in a step of their own, or undefined when nothing is to be swapped. */
  readonly cpuWheels: { readonly requirements: readonly string[]; readonly evidence: string } | undefined;
  /** What a requirement becomes on a CPU, where its GPU build has another name or needs no extra: `tensorflow[and-cuda]==2.16` → `tensorflow-cpu==2.16`. */
  readonly cpuRequirement?: ((requirement: string) => string | undefined) | undefined;
  /** Purpose of a Debian package, and its run-time counterpart (`libpq-dev` → `libpq5`). */
  readonly classifyPackage: (name: string) => {
    readonly purpose: PackagePurpose;
    readonly runtimePackages: readonly string[];
  };
  /** Packages of the source tree that are installed in editable form, by folder of the build context; undefined where the project was not read for them. */
  readonly editablePackages?: ReadonlyMap<string, EditablePackage> | undefined;
  /** Debian packages that provide a command. */
  readonly packageOfCommand: (command: string) => string | undefined;
  /** Debian run-time packages that the distributions need and that no wheel bundles. */
  readonly runtimeLibraries: readonly {
    readonly packageName: string;
    readonly because: string;
    /** Packages that are known to bring it along: with one of them it need not be named. */
    readonly broughtBy?: ReadonlySet<string>;
  }[];
  /** Commands that scripts, health checks and the application call. */
  readonly neededCommands: ReadonlyMap<string, string>;
  /** Places outside the Dockerfile that name the old installation path: `/usr/local/lib/python3.11/site-packages`. */
  readonly hardCodedPaths: readonly { readonly file: string; readonly line: number; readonly text: string }[];
  /** Places outside the Dockerfile that name conda's installation, or a variable that only activating sets: `/opt/conda/bin`, `CONDA_EXE`. */
  readonly condaPaths?: RewriteFacts['hardCodedPaths'];
  /** Import statements of the application that are worth byte-compiling: `from fastapi import FastAPI`. */
  readonly importStatements: readonly string[];
  /** Something compiles at run time (`torch.compile`, `cpp_extension`): what, or undefined. */
  readonly compilesAtRunTime: string | undefined;
  /**
   * Texts of the manifests and lock files in the build context, by path (`pyproject.toml`, `uv.lock`, `.python-version`), and an empty text for
   * each `pyvenv.cfg` in it; undefined when the context was not read.
   */
  readonly contextManifests?: ReadonlyMap<string, string>;
  /** Whether the ignore file keeps a path out of the build context, as it will be; undefined where the context was not read. */
  readonly isIgnored?: ((path: string) => boolean) | undefined;
  /**
   * Texts of the build context by path, as far as they say what runs: scripts, Python sources, requirements, manifests; undefined when the
   * context was not read.
   */
  readonly contextTexts?: ReadonlyMap<string, string> | undefined;
  /** What the project asks of CUDA; undefined when not all of its requirements are known. */
  readonly cuda?: CudaFacts | undefined;
  /** What becomes of distributions that a smaller one can stand in for; undefined when none is requested. */
  readonly smaller?: SmallerFacts | undefined;
  /** What a script of the build context that a RUN starts reads of it, by path of the script; undefined where no fat image shows what it writes. */
  readonly stepInputs?: ReadonlyMap<string, StepInputs> | undefined;
  /** Requirements that are large, alone or with what they require; undefined when none is. */
  readonly heavy?: HeavyFacts | undefined;
  /** Large distributions that conda installs: `pandas`. */
  readonly condaHeavy?: readonly string[] | undefined;
  /** What the image is built for: `linux/amd64`; undefined where nobody said it and no engine was asked. */
  readonly buildPlatform?: string | undefined;
  /** Facts about running as another user than root; undefined where the project was not read for them. */
  readonly rootNeeds?: RootNeeds | undefined;
  /** Files of the build context that hold credentials (`pip.conf`, `.netrc`), with what was found: `a password for pypi.example.com`. */
  readonly credentialFiles?: ReadonlyMap<string, string> | undefined;
  /** Folders of the build context that are a Hugging Face cache (`models--OWNER--NAME` in them): `models`. */
  readonly modelCacheFolders?: ReadonlySet<string> | undefined;
  /** Who needs what installs; undefined where the project was not read for it. */
  readonly installerNeeds?: InstallerNeeds | undefined;
  /** Path of the pruning script in the build context. */
  readonly pruneScript: string;
}

/** What a project asks of a CUDA base; the lists hold normalised names of distributions that it requests. */
export interface CudaFacts {
  readonly device: 'cpu' | 'gpu';
  /** A distribution whose wheels bring CUDA's libraries: `torch`. */
  readonly broughtBy: string | undefined;
  /** They load CUDA's libraries of the system: `onnxruntime-gpu`. */
  readonly systemUsers: readonly string[];
  /** nvcc compiles them when they are installed: `flash-attn`. */
  readonly compiledAtBuild: readonly string[];
  /** They call a compiler when they run: `deepspeed`. */
  readonly compilingAtRunTime: readonly string[];
}

/** Distributions that a smaller one with the same modules stands in for: `opencv-python` → `opencv-python-headless`. */
export interface SmallerFacts {
  /** A requirement with the smaller one's name, or undefined. */
  readonly requirement: (requirement: string) => string | undefined;
  /** The smaller one of a distribution, or undefined. */
  readonly nameOf: (distribution: string) => string | undefined;
  /** Debian packages that nothing else that is requested is known to need. */
  readonly systemPackages: ReadonlySet<string>;
  /** `runtimeLibraries` with the smaller ones. */
  readonly runtimeLibraries: RewriteFacts['runtimeLibraries'];
  /** What has to stay, and why. */
  readonly leftAlone: readonly string[];
}

/** What a build step reads. */
export interface StepInputs {
  /** Files and folders of the build context, the script itself among them. */
  readonly paths: readonly string[];
  /** Why it may read more, in words that follow `because`; undefined when it does not. */
  readonly because: string | undefined;
  /** Top-level modules that it and what it imports take from distributions: `sklearn`. */
  readonly modules?: readonly string[];
  /** Whether the heavy distributions are all that it needs, and why not, in words that follow `because`; absent where there are none, or nothing tells. */
  readonly heavyAlone?: { readonly because: string | undefined };
}

/** Requirements that are worth a layer of their own. */
export interface HeavyFacts {
  /** As the requirements files have them: `pandas>=2.1`. */
  readonly requirements: readonly string[];
  /** What the files say about where and how to install them: `--extra-index-url https://…`. */
  readonly options: readonly string[];
  /** Why they cannot be installed apart from the others, in words that follow `because`; undefined when they can. */
  readonly because: string | undefined;
  /** For the plan: `pandas, scikit-learn with what they require are 264 of 301 MB`. */
  readonly evidence: string;
  /** Those of `importStatements` that need nothing else. */
  readonly importStatements: readonly string[];
}

/** A package that is installed in editable form, as far as a regular installation could take its place. */
export interface EditablePackage {
  /** Its folders and modules in the build context: `src/stopwords`. */
  readonly roots: readonly string[];
  /** What a regular installation would miss, in words that follow `because`; undefined when nothing. */
  readonly because: string | undefined;
}

/** Who needs pip, setuptools or wheel while the program runs; what installed distributions need is seen in the build. */
export interface InstallerNeeds {
  /** Why pip stays, in words for the user: `app.py:3 imports it`; undefined where nothing in the project needs it. */
  readonly pip: string | undefined;
  /** Modules of setuptools and wheel that the project names: `pkg_resources`. */
  readonly modules: readonly string[];
}

/** What speaks for or against another user than root. */
export interface RootNeeds {
  /** Ports that the service listens on. */
  readonly ports: readonly number[];
  /** What needs root, in words that follow `because`: `entrypoint.sh:3 calls gosu`. */
  readonly reasons: readonly string[];
  /** Container paths of volumes: empty ones take the owner of the directory in the image. */
  readonly volumePaths: readonly string[];
}

/** What a rewrite says about a Dockerfile: edits with their reason, or why a line was left alone. */
export interface RewriteProposal {
  readonly edits: readonly TextEdit[];
  /** One sentence, for the plan. */
  readonly reason: string;
  /** What is done, where the rewrite's own title would say something else. */
  readonly title?: string | undefined;
  /** What was left as it is, and why. */
  readonly leftAlone: readonly string[];
  /** Secrets that the changed file must be built with. */
  readonly secrets?: readonly BuildSecret[];
}

/** A secret that a build is handed, and where its value stands today. */
export interface BuildSecret {
  /** As in `--secret id=ID`. */
  readonly id: string;
  readonly source:
    | { readonly kind: 'argument'; readonly name: string; readonly value: string | undefined }
    | { readonly kind: 'literal'; readonly value: string }
    /** Of the build context. */
    | { readonly kind: 'file'; readonly path: string };
}

/** One rewrite: a pure pass over a Dockerfile's syntax. Re-running it on its own result proposes nothing. */
export interface Rewrite {
  readonly id: RewriteId;
  readonly title: string;
  readonly risk: Risk;
  /** It changes one thing at a time, and is asked until it has nothing more to propose. */
  readonly isRepeated?: true;
  /** The proposal; no edits and nothing left alone when the rewrite has no business here. */
  propose(dockerfile: ResolvedDockerfile, facts: RewriteFacts): RewriteProposal;
}

/** A Dockerfile with its syntax and its model. */
export interface ResolvedDockerfile {
  readonly syntax: DockerfileSyntax;
  readonly model: DockerfileModel;
  /** The model as its user wrote it, in front of all rewrites. */
  readonly given: DockerfileModel;
  /** Where its user finds an instruction, whatever earlier rewrites made of it: `Dockerfile:12`; the text of one that they added. */
  readonly placeOf: (syntax: InstructionSyntax) => string;
  /** The instruction as its user wrote it, for a sentence: `` `RUN ./install.sh` ``. */
  readonly quoteOf: (syntax: InstructionSyntax) => string;
}

/** The proposal of a rewrite that has no business here. */
export const nothingToDo: RewriteProposal = { edits: [], reason: '', leftAlone: [] };

/** The proposal of a rewrite that would have business here, but must not touch it. */
export function leave(...reasons: readonly string[]): RewriteProposal {
  return { edits: [], reason: '', leftAlone: reasons };
}

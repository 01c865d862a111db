import type { RewriteFacts } from '../dockerfile/index.ts';
import {
  cpuReplacement,
  cpuVariant,
  likelyDistributions,
  normaliseName,
  packageOfCommand,
  parseNamedRequirement,
  pullsTorch,
  torchCompanions,
} from '../python/index.ts';
import { importStatement } from './application.ts';
import { condaBringsTorch, condaHeavy } from './conda-packages.ts';
import { credentialFiles, modelCacheFolders } from './context-contents.ts';
import { contextManifests, contextTexts } from './context-manifests.ts';
import { cudaFacts } from './cuda-facts.ts';
import { cpuFacts, distributionFacts } from './distribution-facts.ts';
import { editablePackages } from './editable-packages.ts';
import type { FactsInput } from './facts-input.ts';
import { installerNeeds } from './installer-needs.ts';
import { neededCommands } from './needed-commands.ts';
import { requirementClosure, requirementFolders, requirementsWithSource } from './requirement-files.ts';
import { rootNeeds } from './root-needs.ts';
import { smallerFacts } from './smaller-facts.ts';
import { compilesAtRunTime, condaPaths, hardCodedPaths } from './source-signs.ts';
import { stepInputsOf } from './step-inputs.ts';
import type { ProjectStudy } from './study-project.ts';
import { classifyPackage, runtimeLibraries } from './system-package-facts.ts';

/** Where the pruning script lies in the project. */
export const pruneScriptPath = 'docker/prune-site-packages.py';

/** What the rewrites need to know, drawn from the project and the knowledge tables. */
export function rewriteFacts(input: FactsInput): RewriteFacts {
  const { project, study } = input;
  const distributions = distributionFacts(input);
  const editable = requestedNames(study, study.inlineRequirements);
  const names = requestedNames(study, [...study.toolRequirements, ...textsOf(study)]);
  return {
    hasCacheMounts: input.hasCacheMounts,
    requirementClosure: requirementClosure(study),
    requirementFolders: requirementFolders(project),
    requirementsWithSource: requirementsWithSource(study),
    productionRequirements: new Map(),
    developmentDistributions: new Set(
      study.inlineRequirements.flatMap((text) => {
        const name = nameOf(text);
        const isNeeded =
          name === undefined ||
          distributions.importedBy(name) !== undefined ||
          distributions.usedThrough?.(name) !== undefined ||
          distributions.startedBy(name) !== undefined;
        return !isNeeded && distributions.developmentReason(name) !== undefined ? [name] : [];
      }),
    ),
    cpuWheels: cpuWheelsOf(input),
    cpuRequirement: (text) => cpuRequirement(text, input),
    classifyPackage: (name) => classifyPackage(name, input.suite),
    packageOfCommand,
    runtimeLibraries: runtimeLibraries(names, input),
    neededCommands: neededCommands(input),
    hardCodedPaths: hardCodedPaths(project),
    condaPaths: condaPaths(project),
    importStatements: tracedImports(study, names),
    compilesAtRunTime: compilesAtRunTime(input, [...names.keys()]),
    contextManifests: contextManifests(project),
    contextTexts: contextTexts(project),
    editablePackages: editablePackages(project, study),
    cuda: cudaFacts(input, names),
    smaller: smallerFacts(input, { editable, all: names }),
    buildPlatform: input.buildPlatform,
    rootNeeds: rootNeeds(project, study, {
      ports: input.ports ?? [],
      volumePaths: input.volumePaths ?? [],
    }),
    credentialFiles: credentialFiles(project),
    modelCacheFolders: modelCacheFolders(project),
    stepInputs: stepInputsOf(project, study),
    condaHeavy: condaHeavy(project),
    installerNeeds: installerNeeds(project, study, listedNames(study)),
    pruneScript: pruneScriptPath,
  };
}

/** What RUN instructions name themselves, and what the manifests of installed packages list. */
function textsOf({ inlineRequirements, packageRequirements }: ProjectStudy): readonly string[] {
  return [...inlineRequirements, ...(packageRequirements ?? [])];
}

/** The distributions that the project asks for itself, by normalised name. */
export function requestedDistributions(study: ProjectStudy): ReadonlySet<string> {
  return new Set(requestedNames(study, [...study.toolRequirements, ...textsOf(study)]).keys());
}

/** Without what a RUN names itself: `pip install --upgrade pip` is no wish to have it in the image. */
function listedNames(study: ProjectStudy): ReadonlySet<string> {
  const texts = [...study.toolRequirements, ...(study.packageRequirements ?? [])];
  return new Set(requestedNames(study, texts).keys());
}

function requestedNames(study: ProjectStudy, texts: readonly string[]): Map<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const { line } of study.requirements.flatMap((tree) => tree.requested)) {
    if (line.name !== undefined) names.set(normaliseName(line.name), line.extras);
  }
  for (const text of texts) {
    const parsed = parseNamedRequirement(text);
    if ('name' in parsed) names.set(parsed.name, parsed.extras);
  }
  return names;
}

function nameOf(requirement: string): string | undefined {
  const parsed = parseNamedRequirement(requirement);
  return 'name' in parsed ? parsed.name : undefined;
}

/** The CPU build of what a RUN asks for by name, where that has another name or fewer extras. */
function cpuRequirement(text: string, { study, target }: FactsInput): string | undefined {
  const parsed = parseNamedRequirement(text);
  if (!('name' in parsed) || parsed.url !== undefined || cpuVariant(parsed.name)?.how === 'index')
    return undefined;
  return cpuReplacement({ ...parsed, name: parsed.nameAsWritten }, cpuFacts(study, target));
}

/** torch, torchvision and torchaudio as they are asked for, without CUDA pins; `torch` alone where another distribution pulls it. */
function cpuWheelsOf({ project, study, target }: FactsInput): RewriteFacts['cpuWheels'] {
  // Pip finds conda's PyTorch satisfied: it would install none.
  if (target.device !== 'cpu' || condaBringsTorch(project)) return undefined;
  const lines = study.requirements.flatMap((tree) => tree.requested).filter((one) => !one.isConstraint);
  const asked = new Map<string, string>();
  for (const { line } of lines)
    if (line.kind === 'requirement' && cpuVariant(line.name)?.how === 'index')
      asked.set(line.name, `${line.name}${line.specifier.replace(/\+cu\d+/g, '')}`);
  for (const text of textsOf(study)) {
    const parsed = parseNamedRequirement(text);
    if ('name' in parsed && cpuVariant(parsed.name)?.how === 'index')
      asked.set(parsed.name, `${parsed.name}${parsed.specifier.replace(/\+cu\d+/g, '')}`);
  }
  const puller = [...requestedNames(study, textsOf(study))].find(([name, extras]) =>
    pullsTorch(name, extras),
  );
  if (asked.size === 0 && puller === undefined) return undefined;
  const via = asked.size === 0 && puller !== undefined ? ` (${puller[0]} pulls torch)` : '';
  for (const [name] of requestedNames(study, textsOf(study)))
    for (const companion of torchCompanions(name)) if (!asked.has(companion)) asked.set(companion, companion);
  const requirements =
    asked.has('torch') || asked.size === 0 ? [...asked.values()] : ['torch', ...asked.values()];
  return {
    requirements: requirements.length > 0 ? requirements : ['torch'],
    evidence: `${target.source === 'given' ? 'made for the CPU as asked' : (target.evidence[0] ?? 'nothing in the project uses a GPU')}${via}`,
  };
}

/** What the application and the scripts of its build import when they start: a model that was pickled here loads their modules too. */
function tracedImports({ application }: ProjectStudy, requested: ReadonlyMap<string, unknown>): string[] {
  const found = [...application.imports, ...application.buildImports];
  // Where it is not known what starts, a file may be of another image, whose modules this one does not have.
  const isInstalled = ({ module }: { readonly module: string }): boolean =>
    application.entries.length > 0 ||
    likelyDistributions(module).some((name) => requested.has(normaliseName(name)));
  const statements = found
    .filter((one) => one.moment === 'top-level' && !one.isOptional && isInstalled(one))
    .map(importStatement);
  return [...new Set(statements)].sort();
}

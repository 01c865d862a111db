import { createHash } from 'node:crypto';
import type { Audit } from '../audit/index.ts';
import { formatBytes } from '../base/index.ts';
import { type Finding, type FindingKind, findingKinds, type Severity } from '../finding/index.ts';
import { doneBy } from './done-by.ts';
import { counted, shortInstruction } from './wording.ts';

const levels = { error: 'error', warning: 'warning', info: 'note' } as const satisfies Record<
  Severity,
  string
>;

/**
 * An audit as SARIF 2.1.0 (OASIS, `sarif-v2.1.0-os`): one run, a rule for each kind of finding that occurs, a result for each finding.
 * Paths are those of the image's root file system, below the base `IMAGE`; a finding about no file points at the image itself.
 */
export function auditSarif(audit: Audit, tool: { readonly version: string }): string {
  const kinds = [...new Set(audit.findings.map(({ kind }) => kind))].sort();
  const fingerprintOf = fingerprints();
  const run = {
    tool: {
      driver: {
        name: 'Plimsoll',
        semanticVersion: tool.version,
        rules: kinds.map(ruleOf),
      },
    },
    originalUriBaseIds: {
      IMAGE: { description: { text: `The root of the file system of ${audit.image.name}.` } },
    },
    columnKind: 'utf16CodeUnits',
    properties: {
      image: audit.image.name,
      digest: audit.image.digest,
      contentBytes: audit.image.contentBytes,
      deadBytes: audit.deadBytes,
      avoidableBytes: audit.avoidableBytes,
      efficiency: audit.efficiency,
    },
    invocations: [invocationOf(audit)],
    results: audit.findings.map((finding) => ({
      ruleId: finding.kind,
      ruleIndex: kinds.indexOf(finding.kind),
      level: levels[finding.severity],
      message: { text: messageOf(finding) },
      locations: locationsOf(finding, audit),
      partialFingerprints: { 'plimsollFinding/v1': fingerprintOf(finding) },
      properties: propertiesOf(finding),
    })),
  };
  return `${JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }, undefined, 2)}\n`;
}

/** The run itself: what could not be read is a notification of it, no result. */
function invocationOf({ unreadable }: Audit): object {
  return {
    executionSuccessful: true,
    toolExecutionNotifications: unreadable.map(({ path, reason }) => ({
      level: 'warning',
      message: { text: `${path} could not be read, so files or packages may be missing: ${reason}.` },
    })),
  };
}

function ruleOf(kind: FindingKind): object {
  const { title, why, remedy, severity, waste, risk } = findingKinds[kind];
  const edit = doneBy(findingKinds[kind])
    .map(({ command, name }) => ` \`${command}\` does it: \`${name}\`.`)
    .join('');
  const isSecret = kind.startsWith('secret-');
  return {
    id: kind,
    name: kind.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: {
      text: `${why} ${remedy}${edit.replaceAll('`', '')}`,
      markdown: `${why}\n\n**Remedy.** ${remedy}${edit}\n\nRisk of the remedy: ${risk}.`,
    },
    defaultConfiguration: { level: levels[severity] },
    properties: {
      tags: ['container', ...(isSecret ? ['security'] : [waste ?? 'advice'])],
      // GitHub sorts results that are about security by this number, 7.0 to 8.9 being high.
      ...(isSecret ? { 'security-severity': '8.0' } : {}),
      precision: 'high',
    },
  };
}

function messageOf(finding: Finding): string {
  const { kind, sizeBytes, pathCount, owner, instruction, layer, remedy } = finding;
  const amount = [
    ...(sizeBytes === 0 ? [] : [formatBytes(sizeBytes)]),
    ...(pathCount === 0 ? [] : [`in ${counted(pathCount, 'file')}`]),
    ...(owner === undefined ? [] : [`of ${owner.name} ${owner.version}`]),
  ].join(' ');
  const place =
    layer === undefined
      ? ''
      : ` Layer ${layer}${instruction === undefined ? '' : `: ${cut(shortInstruction(instruction))}`}.`;
  return `${findingKinds[kind].title}${amount === '' ? '' : `: ${amount}`}.${place} ${remedy}`;
}

function cut(text: string): string {
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}

function locationsOf(finding: Finding, audit: Audit): object[] {
  const layer = finding.layer === undefined ? undefined : audit.layers[finding.layer];
  const inLayer = (path: string): object => ({
    logicalLocations: [
      layer === undefined
        ? { fullyQualifiedName: `/${path}`, kind: 'resource' }
        : { fullyQualifiedName: `${layer.diffId}/${path}`, kind: 'resource' },
    ],
  });
  if (finding.paths.length === 0) {
    // Readers of SARIF show a result only where it has a physical location.
    return [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(audit.image.name) } },
        logicalLocations: [{ fullyQualifiedName: audit.image.name, kind: 'module' }],
      },
    ];
  }
  return finding.paths.map((path) => ({
    physicalLocation: {
      artifactLocation: { uri: uriOf(path), uriBaseId: 'IMAGE' },
      region: { startLine: 1 },
    },
    ...inLayer(path),
  }));
}

/** A relative URI reference (RFC 3986) of a path; a colon in its first part would read as a scheme. */
function uriOf(path: string): string {
  return path
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/');
}

function propertiesOf(finding: Finding): object {
  const { waste, sizeBytes, pathCount, risk, layer, rewrite, pass, owner } = finding;
  return {
    sizeBytes,
    pathCount,
    risk,
    ...(waste === undefined ? {} : { waste }),
    ...(layer === undefined ? {} : { layer }),
    ...(owner === undefined ? {} : { owner: `${owner.kind}:${owner.name}@${owner.version}` }),
    ...(rewrite === undefined ? {} : { rewrite }),
    ...(pass === undefined ? {} : { pass }),
  };
}

/**
 * Gives each finding a mark that stays the same when the image is built again: from its kind, whose it is, and the instruction.
 * Sizes, versions and layer positions are left out, since they move; findings that are alike are numbered.
 */
function fingerprints(): (finding: Finding) => string {
  const seen = new Map<string, number>();
  return (finding) => {
    // The classic builder names what it copied by the hash of its content.
    const instruction = shortInstruction(finding.instruction ?? '').replace(
      /\b(file|dir|multi):[0-9a-f]+…?/,
      '$1',
    );
    const facts = [finding.kind, finding.owner?.kind, finding.owner?.name, detailOf(finding), instruction];
    const mark = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32);
    const count = (seen.get(mark) ?? 0) + 1;
    seen.set(mark, count);
    return `${mark}:${count}`;
  };
}

/** What tells a finding from others of its kind. */
function detailOf(finding: Finding): string {
  switch (finding.kind) {
    case 'package-manager-cache':
      return finding.manager;
    case 'dev-dependency':
    case 'heavy-dependency':
      return finding.distribution;
    case 'secret-file':
      return `${finding.secret} ${finding.paths[0] ?? ''}`;
    case 'secret-in-environment':
      return finding.variable;
    case 'secret-in-history':
      return `${finding.secret} ${finding.variable ?? ''}`;
    case 'model-weights':
      return `${finding.format} ${finding.paths[0] ?? ''}`;
    case 'missing-program':
      return finding.program;
    case 'unpinned-base':
    case 'heavy-base':
      return finding.base;
    default:
      return '';
  }
}

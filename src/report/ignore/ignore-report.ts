import type { IgnoreLineEffect, IgnoreSuggestion } from '../../dockerignore/index.ts';
import type { SecretFileKind } from '../../finding/index.ts';

/** A number of files and their bytes. */
export interface CountedFiles {
  readonly sizeBytes: number;
  readonly fileCount: number;
}

/** A build context: what is sent, what stays out and why, and what could stay out. */
export interface IgnoreReport {
  /** Absolute path of the context. */
  readonly directory: string;
  readonly dockerfile: string;
  readonly ignoreFile: {
    readonly path: string;
    readonly isThere: boolean;
    /** Ignore files that are there and that Docker does not read for this Dockerfile. */
    readonly unused: readonly string[];
  };
  /** What an engine can be sent, and the part that the Dockerfile's COPY, ADD and bind mounts ask for: BuildKit transfers no more. */
  readonly sent: CountedFiles;
  readonly requested: CountedFiles;
  /** With the proposed lines. */
  readonly proposed: CountedFiles;
  /** Every directory of what is sent, the largest first. */
  readonly directories: readonly (CountedFiles & { readonly path: string })[];
  /** Files at the top of the context. */
  readonly topFiles: CountedFiles;
  /** Sockets, pipes and devices: they hold no bytes, and builds stumble over them. */
  readonly specialPaths: readonly string[];
  /** What each line of the ignore file does. */
  readonly lines: readonly IgnoreLineEffect[];
  readonly secrets: readonly SentSecret[];
  readonly cutSources: readonly ReportedCut[];
  /** The largest first. */
  readonly proposals: readonly IgnoreSuggestion[];
  /** Proposals that were taken back, as they would cut off a source of the Dockerfile. */
  readonly dropped: readonly { readonly pattern: string; readonly because: string }[];
  /** What looks superfluous and stays. */
  readonly kept: readonly { readonly path: string; readonly kind: string; readonly reason: string }[];
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** The change of the ignore file, where it was asked for. */
  readonly fix: IgnoreFix | undefined;
}

/** A file of secrets that is sent. */
export interface SentSecret {
  readonly path: string;
  readonly sizeBytes: number;
  readonly secret: SecretFileKind;
  /** Why no line is proposed for it; undefined where one is. */
  readonly keptBecause: string | undefined;
}

/** A source of the Dockerfile that the ignore file cuts off. */
export interface ReportedCut {
  /** `error` where the build fails or a wildcard copies nothing, `warning` where a directory is copied empty. */
  readonly severity: 'error' | 'warning';
  readonly instruction: 'copy' | 'add' | 'mount';
  /** Line in the Dockerfile. */
  readonly dockerfileLine: number;
  /** As written. */
  readonly source: string;
  readonly path: string;
  /** Line and pattern in the ignore file. */
  readonly ignoreLine: number;
  readonly pattern: string;
}

/** A change of the ignore file. */
export interface IgnoreFix {
  readonly path: string;
  readonly isWritten: boolean;
  /** Unified; empty where there is nothing to change. */
  readonly diff: string;
}

import { UserError } from '../base/index.ts';

/** Where an image is to be read from, as a person names it. */
export type ImageSpec =
  /** The path holds the reference as well, where one was given: only what is there tells them apart. */
  | { readonly kind: 'docker-archive'; readonly path: string; readonly tag?: string }
  | { readonly kind: 'oci'; readonly path: string; readonly tag?: string }
  | { readonly kind: 'oci-archive'; readonly path: string; readonly tag?: string }
  | { readonly kind: 'docker' | 'podman'; readonly reference: string }
  | { readonly kind: 'registry'; readonly reference: string }
  /** An image as skopeo writes it, or an unpacked root file system: what is there decides. */
  | { readonly kind: 'dir'; readonly path: string }
  /** No medium is named: what there is decides. */
  | { readonly kind: 'bare'; readonly text: string };

// docker-archive:fat.tar   docker-archive:fat.tar:app:1   oci:layout   oci:layout:v1   oci-archive:lean.tar   docker:app:1   podman:app   registry:ghcr.io/a/b
// dir:/mnt/rootfs   dir:copied          fat.tar      python:3.11     ./layout

/** Reads what follows `plimsoll audit`. Throws a `UserError` for an empty name. */
export function parseImageSpec(text: string): ImageSpec {
  const match = /^(docker-archive|oci-archive|oci|docker|podman|registry|dir):(.*)$/s.exec(text);
  const kind = match?.[1];
  // `//` is how other tools write it: docker://app, oci://…
  const rest = (match?.[2] ?? text).replace(/^\/\/(?=[^/])/, '');
  if (rest === '') {
    throw new UserError(text === '' ? 'no image is named' : `"${text}" names no image`, {
      hint: 'Write docker-archive:FILE[:REF], oci:DIR[:TAG], oci-archive:FILE[:TAG], registry:REF, docker:REF, podman:REF, dir:DIR, or a file or reference.',
    });
  }
  switch (kind) {
    case 'docker-archive':
    case 'dir':
      return { kind, path: rest };
    case 'oci':
    case 'oci-archive':
      return { kind, ...splitTag(rest) };
    case 'docker':
    case 'podman':
    case 'registry':
      return { kind, reference: rest };
    default:
      return { kind: 'bare', text };
  }
}

/** A tag is what follows the last colon, unless that is part of a path. */
function splitTag(text: string): { readonly path: string; readonly tag?: string } {
  const match = /^(.+):([^/:]+)$/s.exec(text);
  return match?.[1] !== undefined && match[2] !== undefined
    ? { path: match[1], tag: match[2] }
    : { path: text };
}

import { describe, expect, test } from 'vitest';
import { findInstructionLine } from './index.ts';

const dockerfile = `# syntax=docker/dockerfile:1
ARG PYTHON=3.11
FROM python:\${PYTHON} AS builder
RUN apt-get update
RUN pip install \\
    # the heavy ones
    torch

RUN <<EOF
apt-get update
EOF
COPY --from=nginx /etc/nginx /etc/nginx
FROM python:3.11-slim
RUN apt-get update
COPY $SOURCE /srv/
RUN echo a
RUN echo a
`;

const places: readonly (readonly [string, number | undefined, string])[] = [
  ['[builder 3/5] RUN pip install     torch', 5, 'continuation and inner comment'],
  ['[builder 2/5] RUN apt-get update', 4, 'the same text in two stages: by stage name'],
  ['[stage-1 2/5] RUN apt-get update', 14, 'the same text in two stages: an unnamed stage'],
  ['[2/2 2/5] RUN apt-get update', 14, 'the same text in two stages: Podman’s number'],
  ['[builder 4/5] RUN <<EOF (apt-get update...)', 9, 'a heredoc; its body is no instruction'],
  ['[stage-1 3/5] COPY models /srv/', 15, 'a variable that the engine filled in'],
  ['[builder 1/5] FROM docker.io/library/python:3.11@sha256:0123', 3, 'a resolved base image'],
  ['[internal] load metadata for docker.io/library/python:3.11-slim', 13, 'loading a base image'],
  ['FROM docker.io/library/nginx:latest', 12, 'an image that only COPY names'],
  ['[stage-1 5/5] RUN echo a', undefined, 'two that fit: none is guessed'],
  ['exporting to image', undefined, 'no instruction at all'],
];

describe('an instruction is found in the Dockerfile', () => {
  test.each(places)('%s → %s (%s)', (step, line) => {
    expect(findInstructionLine(dockerfile, step)).toBe(line);
  });
});

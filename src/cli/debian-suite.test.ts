import { expect, test } from 'vitest';
import { suiteOfBase } from './debian-suite.ts';

test.each([
  ['python:3.11-slim-bookworm', 'bookworm', 'the tag names it'],
  ['python:3.12', 'trixie', 'the default of the official images since August 2025'],
  ['python:3.11.5-slim', 'bookworm', 'a patch release that was superseded before that'],
  ['python:3.12.11', 'trixie', 'one that was current then'],
  ['python:3.8', 'bookworm', 'the last 3.8 was of October 2024'],
  ['python:3.6-slim', 'bullseye', 'the last 3.6 was of September 2021'],
  ['python:3.6.0-slim', 'other', 'older than all that is known'],
  ['python:3.9-buster', 'other', 'a release that the tables do not know'],
  ['python:2.7', 'other', 'another Python'],
  ['python', 'trixie', 'the newest'],
  ['docker.io/library/python:3.10.12', 'bookworm', 'with a registry'],
  ['nvidia/cuda:12.4.1-base-ubuntu22.04', 'jammy', 'Ubuntu by its number'],
  ['ubuntu:24.04', 'noble', 'Ubuntu itself'],
  ['ubuntu:20.04', 'focal', 'an older one'],
  ['ubuntu', 'noble', 'the newest with long support'],
  ['debian:11-slim', 'bullseye', 'Debian by its number'],
  ['debian:bookworm-slim', 'bookworm', 'and by its name'],
  ['continuumio/miniconda3:24.5.0-0', 'bookworm', 'what Anaconda builds on'],
  ['ghcr.io/astral-sh/uv:python3.12-bookworm-slim', 'bookworm', 'the image of uv'],
] as const)('%s is made of %s: %s', (reference, suite, _why) => {
  expect(suiteOfBase(reference)).toBe(suite);
});

// The form of limits holds every limit that the API has, sends what was written and nothing else, and says where no whole number stands.

import { create } from '@bufbuild/protobuf';
import { VersionLimitsSchema } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import { expect, test } from 'vitest';
import { draftOfLimits, LIMIT_NAMES, limitsOf, limitWords } from './limits-draft.ts';

const LIMITS = create(VersionLimitsSchema, {
  ...{ wallMs: 90_000n, memoryMb: 64, network: 'hosts', hosts: ['api.example.com', '*.example.org:8443'] },
  ...{ isolation: 'version' },
});

test('every limit has its place in the form', () => {
  expect([...LIMIT_NAMES].sort()).toEqual(VersionLimitsSchema.fields.map(({ name }) => name).sort());
});

test('what is read and sent again is the same', () => {
  const made = limitsOf(draftOfLimits(LIMITS));
  expect(made).toEqual({ ok: true, limits: LIMITS });
  expect(limitsOf(draftOfLimits(undefined))).toEqual({ ok: true, limits: create(VersionLimitsSchema) });
});

test('a field that holds no whole number is named', () => {
  const made = limitsOf({ ...draftOfLimits(LIMITS), cpu_s: '1.5', memory_mb: '3000000000', wall_ms: '3000000000' });
  expect(made.ok ? [] : [...made.errors.keys()]).toEqual(['cpu_s', 'memory_mb']);
});

test('limits are said in words, and what is left to the executor is not', () => {
  expect(limitWords(LIMITS)).toEqual([
    'Time running 90,000 ms',
    'Memory 64 MiB',
    'Network: certain hosts',
    'Process: shared by the plays of this version',
    'api.example.com',
    '*.example.org:8443',
  ]);
  expect(limitWords(undefined)).toEqual([]);
});

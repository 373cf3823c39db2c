import { Code, ConnectError } from '@connectrpc/connect';
import { BadRequestSchema, ErrorInfoSchema } from '@hero-logic/proto/google/rpc/error_details_pb';
import { expect, test } from 'vitest';
import { toApiError, violationsByField } from './errors.ts';

test('the reason and the violations of the server are kept', () => {
  const error = new ConnectError('limit is too high', Code.InvalidArgument);
  error.details.push({ desc: ErrorInfoSchema, value: { reason: 'INVALID_INPUT', domain: 'hero-logic' } });
  error.details.push({
    desc: BadRequestSchema,
    value: { fieldViolations: [{ field: 'input_data.limit', description: 'must be <= 1' }] },
  });
  expect(toApiError(error)).toEqual({
    kind: 'invalid',
    message: 'Limit is too high.',
    reason: 'INVALID_INPUT',
    retry: false,
    violations: [{ field: 'input_data.limit', description: 'must be <= 1' }],
  });
});

test('a server that does not answer can be asked again', () => {
  expect(toApiError(new TypeError('Failed to fetch'))).toMatchObject({
    kind: 'offline',
    reason: 'UNREACHABLE',
    retry: true,
  });
  const wrapped = ConnectError.from(new TypeError('Failed to fetch'));
  expect(toApiError(wrapped)).toMatchObject({ kind: 'offline', retry: true });
  expect(toApiError(new ConnectError('', Code.NotFound))).toMatchObject({ reason: 'NOT_FOUND', retry: false });
});

test('violations land on the fields they name; the others on the whole', () => {
  const violations = [
    { field: 'input_data.limit', description: 'must be <= 1' },
    { field: 'input_data.items.0.name', description: 'is required' },
    { field: 'input_data.other', description: 'is unknown' },
    { field: 'input_data', description: 'must be an object' },
  ];
  expect([...violationsByField(violations, ['input_data'], ['limit', 'items'])]).toEqual([
    ['limit', 'Must be <= 1.'],
    ['items', 'Is required.'],
    ['', 'Other is unknown. Must be an object.'],
  ]);
});

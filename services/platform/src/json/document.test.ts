// Contract: a document is valid JSON of at most 4 MiB of UTF-8 and 200 levels; each breach is named.

import { describe, expect, it } from 'vitest';
import { documentProblem, documentViolation, MAX_DOCUMENT_BYTES } from './document.ts';

describe('documents', () => {
  it('are refused with the reason', () => {
    expect(documentProblem('{"a":')).toMatch(/is not JSON/);
    expect(documentProblem('"\ud800"')).toMatch(/lone surrogate/);
    expect(documentProblem('['.repeat(201) + ']'.repeat(201))).toMatch(/deeper than 200/);
    expect(documentProblem(`"${'é'.repeat(MAX_DOCUMENT_BYTES / 2)}"`)).toMatch(/larger than 4 MiB/);
  });

  it('are accepted up to their bounds', () => {
    expect(documentProblem('['.repeat(200) + ']'.repeat(200))).toBeUndefined();
    expect(documentProblem(`"${'x'.repeat(MAX_DOCUMENT_BYTES - 2)}"`)).toBeUndefined();
    expect(documentProblem('"\\ud800"')).toBeUndefined();
    expect(documentViolation('default', '')).toEqual([]);
  });
});

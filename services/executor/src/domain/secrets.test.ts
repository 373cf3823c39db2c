// Contract: a secret goes to the workflows that it names and to nobody else, in words that do not tell whether it exists; a value that is not
// there or too short to hide is not given; every form of it that a text may hold is found.

import { expect, it } from 'vitest';
import { secretForms } from './secret-forms.ts';
import { type SecretSpec, secretFor } from './secrets.ts';

const VALUE = 'sk-live/ä+"quoted" 0123456789';
const secrets = new Map<string, SecretSpec>([
  ['pay', { namespace: 'default', workflows: ['bill_*', 'crm'], read: () => VALUE }],
  ['gone', { namespace: 'default', workflows: ['*'], read: () => undefined }],
  ['short', { namespace: 'default', workflows: ['*'], read: () => '1234567' }],
]);

function refusal(name: string, workflow: string, namespace = 'default'): unknown {
  try {
    return secretFor(secrets, name, { name: workflow, namespace });
  } catch (error) {
    return error;
  }
}

it('is for whom it names', () => {
  for (const workflow of ['bill_', 'bill_monthly', 'crm'])
    expect(secretFor(secrets, 'pay', { name: workflow, namespace: 'default' })).toBe(VALUE);
  for (const workflow of ['bill', 'xbill_a', 'crm2', 'CRM', '']) {
    expect(refusal('pay', workflow)).toMatchObject({ reason: 'PERMISSION_DENIED' });
  }
  expect(refusal('pay', 'crm', 'team-b')).toMatchObject({ reason: 'PERMISSION_DENIED' });
  const said = (name: string) => String(refusal(name, 'x')).replaceAll(name, 'NAME');
  expect(said('pay')).toBe(said('none'));
  expect(refusal('gone', 'x')).toMatchObject({ reason: 'UNAVAILABLE' });
  expect(refusal('short', 'x')).toMatchObject({ reason: 'UNAVAILABLE' });
});

it('is found however it stands there', () => {
  const forms = secretForms(VALUE);
  const isFound = (text: string) => forms.some((form) => text.includes(form));
  for (let before = 0; before < 3; before++) {
    for (let after = 0; after < 3; after++) {
      const around = Buffer.concat([Buffer.alloc(before, 'x'), Buffer.from(VALUE), Buffer.alloc(after, 'y')]);
      expect(isFound(around.toString('base64'))).toBe(true);
      expect(isFound(around.toString('base64url'))).toBe(true);
    }
  }
  const texts = [VALUE, JSON.stringify(VALUE), JSON.stringify(JSON.stringify({ a: VALUE })), encodeURIComponent(VALUE)];
  for (const text of texts) expect(isFound(`<${text}>`), text).toBe(true);
  expect(isFound('nothing of it')).toBe(false);
});

it('is found as Python writes it, and line by line', () => {
  const isFound = (value: string, text: string) => secretForms(value).some((form) => text.includes(form));
  const value = `it's \\ "both" é 😀 \x07`;
  const written = [
    `'it\\'s \\\\ "both" é 😀 \\x07'`,
    `"it's \\\\ "`,
    `'it\\'s \\\\ "both" \\xe9 \\U0001f600 \\x07'`,
    `b'it\\'s \\\\ "both" \\xc3\\xa9 \\xf0\\x9f\\x98\\x80 \\x07'`,
    `it's \\\\ \\"both\\" \\u00e9 \\ud83d\\ude00 \\u0007`,
    'it%27s+%5C+%22both%22+%C3%A9+%F0%9F%98%80+%07',
    'it%27s%20%5c%20%22both%22%20%c3%a9%20%f0%9f%98%80%20%07',
  ];
  expect(written.filter((text) => !isFound(value, text))).toEqual([`"it's \\\\ "`]);
  expect(isFound('path/to+it=0123', 'path/to%2Bit%3D0123')).toBe(true);
  const lines = ['a', 'b'].map((c) => c.repeat(64));
  const file = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
  for (const kept of [file, JSON.stringify({ private_key: file })]) {
    for (const line of lines) expect(isFound(kept, line)).toBe(true);
    expect(isFound(kept, '-----BEGIN PRIVATE KEY-----')).toBe(false);
  }
});

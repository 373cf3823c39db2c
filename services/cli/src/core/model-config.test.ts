// Contract: a bad variable is named with what it takes, and its key is in no message; without an endpoint there is no broker.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir } from '@hero-logic/platform/testing';
import { expect, it } from 'vitest';
import { modelConfig } from './model-config.ts';

const URL_OF = { HERO_AIBROKER_URL: 'http://127.0.0.1:1/v1/' };

it('reads the endpoint, its key and its model', () => {
  expect(modelConfig({ HERO_AIBROKER_KEY: 'sk-unused-12' }).broker).toBeUndefined();
  const env = { ...URL_OF, HERO_AIBROKER_KEY: 'sk-12345678', HERO_AIBROKER_MODEL: 'small' };
  expect(modelConfig(env).broker).toEqual({ url: 'http://127.0.0.1:1/v1', key: 'sk-12345678', model: 'small' });
});

it.each(['ftp://x', 'nothing', 'https://user:secret@x/v1', 'https://x/v1?key=secret'])('refuses %s', (url) => {
  expect(() => modelConfig({ HERO_AIBROKER_URL: url })).toThrow(/^HERO_AIBROKER_URL must be the base URL/);
});

it.each(['short', 'has a space in it', 'quo"te-quote'])('refuses the key "%s" without saying it', (key) => {
  const read = () => modelConfig({ ...URL_OF, HERO_AIBROKER_KEY: key });
  expect(read).toThrow(/^HERO_AIBROKER_KEY must be/);
  expect(read).not.toThrow(key);
});

it('reads prices from a file or from the variable itself', () => {
  expect(modelConfig({ HERO_LOGIC_PRICES: '{"m": {"prompt": 1, "completion": 2}}' }).prices.get('m')?.prompt).toBe(1);
  const read = (prices: string) => () => modelConfig({ HERO_LOGIC_PRICES: prices });
  expect(read('/nowhere/prices.json')).toThrow(/^HERO_LOGIC_PRICES names a file that cannot be read \(ENOENT.*prices/);
  expect(read('{"m": {"prompt": 1}}')).toThrow(/^HERO_LOGIC_PRICES holds no price table: the price of "m" must be/);
  const dir = createTempDir();
  const file = join(dir.path, 'prices.json');
  writeFileSync(file, '{\n  "m": {"prompt": 1,}\n}');
  expect(read(file)).toThrow(/^HERO_LOGIC_PRICES names the file ".*prices\.json", which .* JSON: .*line 2 column 21/);
  dir.remove();
});

it('reads the endpoint for embeddings, with its model', () => {
  const env = { HERO_EMBEDDINGS_URL: 'http://127.0.0.1:1/v1/', HERO_EMBEDDINGS_MODEL: 'e' };
  expect(modelConfig({}).embeddings).toBeUndefined();
  expect(modelConfig(env).embeddings).toEqual({ url: 'http://127.0.0.1:1/v1', key: '', model: 'e' });
  const { HERO_EMBEDDINGS_MODEL: _, ...nameless } = env;
  expect(() => modelConfig(nameless)).toThrow(/^HERO_EMBEDDINGS_MODEL must name/);
  expect(() => modelConfig({ ...env, HERO_EMBEDDINGS_URL: 'x' })).toThrow(/^HERO_EMBEDDINGS_URL must be the base URL/);
  expect(() => modelConfig({ ...env, HERO_EMBEDDINGS_KEY: 'a b' })).toThrow(/^HERO_EMBEDDINGS_KEY must be/);
});

it('explores only as much as it is told', () => {
  expect(modelConfig({}).exploration).toBe(0);
  expect(modelConfig({ HERO_LOGIC_EXPLORATION: '0.1' }).exploration).toBe(0.1);
  for (const text of ['-1', '2', 'much', '1e-1']) {
    expect(() => modelConfig({ HERO_LOGIC_EXPLORATION: text })).toThrow(/^HERO_LOGIC_EXPLORATION must be a number/);
  }
});

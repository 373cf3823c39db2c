// Contract: docker-compose.yml is valid by the schema of the Compose Specification; images are pinned; every container has bounds, drops all
// capabilities, may not gain rights, cannot write its image, and is asked for its health (or says why not); ports are on loopback; no secret
// stands in it; health checks ask the port that the service has; what is mounted is there; every variable is a documented one. The Dockerfile
// ends without build tools as a user without rights, and copies what is there.

import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from './chart.ts';

interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly [field: string]: unknown;
}

const text = readFileSync(`${ROOT}docker-compose.yml`, 'utf8');
const compose = parse(text, { merge: true }) as { services: Record<string, ComposeService>; volumes: object };
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image.startsWith('hero-logic'));
const OPS_PORTS: Record<string, number> = {
  bridge: 9840,
  registry: 9851,
  scheduler: 9852,
  executor: 9853,
  bench: 9854,
};

it('is valid, and the schema finds a planted fault', () => {
  const schema = JSON.parse(readFileSync(`${ROOT}deploy/check/schemas/compose-spec.json`, 'utf8'));
  const check = new Ajv({ strict: false, validateFormats: false }).compile({ ...schema, $schema: undefined });
  expect(check(compose), JSON.stringify(check.errors)).toBe(true);
  expect(check({ services: { a: { image: 'x', memlimit: '1g' } } })).toBe(false);
});

it.each(services)('%s is bounded and may do little', (name, service) => {
  expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  expect(service.mem_limit).toBeDefined();
  expect(service.cpus).toBeDefined();
  expect(service.image).toMatch(/:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
  if (service.healthcheck?.disable)
    expect(text).toMatch(/# [^\n]*(image|shell)[^\n]*\n(\s*#[^\n]*\n)*\s*healthcheck: \{ disable: true \}/);
  else expect(service.healthcheck?.test?.length, name).toBeGreaterThan(0);
  for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  for (const other of Object.keys(service.depends_on ?? {})) expect(Object.keys(compose.services)).toContain(other);
  for (const volume of service.volumes ?? []) {
    const [source = ''] = volume.split(':');
    if (source.startsWith('./')) expect(existsSync(`${ROOT}${source}`), source).toBe(true);
    else expect(Object.keys(compose.volumes)).toContain(source);
  }
  for (const [variable, value] of Object.entries(service.environment ?? {})) {
    if (/TOKEN|KEY|PASSWORD/.test(variable)) expect(value).toMatch(/^\$\{[A-Z_]+:\?/);
  }
});

it('our services: the five, documented variables, the right port for health, the administrator only at the bridge', () => {
  expect(ours.map(([name]) => name).sort()).toEqual(Object.keys(OPS_PORTS).sort());
  const docs = ['configuration', 'access'].map((name) => readFileSync(`${ROOT}docs/${name}.md`, 'utf8')).join('\n');
  for (const [name, { command, environment = {}, healthcheck }] of ours) {
    expect(command).toEqual(['serve', name]);
    expect(healthcheck?.test?.join(' ')).toContain(`:${OPS_PORTS[name]}/readyz`);
    expect('HERO_LOGIC_ADMIN_KEY' in environment, name).toBe(name === 'bridge');
    for (const variable of Object.keys(environment)) {
      const short = variable.replace(/^HERO_LOGIC_(SCHEDULER|EXECUTOR|BENCH)_URL$/, '..._$1_URL');
      expect(docs, variable).toContain(short);
    }
  }
});

it('the image: pinned, of two stages, without build tools, of a user without rights, and everything it copies is there', () => {
  const lines = readFileSync(`${ROOT}deploy/Dockerfile`, 'utf8').split('\n');
  const froms = lines.filter((line) => line.startsWith('FROM '));
  expect(froms.length).toBe(2);
  for (const from of froms) expect(from).toMatch(/^FROM node:24\.\d+\.\d+-bookworm-slim AS \w+$/);
  const last = lines.slice(lines.lastIndexOf(froms[1] as string));
  expect(last.join('\n')).toMatch(/rm -rf [^&]*\/usr\/local\/lib\/node_modules[^&]*\/usr\/local\/bin\/npm/);
  expect(last.filter((line) => /^RUN .*(npm ci|build)/.test(line))).toEqual([]);
  expect(last).toContain('USER 10001:10001');
  const copied = lines.filter((line) => /^COPY (?!--from)/.test(line)).flatMap((line) => line.split(' ').slice(1, -1));
  const ignored = readFileSync(`${ROOT}.dockerignore`, 'utf8').split('\n');
  for (const source of copied) {
    expect(existsSync(`${ROOT}${source}`), source).toBe(true);
    expect(ignored, 'what is copied must not be ignored').not.toContain(source);
  }
});

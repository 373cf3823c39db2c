// The chart, rendered and checked.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { ensureHelm, ensureKubernetesValidate, run } from './tools.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The versions of Kubernetes that the chart is checked against. */
const VERSIONS = ['1.35', '1.36', '1.37'];

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at is checked by its expectations and by Kubernetes' own schemas.
  readonly spec: any;
  readonly data?: Readonly<Record<string, string>>;
}

export interface Rendering {
  readonly values?: object;
  readonly release?: string;
  readonly args?: readonly string[];
}

/** What `helm template` prints. Throws with its words when the values are refused. */
export function renderText({ values = {}, release = 'demo', args = [] }: Rendering = {}): string {
  const input = JSON.stringify(values);
  return run(ensureHelm(), ['template', release, 'helm', '--namespace', 'flows', '--values', '-', ...args], { input });
}

export function render(rendering: Rendering = {}): KubeObject[] {
  return objectsOf(renderText(rendering));
}

export function objectsOf(text: string): KubeObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((one) => one !== null);
}

/** Strictly against the schemas: no field that a version does not know. */
export function validate(objects: readonly KubeObject[]): { readonly problems: string[]; readonly unknown: string[] } {
  const script = `${ROOT}deploy/check/validate.py`;
  return JSON.parse(
    run(ensureKubernetesValidate(), [script], { input: JSON.stringify({ versions: VERSIONS, objects }) }),
  );
}

/** The manifests for those who do not use helm: the chart with everything in it, rendered. */
export const MANIFESTS = 'deploy/kubernetes/hero-logic.yaml';

export function renderManifests(): string {
  const head = readFileSync(`${ROOT}deploy/kubernetes/head.txt`, 'utf8');
  const args = ['--values', 'deploy/kubernetes/values.yaml', '--skip-tests'];
  return `${head}${renderText({ release: 'hero-logic', args })}`;
}

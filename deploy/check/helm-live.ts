/**
 * `npm run helm-live`: installs, upgrades, rolls back and removes the chart on a real kube-apiserver, and lets it look at every object and pod.
 * Needs Go for the first run, which builds helm and kube-apiserver (many minutes); later ones take about half a minute.
 *
 * What it cannot show, because nothing runs pods here: that they start, that probes pass, that a NetworkPolicy is enforced.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubeObject, MANIFESTS, objectsOf, ROOT, render } from './chart.ts';
import { type KubeApi, startKubeApi } from './kube-api.ts';
import { ensureHelm, run, say } from './tools.mjs';

const RELEASE = 'flows';
const NAMESPACE = 'flows';
const KINDS: Pick<KubeObject, 'apiVersion' | 'kind'>[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
];

let passed = 0;
let failed = 0;

async function check(name: string, work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
    passed += 1;
    say(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    say(`FAILED  ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function mustBe(is: unknown, wanted: unknown, what: string): void {
  if (JSON.stringify(is) !== JSON.stringify(wanted)) {
    throw new Error(`${what} is ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`);
  }
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hl-kube-'));
  const api = await startKubeApi(folder);
  try {
    await namespaces(api);
    await check('each pod is admitted by the restricted Pod Security Standard', () => admitPods(api));
    await check('the server refuses what offline checks cannot see', () => refusePlanted(api));
    await check('the plain manifests are taken, strictly', () => takeManifests(api));
    await lifeOfRelease(api);
  } finally {
    await api.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function namespaces(api: KubeApi): Promise<void> {
  const labels = {
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/warn': 'restricted',
  };
  for (const name of ['default', NAMESPACE]) {
    const path = '/api/v1/namespaces';
    const isThere = await api.call('GET', `${path}/${name}`).then(
      () => true,
      () => false,
    );
    if (!isThere) await api.call('POST', path, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  }
}

/** As the controller of a Deployment would make them; a dry run, but for admission it is the real thing. */
async function admitPods(api: KubeApi): Promise<void> {
  const objects = render({ release: RELEASE, values: { mongodb: { bundled: true }, redis: { bundled: true } } });
  const path = `/api/v1/namespaces/${NAMESPACE}/pods?dryRun=All&fieldValidation=Strict`;
  for (const { kind, metadata, spec } of objects) {
    if (kind !== 'Deployment' && kind !== 'StatefulSet') continue;
    // A claim gets its volume from the controller of the StatefulSet.
    const volumes = [
      ...spec.template.spec.volumes,
      ...(spec.volumeClaimTemplates ?? []).map(() => ({ name: 'data', emptyDir: {} })),
    ];
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: metadata.name },
      spec: { ...spec.template.spec, volumes },
    };
    await api.call('POST', path, pod);
  }
}

async function refusePlanted(api: KubeApi): Promise<void> {
  const deployment = render({ release: RELEASE }).find(({ kind }) => kind === 'Deployment') as KubeObject;
  const faults: [string, (one: KubeObject) => void][] = [
    [
      'a quantity that is none',
      ({ spec }) => Object.assign(spec.template.spec.containers[0].resources.limits, { memory: '1 GB' }),
    ],
    ['a name that is none', ({ metadata }) => Object.assign(metadata, { name: 'A_B' })],
    ['a selector that matches nothing', ({ spec }) => Object.assign(spec.selector.matchLabels, { a: 'b' })],
    [
      'a probe without a port',
      ({ spec }) =>
        Object.assign(spec.template.spec.containers[0].readinessProbe, { httpGet: { path: '/' }, grpc: undefined }),
    ],
    ['a mount of a volume that is not there', ({ spec }) => spec.template.spec.volumes.pop()],
  ];
  for (const [what, plant] of faults) {
    const copy = structuredClone(deployment);
    plant(copy);
    const path = `${api.pathOf(copy, NAMESPACE)}?dryRun=All&fieldValidation=Strict`;
    const isTaken = await api.call('POST', path, copy).then(
      () => true,
      () => false,
    );
    if (isTaken) throw new Error(`${what} was taken`);
  }
}

async function takeManifests(api: KubeApi): Promise<void> {
  for (const object of objectsOf(readFileSync(`${ROOT}${MANIFESTS}`, 'utf8'))) {
    await api.call('POST', `${api.pathOf(object, NAMESPACE)}?dryRun=All&fieldValidation=Strict`, object);
  }
}

async function lifeOfRelease(api: KubeApi): Promise<void> {
  const helm = (...args: string[]) =>
    run(ensureHelm(), [...args, '--namespace', NAMESPACE], {
      env: { KUBECONFIG: api.config, HELM_CACHE_HOME: join(tmpdir(), 'hl-helm-cache') },
    });
  const set = (...pairs: string[]) => pairs.flatMap((pair) => ['--set', pair]);
  const replicas = async (service: string) => {
    const path = `${api.pathOf({ apiVersion: 'apps/v1', kind: 'Deployment' }, NAMESPACE)}/${RELEASE}-hero-logic-${service}`;
    const { spec } = await api.call<KubeObject>('GET', path);
    return spec.replicas;
  };
  await check('install', async () => {
    helm('install', RELEASE, 'helm', ...set('ingress.enabled=true', 'mongodb.bundled=true'));
    mustBe(
      (await ours(api)).length,
      render({
        release: RELEASE,
        values: { ingress: { enabled: true }, mongodb: { bundled: true } },
        args: ['--skip-tests'],
      }).length,
      'the number of objects',
    );
    mustBe(await replicas('scheduler'), 2, 'replicas of the scheduler');
  });
  await check('upgrade: values change, what is not wanted any more goes', async () => {
    helm(
      'upgrade',
      RELEASE,
      'helm',
      ...set('services.scheduler.replicas=3', 'services.bridge.autoscaling.enabled=true', 'mongodb.bundled=true'),
    );
    mustBe(await replicas('scheduler'), 3, 'replicas of the scheduler');
    const kinds = (await ours(api)).map(({ kind }) => kind);
    mustBe([kinds.includes('Ingress'), kinds.includes('HorizontalPodAutoscaler')], [false, true], 'Ingress, HPA');
  });
  // Without --rollback-on-failure (--atomic in Helm 3) what the upgrade before had added is left behind for ever: helm forgets it.
  await check('an upgrade that the server refuses is taken back', async () => {
    const upgrade = ['upgrade', RELEASE, 'helm', '--rollback-on-failure', '--wait=hookOnly', '--timeout', '10s'];
    mustBe(
      isTaken(() => helm(...upgrade, '--set-string', 'pod.labels.team=not a label')),
      false,
      'taken',
    );
    mustBe(await replicas('scheduler'), 3, 'replicas of the scheduler');
  });
  await check('rollback to the first revision', async () => {
    helm('rollback', RELEASE, '1');
    mustBe(await replicas('scheduler'), 2, 'replicas of the scheduler');
    mustBe(
      (await ours(api)).some(({ kind }) => kind === 'Ingress'),
      true,
      'Ingress is there',
    );
  });
  await check('uninstall leaves nothing', async () => {
    helm('uninstall', RELEASE);
    mustBe(
      (await ours(api)).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      [],
      'what is left',
    );
  });
}

function isTaken(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

/** The objects of the release that the server keeps. */
async function ours(api: KubeApi): Promise<KubeObject[]> {
  const found = await Promise.all(
    KINDS.map(async (type) => {
      const path = `${api.pathOf(type, NAMESPACE)}?labelSelector=app.kubernetes.io/instance%3D${RELEASE}`;
      const { items } = await api.call<{ items: KubeObject[] }>('GET', path);
      return items.map((item) => ({ ...item, ...type }));
    }),
  );
  return found.flat();
}

await main();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

// Contract: whatever values the schema takes, every rendered object is one that Kubernetes 1.35, 1.36 and 1.37 know field by field; pods meet
// the restricted Pod Security Standard, hold no token of Kubernetes and get no more of the Secret than they need; nothing secret stands in the
// chart; selectors, ports, targets and accounts name what is there; every variable is a documented one; wrong values are refused with the
// name of the field; the plain manifests are what the chart renders. The checks find planted faults.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type KubeObject, MANIFESTS, objectsOf, ROOT, render, renderManifests, renderText, validate } from './chart.ts';
import { chartToolsMissing } from './tools.mjs';

const missing = chartToolsMissing();
const SERVICES = ['bridge', 'registry', 'scheduler', 'executor', 'bench'];

const VALUES: Record<string, object> = {
  defaults: {},
  'everything on': {
    image: { digest: `sha256:${'0'.repeat(64)}` },
    imagePullSecrets: [{ name: 'pull' }],
    config: { otlpEndpoint: 'http://otel:4317', traceRatio: 0.1, env: { HERO_LOGIC_AUDIT_DAYS: 30 } },
    services: Object.fromEntries(
      SERVICES.map((name) => [
        name,
        { autoscaling: { enabled: true, min: 1, max: 3, cpu: 50 }, env: { HERO_LOGIC_LOG: 'debug' } },
      ]),
    ),
    executor: {
      flowSecrets: { name: 'of-flows', allow: { stripe: ['bill_*'] } },
      network: 'any',
      egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
    },
    ingress: { enabled: true, className: 'nginx', annotations: { a: 'b' }, tlsSecret: 'tls' },
    networkPolicy: {
      bridgeFrom: [{ namespaceSelector: { matchLabels: { name: 'ingress' } } }],
      metricsFrom: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }],
      serversTo: [{ ipBlock: { cidr: '10.1.0.0/16' } }],
    },
    mongodb: { bundled: true, storageClass: 'fast' },
    redis: { bundled: true },
    pod: {
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'a', operator: 'Exists' }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }],
          },
        },
      },
      priorityClassName: 'high',
      labels: { team: 'flows' },
      annotations: { note: 'yes' },
    },
  },
  'custom resources': { keda: { enabled: true }, gateway: { enabled: true, parents: [{ name: 'public' }] } },
  'all optional off': {
    podDisruptionBudget: { enabled: false },
    networkPolicy: { enabled: false },
    mongodb: { bundled: true, storage: '' },
  },
};

describe.skipIf(missing !== undefined)(`the chart${missing === undefined ? '' : ` (${missing.what})`}`, () => {
  it.each(Object.keys(VALUES))(
    '%s: objects that Kubernetes knows, and pods that may do little',
    { timeout: 60_000 },
    (name) => {
      const objects = render({ values: VALUES[name] as object });
      const { problems, unknown } = validate(objects);
      expect(problems).toEqual([]);
      expect(unknown).toEqual(
        name === 'custom resources' ? ['gateway.networking.k8s.io/v1 HTTPRoute', 'keda.sh/v1alpha1 ScaledObject'] : [],
      );
      const pods = podsOf(objects);
      expect(pods.length).toBeGreaterThanOrEqual(6);
      for (const pod of pods) expectRestricted(pod);
      expectConnected(objects);
      expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    },
  );

  it('each service has what it needs, the executor the sandbox of a restricted pod, and nobody more of the Secret', () => {
    const objects = render();
    for (const kind of ['Deployment', 'Service', 'ServiceAccount', 'PodDisruptionBudget', 'NetworkPolicy']) {
      const names = objects.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);
      expect(names.sort(), kind).toEqual(SERVICES.map((service) => `demo-hero-logic-${service}`).sort());
    }
    const env = (service: string) => {
      const { env } = deploymentOf(objects, service).spec.template.spec.containers[0];
      return new Map<string, { value?: string; valueFrom?: { secretKeyRef?: object } }>(
        env.map((e: { name: string }) => [e.name, e]),
      );
    };
    const secrets = (service: string) =>
      [...env(service)]
        .flatMap(([name, { valueFrom }]) => (valueFrom?.secretKeyRef === undefined ? [] : [name]))
        .sort();
    expect(secrets('bridge')).toEqual(['HERO_LOGIC_ADMIN_KEY', 'HERO_LOGIC_SERVICE_TOKEN']);
    expect(secrets('executor')).toEqual(['HERO_LOGIC_SERVICE_TOKEN', 'MONGODB_URL', 'REDIS_URL']);
    expect(env('executor').get('HERO_LOGIC_MIN_TIER')?.value).toBe('B');
    const { terminationGracePeriodSeconds } = deploymentOf(objects, 'executor').spec.template.spec;
    expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
      Number(env('executor').get('HERO_LOGIC_GRACE_S')?.value) + 10,
    );
    const probe = deploymentOf(objects, 'scheduler').spec.template.spec.containers[0];
    expect(probe.readinessProbe.grpc).toEqual({ port: 9832, service: '' });
    expect(probe.livenessProbe.grpc).toEqual({ port: 9832, service: 'livez' });
  });

  it('plays reach what they list and no more unless told; their secrets come from a Secret that executors alone mount', () => {
    const executorOf = (executor: object) => {
      const objects = render({ values: { executor } });
      const mounting = objects.filter((one) => JSON.stringify(one).includes('/run/flow-secrets'));
      const pod = deploymentOf(objects, 'executor').spec.template.spec;
      const value = (name: string) => pod.containers[0].env.find((e: { name: string }) => e.name === name)?.value;
      return { mounting: mounting.map(({ metadata }) => metadata.name), pod, value };
    };
    expect(executorOf({}).value('HERO_LOGIC_NETWORK_MOST')).toBe('hosts');
    expect(executorOf({ networkMost: 'none' }).value('HERO_LOGIC_NETWORK_MOST')).toBe('none');
    expect(executorOf({ network: 'any' }).value('HERO_LOGIC_NETWORK_MOST')).toBe('any');
    expect([executorOf({}).value('HERO_LOGIC_SECRETS'), executorOf({}).mounting]).toEqual([undefined, []]);
    const { mounting, pod, value } = executorOf({
      flowSecrets: { name: 'of-flows', allow: { stripe: ['bill_*', 'x'] } },
    });
    expect(JSON.parse(value('HERO_LOGIC_SECRETS'))).toEqual({
      stripe: { file: '/run/flow-secrets/stripe', workflows: ['bill_*', 'x'] },
    });
    expect(mounting).toEqual(['demo-hero-logic-executor']);
    expect(pod.volumes.at(-1)).toEqual({
      name: 'flow-secrets',
      secret: { secretName: 'of-flows', defaultMode: 0o440 },
    });
  });

  it('every variable is a documented one', () => {
    const docs = ['docs/configuration.md', 'docs/access.md']
      .map((file) => readFileSync(`${ROOT}${file}`, 'utf8'))
      .join('\n');
    const objects = render({ values: VALUES['everything on'] as object });
    const names = new Set(
      objects.filter(({ kind }) => kind === 'ConfigMap').flatMap(({ data }) => Object.keys(data ?? {})),
    );
    for (const pod of podsOf(objects))
      for (const { env = [] } of pod.containers) for (const { name } of env) names.add(name);
    const unknown = [...names].filter((name) => {
      const short = name.replace(/^HERO_LOGIC_(SCHEDULER|EXECUTOR|BENCH|BRIDGE)_(PORT|URL)$/, '..._$1_$2');
      return !docs.includes(`\`${name}\``) && !docs.includes(`\`${short}\``) && !docs.includes(name);
    });
    expect(unknown).toEqual([]);
  });

  it('wrong values are refused with the name of the field', () => {
    const refused: [object, RegExp][] = [
      [{ servces: {} }, /servces/],
      [{ services: { executor: { replicas: 'two' } } }, /services.*executor.*replicas/s],
      [{ services: { executor: { resources: { limits: { memory: '1 core' } } } } }, /memory/],
      [{ executor: { minTier: 'Z' } }, /minTier/],
      [{ secret: { name: 'A_B' } }, /secret/],
      [{ executor: { networkMost: 'all' } }, /networkMost/],
      [{ executor: { flowSecrets: { allow: { stripe: ['*'] } } } }, /executor\.flowSecrets\.name no Secret/],
      [{ config: { traceRatio: 2 } }, /traceRatio/],
      [
        { keda: { enabled: true }, services: { executor: { autoscaling: { enabled: true } } } },
        /switch one of them off/,
      ],
      [{ ingress: { enabled: true }, gateway: { enabled: true, parents: [{ name: 'x' }] } }, /switch one of them off/],
      [{ gateway: { enabled: true } }, /gateway\.parents is empty/],
      [
        { services: { bench: { autoscaling: { min: 5, max: 2 } } } },
        /services\.bench\.autoscaling\.min is larger than max/,
      ],
    ];
    for (const [values, words] of refused) expect(() => renderText({ values }), JSON.stringify(values)).toThrow(words);
  });

  it('the plain manifests are what the chart renders', { timeout: 60_000 }, () => {
    const present = readFileSync(`${ROOT}${MANIFESTS}`, 'utf8');
    expect(present === renderManifests(), 'run `npm run manifests`').toBe(true);
    expect(validate(objectsOf(present)).problems).toEqual([]);
  });

  it('the checks find planted faults', { timeout: 60_000 }, () => {
    const plant = (change: (deployment: KubeObject) => void) => {
      const objects = structuredClone(render());
      change(deploymentOf(objects, 'scheduler'));
      return objects;
    };
    const problemsOf = (objects: readonly KubeObject[]) =>
      validate([deploymentOf(objects, 'scheduler')]).problems.join();
    const unknownField = plant(({ spec }) => Object.assign(spec.template.spec, { automountToken: false }));
    expect(problemsOf(unknownField)).toContain('automountToken');
    const wrongType = plant(({ spec }) => Object.assign(spec, { replicas: 'two' }));
    expect(problemsOf(wrongType)).toContain('replicas');
    const strayLabel = plant(({ spec }) =>
      Object.assign(spec.selector.matchLabels, { 'app.kubernetes.io/component': 'x' }),
    );
    expect(() => expectConnected(strayLabel)).toThrow();
    const privileged = plant(({ spec }) =>
      Object.assign(spec.template.spec.containers[0].securityContext, { privileged: true }),
    );
    expect(() => podsOf(privileged).forEach(expectRestricted)).toThrow();
  });
});

function deploymentOf(objects: readonly KubeObject[], service: string): KubeObject {
  const found = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith(`-${service}`));
  if (found === undefined) throw new Error(`no Deployment for ${service}`);
  return found;
}

// biome-ignore lint/suspicious/noExplicitAny: see KubeObject.
type PodSpec = any;

function podsOf(objects: readonly KubeObject[]): PodSpec[] {
  return objects.flatMap(({ kind, spec }) => {
    if (kind === 'Pod') return [spec];
    return kind === 'Deployment' || kind === 'StatefulSet' ? [spec.template.spec] : [];
  });
}

/** The restricted Pod Security Standard, a read-only file system, bounds, and no token. */
function expectRestricted(pod: PodSpec): void {
  expect(pod.automountServiceAccountToken).toBe(false);
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
  for (const volume of pod.volumes ?? []) expect(Object.keys(volume)).not.toContain('hostPath');
  for (const container of pod.containers) {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources.limits.memory).toBeDefined();
    expect(container.resources.requests.cpu).toBeDefined();
    for (const variable of container.env ?? []) {
      if (/TOKEN|KEY|PASSWORD|MONGODB_URL|REDIS_URL/.test(variable.name)) expect(variable.value).toBeUndefined();
    }
  }
}

/** What names something else names something that is there. */
function expectConnected(objects: readonly KubeObject[]): void {
  const workloads = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
  const matching = (selector: Record<string, string>) =>
    workloads.filter(({ spec }) =>
      Object.entries(selector).every(([key, value]) => spec.template.metadata.labels[key] === value),
    );
  const names = (kind: string) => objects.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);
  for (const { kind, metadata, spec } of objects) {
    const about = `${kind} ${metadata.name}`;
    if (kind === 'Deployment' || kind === 'StatefulSet') {
      expect(
        matching(spec.selector.matchLabels).map((one) => one.metadata.name),
        about,
      ).toEqual([metadata.name]);
      const account = spec.template.spec.serviceAccountName;
      if (account !== undefined) expect(names('ServiceAccount')).toContain(account);
      for (const { envFrom = [] } of spec.template.spec.containers) {
        for (const { configMapRef } of envFrom) expect(names('ConfigMap')).toContain(configMapRef.name);
      }
    }
    if (kind === 'Service') {
      const [workload, ...others] = matching(spec.selector);
      expect(others, about).toEqual([]);
      const ports = workload?.spec.template.spec.containers[0].ports ?? [];
      for (const { targetPort } of spec.ports) {
        expect(
          ports.some(
            (port: { name?: string; containerPort: number }) =>
              port.name === targetPort || port.containerPort === targetPort,
          ),
          about,
        ).toBe(true);
      }
    }
    if (kind === 'PodDisruptionBudget') expect(matching(spec.selector.matchLabels).length, about).toBe(1);
    if (kind === 'NetworkPolicy') expect(matching(spec.podSelector.matchLabels).length, about).toBe(1);
    if (kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject')
      expect(names('Deployment')).toContain(spec.scaleTargetRef.name);
    if (kind === 'Ingress') expect(names('Service')).toContain(spec.rules[0].http.paths[0].backend.service.name);
    if (kind === 'HTTPRoute') expect(names('Service')).toContain(spec.rules[0].backendRefs[0].name);
  }
  const urls = objects
    .filter(({ kind }) => kind === 'ConfigMap')
    .flatMap(({ data = {} }) =>
      Object.values(data).filter((text) => /^(http|mongodb|redis):\/\/demo|^http:\/\/hero/.test(text)),
    );
  for (const url of urls) {
    const { hostname, port } = new URL(url.replace(/^(mongodb|redis):/, 'http:'));
    const service = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === hostname);
    expect(
      service?.spec.ports.map((one: { port: number }) => String(one.port)),
      url,
    ).toContain(port);
  }
}

// The processes of the product in a simulated world: built from the real services, killed and started again on the same disks.

import type { Transport } from '@connectrpc/connect';
import { buildExecutor } from '@hero-logic/executor';
import {
  createGroupCommit,
  createInProcessSignals,
  createLazyTransport,
  createLocalTransport,
  createSids,
  type Routes,
  type Service,
  type Signals,
  silentLog,
  startLoops,
} from '@hero-logic/platform';
import { buildScheduler } from '@hero-logic/scheduler';
import type { Proc } from '../virtual/loop.ts';
import type { Disk } from './disk.ts';
import { createWorldInterpreters, type WorldInterpreters } from './interpreters.ts';
import type { Endpoint } from './network.ts';
import type { World } from './world.ts';

export type ServiceName = 'scheduler' | 'executor';

export interface HostOptions {
  readonly name: string;
  /** What runs in its process. */
  readonly services: readonly ServiceName[];
  readonly disks: Readonly<Record<ServiceName, Disk>>;
  /** How it reaches what does not run in it. */
  readonly remote: (name: ServiceName | 'registry') => Transport;
}

export interface Host extends Endpoint {
  boot(): void;
  /** Ends its process as SIGKILL does; it starts again after a while. */
  crash(): void;
  /** Stops its process for so long, as SIGSTOP does. */
  freeze(ms: number): void;
}

interface Running {
  readonly proc: Proc;
  readonly transport: Transport;
  readonly interpreters: WorldInterpreters | undefined;
}

const LEASE_TTL_MS = 10_000;
const KILL_GRACE_MS = 1000;
const SLOTS = 3;
const LONGEST_DOWN_MS = 15_000;

export function createHost(world: World, options: HostOptions): Host {
  const { loop, random } = world;
  const { name } = options;
  const supervisor = loop.spawn(`supervisor of ${name}`);
  let running: Running | undefined;
  const listeners: (() => void)[] = [];
  let boots = 0;

  function boot(): void {
    if (running !== undefined) return;
    const proc = loop.spawn(`${name}#${++boots}`);
    world.trace(`${proc.name} starts`);
    loop.post(proc, 0, () => void start(proc));
  }

  async function start(proc: Proc): Promise<void> {
    const interpreters = options.services.includes('executor') ? createWorldInterpreters(world, proc) : undefined;
    const routes: Routes[] = [];
    const local = createLazyTransport(() => createLocalTransport({ routes, log: silentLog }));
    running = { proc, transport: local, interpreters };
    const services = await build(world, { ...options, proc, local, interpreters, crash });
    if (!proc.alive) return;
    routes.push(...services.map((service) => service.routes));
    startLoops(services.flatMap((service) => service.loops));
  }

  function crash(): void {
    if (running === undefined || !running.proc.alive) return;
    world.trace(`${running.proc.name} is killed`);
    running.proc.alive = false;
    running.interpreters?.killAll();
    running = undefined;
    for (const gone of listeners.splice(0)) gone();
    loop.post(supervisor, random.int(1, LONGEST_DOWN_MS), boot);
  }

  return {
    name,
    boot,
    crash,
    freeze(ms) {
      if (running === undefined) return;
      world.trace(`${running.proc.name} is frozen for ${ms} ms`);
      running.proc.frozenUntil = loop.now() + ms;
    },
    serving: () => running,
    onGone: (fn) => void listeners.push(fn),
  };
}

interface BuildOptions extends HostOptions {
  readonly proc: Proc;
  readonly local: Transport;
  readonly interpreters: WorldInterpreters | undefined;
  readonly crash: () => void;
}

async function build(world: World, options: BuildOptions): Promise<Service[]> {
  const { services, proc, interpreters, remote } = options;
  const { clock, random } = world;
  const signals = lossySignals(world, proc);
  const newSid = createSids({ now: clock.now, random: random.next });
  const to = (name: ServiceName) => (services.includes(name) ? options.local : remote(name));
  const registry = remote('registry');
  const built: Service[] = [];
  for (const name of services) {
    const db = options.disks[name].mount(proc, options.crash);
    const base = { db, commit: createGroupCommit(db), clock, newSid, log: silentLog, signals, registry };
    if (name === 'scheduler') {
      const ownsAllLeases = services.length === 2;
      const config = { leaseTtlMs: LEASE_TTL_MS, cancelGraceMs: KILL_GRACE_MS, ownsAllLeases };
      built.push(buildScheduler({ ...base, executor: to('executor'), bench: registry, config }));
    } else if (interpreters !== undefined) {
      const config = { executorId: proc.name, slots: SLOTS, leaseTtlMs: LEASE_TTL_MS, killGraceMs: KILL_GRACE_MS };
      const planted = world.plant.interpreters?.(interpreters, world) ?? interpreters;
      built.push(
        await buildExecutor({ ...base, scheduler: to('scheduler'), bench: registry, interpreters: planted, config }),
      );
    }
  }
  return built;
}

/** Hints may be lost, or come later than what they hint at. */
function lossySignals({ loop, faults }: World, proc: Proc): Signals {
  const signals = createInProcessSignals();
  return {
    subscribe: signals.subscribe,
    publish(topic) {
      if (!faults.signal()) signals.publish(topic);
      else if (faults.signal()) loop.post(proc, faults.delay() * 10, () => signals.publish(topic));
    },
  };
}

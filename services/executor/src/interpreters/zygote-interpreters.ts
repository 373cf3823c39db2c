/**
 * The pool of sandboxed interpreters: children of a zygote, kept hot for the class of plays without network.
 *
 * - A spare serves one play. It is replaced after the play is released, to leave it the processor: at once when less than half of
 *   the stock is left, else when no play has begun or ended for a moment.
 * - Plays with lower limits than the spares' take a spare and lower them; others are forked when asked for.
 * - After `recycleAfter` plays a new zygote takes over (a new address layout and hash seed); the old one serves its
 *   running plays to their end.
 * - A zygote that dies takes its plays along (signal 9); another is started, with growing pauses while that fails.
 */
import { randomBytes } from 'node:crypto';
import { newProxyToken } from '../proxy/proxy.ts';
import type { Interpreter, InterpreterPolicy, Interpreters, InterpretersOptions } from './interpreter.ts';
import { MAX_LINE_BYTES } from './lines.ts';
import type { PlayConnection } from './play-connection.ts';
import { findPython } from './python.ts';
import { createQuietMoment } from './quiet-moment.ts';
import { createSocketFolder, createWorkFolders, readOutput } from './work-folders.ts';
import { startZygote, type Zygote, type ZygoteChild } from './zygote.ts';
import { createZygoteInterpreter } from './zygote-interpreter.ts';

const RECYCLE_AFTER = 10_000;
const SPARE_LIMITS = { cpuS: 60, memoryMb: 512 };
const TAKE_WITHIN_MS = 30_000;
const QUIET_MS = 20;
const FORKS_AT_ONCE = 4;
/** What a spare has just gone over it need not go over again. */
const STILL_READY_MS = 10;
/** It takes about a millisecond of the CPU time of the play that comes at last. */
const TOLD_AT_MOST = 100;
const NEAR = '{"near":{}}';
const BACKOFF_MS = { first: 100, most: 10_000 };
/** A zygote that dies sooner than this counts as a failure to start. */
const PROVEN_AFTER_MS = 10_000;
const FIRST_UID = 250_000;
const UIDS = 60_000;

interface HotChild {
  child: ZygoteChild;
  connection: PlayConnection;
  /** How often it was told that a job is near, and when last. */
  told: number;
  toldAt: number;
}

/** A zygote with what it has in stock. */
interface Generation {
  zygote: Zygote;
  hot: HotChild[];
  /** Spares that are on their way. */
  coming: number;
  /** Plays that were taken and not yet released. */
  running: number;
  startedAt: number;
  taken: number;
  isDraining: boolean;
}

interface Claim {
  hot: HotChild;
  generation: Generation;
}

type Waiter = PromiseWithResolvers<Claim>;

/** Starts the first zygote; rejects when it cannot be started. */
export async function createZygoteInterpreters(
  options: InterpretersOptions & { spareLimits?: { cpuS: number; memoryMb: number } },
): Promise<Interpreters> {
  const { log, slots } = options;
  const spares = options.spares ?? slots * 2;
  const recycleAfter = options.recycleAfter ?? RECYCLE_AFTER;
  const spareLimits = options.spareLimits ?? SPARE_LIMITS;
  const python = await findPython(options.python);
  const folders = createWorkFolders({ dir: options.dir, log });
  const sockets = await createSocketFolder(options.dir);

  const generations = new Set<Generation>();
  const owners = new Map<Interpreter, Generation>();
  const waiters: Waiter[] = [];
  const stopping = new AbortController();
  let current: Generation | undefined;
  let isStarting = false;
  let failures = 0;
  let zygotes = 0;
  let forked = 0;

  async function startGeneration(): Promise<Generation> {
    zygotes += 1;
    const socketPath = sockets.path(`${zygotes}`);
    const zygote = await startZygote({
      python,
      sdkPath: options.sdkPath,
      folder: folders.root,
      socketPath,
      maxLineBytes: options.maxLineBytes ?? MAX_LINE_BYTES,
      packages: options.packages ?? '',
      mostTier: options.mostTier ?? '',
      log,
    });
    const generation: Generation = {
      zygote,
      hot: [],
      coming: 0,
      running: 0,
      startedAt: performance.now(),
      taken: 0,
      isDraining: false,
    };
    generations.add(generation);
    const { tier, missing } = zygote.ready;
    log.info({ pid: zygote.pid, tier, missing }, 'a zygote is ready');
    void zygote.ended.then(() => onZygoteEnded(generation));
    return generation;
  }

  function onZygoteEnded(generation: Generation): void {
    generations.delete(generation);
    generation.hot = [];
    if (current !== generation) return;
    current = undefined;
    if (stopping.signal.aborted) return;
    failures = performance.now() - generation.startedAt < PROVEN_AFTER_MS ? failures + 1 : 1;
    log.error({ pid: generation.zygote.pid, running: generation.running }, 'a zygote has died with its plays');
    void replaceCurrent();
  }

  /** Starts a zygote that takes over from the current one, if there still is one. */
  async function replaceCurrent(): Promise<void> {
    if (isStarting) return;
    isStarting = true;
    let next: Generation | undefined;
    while (!next && !stopping.signal.aborted) {
      if (failures > 0) await sleep(Math.min(BACKOFF_MS.first * 2 ** (failures - 1), BACKOFF_MS.most), stopping.signal);
      if (stopping.signal.aborted) break;
      next = await startGeneration().catch((error: unknown) => {
        failures += 1;
        log.error({ error: String(error), failures }, 'cannot start a zygote, will try again');
        return undefined;
      });
    }
    isStarting = false;
    if (!next) return;
    const previous = current;
    current = next;
    if (stopping.signal.aborted) await next.zygote.stop();
    if (!generations.has(next)) return onZygoteEnded(next);
    if (previous) drain(previous);
    refill();
  }

  function drain(generation: Generation): void {
    generation.isDraining = true;
    for (const hot of generation.hot.splice(0)) discard(hot);
    stopIfDrained(generation);
  }

  function stopIfDrained(generation: Generation): void {
    if (generation.isDraining && generation.running === 0 && generation.coming === 0) void generation.zygote.stop();
  }

  /** A spare leaves by itself when its connection closes. */
  function discard({ child, connection }: HotChild): void {
    connection.destroy();
    void child.exit.then(() => folders.remove(child.spec.dir));
  }

  async function fork(generation: Generation, policy: InterpreterPolicy, isAwaited: boolean): Promise<HotChild | null> {
    const id = randomBytes(8).toString('hex');
    const uid = generation.zygote.ready.layers.uid ? FIRST_UID + (forked % UIDS) : null;
    forked += 1;
    let dir: string;
    try {
      dir = folders.create(id);
    } catch (error) {
      log.error({ error: String(error) }, 'cannot create a work folder');
      return null;
    }
    const { proxyPort } = options;
    const isHosts = policy.network === 'hosts' && proxyPort !== undefined;
    const proxy = isHosts ? { port: proxyPort, token: newProxyToken() } : null;
    const child = generation.zygote.fork({ id, dir, uid, ...policy, proxy, isAwaited });
    const connection = await child.hot;
    if (connection) return { child, connection, told: 0, toldAt: 0 };
    const { code, signal } = await child.exit;
    const output = readOutput(child.spec.dir);
    void folders.remove(child.spec.dir);
    if (!stopping.signal.aborted) log.error({ code, signal, output }, 'an interpreter has died before its play');
    return null;
  }

  async function addSpare(generation: Generation): Promise<void> {
    const isAwaited = waiters.length > generation.coming;
    generation.coming += 1;
    const hot = await fork(generation, { network: 'none', ...spareLimits }, isAwaited);
    generation.coming -= 1;
    if (!hot) {
      await sleep(BACKOFF_MS.first, stopping.signal);
      if (current === generation) refill();
    } else if (generation.isDraining || stopping.signal.aborted) {
      discard(hot);
    } else {
      const waiter = waiters.shift();
      if (waiter) waiter.resolve(claim(generation, hot));
      else stock(generation, hot);
      if (current === generation) refill();
    }
    stopIfDrained(generation);
  }

  function stock(generation: Generation, hot: HotChild): void {
    generation.hot.push(hot);
    void hot.child.exit.then(() => {
      const index = generation.hot.indexOf(hot);
      if (index < 0) return;
      generation.hot.splice(index, 1);
      void folders.remove(hot.child.spec.dir);
    });
  }

  /** Forks what is missing: at once for those who wait, and a few at a time until the stock is full beyond them. */
  function refill(inStock = spares): void {
    const generation = current;
    if (!generation || stopping.signal.aborted) return;
    const stock = Math.min(Math.max(inStock - generation.hot.length, 0), FORKS_AT_ONCE);
    for (let missing = stock + waiters.length - generation.coming; missing > 0; missing -= 1) void addSpare(generation);
  }

  const quiet = createQuietMoment({ ms: QUIET_MS, onQuiet: () => refill() });
  function refillSoon(): void {
    quiet.forget();
    const stock = (current?.hot.length ?? 0) + (current?.coming ?? 0);
    if (stock < spares / 2 || waiters.length > 0) refill();
    else quiet.want();
  }

  function claim(generation: Generation, hot: HotChild): Claim {
    generation.running += 1;
    generation.taken += 1;
    const isDue = recycleAfter > 0 && generation.taken >= recycleAfter;
    if (isDue && generation === current) void replaceCurrent();
    return { hot, generation };
  }

  async function takeSpare(): Promise<Claim> {
    // The newest: what its warm-up has touched is nearest at hand.
    const hot = current?.hot.pop();
    if (hot && current) return claim(current, hot);
    const waiter: Waiter = Promise.withResolvers();
    waiters.push(waiter);
    refill(0);
    const timer = setTimeout(() => {
      waiters.splice(waiters.indexOf(waiter), 1);
      waiter.reject(new Error(`no interpreter became ready within ${TAKE_WITHIN_MS} ms`));
    }, TAKE_WITHIN_MS);
    return waiter.promise.finally(() => clearTimeout(timer));
  }

  async function takeOther(policy: InterpreterPolicy): Promise<Claim> {
    const deadline = Date.now() + TAKE_WITHIN_MS;
    while (Date.now() < deadline && !stopping.signal.aborted) {
      const generation = current;
      if (generation) {
        generation.coming += 1;
        const hot = await fork(generation, policy, true);
        generation.coming -= 1;
        if (hot) return claim(generation, hot);
        stopIfDrained(generation);
      }
      await sleep(BACKOFF_MS.first, stopping.signal);
    }
    throw new Error(`no interpreter became ready within ${TAKE_WITHIN_MS} ms`);
  }

  function isSpareClass(policy: InterpreterPolicy): boolean {
    const { network, cpuS, memoryMb, diskMb, openFiles, threads } = policy;
    if (diskMb || openFiles || threads) return false;
    return network === 'none' && cpuS <= spareLimits.cpuS && memoryMb <= spareLimits.memoryMb;
  }

  try {
    current = await startGeneration();
  } catch (error) {
    await sockets.remove();
    throw error;
  }
  const { tier, missing, layers } = current.zygote.ready;
  refill();

  return {
    tier,
    missing,
    canHosts: layers.outside && options.proxyPort !== undefined,
    async take(policy) {
      if (stopping.signal.aborted) throw new Error('the interpreters are closed');
      quiet.disturb();
      const { hot, generation } = await (isSpareClass(policy) ? takeSpare() : takeOther(policy));
      const interpreter = createZygoteInterpreter({ ...hot, policy, tier: generation.zygote.ready.tier, options });
      owners.set(interpreter, generation);
      return interpreter;
    },
    expect() {
      quiet.disturb();
      const next = current?.hot.at(-1);
      const now = performance.now();
      if (next === undefined || now - next.toldAt < STILL_READY_MS || next.told >= TOLD_AT_MOST) return;
      next.toldAt = now;
      next.told += 1;
      next.connection.send(NEAR);
    },
    stats: () => ({
      hot: [...generations].reduce((sum, { hot }) => sum + hot.length, 0),
      running: owners.size,
      forked,
    }),
    async release(interpreter) {
      const generation = owners.get(interpreter);
      if (!generation) return;
      interpreter.resume();
      interpreter.kill('KILL');
      await interpreter.ended;
      if (!owners.delete(interpreter)) return;
      generation.running -= 1;
      refillSoon();
      stopIfDrained(generation);
      await folders.remove(interpreter.dir);
    },
    async close() {
      stopping.abort();
      quiet.forget();
      for (const waiter of waiters.splice(0)) waiter.reject(new Error('the interpreters are closed'));
      await Promise.all([...generations].map(({ zygote }) => zygote.stop()));
      await Promise.all([folders.removeAll(), sockets.remove()]);
    },
  };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(done, ms);
  signal.addEventListener('abort', done, { once: true });
  function done(): void {
    clearTimeout(timer);
    signal.removeEventListener('abort', done);
    resolve();
  }
  if (signal.aborted) done();
  return promise;
}

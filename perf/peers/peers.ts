// The systems that people would use instead: what is installed of each, how its program is started, and what it keeps where.

import { join } from 'node:path';

export interface Peer {
  readonly name: string;
  /** Peers of one set-up share a folder. */
  readonly setUp: string;
  /** Package of the npm registry that has its server, with its exact version. */
  readonly npm?: readonly [name: string, version: string];
  readonly program: string;
  /** After the folder for its data. */
  readonly args: (folder: string) => readonly string[];
  /** What it keeps in memory, on disk, and while a run waits; how it is set up where that is not its default. */
  readonly keeps: string;
}

const RESTATE = '@restatedev/restate-server';
const none = () => [];

export const PEERS: Readonly<Record<string, Peer>> = {
  langgraph: {
    name: 'LangGraph 1.2.22, SQLite checkpointer 3.1.2',
    setUp: 'langgraph',
    program: 'langgraph_flows.py',
    args: none,
    keeps:
      'a library in the process of the caller: no server, no queue, no worker, nobody goes on after a crash unless the caller does. Each checkpoint is a commit in a SQLite file (WAL, synchronous=FULL) before the next step begins (durability="sync"). While a run waits it holds nothing.',
  },
  dbos: {
    name: 'DBOS 3.4.0, SQLite',
    setUp: 'dbos',
    program: 'dbos_flows.py',
    args: none,
    keeps:
      'a library in the process of the caller. Each step is a commit in a SQLite file. While a run waits its coroutine stays in memory, and an answer is found by polling.',
  },
  'dbos-postgres': {
    name: 'DBOS 3.4.0, PostgreSQL 18.6',
    setUp: 'dbos',
    program: 'dbos_flows.py',
    args: () => ['postgres'],
    keeps:
      'the same with a PostgreSQL server of its own (its defaults: a commit is synced). While a run waits its coroutine stays in memory; LISTEN and NOTIFY wake it.',
  },
  restate: {
    name: 'Restate 1.7.12, Python SDK 1.2.0',
    setUp: 'restate',
    npm: [RESTATE, '1.7.12'],
    program: 'restate_flows.py',
    args: (folder) => [join(folder, 'node_modules', `${RESTATE}-linux-${process.arch}`, 'bin', 'restate-server')],
    keeps:
      'a server (its log and its state in RocksDB on disk) and one service process that runs all flows. While a run waits its coroutine stays for a minute; after that nothing.',
  },
  temporal: {
    name: 'Temporal 1.32.0 (dev server, SQLite file), Python SDK 1.35.0, 50 pollers',
    setUp: 'temporal',
    program: 'temporal_flows.py',
    args: none,
    keeps:
      'a server (histories in a SQLite file) and one worker process without its Python sandbox. A step is an activity. While a run waits it is an entry in the cache of the worker. 10,000 steps are three runs, since a history ends at 51,200 events.',
  },
  'temporal-local': {
    name: 'the same, local activities',
    setUp: 'temporal',
    program: 'temporal_flows.py',
    args: () => ['local'],
    keeps:
      'steps run in the worker and reach the server with the next report: a crash loses the steps of up to some seconds, which then run again.',
  },
  prefect: {
    name: 'Prefect 3.9.1, SQLite',
    setUp: 'prefect',
    program: 'prefect_flows.py',
    args: none,
    keeps:
      'an API server (SQLite) and flows called in the process of the caller; results are files. While a run waits its process stays and asks the server every second.',
  },
};

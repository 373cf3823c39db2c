// A flow as the files of its folder:
//
//   flow.json            what it is, and its versions in order
//   v1.py, v2.py, ...    their sources
//   examples/NAME.json   one for each example
//
// What is as it would be anyway is left out. The same flow gives the same files.

import { createHash } from 'node:crypto';
import type {
  BundledExample,
  BundledVersion,
  FlowBundle,
} from '@hero-logic/proto/herologic/registry/v1/flow_bundle_pb';
import type { FlowField } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import type { VersionLimits } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import { fieldTypeWord } from '../core/words.ts';
import { documentValue, type FileValue, fileText } from './flow-file.ts';

export const FLOW_FILE = 'flow.json';
export const FLOW_FORMAT = 'hero-logic flow 1';
export const EXAMPLE_FORMAT = 'hero-logic example 1';
/** Members of `limits`, as they are called in calls. */
export const LIMITS = {
  wall_ms: 'wallMs',
  cpu_s: 'cpuS',
  memory_mb: 'memoryMb',
  network: 'network',
  max_running: 'maxRunning',
  starts_per_minute: 'startsPerMinute',
  slot_cost: 'slotCost',
  on_divergence: 'onDivergence',
  services: 'services',
  hosts: 'hosts',
  disk_mb: 'diskMb',
  open_files: 'openFiles',
  threads: 'threads',
  output_kb: 'outputKb',
  max_spans: 'maxSpans',
  lines_per_s: 'linesPerS',
  line_kb: 'lineKb',
  isolation: 'isolation',
} as const;

const MAX_NAME = 100;

/** By path inside the folder of the flow. */
export function filesOf(flow: FlowBundle): Map<string, string> {
  const files = new Map<string, string>();
  files.set(FLOW_FILE, fileText(flowValue(flow)));
  for (const [i, version] of flow.versions.entries()) files.set(versionFile(i + 1), version.pythonSource);
  const taken = new Set<string>();
  for (const example of flow.examples) {
    files.set(`examples/${fileName(example.name, taken)}.json`, fileText(exampleValue(example)));
  }
  return files;
}

/** A name for files that every system takes and people recognise; different for different names. */
export function fileName(name: string, taken: Set<string>): string {
  const plain = encodeURIComponent(name).replace(
    /[!'()*]|^\.|\.$/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  const short = plain.length <= MAX_NAME ? plain : `${plain.slice(0, MAX_NAME)}~${hash}`;
  // Some systems take "A" and "a" for the same file.
  const free = taken.has(short.toLowerCase()) ? `${short}~${hash}` : short;
  taken.add(free.toLowerCase());
  return free;
}

function versionFile(number: number): string {
  return `v${number}.py`;
}

function flowValue(flow: FlowBundle): FileValue {
  const { name, description, tags, archived, currentNumber } = flow;
  return {
    format: FLOW_FORMAT,
    name,
    ...given({ description, tags, archived, current: currentNumber }),
    versions: flow.versions.map((version, i) => versionValue(version, i + 1)),
  };
}

function versionValue(version: BundledVersion, number: number): FileValue {
  const { label, notes, entry, inputs, outputs, limits } = version;
  return {
    number,
    file: versionFile(number),
    ...given({
      label: label === `v${number}` ? '' : label,
      ...{ notes, entry },
      limits: limitsValue(limits),
      inputs: inputs.map(fieldValue),
      outputs: outputs.map(fieldValue),
    }),
  };
}

function limitsValue(limits: VersionLimits | undefined): FileValue {
  if (limits === undefined) return {};
  const all = Object.entries(LIMITS).map(([word, member]) => [word, limits[member]] as const);
  return given(
    Object.fromEntries(all.map(([word, value]) => [word, typeof value === 'bigint' ? Number(value) : value])),
  );
}

function fieldValue(field: FlowField): FileValue {
  const { name, required, description } = field;
  return {
    name,
    ...given({
      type: field.fieldType === 0 ? '' : fieldTypeWord(field.fieldType),
      ...{ required, description },
      default: documentOrNone(field.default),
      schema: documentOrNone(field.schema),
    }),
  };
}

function exampleValue(example: BundledExample): FileValue {
  const { name, description, tags, versionNumber } = example;
  const documents = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(values)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, text]) => [key, documentValue(text)]),
    );
  return {
    format: EXAMPLE_FORMAT,
    name,
    ...given({ description, tags, version: versionNumber }),
    ...given({
      input_values: documents(example.inputValues),
      resumes: documents(example.resumes),
      expected_output: documentOrNone(example.expectedOutput),
    }),
  };
}

function documentOrNone(text: string): FileValue {
  return text === '' ? '' : documentValue(text);
}

/** Without what is empty, 0 or false. */
function given(members: Readonly<Record<string, FileValue>>): Record<string, FileValue> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => !isNothing(value)));
}

function isNothing(value: FileValue): boolean {
  if (typeof value !== 'object') return value === '' || value === 0 || value === false;
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}

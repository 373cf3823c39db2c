// The files of a flow's folder as the flow that they describe. Problems name the file and the member.

import { create } from '@bufbuild/protobuf';
import {
  type BundledExample,
  BundledExampleSchema,
  type BundledVersion,
  BundledVersionSchema,
  type FlowBundle,
  FlowBundleSchema,
} from '@hero-logic/proto/herologic/registry/v1/flow_bundle_pb';
import { FieldType, type FlowField, FlowFieldSchema } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import { VersionLimitsSchema } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import { UsageError } from '../core/usage-error.ts';
import { EXAMPLE_FORMAT, FLOW_FILE, FLOW_FORMAT, type LIMITS } from './bundle-files.ts';
import { parseFile } from './flow-file.ts';
import { createMembers, type FileProblem, type Members } from './members.ts';

export interface FolderFiles {
  /** For people. */
  pathOf(file: string): string;
  /** The text of a file of the folder; a UsageError when there is none. */
  read(file: string): string;
  /** Paths of the example files, sorted. */
  examples(): readonly string[];
}

export interface ReadBundle {
  readonly flow: FlowBundle;
  /** Everything that is wrong with the files; examples among them are not in `flow`. */
  readonly problems: readonly FileProblem[];
  /** `flow` holds all that the files say but for such examples. */
  readonly isWhole: boolean;
  /** Where a violation of the server lies: a file, and what in it. */
  placeOf(field: string): string;
}

/** A folder that is being read. */
interface Reading extends FolderFiles {
  readonly problems: FileProblem[];
}

export function readBundle(folder: FolderFiles): ReadBundle {
  const reading: Reading = { ...folder, problems: [] };
  const members = membersIn(reading, FLOW_FILE);
  const sources: string[] = [];
  const flow = members === undefined ? create(FlowBundleSchema) : readFlow(members, reading, sources);
  const isWhole = reading.problems.length === 0;
  const examples: string[] = [];
  for (const path of folder.examples()) {
    const example = readExample(reading, path);
    if (example === undefined) continue;
    flow.examples.push(example);
    examples.push(path);
  }
  const { problems } = reading;
  return { flow, problems, isWhole, placeOf: (field) => placeOf(field, folder, sources, examples) };
}

function readFlow(members: Members, folder: Reading, sources: string[]): FlowBundle {
  checkFormat(members, FLOW_FORMAT);
  const flow = create(FlowBundleSchema, {
    name: members.text('name'),
    description: members.text('description'),
    tags: members.texts('tags'),
    archived: members.flag('archived'),
    currentNumber: members.whole('current'),
    versions: members.objects('versions').map((version, i) => readVersion(version, i + 1, folder, sources)),
  });
  members.end();
  if (flow.name === '') members.wrong('name', 'is required');
  return flow;
}

/** Undefined, and a problem, when the file cannot be read. */
function attempt<T>({ problems, pathOf }: Reading, path: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.push({ place: pathOf(path), description: error.message });
    return undefined;
  }
}

function membersIn(folder: Reading, path: string): Members | undefined {
  const members = attempt(folder, path, () => parseFile(folder.read(path)));
  return members && createMembers(members, folder.pathOf(path), folder.problems);
}

function checkFormat(members: Members, format: string): void {
  const found = members.text('format');
  if (found !== format) members.wrong('format', `must be "${format}", not "${found}"`);
}

function readVersion(members: Members, number: number, folder: Reading, sources: string[]): BundledVersion {
  const given = members.whole('number');
  if (given !== number) members.wrong('number', `must be ${number}: versions are numbered 1, 2, ... in their order`);
  const file = members.text('file');
  const isName = /^[^/\\]+\.py$/.test(file);
  if (!isName) members.wrong('file', 'must be the name of a .py file beside flow.json');
  sources.push(file);
  const version = create(BundledVersionSchema, {
    pythonSource: (isName ? attempt(folder, file, () => folder.read(file)) : undefined) ?? '',
    label: members.text('label'),
    notes: members.text('notes'),
    entry: members.text('entry'),
    inputs: members.objects('inputs').map(readField),
    outputs: members.objects('outputs').map(readField),
    limits: readLimits(members.object('limits')),
  });
  members.end();
  return version;
}

function readLimits(members: Members) {
  const limits = create(VersionLimitsSchema, {
    wallMs: BigInt(members.whole('wall_ms')),
    cpuS: members.whole('cpu_s'),
    memoryMb: members.whole('memory_mb'),
    network: members.text('network'),
    maxRunning: members.whole('max_running'),
    startsPerMinute: members.whole('starts_per_minute'),
    slotCost: members.whole('slot_cost'),
    onDivergence: members.text('on_divergence'),
    services: members.text('services'),
    hosts: members.texts('hosts'),
    diskMb: members.whole('disk_mb'),
    openFiles: members.whole('open_files'),
    threads: members.whole('threads'),
    outputKb: members.whole('output_kb'),
    maxSpans: members.whole('max_spans'),
    linesPerS: members.whole('lines_per_s'),
    lineKb: members.whole('line_kb'),
    isolation: members.text('isolation'),
  } satisfies Record<(typeof LIMITS)[keyof typeof LIMITS], unknown>);
  members.end();
  return limits;
}

function readField(members: Members): FlowField {
  const type = members.text('type');
  const fieldType = type === '' ? FieldType.UNSPECIFIED : FieldType[type.toUpperCase() as keyof typeof FieldType];
  if (fieldType === undefined)
    members.wrong('type', `"${type}" is none of string, number, integer, boolean, object, array`);
  const field = create(FlowFieldSchema, {
    name: members.text('name'),
    fieldType: fieldType ?? FieldType.UNSPECIFIED,
    required: members.flag('required'),
    description: members.text('description'),
    default: members.document('default'),
    schema: members.document('schema'),
  });
  members.end();
  return field;
}

/** Undefined when something is wrong with it. */
function readExample(folder: Reading, path: string): BundledExample | undefined {
  const before = folder.problems.length;
  const members = membersIn(folder, path);
  if (members === undefined) return undefined;
  checkFormat(members, EXAMPLE_FORMAT);
  const example = create(BundledExampleSchema, {
    name: members.text('name'),
    description: members.text('description'),
    tags: members.texts('tags'),
    versionNumber: members.whole('version'),
    inputValues: members.documents('input_values'),
    resumes: members.documents('resumes'),
    expectedOutput: members.document('expected_output'),
  });
  members.end();
  return folder.problems.length > before ? undefined : example;
}

function placeOf(field: string, folder: FolderFiles, sources: readonly string[], examples: readonly string[]): string {
  const [, list = '', index = '', member = ''] = /^flow\.(versions|examples)\[(\d+)\]\.?(.*)$/.exec(field) ?? [];
  if (list === 'examples') return `${folder.pathOf(examples[Number(index)] ?? '')}: ${member}`;
  if (member === 'python_source') return folder.pathOf(sources[Number(index)] ?? '');
  return `${folder.pathOf(FLOW_FILE)}: ${field.replace(/^flow\./, '').replace(/^current_number$/, 'current')}`;
}

// Keeps a call that is confined to a namespace within it. Behind every door and before every handler: each sid that a request names, at any
// depth, has to be one of the namespace, else the call ends as it would if there were no such thing. A call that names no sid goes through only
// where its handler looks at the namespace itself. What this file does not know is refused: a new kind of sid, a new list.

import type { DescField, DescMessage, DescMethod, Message } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { HeroError } from '../errors/hero-error.ts';
import type { Reason } from '../errors/reasons.ts';

export type SidKind =
  | 'workflow'
  | 'version'
  | 'example'
  | 'play'
  | 'trigger'
  | 'benchmark'
  | 'error_group'
  | 'bulk_job'
  | 'webhook';

/** Where things are. Nothing ever moves to another namespace, so an answer stays true. */
export interface NamespaceDirectory {
  /** undefined: there is no such thing now. */
  namespaceOf(kind: SidKind, sid: string): Promise<string | undefined>;
}

const KIND_OF_FIELD: Readonly<Record<string, SidKind>> = {
  workflow_sid: 'workflow',
  version_sid: 'version',
  workflow_version_sid: 'version',
  example_sid: 'example',
  example_sids: 'example',
  play_sid: 'play',
  parent_play_sid: 'play',
  trigger_sid: 'trigger',
  benchmark_sid: 'benchmark',
  base_sid: 'benchmark',
  other_sid: 'benchmark',
  fingerprint: 'error_group',
  job_sid: 'bulk_job',
  webhook_sid: 'webhook',
};

/** Methods that look at the namespace of their caller by themselves, where their request names no sid. */
const LOOKS_ITSELF = new Set([
  'AccessService.WhoAmI',
  'WorkflowService.CreateWorkflow',
  'WorkflowService.GetWorkflow',
  'WorkflowService.ListWorkflows',
  'WorkflowService.ImportFlow',
  'LibraryService.SearchLibrary',
  'SecretService.SetSecret',
  'SecretService.ListSecrets',
  'SecretService.DeleteSecret',
  'PlayService.StartPlay',
  'PlayService.ListPlays',
  'TriggerService.CreateTrigger',
  'TriggerService.ListTriggers',
  'TriggerService.PreviewTrigger',
  'ErrorGroupService.ListErrorGroups',
  'BulkService.CountPlays',
  'BulkService.StartBulkJob',
  'BulkService.DeletePlays',
  'BulkService.ListBulkJobs',
  'WebhookService.CreateWebhook',
  'WebhookService.ListWebhooks',
]);

/** Whether a caller of one namespace may call it without naming anything. */
export function looksAtNamespace(method: DescMethod): boolean {
  return LOOKS_ITSELF.has(`${method.parent.name}.${method.name}`);
}

const NOT_FOUND: Readonly<Record<SidKind, { readonly reason: Reason; readonly message: (sid: string) => string }>> = {
  workflow: { reason: 'WORKFLOW_NOT_FOUND', message: (sid) => `no workflow has the sid ${sid}` },
  version: { reason: 'VERSION_NOT_FOUND', message: (sid) => `no version has the sid ${sid}` },
  example: { reason: 'EXAMPLE_NOT_FOUND', message: (sid) => `no example has the sid ${sid}` },
  play: { reason: 'PLAY_NOT_FOUND', message: (sid) => `there is no play ${sid}` },
  trigger: { reason: 'TRIGGER_NOT_FOUND', message: (sid) => `there is no trigger ${sid}` },
  benchmark: { reason: 'BENCHMARK_NOT_FOUND', message: (sid) => `there is no benchmark ${sid}` },
  error_group: { reason: 'ERROR_GROUP_NOT_FOUND', message: (sid) => `there is no error group ${sid}` },
  bulk_job: { reason: 'BULK_JOB_NOT_FOUND', message: (sid) => `there is no bulk job ${sid}` },
  webhook: { reason: 'WEBHOOK_NOT_FOUND', message: (sid) => `there is no webhook ${sid}` },
};

/** Where it is not the kind's own sid. */
const METADATA: Partial<Record<SidKind, string>> = { error_group: 'fingerprint', bulk_job: 'job_sid' };

/** In the place of the sid of a version: the one that fits. */
const ANY_VERSION = 'auto';

const KNOWN_AT_MOST = 100_000;

/** NOT_FOUND: the request names something of another namespace. PERMISSION_DENIED: the method is for callers of all namespaces. */
export type ScopeCheck = (namespace: string, method: DescMethod, message: Message) => Promise<void>;

export function createScopeCheck(directory: NamespaceDirectory): ScopeCheck {
  const known = new Map<string, string>();

  async function namespaceOf(kind: SidKind, sid: string): Promise<string | undefined> {
    const remembered = known.get(`${kind} ${sid}`);
    if (remembered !== undefined) return remembered;
    const found = await directory.namespaceOf(kind, sid);
    if (found === undefined) return undefined;
    known.set(`${kind} ${sid}`, found);
    if (known.size > KNOWN_AT_MOST) known.delete(known.keys().next().value as string);
    return found;
  }

  return async (namespace, method, message) => {
    const named = sidsOf(reflect(method.input, message as never));
    if (named.length === 0 && !looksAtNamespace(method)) throw forAll(method);
    for (const { field, sid } of named) {
      const kind = KIND_OF_FIELD[field];
      if (kind === undefined) throw forAll(method);
      if (sid === ANY_VERSION || (await namespaceOf(kind, sid)) === namespace) continue;
      const { reason, message: text } = NOT_FOUND[kind];
      throw new HeroError(reason, text(sid), { metadata: { [METADATA[kind] ?? `${kind}_sid`]: sid } });
    }
  };
}

interface NamedSid {
  readonly field: string;
  readonly sid: string;
}

function sidsOf(message: ReflectMessage): NamedSid[] {
  const found: NamedSid[] = [];
  for (const field of message.fields) {
    if (!mayHoldSids(field) || !message.isSet(field)) continue;
    const values = field.fieldKind === 'list' ? [...message.get(field)] : [message.get(field)];
    for (const value of values) {
      if (typeof value === 'string') found.push({ field: field.name, sid: value });
      else found.push(...sidsOf(value as ReflectMessage));
    }
  }
  return found.filter(({ sid }) => sid !== '');
}

/** Groups of failures go by their fingerprints. */
const NAMES_ONE = /(^|_)sids?$|^fingerprint$/;

const holdsSids = new WeakMap<DescMessage, boolean>();

function mayHoldSids(field: DescField): boolean {
  if (field.message !== undefined && field.fieldKind !== 'map') return messageHoldsSids(field.message);
  return (field.fieldKind === 'scalar' || field.fieldKind === 'list') && NAMES_ONE.test(field.name);
}

function messageHoldsSids(message: DescMessage): boolean {
  const known = holdsSids.get(message);
  if (known !== undefined) return known;
  // For a message within itself.
  holdsSids.set(message, true);
  const holds = message.fields.some(mayHoldSids);
  holdsSids.set(message, holds);
  return holds;
}

function forAll(method: DescMethod): HeroError {
  const what = `${method.parent.name}.${method.name}`;
  return new HeroError(
    'PERMISSION_DENIED',
    `${what} is for callers of all namespaces; name a workflow, or use a key that is for all`,
    { metadata: { method: what } },
  );
}

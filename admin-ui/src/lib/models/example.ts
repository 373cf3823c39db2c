import type { Example as ExamplePb } from '@hero-logic/proto/herologic/registry/v1/example_pb';
import { msFromPb } from './format.ts';
import { members, objectText } from './json.ts';

export interface Example {
  readonly sid: string;
  readonly name: string;
  readonly description: string;
  /** Empty = every version. */
  readonly versionSid: string;
  /** The input object as JSON text. */
  readonly inputText: string;
  /** Pause names and their answers as a JSON object; "{}" = none. */
  readonly answersText: string;
  /** JSON text; empty = nothing to compare with. */
  readonly expectedText: string;
  readonly tags: readonly string[];
  readonly updatedAt: number | undefined;
}

export function exampleFromPb(pb: ExamplePb): Example {
  return {
    sid: pb.sid,
    name: pb.name,
    description: pb.description,
    versionSid: pb.workflowVersionSid,
    inputText: objectText(Object.entries(pb.inputValues)),
    answersText: objectText(Object.entries(pb.resumes)),
    expectedText: pb.expectedOutput,
    tags: pb.tags,
    updatedAt: msFromPb(pb.updatedAt),
  };
}

/** The members of a JSON object as texts; undefined when the text is no object. */
export function textsOf(json: string): Record<string, string> | undefined {
  const found = members(json.trim() === '' ? '{}' : json);
  return found === undefined ? undefined : Object.fromEntries(found);
}

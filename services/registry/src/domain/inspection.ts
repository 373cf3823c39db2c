// What can be known of a Python source without running it, and the port through which it is read.

import { HeroError } from '@hero-logic/platform';
import type { Field } from './field.ts';

export interface OutlineFlow {
  readonly name: string;
  readonly title: string;
  /** Docstring, shortened. */
  readonly doc: string;
  readonly line: number;
}

export interface Outline {
  /** Name of the entry flow. */
  readonly entry: string;
  readonly description: string;
  /** All flows and named steps of the source, in its order. */
  readonly flows: readonly OutlineFlow[];
}

/** What a source asks for in its PEP 723 block. */
export interface Packages {
  /** Names with versions, as PEP 508 writes them. */
  readonly dependencies: readonly string[];
  /** Such as ">=3.11"; empty = any. */
  readonly requiresPython: string;
}

export interface Inspection {
  readonly outline: Outline;
  readonly inputs: readonly Field[];
  readonly outputs: readonly Field[];
  readonly packages: Packages;
  /** Where the entry is declared. */
  readonly line: number;
  readonly column: number;
}

export interface SourceInspector {
  /** INVALID_SOURCE with line and column when the source does not parse or has no entry; UNAVAILABLE when there is nobody to read it. */
  inspect(source: string, workflowName: string): Promise<Inspection>;
  close(): Promise<void>;
}

export interface SourcePlace {
  readonly line: number;
  readonly column: number;
}

export function invalidSource(problem: string, place: SourcePlace): HeroError {
  const where = `line ${place.line}, column ${place.column}`;
  return new HeroError('INVALID_SOURCE', `python_source: ${where}: ${problem}`, {
    violations: [{ field: 'python_source', description: `${where}: ${problem}` }],
    metadata: { line: String(place.line), column: String(place.column) },
  });
}

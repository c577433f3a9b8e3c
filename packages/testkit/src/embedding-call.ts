import type { ErrorTurn, Fault } from './http-fault.ts';
import type { DialectId } from './model-call.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** What a request for embeddings says, whatever the wire it came over. */
export interface EmbeddingContent {
  readonly dialect: DialectId;
  readonly model: string;
  readonly texts: readonly string[];
  /** The length of the vectors of the answer. */
  readonly dimensions: number;
  /** The service's own word for what the texts are for, where it takes one. */
  readonly purpose?: string | undefined;
}

/** A request for embeddings that kept every rule of its service. `order` counts them from 1. */
export interface EmbeddingCall extends EmbeddingContent {
  readonly order: number;
  readonly request: RecordedRequest;
}

/** What becomes of an answer: an error in its place, or faults in it. Undefined answers as the service does. */
export type EmbeddingTurn = ErrorTurn | readonly Fault[] | undefined;

/** Turns in order, after which all is answered; or a function from the call to its turn. */
export type EmbeddingScript =
  | readonly EmbeddingTurn[]
  | ((call: EmbeddingCall) => EmbeddingTurn | Promise<EmbeddingTurn>);

/** A model that embeds texts. */
export interface EmbeddingModel {
  readonly id: string;
  readonly dimensions: number;
  /** The lengths that may be asked for beside its own: any shorter one, or none. `any` by default. */
  readonly shorter?: 'any' | 'none' | readonly number[];
  /** Tokens of one text. Default 8192. */
  readonly contextWindow?: number;
}

export function takesDimensions(
  { dimensions, shorter = 'any' }: EmbeddingModel,
  wanted: number,
): boolean {
  if (wanted === dimensions) return shorter !== 'none';
  if (shorter === 'any') return wanted < dimensions;
  return shorter !== 'none' && shorter.includes(wanted);
}

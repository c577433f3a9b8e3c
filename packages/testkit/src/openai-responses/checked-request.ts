import type { ServedModel } from '../model-server.ts';
import type { Refusal } from '../openai/refusal.ts';
import type { InputItem, ResponsesRequest } from './request-schema.ts';

export interface ResponsesModel extends ServedModel {
  /** A reasoning model takes no sampling parameters, and it alone takes an effort. `plain` by default. */
  readonly kind?: 'plain' | 'reasoning';
  /** Newer models say of a message whether it is a commentary or the final answer. `unsaid` by default. */
  readonly phases?: 'said' | 'unsaid';
}

/** Most refusals come with 400. */
export interface ResponsesRefusal extends Refusal {
  readonly status?: number;
}

/** What the rules look at. */
export interface CheckedRequest {
  readonly body: ResponsesRequest;
  /** The input as items, also where it was sent as a text. */
  readonly items: readonly InputItem[];
  readonly model: Required<ResponsesModel>;
  readonly promptTokens: number;
}

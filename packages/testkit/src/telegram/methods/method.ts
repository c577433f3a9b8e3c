import type { Ledger } from '../ledger.ts';
import type { RateLimiter } from '../limits.ts';
import type { UploadedFile } from '../read-request.ts';
import type { UpdateQueue } from '../update-queue.ts';
import type { WebhookSender } from '../webhook.ts';
import type { World } from '../world.ts';

/** Bot-wide settings that methods change. */
export interface BotState {
  /** Commands by scope and language, as `setMyCommands` left them. */
  readonly commands: Map<
    string,
    readonly { readonly command: string; readonly description: string }[]
  >;
  /** Callback queries that can be answered, and the answers given. */
  readonly callbacks: Map<string, { answer: Readonly<Record<string, unknown>> | undefined }>;
  /** Without it `getUpdates` waits as long as the bot asks, at most 50 s. */
  readonly longPollCapMs: number;
  /** How long the place of a file holds. */
  readonly fileLinkMs: number;
}

export interface MethodContext {
  readonly world: World;
  readonly queue: UpdateQueue;
  readonly ledger: Ledger;
  readonly webhook: WebhookSender;
  readonly limiter: RateLimiter | undefined;
  readonly state: BotState;
  readonly now: () => number;
}

/** A call that passed validation: values have the types of the Bot API. */
export interface MethodCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly files: readonly UploadedFile[];
  /** Aborts when the bot drops the connection. */
  readonly signal: AbortSignal;
}

export interface MethodResult {
  readonly result: unknown;
  readonly description?: string;
}

export type Method = (
  call: MethodCall,
  context: MethodContext,
) => MethodResult | Promise<MethodResult>;

export type MethodTable = Readonly<Record<string, Method>>;

export function integerOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A field of an object that came over the wire. */
export function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map<string, unknown>(Object.entries(value)).get(name);
}

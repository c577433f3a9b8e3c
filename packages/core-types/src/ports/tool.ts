import { z } from 'zod';
import type { Json } from '../json.ts';
import type { ImagePart } from '../message.ts';
import type { ParkReason } from '../run-event.ts';
import type { Principal, Provenance, TaintSource } from '../principal.ts';
import type { ActionRequest } from './channel-action.ts';
import type { Answer } from './channel.ts';

/**
 * What recovery may do with a call that was cut off.
 * `pure`: run again. `keyed`: run again with the same key, it takes effect once. `probeable`: ask `probe`.
 * `opaque`: never run again; the model is told that the outcome is unknown.
 */
export type Effect = 'pure' | 'keyed' | 'probeable' | 'opaque';
export type Risk = 'read' | 'write' | 'execute' | 'network' | 'send';

/** What a tool may know of the run it serves. */
export interface ToolContext {
  readonly runId: string;
  readonly agentId: string;
  readonly sessionKey: string;
  readonly principal: Principal;
  readonly provenance: Provenance;
  /** One key per call for its whole life, whatever the number of attempts. */
  readonly key: string;
  /** Marks the run as holding content that could steer the model. */
  taint(source: TaintSource): void;
  /**
   * Asks for a message to be sent: `to` is `current` or `<channel>[:<account>]:<address>`. It becomes an outbound row in the transaction that stores this call's result,
   * so it is sent once if the call is done, and not at all otherwise. Returns the ids of the rows, one for each message. Throws `channel.not-found`.
   */
  send(message: { readonly to: string; readonly answer: Answer }): readonly string[];
  /**
   * Asks the channel of the run's own conversation to do something there, as a row like that of `send`. Returns its id. Throws `tool.failed` where the
   * channel has no such action or there is no such message.
   */
  act(request: ActionRequest): Promise<string>;
  progress(text: string): void;
}

/** A tool that did its work. `text` is what the model reads. */
export interface ToolOutput {
  readonly text: string;
  readonly images?: readonly ImagePart[];
  /**
   * The call is not done: the run waits for this without holding anything, and the call is made again, with the same key, when it
   * may go on. Only for tools whose effect is `pure` or `keyed`.
   */
  readonly park?: ParkReason;
}

/**
 * A tool declares what it may do; the policy decides whether it may. Contract:
 * - `run` gets input that passed `input`; it throws `CuttleError` (`tool.*`, `fetch.*`) to tell the model why it failed;
 * - it rejects with `signal.reason` soon after an abort;
 * - a `keyed` tool called twice with one key has one effect; `probe` never has an effect.
 */
export interface Tool<Input = unknown> {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodType<Input>;
  /** JSON Schema of `input`, as a model sees it. */
  readonly parameters: Readonly<Record<string, Json>>;
  readonly effect: Effect;
  readonly risk: Risk;
  readonly timeoutMs?: number;
  /** Characters of `text` the model gets; the rest is cut with a clear mark. Default 10,000. */
  readonly maxOutputChars?: number;
  run(input: Input, context: ToolContext, signal: AbortSignal): Promise<ToolOutput>;
  /**
   * The file of the workspace that a call would write, relative to it and with its links followed; undefined where it is none. Asked before the
   * call is judged, as some files are instructions to the model. Has no effect.
   */
  writes?(
    input: Input,
    place: Pick<ToolContext, 'agentId'>,
    signal: AbortSignal,
  ): Promise<string | undefined>;
  probe?(key: string, signal: AbortSignal): Promise<'done' | 'absent' | 'unknown'>;
}

/** A tool from its definition; `Input` is inferred from the schema, `parameters` derived from it when first asked for. */
export function defineTool<Input>(definition: Omit<Tool<Input>, 'parameters'>): Tool {
  let parameters: Tool['parameters'] | undefined;
  const tool = {
    ...definition,
    get parameters(): Tool['parameters'] {
      parameters ??= toParameters(definition.input);
      return parameters;
    },
  };
  return tool;
}

function toParameters(input: z.ZodType): Tool['parameters'] {
  const { $schema: _dialect, ...parameters } = z.toJSONSchema(input, { io: 'input' });
  return parameters as Tool['parameters']; // a JSON Schema is JSON
}

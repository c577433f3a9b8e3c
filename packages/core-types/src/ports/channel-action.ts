import type { z } from 'zod';
import type { OutboundFile, OutboundPart, SendKind } from './channel.ts';
import type { Risk } from './tool.ts';

/**
 * What an action is about. `none`: it makes a message of its own. `own`: a message that the account sent. `any`: also one that a person sent, by its id
 * in the platform's words.
 */
export type ActionSubject = 'none' | 'own' | 'any';

/**
 * Something that a platform can do in a conversation beyond sending words, as data. It is no call of its own: what `render` gives becomes a row of
 * the conversation in the transaction of the tool call that asks for it, and `send` does it in its turn. Contract:
 * - `render` is pure and gets what passed `input`; it throws `tool.failed` with words for a model where the platform would refuse it;
 * - a part with `act` changes a message and makes none: doing it again changes nothing more, so that a lost answer is no doubt. Its message is that of
 *   `SendRequest.receipt`, else the one it was rendered for;
 * - it touches only the conversation of the row.
 */
export interface ChannelAction<Input = unknown> {
  /** Without the platform: `react`. */
  readonly name: string;
  readonly description: string;
  /** A strict object. */
  readonly input: z.ZodObject;
  readonly subject: ActionSubject;
  /** Of a message of ours; what is said of a person's is always a `send` with `act`. */
  readonly kind: Exclude<SendKind, 'open'>;
  /** `send` for what carries words or files, `write` for what only marks a message. */
  readonly risk: Risk;
  /** Sends one file of the workspace. */
  readonly takesFile?: true;
  render(input: Input, about: ActionContext): OutboundPart;
}

export interface ActionContext {
  /** The message of a person it is about. */
  readonly messageId?: string | undefined;
  /** The platform's id of the person who is answered. */
  readonly senderId?: string | undefined;
  readonly file?: OutboundFile | undefined;
}

/** What a tool asks a channel to do in the run's own conversation. */
export interface ActionRequest {
  readonly action: string;
  /** What passed the action's `input`. */
  readonly input: unknown;
  /** `theirs`: the message that is answered. `last`: the account's newest one here. Else the id of one that a tool sent. Absent: what the action is for. */
  readonly message?: string | undefined;
  readonly file?: OutboundFile | undefined;
}

/** An action from its definition; `Input` is inferred from the schema. */
export function defineAction<Shape extends z.ZodObject>(
  definition: Omit<ChannelAction, 'input' | 'render'> & {
    readonly input: Shape;
    render(input: z.output<Shape>, about: ActionContext): OutboundPart;
  },
): ChannelAction {
  // What `render` gets was parsed by `input` of the same definition.
  return definition;
}

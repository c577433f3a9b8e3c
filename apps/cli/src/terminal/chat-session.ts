import type { Client, FollowedSession } from '@cuttle/client';
import { toCuttleError } from '@cuttle/core-types/errors';
import type { NewId } from '@cuttle/core-types';
import { type Item, toItems } from './items.ts';
import { type Page, type Printer } from './printer.ts';
import { type Paint, plain } from '../paint.ts';
import type { ReadAttachment } from '../read-attachments.ts';
import { untilLive } from './until-live.ts';
import { watchAsks } from './watch-asks.ts';

/** A conversation on a terminal, without the terminal. */
export interface ChatSession {
  /** Sends a line; resolves when the message has its fate and what was said is shown, or why the gateway did not take it. */
  say(text: string, attachments: readonly ReadAttachment[]): Promise<'taken' | 'refused'>;
  /** Tells a failure of this side. */
  tell(error: unknown): void;
  isBusy(): boolean;
  /** Stops the run under way. */
  stop(): Promise<void>;
}

export interface ChatParts {
  readonly client: Client;
  readonly sessionKey: string;
  readonly printer: Printer;
  readonly page: Page;
  readonly paint: Paint;
  readonly newId: NewId;
  /** Something was shown, or it became quiet. */
  readonly settled: () => void;
}

/** Resolves when the session is followed. What was said before is not shown. */
export async function openChatSession(parts: ChatParts, signal: AbortSignal): Promise<ChatSession> {
  const { client, sessionKey, printer, page, paint, newId, settled } = parts;
  const follow = client.follow(sessionKey, { limit: 50 }, signal);
  printer.skip(toItems(await untilLive(follow)));
  let sending = 0;
  const isBusy = (): boolean =>
    sending > 0 || follow.current.activeRunId !== undefined || follow.current.queued.length > 0;

  const settle = (): void => {
    if (!isBusy()) printer.endLine();
    settled();
  };
  follow.subscribe((session) => {
    printer.show(toItems(session));
    settle();
  });
  const showAsks = (asks: readonly Item[]): void => {
    printer.show(asks);
    settle();
  };
  watchAsks({ client, sessionKey: follow.current.sessionKey }, showAsks, signal);
  const tell = (error: unknown): void => {
    const { code, message, hint } = toCuttleError(error);
    printer.endLine();
    page.aside(`${paint('red', `${code}: `)}${plain(message)}\n${paint('dim', hint)}`);
  };
  return {
    isBusy,
    tell,
    async say(text, attachments) {
      printer.expect(text);
      sending += 1;
      let taken: 'taken' | 'refused' = 'refused';
      try {
        const params = toParams(
          { sessionKey, message: text, idempotencyKey: newId() },
          attachments,
        );
        const { runId, status, reply } = await client.call('chat.send', params, signal);
        taken = 'taken';
        if (status === 'command') {
          printer.endLine();
          if (reply !== undefined && reply !== '') page.write(`${plain(reply)}\n`);
        } else {
          await untilAnswered(client, runId, signal);
          // Its last words may still be on their way.
          for await (const session of follow) if (!isHeld(session, runId)) break;
        }
      } catch (error) {
        signal.throwIfAborted();
        tell(error);
      } finally {
        sending -= 1;
        settle();
      }
      return taken;
    },
    async stop() {
      await client.call('chat.abort', { sessionKey }, signal);
    },
  };
}

function toParams<Params extends object>(
  params: Params,
  attachments: readonly ReadAttachment[],
): Params & { attachments?: ReadAttachment[] } {
  return attachments.length === 0 ? params : { ...params, attachments: [...attachments] };
}

function isHeld({ activeRunId, queued }: FollowedSession, inboundId: string): boolean {
  return activeRunId !== undefined || queued.some((one) => one.inboundId === inboundId);
}

async function untilAnswered(client: Client, runId: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { status } = await client.call('agent.wait', { runId, timeoutMs: 60_000 }, signal);
    if (!['queued', 'running', 'waiting', 'timeout'].includes(status)) return;
  }
}

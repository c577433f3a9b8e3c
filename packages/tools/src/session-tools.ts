import type { Message } from '@cuttle/core-types';
import { textOf } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import {
  defineTool,
  type Reader,
  type SessionRow,
  type Tool,
  type ToolContext,
} from '@cuttle/core-types/ports';
import { authorise, effectiveTrust } from '@cuttle/security/policy';
import { z } from 'zod';

interface SessionDeps {
  readonly reader: Pick<Reader, 'findSession' | 'listSessions' | 'readHistory'>;
  /** The id of the principal whose session it is; absent or undefined: the owner's alone, except the one a call is made in. */
  ownerOf?(session: SessionRow): string | undefined;
}

/** Earlier conversations: a person sees their own, the owner sees all. */
export function createSessionTools(deps: SessionDeps): readonly Tool[] {
  return [createList(deps), createRead(deps)];
}

function createList(deps: SessionDeps): Tool {
  return defineTool({
    name: 'session_list',
    description: 'Lists conversations that this person had with you, the latest first.',
    input: z.strictObject({
      search: z.string().trim().max(200).optional().describe('Words of the title.'),
      limit: z.int().min(1).max(100).default(20).describe('How many to list, 1 to 100.'),
    }),
    effect: 'pure',
    risk: 'read',
    timeoutMs: 15_000,
    async run({ search, limit }, context, signal) {
      const found: SessionRow[] = [];
      let before: string | undefined;
      // Others' sessions may lie between: look at a bounded number of pages.
      for (let page = 0; page < 10 && found.length < limit; page += 1) {
        signal.throwIfAborted();
        const { sessions, next } = await deps.reader.listSessions({
          limit: 200,
          before,
          agentId: context.agentId,
          search,
        });
        found.push(...sessions.filter((session) => mayRead(deps, context, session)));
        before = next;
        if (before === undefined) break;
      }
      const lines = found.slice(0, limit).map(toLine);
      // Titles are made from what others wrote.
      if (lines.length > 0) context.taint('file');
      return { text: lines.join('\n') || 'There are no such conversations.' };
    },
  });
}

function createRead(deps: SessionDeps): Tool {
  return defineTool({
    name: 'session_read',
    description: 'Reads the latest messages of a conversation that session_list names.',
    input: z.strictObject({
      sessionKey: z.string().trim().min(1).max(500).describe('As session_list shows it.'),
      limit: z.int().min(1).max(100).default(30).describe('How many entries, 1 to 100.'),
      before: z.int().positive().optional().describe('Go back before this entry.'),
    }),
    effect: 'pure',
    risk: 'read',
    timeoutMs: 15_000,
    async run({ sessionKey, limit, before }, context, signal) {
      signal.throwIfAborted();
      const session = await deps.reader.findSession(sessionKey);
      // One answer for what is not there and what is not theirs, or it would tell who talks with us.
      if (!session || !mayRead(deps, context, session))
        throw new CuttleError('session.not-found', `There is no conversation "${sessionKey}".`, {
          hint: 'session_list names those you can read.',
        });
      const history = await deps.reader.readHistory({
        sessionId: session.sessionId,
        limit,
        before,
      });
      // What a conversation holds may come from anywhere.
      context.taint('file');
      const lines = history.entries.flatMap((entry) => entry.messages.flatMap(toLines));
      if (history.before !== undefined)
        lines.unshift(`(Earlier entries: call again with before ${history.before}.)`);
      return { text: lines.join('\n') || 'Nothing was said yet.' };
    },
  });
}

function mayRead(deps: SessionDeps, context: ToolContext, session: SessionRow): boolean {
  if (session.agentId !== context.agentId) return false;
  if (session.sessionKey === context.sessionKey) return true;
  const { principal, provenance } = context;
  const ownerPrincipalId = deps.ownerOf?.(session);
  // The owner's principal under a lower trust, as in a reminder that a tainted run set, reads only its own.
  if (effectiveTrust(principal, provenance) !== 'owner') return ownerPrincipalId === principal.id;
  return (
    authorise(principal, 'session.read', { kind: 'session', ownerPrincipalId }).kind === 'allow'
  );
}

function toLine({ sessionKey, title, messages, updatedAt }: SessionRow): string {
  const at = new Date(updatedAt).toISOString();
  return `- ${sessionKey}: ${title ?? 'untitled'} (${messages} messages, last ${at})`;
}

function toLines(message: Message): readonly string[] {
  const text = textOf(message);
  return text === '' ? [] : [`${message.role}: ${text}`];
}

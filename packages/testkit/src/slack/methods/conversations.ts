import type { Json } from '@cuttle/core-types';
import { z } from 'zod';
import { encodeMessage } from '../encode.ts';
import { SlackFailure } from '../failure.ts';
import {
  defineMethod,
  findChannel,
  type Method,
  type MethodContext,
  openDirect,
  requireMember,
} from '../method.ts';
import { cutPage, Paging } from '../paging.ts';
import { count, flag, ts } from '../schemas.ts';
import type { ChannelState, MessageState } from '../world.ts';

const boundary = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^\d+(?:\.\d{1,6})?$/));

const range = {
  channel: z.string(),
  oldest: boundary.optional(),
  latest: boundary.optional(),
  inclusive: flag.optional(),
  limit: count.max(999).optional(),
  cursor: z.string().optional(),
  include_all_metadata: flag.optional(),
};
const History = z.looseObject(range);
const Replies = z.looseObject({ ...range, ts });

const micros = (at: string): bigint => {
  const [seconds = '0', fraction = ''] = at.split('.');
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
};

function isWithin(
  at: string,
  { oldest = '0', latest, inclusive = false }: z.output<typeof History>,
): boolean {
  const time = micros(at);
  const after = inclusive ? time >= micros(oldest) : time > micros(oldest);
  const before =
    latest === undefined || (inclusive ? time <= micros(latest) : time < micros(latest));
  return after && before;
}

/** A page of messages. The cursor is where the last one ended. */
function toPage(
  { world, origin }: MethodContext,
  messages: readonly MessageState[],
  args: z.output<typeof History>,
): Record<string, Json> {
  const { limit = 100, cursor = '0' } = args;
  const from = Number(cursor);
  if (!Number.isInteger(from)) throw new SlackFailure({ error: 'invalid_cursor' });
  const page = messages.slice(from, from + limit);
  const more = from + limit < messages.length;
  return {
    ok: true,
    messages: page.map((message) => ({
      ...encodeMessage(world, message, origin()),
      // The payload only comes for whom asks. https://docs.slack.dev/messaging/message-metadata
      ...(message.metadata !== undefined &&
        args.include_all_metadata === true && { metadata: message.metadata }),
    })),
    has_more: more,
    response_metadata: { next_cursor: more ? String(from + limit) : '' },
  };
}

const shown = (channel: ChannelState): MessageState[] =>
  [...channel.messages.values()].filter(
    ({ deleted, onlyFor }) => !deleted && onlyFor === undefined,
  );

const readScopes = 'channels:history|groups:history|im:history|mpim:history';

/** The newest first; what stands only in threads is not among them. https://docs.slack.dev/reference/methods/conversations.history */
const history = defineMethod(
  { tier: 3, token: 'bot', scopes: [readScopes] },
  History,
  (context, args) => {
    const channel = findChannel(context, args.channel);
    requireMember(context, channel);
    const messages = shown(channel)
      .filter(
        ({ threadTs, ts: at, broadcast }) => threadTs === undefined || threadTs === at || broadcast,
      )
      .filter(({ ts: at }) => isWithin(at, args))
      .toReversed();
    return toPage(context, messages, args);
  },
);

/** The thread's first message, then its replies, the oldest first. https://docs.slack.dev/reference/methods/conversations.replies */
const replies = defineMethod(
  { tier: 3, token: 'bot', scopes: [readScopes] },
  Replies,
  (context, args) => {
    const channel = findChannel(context, args.channel);
    requireMember(context, channel);
    const root = channel.messages.get(args.ts)?.threadTs ?? args.ts;
    const parent = channel.messages.get(root);
    if (parent === undefined) throw new SlackFailure({ error: 'thread_not_found' });
    const messages = shown(channel).filter(
      ({ ts: at, threadTs }) => at === root || (threadTs === root && isWithin(at, args)),
    );
    return toPage(context, messages, args);
  },
);

/** https://docs.slack.dev/reference/objects/conversation-object */
function encodeChannel({ world }: MethodContext, channel: ChannelState): Record<string, Json> {
  const { id, kind, name, members, archived } = channel;
  const other = [...members].find((member) => member !== world.bot.id);
  return {
    id,
    is_channel: kind === 'public',
    is_group: kind === 'private',
    is_im: kind === 'im',
    is_mpim: kind === 'mpim',
    is_private: kind !== 'public',
    is_archived: archived,
    context_team_id: world.team.id,
    ...(kind === 'im'
      ? { user: other ?? '' }
      : { name, name_normalized: name, is_member: members.has(world.bot.id) }),
  };
}

const info = defineMethod(
  { tier: 3, token: 'bot', scopes: ['channels:read|groups:read|im:read|mpim:read'] },
  z.looseObject({ channel: z.string() }),
  (context, args) => {
    const channel = findChannel(context, args.channel);
    if (channel.kind !== 'public') requireMember(context, channel);
    return { ok: true, channel: encodeChannel(context, channel) };
  },
);

const wireTypes = {
  im: 'im',
  mpim: 'mpim',
  public: 'public_channel',
  private: 'private_channel',
} as const;

const list = defineMethod(
  { tier: 2, token: 'bot', scopes: ['channels:read|groups:read|im:read|mpim:read'] },
  Paging.extend({
    types: z.string().default('public_channel'),
    exclude_archived: flag.default(false),
  }),
  (context, args) => {
    const types = new Set(args.types.split(',').map((type) => type.trim()));
    const channels = [...context.world.channels.values()]
      .filter(({ kind }) => types.has(wireTypes[kind]))
      .filter(({ kind, members }) => kind === 'public' || members.has(context.world.bot.id))
      .filter(({ archived }) => !archived || !args.exclude_archived);
    const { page, next } = cutPage(channels, args);
    return {
      ok: true,
      channels: page.map((channel) => encodeChannel(context, channel)),
      response_metadata: { next_cursor: next },
    };
  },
);

const open = defineMethod(
  { tier: 3, token: 'bot', scopes: ['im:write|mpim:write'] },
  z.looseObject({ users: z.string(), return_im: flag.optional() }),
  (context, args) => {
    const [user = ''] = args.users.split(',');
    if (!context.world.users.has(user)) throw new SlackFailure({ error: 'user_not_found' });
    const { id } = openDirect(context.world, user);
    return { ok: true, channel: { id } };
  },
);

/** https://docs.slack.dev/reference/methods?family=conversations */
export const conversationMethods: Readonly<Record<string, Method>> = {
  'conversations.history': history,
  'conversations.replies': replies,
  'conversations.info': info,
  'conversations.list': list,
  'conversations.open': open,
};

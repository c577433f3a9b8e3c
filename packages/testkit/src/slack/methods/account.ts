import { Json } from '@cuttle/core-types';
import { z } from 'zod';
import { encodeUser } from '../encode.ts';
import { SlackFailure } from '../failure.ts';
import { defineMethod, findChannel, type Method, type MethodContext } from '../method.ts';
import { cutPage, Paging } from '../paging.ts';
import { checkBlocks, ts } from '../schemas.ts';
import type { MessageState } from '../world.ts';

const Nothing = z.looseObject({});

/** https://docs.slack.dev/reference/methods/auth.test */
const authTest = defineMethod({ tier: 4, token: 'any', scopes: [] }, Nothing, ({ world }) => {
  const { team, bot, botId } = world;
  return {
    ok: true,
    url: `https://${team.domain}.slack.com/`,
    team: team.name,
    user: bot.name,
    team_id: team.isOrgInstall && team.enterpriseId !== undefined ? team.enterpriseId : team.id,
    user_id: bot.id,
    bot_id: botId,
    ...(team.enterpriseId !== undefined && { enterprise_id: team.enterpriseId }),
    is_enterprise_install: team.isOrgInstall,
  };
});

/** https://docs.slack.dev/reference/methods/apps.connections.open */
const connectionsOpen = defineMethod(
  { tier: 1, token: 'app', scopes: ['connections:write'] },
  Nothing,
  ({ socket, origin, world }) => {
    const url = new URL(origin().replace(/^http/, 'ws'));
    url.pathname = '/link/';
    url.searchParams.set('ticket', socket.openTicket());
    url.searchParams.set('app_id', world.appId);
    return { ok: true, url: url.href };
  },
);

const usersInfo = defineMethod(
  { tier: 4, token: 'bot', scopes: ['users:read'] },
  z.looseObject({ user: z.string() }),
  ({ world }, { user: id }) => {
    const user = world.users.get(id);
    if (user === undefined) throw new SlackFailure({ error: 'user_not_found' });
    return { ok: true, user: encodeUser(user) };
  },
);

/** https://docs.slack.dev/reference/methods/users.list */
const usersList = defineMethod(
  { tier: 2, token: 'bot', scopes: ['users:read'] },
  Paging,
  ({ world }, args) => {
    const { page, next } = cutPage([...world.users.values()], args);
    return {
      ok: true,
      members: page.map(encodeUser),
      response_metadata: { next_cursor: next },
    };
  },
);

const Reaction = z.looseObject({
  channel: z.string(),
  timestamp: ts,
  name: z.string().regex(/^[\w+'-]{1,100}(?:::skin-tone-[2-6])?$/),
});

function messageOf(context: MethodContext, args: z.output<typeof Reaction>): MessageState {
  const message = findChannel(context, args.channel).messages.get(args.timestamp);
  if (message === undefined || message.deleted)
    throw new SlackFailure({ error: 'message_not_found' });
  return message;
}

const addReaction = defineMethod(
  { tier: 3, token: 'bot', scopes: ['reactions:write'] },
  Reaction,
  (context, args) => {
    const { reactions } = messageOf(context, args);
    const users = reactions.get(args.name) ?? new Set();
    if (users.has(context.world.bot.id)) throw new SlackFailure({ error: 'already_reacted' });
    reactions.set(args.name, users.add(context.world.bot.id));
    return { ok: true };
  },
);

const removeReaction = defineMethod(
  { tier: 2, token: 'bot', scopes: ['reactions:write'] },
  Reaction,
  (context, args) => {
    const { reactions } = messageOf(context, args);
    const users = reactions.get(args.name);
    if (users?.delete(context.world.bot.id) !== true)
      throw new SlackFailure({ error: 'no_reaction' });
    if (users.size === 0) reactions.delete(args.name);
    return { ok: true };
  },
);

const View = z.looseObject({
  type: z.enum(['modal', 'home']),
  title: z.looseObject({ type: z.literal('plain_text'), text: z.string().min(1).max(24) }),
  blocks: z.array(Json),
  callback_id: z.string().max(255).optional(),
});

/** https://docs.slack.dev/reference/methods/views.open */
const viewsOpen = defineMethod(
  { tier: 4, token: 'bot', scopes: [] },
  z.looseObject({ trigger_id: z.string(), view: View }),
  ({ world }, { trigger_id: trigger, view }) => {
    const [kind, user = ''] = trigger.split('.');
    if (kind !== 'trigger' || !world.users.has(user))
      throw new SlackFailure({ error: 'invalid_trigger_id' });
    checkBlocks(view.blocks, 100);
    const opened = { id: world.nextId('V'), user, view: Json.parse(view) };
    world.views.push(opened);
    return { ok: true, view: { ...z.record(z.string(), Json).parse(view), id: opened.id } };
  },
);

/** https://docs.slack.dev/reference/methods */
export const accountMethods: Readonly<Record<string, Method>> = {
  'api.test': defineMethod({ tier: 4, token: 'any', scopes: [] }, Nothing, () => ({ ok: true })),
  'auth.test': authTest,
  'apps.connections.open': connectionsOpen,
  'users.info': usersInfo,
  'users.list': usersList,
  'reactions.add': addReaction,
  'reactions.remove': removeReaction,
  'views.open': viewsOpen,
};

import type { Json } from '@cuttle/core-types';
import { encodeChannel, encodeUser } from '../encode.ts';
import { failures } from '../failure.ts';
import type { Route, RouteContext } from '../route.ts';
import { Commands, parseBody, Recipient } from '../schemas.ts';

/** The bot itself, its application and where it connects. */
export const accountRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/gateway',
    open: true,
    run: ({ gatewayUrl }) => ok({ url: gatewayUrl() }),
  },
  {
    method: 'GET',
    path: '/gateway/bot',
    run: ({ gatewayUrl }) =>
      ok({
        url: gatewayUrl(),
        shards: 1,
        session_start_limit: {
          total: 1000,
          remaining: 999,
          reset_after: 14_400_000,
          max_concurrency: 1,
        },
      }),
  },
  {
    method: 'GET',
    path: '/users/@me',
    run: ({ world }) => ok({ ...encodeUser(world.bot), verified: true, mfa_enabled: false }),
  },
  { method: 'GET', path: '/applications/@me', run: ({ world }) => ok(applicationOf(world)) },
  { method: 'GET', path: '/oauth2/applications/@me', run: ({ world }) => ok(applicationOf(world)) },
  {
    method: 'POST',
    path: '/users/@me/channels',
    run({ world }, { body }) {
      const { recipient_id: id } = parseBody(Recipient, body);
      if (!world.users.has(id) || id === world.bot.id) throw failures.unknownUser();
      return ok(encodeChannel(world, world.openDirect(id)));
    },
  },
  {
    method: 'GET',
    path: '/applications/:application/commands',
    run: (context, { params }) => ok(listCommands(context, params['application'], 'global')),
  },
  {
    method: 'PUT',
    path: '/applications/:application/commands',
    run: (context, { params, body }) =>
      ok(putCommands(context, { application: params['application'], scope: 'global', body })),
  },
  {
    method: 'GET',
    path: '/applications/:application/guilds/:guild/commands',
    run: (context, { params }) =>
      ok(listCommands(context, params['application'], params['guild'] ?? '')),
  },
  {
    method: 'PUT',
    path: '/applications/:application/guilds/:guild/commands',
    run: (context, { params, body }) =>
      ok(
        putCommands(context, {
          application: params['application'],
          scope: params['guild'] ?? '',
          body,
        }),
      ),
  },
];

function ok(body: Json) {
  return { status: 200, body };
}

function applicationOf({ applicationId, bot }: RouteContext['world']): Json {
  return {
    id: applicationId,
    name: bot.username,
    description: '',
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: '0',
    flags: 0,
  };
}

function listCommands(
  { world }: RouteContext,
  application: string | undefined,
  scope: string,
): Json {
  if (application !== world.applicationId) throw failures.missingAccess();
  return [...(world.commands.get(scope) ?? [])];
}

/** https://discord.com/developers/docs/interactions/application-commands#bulk-overwrite-global-application-commands */
function putCommands(
  context: RouteContext,
  { application, scope, body }: { application: string | undefined; scope: string; body: Json },
): Json {
  const { world } = context;
  if (application !== world.applicationId) throw failures.missingAccess();
  const commands = parseBody(Commands, body).map((command): Json => ({
    type: 1,
    // It came out of JSON.
    ...(command as Record<string, Json>),
    id: world.newId(),
    application_id: world.applicationId,
    version: world.newId(),
    default_member_permissions: null,
    nsfw: false,
  }));
  world.commands.set(scope, commands);
  return [...commands];
}

import type { Json } from '@cuttle/core-types';
import type { z } from 'zod';
import { SlackFailure } from './failure.ts';
import type { Tier } from './limits.ts';
import type { Publisher } from './publish.ts';
import { check } from './schemas.ts';
import type { SocketMode } from './socket-mode.ts';
import type { ChannelState, World } from './world.ts';

export interface MethodContext {
  readonly world: World;
  readonly publish: Publisher;
  readonly socket: SocketMode;
  readonly now: () => number;
  /** Address of this server. */
  readonly origin: () => string;
  /** Bytes that were announced and have not come yet, or not been completed. */
  readonly uploads: Map<string, Upload>;
  /** Messages of files that are made later, where these are held back. */
  readonly shares: { held: boolean; readonly waiting: (() => void)[] };
}

export interface Upload {
  readonly name: string;
  readonly length: number;
  bytes: Uint8Array | undefined;
}

type Answer = Readonly<Record<string, Json>>;

/** A method of the Web API. https://docs.slack.dev/reference/methods */
export interface Method {
  readonly tier: Tier;
  readonly token: 'bot' | 'app' | 'any';
  /** Each of them is needed; of `a|b` one. */
  readonly scopes: readonly string[];
  run(context: MethodContext, args: Readonly<Record<string, Json>>): Answer;
}

/** A method whose arguments are checked before it runs. */
export function defineMethod<S extends z.ZodType>(
  about: Omit<Method, 'run'>,
  args: S,
  run: (context: MethodContext, args: z.output<S>) => Answer,
): Method {
  return { ...about, run: (context, raw) => run(context, check(args, raw)) };
}

/** A place by its id; a person's id is their private chat with the app. */
export function findChannel({ world }: MethodContext, id: string): ChannelState {
  const channel = world.channels.get(id) ?? findDirect(world, id);
  if (channel === undefined) throw new SlackFailure({ error: 'channel_not_found' });
  return channel;
}

function findDirect(world: World, userId: string): ChannelState | undefined {
  if (!world.users.has(userId) || userId === world.bot.id) return undefined;
  return openDirect(world, userId);
}

/** The private chat of the app with a person. */
export function openDirect(world: World, userId: string): ChannelState {
  const known = [...world.channels.values()].find(
    ({ kind, members }) => kind === 'im' && members.has(userId),
  );
  if (known) return known;
  const channel: ChannelState = {
    id: world.nextId('D'),
    kind: 'im',
    name: '',
    members: new Set([userId, world.bot.id]),
    messages: new Map(),
    archived: false,
    barrier: undefined,
  };
  world.channels.set(channel.id, channel);
  return channel;
}

/** Throws where the app cannot write. */
export function requireOpen({ world }: MethodContext, channel: ChannelState): void {
  if (channel.barrier !== undefined) throw new SlackFailure({ error: channel.barrier });
  if (channel.archived) throw new SlackFailure({ error: 'is_archived' });
  if (channel.members.has(world.bot.id)) return;
  throw new SlackFailure({
    error: channel.kind === 'public' ? 'not_in_channel' : 'channel_not_found',
  });
}

/** Throws where the app cannot read. */
export function requireMember({ world }: MethodContext, channel: ChannelState): void {
  if (channel.members.has(world.bot.id)) return;
  throw new SlackFailure({
    error: channel.kind === 'public' ? 'not_in_channel' : 'channel_not_found',
  });
}

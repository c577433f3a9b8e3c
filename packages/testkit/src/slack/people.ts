import type { Json } from '@cuttle/core-types';
import type { Deliveries, Delivery } from './deliveries.ts';
import { encodeMessage } from './encode.ts';
import { type MethodContext, openDirect } from './method.ts';
import type { ChannelState, FileState, MessageState } from './world.ts';

export interface PersonInput {
  readonly id?: string;
  readonly name: string;
  readonly realName?: string;
  /** Of another workspace. */
  readonly teamId?: string;
  /** Another app's bot. */
  readonly isBot?: boolean;
  /** Left the workspace. */
  readonly deleted?: boolean;
}

export interface ChannelInput {
  readonly name: string;
  readonly id?: string;
  /** People who are in it; the app's bot is too unless `withBot` says no. */
  readonly members?: readonly string[];
  readonly kind?: 'public' | 'private' | 'mpim';
  readonly withBot?: boolean;
}

export interface FileInput {
  readonly bytes: Uint8Array;
  readonly name?: string;
  readonly mimeType?: string;
  /** Of what Slack can read as a picture. */
  readonly width?: number;
  /** Recorded in Slack. */
  readonly voice?: boolean;
}

export interface SayInput {
  readonly from: string;
  readonly text: string;
  /** The private chat with the app without it. */
  readonly channel?: string;
  /** Writes under this message. */
  readonly threadTs?: string;
  readonly broadcast?: boolean;
  /** Names the bot first. */
  readonly mention?: boolean;
  readonly files?: readonly FileInput[];
}

export interface Said {
  readonly ts: string;
  readonly channel: string;
  /** Undefined where the app is not told of it. */
  readonly delivery: Delivery | undefined;
}

export interface People {
  user(input: PersonInput): string;
  channel(input: ChannelInput): string;
  /** The private chat of a person with the app. */
  direct(userId: string): string;
  say(input: SayInput): Said;
  editMessage(input: {
    readonly channel: string;
    readonly ts: string;
    readonly text: string;
  }): Said;
  deleteMessage(input: { readonly channel: string; readonly ts: string }): Said;
  react(input: {
    readonly from: string;
    readonly channel: string;
    readonly ts: string;
    readonly name: string;
  }): Delivery | undefined;
  /** Somebody comes into a channel, or invites the app. */
  join(input: {
    readonly user: string;
    readonly channel: string;
    readonly inviter?: string;
  }): Delivery | undefined;
  /** Clicks a button by its label. Throws where the message has none. */
  press(input: {
    readonly from: string;
    readonly channel: string;
    readonly ts: string;
    readonly button: string;
  }): Said;
  command(input: {
    readonly from: string;
    readonly command: string;
    readonly text?: string;
    readonly channel?: string;
  }): Delivery;
  /** Sends the dialog that was opened last. */
  submitView(input: { readonly from: string; readonly values: Json }): Delivery;
}

export interface PeopleDeps extends MethodContext {
  readonly deliveries: Pick<Deliveries, 'push'>;
}

export function createPeople(deps: PeopleDeps): People {
  const { world, publish } = deps;
  return {
    user({ id = world.nextId('U'), name, realName = name, ...more }) {
      const { teamId = world.team.id, isBot = false, deleted = false } = more;
      world.users.set(id, { id, name, realName, teamId, isBot, deleted });
      return id;
    },
    channel: (input) => addChannel(deps, input),
    direct: (userId) => openDirect(world, userId).id,
    say: (input) => say(deps, input),
    editMessage({ channel, ts, text }) {
      const message = messageOf(deps, channel, ts);
      const before = encodeMessage(world, message, deps.origin());
      message.text = text;
      message.edited = { user: message.user, ts: world.nextTs() };
      return { ts, channel, delivery: publish.changed(message, before) };
    },
    deleteMessage({ channel, ts }) {
      const message = messageOf(deps, channel, ts);
      message.deleted = true;
      return { ts, channel, delivery: publish.deleted(message) };
    },
    react({ from, channel, ts, name }) {
      const message = messageOf(deps, channel, ts);
      message.reactions.set(name, (message.reactions.get(name) ?? new Set()).add(from));
      const item = { type: 'message', channel, ts };
      const event = { type: 'reaction_added', user: from, reaction: name, item_user: message.user };
      return publish.event('reaction_added', { ...event, item, event_ts: world.nextTs() }, channel);
    },
    join({ user, channel, inviter }) {
      world.channels.get(channel)?.members.add(user);
      const place = { channel, channel_type: 'C', team: world.team.id, event_ts: world.nextTs() };
      const event = { type: 'member_joined_channel', user, ...place, ...(inviter && { inviter }) };
      return publish.event('member_joined_channel', event, channel);
    },
    press: (input) => press(deps, input),
    command: (input) => command(deps, input),
    submitView({ from, values }) {
      const opened = world.views.at(-1);
      if (opened === undefined) throw new TypeError('No dialog was opened');
      const view = { id: opened.id, state: { values }, team_id: world.team.id };
      const payload = { ...aboutInteraction(deps, from), type: 'view_submission', view };
      return deps.deliveries.push({ kind: 'interactive', payload, lane: opened.id });
    },
  };
}

function addChannel({ world }: PeopleDeps, input: ChannelInput): string {
  const { kind = 'public', id = world.nextId(kind === 'public' ? 'C' : 'G') } = input;
  const members = new Set(input.members);
  if (input.withBot !== false) members.add(world.bot.id);
  const fresh = { messages: new Map(), archived: false, barrier: undefined };
  world.channels.set(id, { id, kind, name: input.name, members, ...fresh });
  return id;
}

function channelOf({ world }: PeopleDeps, id: string): ChannelState {
  const channel = world.channels.get(id);
  if (channel === undefined) throw new TypeError(`There is no channel ${id}`);
  return channel;
}

function messageOf(deps: PeopleDeps, channel: string, ts: string): MessageState {
  const message = channelOf(deps, channel).messages.get(ts);
  if (message === undefined || message.deleted) throw new TypeError(`There is no message ${ts}`);
  return message;
}

function say(deps: PeopleDeps, input: SayInput): Said {
  const { world, publish } = deps;
  const { from, threadTs, broadcast = false, mention = false, files = [] } = input;
  const author = world.users.get(from);
  if (author === undefined) throw new TypeError(`There is no user ${from}`);
  const channel =
    input.channel === undefined ? openDirect(world, from) : channelOf(deps, input.channel);
  const text = escape(input.text);
  const message: MessageState = {
    ts: world.nextTs(),
    channel: channel.id,
    user: from,
    botId: author.isBot ? (from === world.bot.id ? world.botId : world.nextId('B')) : undefined,
    text: mention ? `<@${world.bot.id}> ${text}` : text,
    mrkdwn: true,
    blocks: [],
    files: files.map((file) => keepFile(deps, from, file)),
    threadTs,
    broadcast,
    metadata: undefined,
    edited: undefined,
    deleted: false,
    onlyFor: undefined,
    reactions: new Map(),
  };
  channel.messages.set(message.ts, message);
  return { ts: message.ts, channel: channel.id, delivery: publish.said(message) };
}

/** What people type comes escaped; references stand as they are. https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll(/<(?![@#!][^<>]*>|https?:)/g, '&lt;')
    .replaceAll(/(?<!<[@#!][^<>]*|<https?:[^<>]*)>/g, '&gt;');
}

function keepFile({ world }: PeopleDeps, user: string, file: FileInput): FileState {
  const { bytes, name = 'file', mimeType = 'application/octet-stream', width, voice } = file;
  const id = world.nextId('F');
  const subtype = voice === true ? 'slack_audio' : undefined;
  const kept = { id, name, title: name, mimeType, bytes, user, width, subtype, deleted: false };
  world.files.set(id, kept);
  return kept;
}

function aboutInteraction({ world }: PeopleDeps, from: string): Record<string, Json> {
  const { team, users } = world;
  const enterprise =
    team.enterpriseId === undefined ? null : { id: team.enterpriseId, name: 'Enterprise' };
  return {
    team: { id: team.id, domain: team.domain },
    enterprise,
    is_enterprise_install: team.isOrgInstall,
    user: { id: from, username: users.get(from)?.name ?? '', team_id: team.id },
    api_app_id: world.appId,
    token: 'legacy-verification-token',
    trigger_id: `trigger.${from}.${world.nextTs()}`,
  };
}

interface WireButton {
  readonly type: string;
  readonly text: { readonly text: string };
  readonly value?: string;
  readonly action_id?: string;
}

interface WireBlock {
  readonly elements?: readonly WireButton[];
  readonly block_id?: string;
}

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
function press(
  deps: PeopleDeps,
  { from, channel, ts, button: label }: Parameters<People['press']>[0],
): Said {
  const { world, deliveries, origin } = deps;
  const message = messageOf(deps, channel, ts);
  const found = message.blocks
    .flatMap((block) => buttonsOf(block))
    .find(({ button }) => button.text.text === label);
  if (found === undefined) throw new TypeError(`No button ${label} under ${ts}`);
  const { button, blockId } = found;
  const payload = {
    ...aboutInteraction(deps, from),
    type: 'block_actions',
    container: {
      type: 'message',
      message_ts: ts,
      channel_id: channel,
      is_ephemeral: message.onlyFor !== undefined,
      ...(message.threadTs !== undefined && { thread_ts: message.threadTs }),
    },
    channel: { id: channel, name: channelOf(deps, channel).name },
    message: encodeMessage(world, message, origin()),
    response_url: `${origin()}/actions/none`,
    actions: [
      {
        type: 'button',
        action_id: button.action_id ?? 'generated',
        block_id: blockId,
        text: { type: 'plain_text', text: label, emoji: true },
        ...(button.value !== undefined && { value: button.value }),
        action_ts: world.nextTs(),
      },
    ],
  };
  const delivery = deliveries.push({ kind: 'interactive', payload, lane: channel });
  return { ts, channel, delivery };
}

function buttonsOf(block: Json): { button: WireButton; blockId: string }[] {
  // It was checked when it came in.
  const { elements = [], block_id: blockId = 'generated' } = block as unknown as WireBlock;
  return elements.filter(({ type }) => type === 'button').map((button) => ({ button, blockId }));
}

/** https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling */
function command(deps: PeopleDeps, input: Parameters<People['command']>[0]): Delivery {
  const { world, deliveries, origin } = deps;
  const { from, command: name, text = '' } = input;
  const channel = channelOf(deps, input.channel ?? openDirect(world, from).id);
  const { team } = world;
  const payload = {
    token: 'legacy-verification-token',
    team_id: team.id,
    team_domain: team.domain,
    ...(team.enterpriseId !== undefined && {
      enterprise_id: team.enterpriseId,
      enterprise_name: 'Enterprise',
    }),
    is_enterprise_install: String(team.isOrgInstall),
    channel_id: channel.id,
    channel_name: channel.kind === 'im' ? 'directmessage' : channel.name,
    user_id: from,
    user_name: world.users.get(from)?.name ?? '',
    command: name,
    text,
    api_app_id: world.appId,
    response_url: `${origin()}/commands/none`,
    trigger_id: `trigger.${from}.${world.nextTs()}`,
  };
  return deliveries.push({ kind: 'slash_commands', payload, lane: channel.id });
}

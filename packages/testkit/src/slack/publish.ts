import type { Json } from '@cuttle/core-types';
import type { Deliveries, Delivery } from './deliveries.ts';
import { encodeMessage } from './encode.ts';
import type { ChannelState, MessageState, World } from './world.ts';

export interface PublisherDeps {
  readonly world: World;
  readonly deliveries: Pick<Deliveries, 'push'>;
  readonly now: () => number;
  readonly origin: () => string;
  /** Event types the app subscribed to, such as `message.im`. */
  readonly subscriptions: ReadonlySet<string>;
}

/** Tells the app of what happens where its bot is a member. https://docs.slack.dev/apis/events-api */
export interface Publisher {
  /** Undefined where the app did not subscribe to it. */
  said(message: MessageState): Delivery | undefined;
  changed(message: MessageState, before: WireEvent): Delivery | undefined;
  deleted(message: MessageState): Delivery | undefined;
  event(type: string, event: WireEvent, lane: string): Delivery | undefined;
  /** Any event, in its wrapper, whether the app subscribed to it or not. */
  wrap(event: WireEvent, lane: string): Delivery;
}

const wireKinds = { im: 'im', mpim: 'mpim', public: 'channel', private: 'group' } as const;
const eventKinds = {
  im: 'message.im',
  mpim: 'message.mpim',
  public: 'message.channels',
  private: 'message.groups',
} as const;

export function createPublisher(deps: PublisherDeps): Publisher {
  const { world, origin } = deps;
  return {
    said: (message) => (message.onlyFor === undefined ? publishSaid(deps, message) : undefined),
    changed: (message, before) =>
      publishIn(deps, message, () => ({
        type: 'message',
        subtype: 'message_changed',
        hidden: true,
        message: encodeMessage(world, message, origin()),
        previous_message: before,
        ts: world.nextTs(),
        event_ts: world.nextTs(),
      })),
    deleted: (message) =>
      publishIn(deps, message, () => ({
        type: 'message',
        subtype: 'message_deleted',
        hidden: true,
        deleted_ts: message.ts,
        previous_message: encodeMessage(world, message, origin()),
        ts: world.nextTs(),
        event_ts: world.nextTs(),
      })),
    event: (type, event, lane) => publish(deps, { type, event, lane }),
    wrap: (event, lane) => deps.deliveries.push(wrap(deps, event, lane)),
  };
}

type WireEvent = Readonly<Record<string, Json>>;

function publish(
  deps: PublisherDeps,
  {
    type,
    event,
    lane,
  }: { readonly type: string; readonly event: WireEvent; readonly lane: string },
): Delivery | undefined {
  if (!deps.subscriptions.has(type)) return undefined;
  return deps.deliveries.push(wrap(deps, event, lane));
}

function placeOf({ world }: PublisherDeps, id: string): ChannelState | undefined {
  const channel = world.channels.get(id);
  return channel?.members.has(world.bot.id) === true ? channel : undefined;
}

function publishIn(
  deps: PublisherDeps,
  { channel }: MessageState,
  toEvent: () => WireEvent,
): Delivery | undefined {
  const place = placeOf(deps, channel);
  if (place === undefined) return undefined;
  const event = { ...toEvent(), channel, channel_type: wireKinds[place.kind] };
  return publish(deps, { type: eventKinds[place.kind], event, lane: channel });
}

/** Whoever names the bot makes two events, where the app subscribed to both. https://docs.slack.dev/reference/events/app_mention */
function publishSaid(deps: PublisherDeps, message: MessageState): Delivery | undefined {
  const { world, origin } = deps;
  const { channel, ts } = message;
  const wire = encodeMessage(world, message, origin());
  const told = publishIn(deps, message, () => ({ ...wire, event_ts: ts }));
  const place = placeOf(deps, channel);
  const isCalled = message.text.includes(`<@${world.bot.id}>`) && place?.kind !== 'im';
  if (!isCalled) return told;
  const event = { ...wire, type: 'app_mention', channel, event_ts: ts };
  const called = publish(deps, { type: 'app_mention', event, lane: channel });
  return told ?? called;
}

/** https://docs.slack.dev/apis/events-api/#callback-field */
function wrap(
  { world, now }: PublisherDeps,
  event: WireEvent,
  lane: string,
): Omit<Delivery, 'seq'> {
  const { team, bot, appId } = world;
  const payload = {
    token: 'legacy-verification-token',
    team_id: team.id,
    enterprise_id: team.enterpriseId ?? null,
    context_team_id: team.id,
    context_enterprise_id: team.enterpriseId ?? null,
    api_app_id: appId,
    event,
    type: 'event_callback',
    event_id: world.nextId('Ev'),
    event_time: Math.floor(now() / 1000),
    authorizations: [
      {
        enterprise_id: team.enterpriseId ?? null,
        team_id: team.isOrgInstall ? null : team.id,
        user_id: bot.id,
        is_bot: true,
        is_enterprise_install: team.isOrgInstall,
      },
    ],
    is_ext_shared_channel: false,
    event_context: '4-local',
  };
  return { kind: 'events_api', payload, lane };
}

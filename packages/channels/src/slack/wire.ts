import { z } from 'zod';

/** What we read of Slack's objects, loosely: unknown fields pass. https://docs.slack.dev/reference/objects */

const text = z.string().nullish();

export const WireFile = z.looseObject({
  id: z.string().regex(/^\w{2,40}$/),
  name: text,
  mimetype: text,
  size: z.number().nullish(),
  mode: text,
  subtype: text,
  duration_ms: z.number().nullish(),
  /** Of what Slack could read as a picture. */
  original_w: z.number().nullish(),
  url_private: text,
  url_private_download: text,
});
export type WireFile = z.infer<typeof WireFile>;

/** https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments */
const WireAttachment = z.looseObject({
  pretext: text,
  title: text,
  text,
  fallback: text,
  from_url: text,
});
export type WireAttachment = z.infer<typeof WireAttachment>;

/** https://docs.slack.dev/reference/events/message */
export const WireMessage = z.looseObject({
  ts: z.string().regex(/^\d{9,11}\.\d{6}$/),
  subtype: text,
  user: text,
  username: text,
  bot_id: text,
  text,
  thread_ts: text,
  parent_user_id: text,
  edited: z.looseObject({ ts: z.string() }).nullish().catch(undefined),
  files: z.array(z.unknown()).nullish().catch(undefined),
  attachments: z.array(WireAttachment).nullish().catch(undefined),
});
export type WireMessage = z.infer<typeof WireMessage>;

const channel = z.string().regex(/^[CDG][A-Z0-9]{2,20}$/);

export const WireMessageEvent = WireMessage.extend({ channel, channel_type: text });
/** https://docs.slack.dev/reference/events/message/message_changed */
export const WireChangedEvent = z.looseObject({
  channel,
  channel_type: text,
  message: WireMessage,
  previous_message: z.looseObject({ text }).nullish().catch(undefined),
});

/** https://docs.slack.dev/apis/events-api/#callback-field */
export const WireCallback = z.looseObject({
  type: z.literal('event_callback'),
  team_id: text,
  enterprise_id: text,
  event_id: text,
  authorizations: z
    .array(z.looseObject({ team_id: text, enterprise_id: text, user_id: text }))
    .nullish()
    .catch(undefined),
  event: z.looseObject({ type: z.string(), subtype: text }),
});
export type WireCallback = z.infer<typeof WireCallback>;

/** https://docs.slack.dev/reference/events/reaction_added */
export const WireReaction = z.looseObject({
  user: z.string().min(1),
  reaction: z.string().min(1),
  item_user: text,
  item: z.looseObject({ type: text, channel, ts: z.string() }),
  event_ts: z.string(),
});

/** https://docs.slack.dev/reference/events/member_joined_channel */
export const WireJoin = z.looseObject({
  user: z.string().min(1),
  channel,
  inviter: text,
  event_ts: text,
});

const WirePerson = z.looseObject({ id: z.string().min(1), username: text, name: text });

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export const WireActions = z.looseObject({
  type: z.literal('block_actions'),
  user: WirePerson,
  container: z.looseObject({ channel_id: channel, message_ts: z.string(), thread_ts: text }),
  message: z.looseObject({ thread_ts: text }).nullish().catch(undefined),
  actions: z.array(z.looseObject({ value: text, action_ts: text, type: text })).nonempty(),
});
export type WireActions = z.infer<typeof WireActions>;

/** https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling */
export const WireCommand = z.looseObject({
  command: z.string().startsWith('/'),
  text: z.string().default(''),
  user_id: z.string().min(1),
  user_name: text,
  channel_id: channel,
  channel_name: text,
  trigger_id: z.string().min(1),
});
export type WireCommand = z.infer<typeof WireCommand>;

/** https://docs.slack.dev/apis/events-api/using-socket-mode#events */
export const WireFrame = z.looseObject({
  type: z.string(),
  envelope_id: text,
  reason: text,
  payload: z.unknown().optional(),
});

/** What sending answers. */
export const WireSent = z.looseObject({ ts: z.string() });
export const WireSentToOne = z.looseObject({ message_ts: z.string() });

/** https://docs.slack.dev/reference/methods/conversations.history */
export const WireHistory = z.looseObject({
  messages: z.array(
    z.looseObject({
      ts: z.string(),
      user: text,
      text,
      files: z
        .array(z.looseObject({ id: text, name: text, size: z.number().nullish() }))
        .nullish()
        .catch(undefined),
      metadata: z
        .looseObject({
          event_type: text,
          event_payload: z.looseObject({ key: text }).nullish().catch(undefined),
        })
        .nullish()
        .catch(undefined),
    }),
  ),
  response_metadata: z.looseObject({ next_cursor: text }).nullish().catch(undefined),
});

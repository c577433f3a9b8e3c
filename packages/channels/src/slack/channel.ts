import type { Channel } from '@cuttle/core-types/ports';
import type { ChannelDeps } from '../channel-definition.ts';
import { slackActions, slackReactions } from './actions.ts';
import { createAccount, toIdentity } from './account.ts';
import { createSlackApi } from './api.ts';
import { encodeAnswer, encodePlaceholder, encodePreview, maxUploadBytes } from './encode.ts';
import { createSlackDirectory } from './directory.ts';
import { createSlackFiles } from './fetch-file.ts';
import { createSlackHttp } from './http.ts';
import { createIntake } from './intake.ts';
import { modeOf, type SlackOptions } from './options.ts';
import { createPeople } from './people.ts';
import { receiveBySocket } from './receive.ts';
import { createSender } from './send.ts';
import { parseAddress } from './target.ts';

/** A Slack app's bot as a channel. https://docs.slack.dev/ */
export function createSlackChannel(options: SlackOptions, deps: ChannelDeps): Channel {
  const { apiUrl, botToken, appToken = '', signingSecret = '' } = options;
  const api = createSlackApi({ token: botToken, apiUrl }, deps);
  const appApi = createSlackApi({ token: appToken, apiUrl }, deps);
  const account = createAccount(api);
  const people = createPeople({ ...deps, api });
  const intake = createIntake({ ...deps, account, people, options });
  const sender = createSender({ ...deps, api, apiUrl, account });
  const receiveDeps = { ...deps, api, appApi, account, intake, options };
  const http =
    modeOf(options) === 'http' ? createSlackHttp({ ...receiveDeps, signingSecret }) : undefined;
  return {
    id: 'slack',
    // One message a second to a channel, some hundred a minute to a workspace; `chat.update` about fifty a minute.
    // https://docs.slack.dev/apis/web-api/rate-limits
    limits: {
      maxTextLength: 3000,
      perSecond: 5,
      // What waited for an outage comes at once, in private chats, too: short bursts are let through.
      perConversation: { count: 5, windowMs: 5000 },
      perMinuteInGroup: 50,
      editIntervalMs: 1500,
    },
    ambiguity: 'idempotency-key',
    connect: async (signal) => toIdentity(await account.ask(signal)),
    receive: (door, signal) =>
      http ? http.receive(door, signal) : receiveBySocket(receiveDeps, door, signal),
    render: encodeAnswer,
    address: parseAddress,
    send: (request, signal) => sender.send(request, signal),
    probe: (signal) => account.probe(signal),
    live: { placeholder: encodePlaceholder, preview: encodePreview },
    media: createSlackFiles(options, { ...deps, api }),
    uploads: { maxBytes: maxUploadBytes },
    actions: slackActions,
    reactions: slackReactions,
    directory: createSlackDirectory({ ...deps, api }),
    ...(http && { webhook: http.webhook }),
    async [Symbol.asyncDispose]() {
      // Nothing is held open: the connection and requests end with their signals.
    },
  };
}

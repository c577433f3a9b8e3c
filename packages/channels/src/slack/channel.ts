import type { Channel } from '@cuttle/core-types/ports';
import type { ChannelDeps } from '../channel-definition.ts';
import { slackActions, slackReactions } from './actions.ts';
import { createAccount, toIdentity } from './account.ts';
import { createSlackApi } from './api.ts';
import { encodeAnswer, encodePlaceholder, encodePreview, maxUploadBytes } from './encode.ts';
import { createSlackDirectory } from './directory.ts';
import { createSlackFiles } from './fetch-file.ts';
import { createIntake } from './intake.ts';
import { modeOf, type SlackOptions } from './options.ts';
import { createPeople } from './people.ts';
import { holdWebhook, receiveBySocket } from './receive.ts';
import { createSender } from './send.ts';
import { parseAddress } from './target.ts';
import { createSlackWebhook } from './webhook.ts';

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
  const isSocket = modeOf(options) === 'socket';
  return {
    id: 'slack',
    // One message a second to a channel, some hundred a minute to a workspace; `chat.update` about fifty a minute.
    // https://docs.slack.dev/apis/web-api/rate-limits
    limits: { maxTextLength: 3000, perSecond: 5, perMinuteInGroup: 50, editIntervalMs: 1500 },
    ambiguity: 'idempotency-key',
    connect: async (signal) => toIdentity(await account.ask(signal)),
    receive: (door, signal) =>
      isSocket ? receiveBySocket(receiveDeps, door, signal) : holdWebhook(receiveDeps, signal),
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
    ...(!isSocket && { webhook: createSlackWebhook({ ...deps, signingSecret, intake }) }),
    async [Symbol.asyncDispose]() {
      // Nothing is held open: the connection and requests end with their signals.
    },
  };
}

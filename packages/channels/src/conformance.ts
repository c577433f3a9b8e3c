/** Why a way to run a channel has no cases of an ability: the platform's own limit, in words. */
type Reasons = Readonly<Record<string, string>>;

/** What Telegram lacks, by how its updates come. https://core.telegram.org/bots/api#getting-updates */
export const telegramLacks = {
  polling: {
    pushes: 'Telegram calls no webhook of a bot that polls',
  },
  webhook: {
    pulls: 'a bot with a webhook fetches nothing, and meets a revoked token when it next calls',
  },
} as const satisfies Readonly<Record<string, Reasons>>;

/** What Discord lacks. https://discord.com/developers/docs/topics/gateway */
export const discordLacks = {
  pushes: 'Discord tells a bot of messages only at its gateway, which the bot calls',
  drafts: 'Discord shows nothing of an unfinished answer but a message that is edited',
} as const satisfies Reasons;

const noDrafts = 'WhatsApp shows nothing of an unfinished answer but that it is written';

/** What WhatsApp lacks: the Cloud API, by a business phone number. https://developers.facebook.com/documentation/business-messaging/whatsapp/ */
export const whatsappLacks = {
  pulls: 'Meta brings messages by webhook alone; a revoked token is met by the next call',
  groups: 'a number of the Cloud API is in no group that people make',
  threads: 'WhatsApp has no threads',
  edits: 'what people change comes as a message that the API does not pass on',
  changes: 'the Cloud API neither edits nor deletes what a number sent',
  drafts: noDrafts,
  markup: 'WhatsApp takes any text and refuses none for its marks',
} as const satisfies Reasons;

/** What a linked device of WhatsApp lacks. https://faq.whatsapp.com/1317564962315842 */
export const whatsappWebLacks = {
  pushes: 'WhatsApp tells a linked device of messages only on the connection that the device made',
  threads: 'WhatsApp has no threads',
  drafts: noDrafts,
  buttons: 'WhatsApp lets only businesses of its API send buttons; a command is written instead',
  menu: 'WhatsApp shows a menu of commands only for businesses of its API',
  markup: 'WhatsApp takes any text and refuses none for its marks',
} as const satisfies Reasons;

/** What Slack has nowhere. https://docs.slack.dev/apis/web-api/ */
const slackNowhere = {
  drafts: 'Slack shows an unfinished answer only as a message that grows',
  quotes: 'Slack quotes nothing: an answer stands in the channel or in a thread',
  typing: "Slack shows that an app writes only in the threads of its own assistants' view",
  menu: "Slack takes slash commands from the app's manifest alone",
} as const satisfies Reasons;

/** What Slack lacks, by how its events come. https://docs.slack.dev/apis/events-api/ */
export const slackLacks = {
  socket: {
    ...slackNowhere,
    pushes: 'Slack calls no address of an app in Socket Mode',
  },
  http: {
    ...slackNowhere,
    pulls:
      'an app with a request URL fetches nothing, and meets a revoked token when it next calls',
  },
} as const satisfies Readonly<Record<string, Reasons>>;

/** Each way to run a channel of ours, for the table of conformance. */
export const conformance: readonly { readonly name: string; readonly lacks: Reasons }[] = [
  { name: 'Telegram, polling', lacks: telegramLacks.polling },
  { name: 'Telegram, webhook', lacks: telegramLacks.webhook },
  { name: 'Discord', lacks: discordLacks },
  { name: 'WhatsApp', lacks: whatsappLacks },
  { name: 'WhatsApp Web', lacks: whatsappWebLacks },
  { name: 'Slack, Socket Mode', lacks: slackLacks.socket },
  { name: 'Slack, HTTP', lacks: slackLacks.http },
];

import type { Json } from '@cuttle/core-types';

export interface UserState {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly isBot: boolean;
  readonly deleted?: boolean;
  /** Of another workspace, in a channel that is shared by Slack Connect. */
  readonly teamId: string;
}

export interface FileState {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
  readonly user: string;
  /** What Slack could read as a picture has measures. */
  readonly width: number | undefined;
  /** `slack_audio` for a clip that was recorded in Slack. */
  readonly subtype: string | undefined;
  title: string;
  deleted: boolean;
}

export interface MessageState {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  /** Whoever wrote it is an app. */
  readonly botId: string | undefined;
  text: string;
  /** Whether marks in `text` mean anything. */
  mrkdwn: boolean;
  blocks: readonly Json[];
  files: readonly FileState[];
  /** The message that began its thread. */
  readonly threadTs: string | undefined;
  readonly broadcast: boolean;
  metadata: Json | undefined;
  edited: { readonly user: string; readonly ts: string } | undefined;
  deleted: boolean;
  /** The only person who sees it. */
  readonly onlyFor: string | undefined;
  readonly reactions: Map<string, Set<string>>;
}

export type ChannelKind = 'im' | 'mpim' | 'public' | 'private';

export interface ChannelState {
  readonly id: string;
  readonly kind: ChannelKind;
  readonly name: string;
  readonly members: Set<string>;
  readonly messages: Map<string, MessageState>;
  archived: boolean;
  /** Why nothing can be written there now, in Slack's word; undefined: it can. */
  barrier: string | undefined;
}

export interface TeamState {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  /** Where the workspace belongs to an Enterprise organisation. */
  readonly enterpriseId: string | undefined;
  /** The app was installed for the whole organisation. */
  readonly isOrgInstall: boolean;
}

export interface World {
  readonly team: TeamState;
  readonly appId: string;
  /** The user that the app's bot is. */
  readonly bot: UserState;
  readonly botId: string;
  readonly users: Map<string, UserState>;
  readonly channels: Map<string, ChannelState>;
  readonly files: Map<string, FileState>;
  /** Dialogs that were opened, the last one last. */
  readonly views: ViewState[];
  /** An id of Slack's form behind a letter: `U0000000A1`. */
  nextId(letter: string): string;
  /** A time that no other message has: seconds, a dot, six digits. */
  nextTs(): string;
}

export interface ViewState {
  readonly id: string;
  readonly user: string;
  readonly view: Json;
}

export function createWorld({
  team,
  botName,
  now,
}: {
  readonly team: TeamState;
  readonly botName: string;
  readonly now: () => number;
}): World {
  let ids = 0;
  let lastMicros = 0;
  const nextId = (letter: string): string =>
    `${letter}0TEST${(ids += 1).toString(36).toUpperCase().padStart(5, '0')}`;
  const bot: UserState = {
    id: nextId('U'),
    name: botName,
    realName: botName,
    isBot: true,
    teamId: team.id,
  };
  return {
    team,
    appId: nextId('A'),
    bot,
    botId: nextId('B'),
    users: new Map([[bot.id, bot]]),
    channels: new Map(),
    files: new Map(),
    views: [],
    nextId,
    nextTs() {
      lastMicros = Math.max(lastMicros + 1, Math.floor(now()) * 1000);
      const digits = String(lastMicros).padStart(16, '0');
      return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
    },
  };
}

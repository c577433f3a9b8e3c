import type { TokenFamily, TokenMeter } from '@cuttle/agent';
import type { Message, NewId, QueueMode } from '@cuttle/core-types';
import type {
  Channel,
  ClaimedRun,
  Clock,
  Limits,
  Log,
  MediaReading,
  Store,
  Tool,
  WorkspaceFiles,
} from '@cuttle/core-types/ports';
import type { ConversationFacts } from '@cuttle/security/policy';
import type { ActiveRuns } from './active-runs.ts';
import type { ConversationNotes } from './flush-memory.ts';
import type { CrashPoint } from './crash-point.ts';
import type { PacedLimit } from './allowances.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Fates } from './fates.ts';
import type { LazyTools } from './lazy-tools.ts';
import type { PromptBuilder } from './prompt/build-prompt.ts';
import type { QuietPlaces } from './quiet-places.ts';
import type { RunHub } from './run-hub.ts';
import type { SessionQueue } from './session-queue.ts';
import type { SubagentTimers } from './subagent-timers.ts';
import type { WorkerBell } from './worker-bell.ts';
import type { IdentityOver, ModelSource, RuntimeSettings } from './settings.ts';

/** What the runtime is given. */
export interface RuntimeDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: NewId;
  /** A number in [0, 1), for jitter and codes. */
  readonly random: () => number;
  readonly log: Log;
  readonly models: () => ModelSource;
  readonly tools: readonly Tool[];
  /** Tools for what a channel can do; absent: there are none. */
  readonly channelTools?:
    | ((channel: Pick<Channel, 'id' | 'actions'>) => readonly Tool[])
    | undefined;
  readonly files: WorkspaceFiles;
  readonly settings: () => RuntimeSettings;
  /** What media are, and who puts them into words. */
  readonly media: MediaReading;
  /** `send-only`: accounts are connected so that answers can be sent; another process receives. Default: `receive`. */
  readonly channelMode?: 'receive' | 'send-only' | undefined;
  readonly point?: CrashPoint | undefined;
  /**
   * Asked before messages disappear behind a summary, and waited for: what must be remembered elsewhere is written then. A cut asks again with
   * the same key. A rejection is the run's.
   */
  readonly beforeCompaction?: BeforeCompaction | undefined;
  /** Where what a summary leaves out may be remembered; absent: nowhere. */
  readonly notes?: ConversationNotes | undefined;
}

export type BeforeCompaction = (
  about: {
    /** Of the run, its step, and the last entry that is summarised: one for each chunk. */
    readonly key: string;
    readonly run: ClaimedRun;
    /** What is summarised, oldest first. */
    readonly messages: readonly Message[];
  },
  signal: AbortSignal,
) => Promise<void>;

/** What the parts of the kernel share; made once by `createRuntime`. */
export interface Kernel extends Omit<RuntimeDeps, 'point'> {
  readonly point: CrashPoint;
  /** Aborted when the runtime stops. */
  readonly stopping: AbortSignal;
  /** Those of the platform behind a door. */
  readonly toolsOfChannel: (door: string) => readonly Tool[];
  readonly prompts: PromptBuilder;
  readonly lazyTools: LazyTools;
  readonly meters: (family: TokenFamily) => TokenMeter;
  readonly hub: RunHub;
  readonly fates: Fates;
  readonly active: ActiveRuns;
  readonly sessions: SessionQueue;
  /** Of the sessions that the last life left at work, those of which several may have ended it, until they are tried: what is laid to all is no fault of one. */
  readonly cutTogether: Set<string>;
  readonly dispatcher: Dispatcher;
  readonly subagentTimers: SubagentTimers;
  readonly workerBell: WorkerBell;
  readonly quietPlaces: QuietPlaces;
  readonly accounts: ReadonlyMap<string, ChannelAccount>;
  /** What renders for a place: the channel of its account or, until that is connected, any of its platform. */
  readonly findRenderer: (place: {
    readonly accountId: string;
    readonly door: string;
  }) => Channel | undefined;
  /** Sessions whose run waits until a messenger account is connected. */
  readonly waitingForAccount: { add(accountId: string, sessionId: string): void };
}

/** Emoji set on people's messages; empty: none. */
export interface AccountMarks {
  readonly taken: string;
  readonly scope: 'all' | 'direct' | 'group-all' | 'group-mentions';
  /** What the first becomes with the answer. */
  readonly done: string;
  readonly failed: string;
}

/** A connected messenger account with what its owner decided for it. */
export interface ChannelAccount {
  readonly accountId: string;
  /** The name of the account in the configuration. */
  readonly name: string;
  readonly channel: Channel;
  /** The agent that answers where no binding says otherwise; undefined: the default. */
  readonly agentId: string | undefined;
  readonly access: Pick<ConversationFacts, 'dmPolicy' | 'groupPolicy' | 'bots'> & {
    /** Messages of bots that are taken in one conversation until a person speaks there. */
    readonly botTurns: number;
    /** Platform ids or @names that need no pairing. */
    readonly allowedUsers: readonly string[];
    /** Those of them who are the owner. */
    readonly owners: readonly string[];
  };
  readonly streaming: boolean;
  /** What becomes of messages during an answer, over what the agent says; a session's own choice is over both. */
  readonly queueMode: QueueMode | undefined;
  /** What the platform grants this account, over what the channel declares. */
  readonly limits: { readonly [Name in PacedLimit]?: Limits[Name] | undefined };
  /** How messages are marked that were taken; absent: not at all. */
  readonly marks?: AccountMarks | undefined;
  /** What is said in a group when the account or people come into it; empty: nothing. */
  readonly greetings?: { readonly added: string; readonly joined: string } | undefined;
  /** Where an answer quotes the message that it answers; absent: nowhere. */
  readonly quoteReplies?: 'off' | 'group' | 'all' | undefined;
  /** Before what is said when an answer fails. */
  readonly errorPrefix?: string | undefined;
  /** Whether `[[label|data]]` in an answer is a button. */
  readonly confirmActions?: boolean | undefined;
  /** How the agent appears here, over its own identity. */
  readonly identity: IdentityOver;
  /** What the agent is told of this account. */
  readonly hint: string | undefined;
}

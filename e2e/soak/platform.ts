/** A message of the gateway as a person sees it now. */
export interface SeenMessage {
  readonly id: string;
  readonly text: string;
}

/** A messenger with its people, its counted limits and its faults, for a soak. */
export interface SoakPlatform extends AsyncDisposable {
  /** As the gateway's configuration calls it. */
  readonly name: string;
  /** The gateway's account there, as configured. */
  readonly account: Readonly<Record<string, unknown>>;
  /** Its conversations, by the key that the gateway's rows have. */
  readonly conversations: readonly string[];
  /** What the platform counts, in words, at the real scale of time. */
  readonly limits: string;
  /** Nobody can tell what became of a send that was cut: there is neither a key nor anything to be read back. */
  readonly cutsStay: boolean;
  /** How many messages a (scaled) second its limits and faults leave room for. */
  readonly perSecond: number;
  /** The gateway listens at `url` for the first time. */
  begin?(url: string): Promise<void>;
  say(conversation: string, text: string): void;
  /** What the gateway wrote there, in order. */
  seen(conversation: string): readonly SeenMessage[];
  /** Messages that the gateway has not acknowledged. */
  pending(): number;
  /** Events that it handed to the gateway once more since they were not taken, where it says so. */
  repeats?(): number;
  /** Calls that the platform refused because its limits were exceeded. */
  refusals(): readonly string[];
  /** Faults that struck so far. */
  struck(): StruckFaults;
}

export type SoakPlatformName =
  | 'telegram'
  | 'discord'
  | 'slack'
  | 'slack-http'
  | 'whatsapp'
  | 'whatsapp-web';

export interface StruckFaults {
  /** 429 with a wait. */
  readonly limited: number;
  /** 5xx. */
  readonly failed: number;
  /** Connections that were dropped, before or after the call took effect. */
  readonly cut: number;
  /** Calls that make a message whose client got no answer: its connection was dropped, or it left since its time was over or it was killed. Nobody can tell whether they did. */
  readonly cutSends: number;
}

export interface SoakPlatformOptions {
  readonly conversations: number;
  /** Unix ms, scaled. */
  readonly now: () => number;
  /** How many times as fast as the machine's clock the time of `now` goes. */
  readonly factor: number;
  /** 0 to 1, the same for the same seed. */
  readonly random: () => number;
}

/** Shares of calls that fail. */
export const faultRates = { limited: 0.05, failed: 0.02, cut: 0.01 } as const;

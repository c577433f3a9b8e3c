import type { PinRow } from './pin-journal.ts';

export interface PinReader {
  /** Pins in force, the oldest first: with a session key those that hold there, without one all of the agent. A claim brings them along. */
  listPins(input: {
    agentId: string;
    sessionKey?: string | undefined;
    limit: number;
  }): Promise<readonly PinRow[]>;
}

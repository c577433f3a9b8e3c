/** A message of ours in a conversation. */
export interface OwnMessage {
  readonly outboundId: string;
  readonly text: string;
}

export interface OutboundReader {
  /**
   * A message that was or will be sent in a conversation: by its id, else the newest one. Neither edits nor what is done to a message count, nor what
   * ended unsent. Undefined where there is none, also for the id of another conversation's.
   */
  findOwnMessage(input: {
    readonly conversationId: string;
    readonly outboundId?: string | undefined;
  }): Promise<OwnMessage | undefined>;
}

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
  /** One of the newest messages of ours in a place, by the platform's id, with what it says now. Undefined where it is none, or long ago. */
  findSentMessage(input: {
    readonly accountId: string;
    readonly key: string;
    readonly messageId: string;
  }): Promise<OwnMessage | undefined>;
}

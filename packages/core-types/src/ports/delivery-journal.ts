import type { OutboundDraft } from './delivery-rows.ts';

/** Deliveries that came too late. Part of `Journal`, whose contract holds for each method. */
export interface DeliveryJournal {
  /**
   * Gives up what waited past its time, and puts a digest of it in its place, which takes the place of one that has not gone out. Rows that
   * are not `prepared` any more, or not too old, stay as they are. Idempotent by the digest's origin.
   */
  expireDeliveries(input: {
    conversationId: string;
    outboundIds: readonly string[];
    digest: readonly OutboundDraft[];
  }): Promise<{ conversations: readonly string[] }>;
}

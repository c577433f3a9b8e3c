/** A business phone number of the app. */
export interface NumberState {
  readonly id: string;
  /** International, digits only. */
  readonly phone: string;
  readonly name: string;
  /** Where its webhooks go instead of the app's own address. */
  override: Callback | undefined;
  commands: readonly { readonly name: string; readonly description: string }[];
}

export interface Callback {
  readonly url: string;
  readonly verifyToken: string;
}

export interface PersonState {
  /** `wa_id`: international, digits only. */
  readonly phone: string;
  readonly name: string;
  /** Why nothing can be sent to this person now: a code such as 131026. */
  barrier: number | undefined;
}

export interface MediaState {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly mimeType: string;
  readonly name: string | undefined;
  /** Unix ms until which its address holds. https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media */
  hash: string;
  hashUntil: number;
}

export interface ButtonState {
  readonly id: string;
  readonly title: string;
  readonly kind: 'button_reply' | 'list_reply';
  readonly description?: string | undefined;
}

/** A message in a chat between a number and a person. */
export interface ChatMessage {
  readonly id: string;
  readonly numberId: string;
  readonly person: string;
  readonly fromUs: boolean;
  readonly type: string;
  /** As it was sent, with its marks. */
  readonly body: string;
  readonly buttons: readonly ButtonState[];
  readonly replyTo: string | undefined;
  readonly mediaId: string | undefined;
  /** What a document is called. */
  readonly fileName?: string | undefined;
  readonly callbackData: string | undefined;
  readonly at: number;
  status: 'accepted' | 'sent' | 'delivered' | 'read' | 'failed';
}

export interface World {
  readonly numbers: Map<string, NumberState>;
  readonly people: Map<string, PersonState>;
  readonly media: Map<string, MediaState>;
  readonly messages: ChatMessage[];
  readonly reactions: { readonly messageId: string; readonly emoji: string }[];
  /** Marks of reading, with whether the number then shows that it types. */
  readonly reads: { readonly messageId: string; readonly typing: boolean }[];
  find(messageId: string): ChatMessage | undefined;
  nextId(): number;
  nextMessageId(person: string): string;
}

export function createWorld(): World {
  let last = 0;
  const nextId = (): number => (last += 1);
  const messages: ChatMessage[] = [];
  return {
    numbers: new Map(),
    people: new Map(),
    media: new Map(),
    messages,
    reactions: [],
    reads: [],
    find: (messageId) => messages.find(({ id }) => id === messageId),
    nextId,
    nextMessageId: (person) =>
      `wamid.${Buffer.from(`${person}/${String(nextId()).padStart(12, '0')}`).toString('base64')}`,
  };
}

/** The objects of the Bot API that this server makes, with the fields it fills. https://core.telegram.org/bots/api#available-types */

export interface WireUser {
  readonly id: number;
  readonly is_bot: boolean;
  readonly first_name: string;
  readonly last_name?: string;
  readonly username?: string;
  readonly language_code?: string;
}

export interface WireChat {
  readonly id: number;
  readonly type: 'private' | 'group' | 'supergroup' | 'channel';
  readonly title?: string;
  readonly username?: string;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly is_forum?: true;
}

/** Offset and length in UTF-16 units. https://core.telegram.org/bots/api#messageentity */
export interface WireEntity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly user?: WireUser;
  readonly language?: string;
  readonly custom_emoji_id?: string;
  readonly unix_time?: number;
  readonly date_time_format?: string;
}

export interface WireFile {
  readonly file_id: string;
  readonly file_unique_id: string;
  readonly file_size: number;
}

export interface WirePhotoSize extends WireFile {
  readonly width: number;
  readonly height: number;
}

export interface WireDocument extends WireFile {
  readonly file_name?: string;
  readonly mime_type?: string;
}

export interface WireVoice extends WireFile {
  readonly duration: number;
  readonly mime_type?: string;
}

export interface WireMessage {
  readonly message_id: number;
  readonly date: number;
  readonly chat: WireChat;
  readonly from?: WireUser;
  readonly sender_chat?: WireChat;
  readonly message_thread_id?: number;
  readonly is_topic_message?: true;
  readonly edit_date?: number;
  readonly text?: string;
  readonly entities?: readonly WireEntity[];
  readonly caption?: string;
  readonly caption_entities?: readonly WireEntity[];
  readonly photo?: readonly WirePhotoSize[];
  readonly document?: WireDocument;
  readonly voice?: WireVoice;
  readonly audio?: WireVoice;
  readonly video?: WireVoice;
  readonly video_note?: WireVoice;
  readonly animation?: WireVoice;
  readonly sticker?: WireFile;
  readonly reply_to_message?: WireMessage;
  readonly reply_markup?: unknown;
  readonly media_group_id?: string;
}

/** One incoming update: exactly one field beside the id. https://core.telegram.org/bots/api#update */
export interface WireUpdate {
  readonly update_id: number;
  readonly [field: string]: unknown;
}

export interface WireResponse {
  readonly ok: boolean;
  readonly result?: unknown;
  readonly error_code?: number;
  readonly description?: string;
  readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number };
}

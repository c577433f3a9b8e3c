/** The account as others name it: by its number, and by the id that hides it. */
export interface Self {
  /** Digits of the number. */
  readonly id: string;
  readonly lid: string | undefined;
}

/** The user of `491701234567:5@s.whatsapp.net`, without the device. */
export function userOf(jid: string | null | undefined): string | undefined {
  return /^(\d+)(?:_\d+)?(?::\d+)?@/.exec(jid ?? '')?.[1];
}

/** A person by their number, or by their hidden id where only that is known; a group. Undefined for statuses, channels and lists. */
export function toChatId(
  jid: string | null | undefined,
  alternative?: string | null,
): string | undefined {
  if (jid?.endsWith('@g.us') === true) return jid;
  for (const known of [jid, alternative])
    if (known?.endsWith('@s.whatsapp.net') === true) return userOf(known);
  const hidden = [jid, alternative].find((known) => known?.endsWith('@lid') === true);
  const user = userOf(hidden);
  return user === undefined ? undefined : `${user}@lid`;
}

export function toJid(chatId: string): string {
  return /^\d+$/.test(chatId) ? `${chatId}@s.whatsapp.net` : chatId;
}

export function isSelf(jid: string | null | undefined, { id, lid }: Self): boolean {
  const user = userOf(jid);
  return user !== undefined && (user === id || user === lid);
}
